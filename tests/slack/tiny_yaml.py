"""Reads the YAML that the manifest is written in: nested maps and lists, plain and quoted words, folded text."""

from __future__ import annotations

import json
import re
from typing import Any

Row = tuple[int, str]


def load(text: str) -> Any:
    """The document as plain data."""
    rows = [(len(line) - len(line.lstrip()), _bare(line)) for line in text.splitlines()]
    return _node([row for row in rows if row[1]], 0)[0]


def _bare(line: str) -> str:
    bare = line.strip()
    if bare.startswith("#"):
        return ""
    return bare if bare.endswith('"') else re.sub(r"\s#.*$", "", bare)


def _node(rows: list[Row], at: int) -> tuple[Any, int]:
    indent = rows[at][0]
    if rows[at][1].startswith("- "):
        return _list(rows, at, indent)
    return _map(rows, at, indent)


def _list(rows: list[Row], at: int, indent: int) -> tuple[list[Any], int]:
    made: list[Any] = []
    while at < len(rows) and rows[at][0] == indent and rows[at][1].startswith("- "):
        inside = rows[at][1][2:]
        if re.match(r"\w+:( |$)", inside):
            rows[at] = (indent + 2, inside)
            value, at = _map(rows, at, indent + 2)
        else:
            value, at = _scalar(inside), at + 1
        made.append(value)
    return made, at


def _map(rows: list[Row], at: int, indent: int) -> tuple[dict[str, Any], int]:
    made: dict[str, Any] = {}
    while at < len(rows) and rows[at][0] == indent and not rows[at][1].startswith("- "):
        key, _, rest = rows[at][1].partition(":")
        rest, at = rest.strip(), at + 1
        if rest == ">-":
            words = []
            while at < len(rows) and rows[at][0] > indent:
                words.append(rows[at][1])
                at += 1
            made[key] = " ".join(words)
        elif rest:
            made[key] = _scalar(rest)
        else:
            made[key], at = _node(rows, at)
    return made, at


def _scalar(words: str) -> Any:
    if words.startswith('"'):
        return json.loads(words)
    known = {"true": True, "false": False}
    return known.get(words, int(words) if words.isdigit() else words)
