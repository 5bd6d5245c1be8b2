"""``salvage analyse``: the coach's reading of many texts, as JSON lines."""

from __future__ import annotations

import json
from typing import Any, BinaryIO, TextIO

from bot.coach.causes.analyse import analyse as causes_and_plays
from bot.coach.tone import check
from bot.errors import SalvageError


async def analyse(kind: str, source: BinaryIO, out: TextIO) -> None:
    """One line of ``{"id","text"}`` in (tone also ``scope``), one line of labels out."""
    for number, line in enumerate(source, 1):
        if line.strip():
            item = _item(line, number)
            out.write(json.dumps({"id": item["id"], **LABELS[kind](item)}, ensure_ascii=False) + "\n")
    out.flush()


def _item(line: bytes, number: int) -> dict[str, Any]:
    try:
        item = json.loads(line.decode("utf-8"))
    except ValueError as wrong:
        raise SalvageError(f'Line {number} is not JSON. Each line needs the form {{"id": …, "text": …}}.') from wrong
    if not isinstance(item, dict) or "id" not in item or not isinstance(item.get("text"), str):
        raise SalvageError(f"Line {number} needs an id and a text.")
    return item


def _causes(item: dict[str, Any]) -> dict[str, Any]:
    causes, plays = causes_and_plays(item["text"])
    return {"causes": causes, "plays": plays}


def _tone(item: dict[str, Any]) -> dict[str, Any]:
    report = check(item["text"], scope="fragment" if item.get("scope") == "fragment" else "message")
    return {"issues": list(dict.fromkeys(f.issue.value for f in report.findings))}


LABELS = {"causes": _causes, "tone": _tone}
