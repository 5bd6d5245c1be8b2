"""Slack's mark-up: words on their way out are defused, words on their way in are made plain."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.view import Line, Span

_JOINER = "\u2060"  # invisible: keeps a mark from being read as one
_MARKS = re.compile(r"[*_~`]")
_EMOJI = re.compile(r":(?=[a-z0-9_+'-]+:)")
_TOKEN = re.compile(r"<([^<>\n]*)>")
_USER = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")


def escape(text: str) -> str:
    """Text in which nothing pings or links: ``&``, ``<`` and ``>`` as entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def defused(text: str) -> str:
    """Escaped text in which nothing is formatted either: no bold, quote or emoji that the writer did not mean."""
    safe = _EMOJI.sub(":" + _JOINER, _MARKS.sub(lambda m: _JOINER + m[0] + _JOINER, text))
    rows = [(_JOINER + row if row.startswith((">", "•", "-")) else row) for row in safe.split("\n")]
    return escape("\n".join(rows))


def mrkdwn(line: Line) -> str:
    """A styled line as mrkdwn."""
    return "".join(_styled(span) for span in line)


def _styled(span: Span) -> str:
    marks = ("*" if span.bold else "") + ("_" if span.italic else "") + ("~" if span.strike else "")
    if not marks:
        return defused(span.text)
    return "\n".join(_marked(row, marks) for row in span.text.split("\n"))


def _marked(row: str, marks: str) -> str:
    core = row.strip()
    if not core:
        return row
    before = row[: len(row) - len(row.lstrip())]
    after = row[len(row.rstrip()) :]
    return f"{before}{marks}{defused(core)}{marks[::-1]}{after}"


def mentioned(text: str) -> tuple[str, ...]:
    """The ids of the people mentioned, in order, each once."""
    return tuple(dict.fromkeys(_USER.findall(text)))


def without_first(text: str, user: str) -> str:
    """The text without the mention it begins with, where that is ``user``'s."""
    return re.sub(rf"^\s*<@{re.escape(user)}(\|[^<>]*)?>[\s:,]*", "", text, count=1)


def words(text: str, names: Mapping[str, str]) -> str:
    """What a person typed, as they meant it: mentions by name, links and entities as plain words."""
    plain = _TOKEN.sub(lambda m: _token(m[1], names), text)
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _token(inside: str, names: Mapping[str, str]) -> str:
    target, _, label = inside.partition("|")
    match target[:1]:
        case "@":
            return "@" + names.get(target[1:], label or "somebody")
        case "#":
            return "#" + (label or target[1:])
        case "!":
            return label or "@" + target[1:].partition("^")[0]
    address = target.removeprefix("mailto:").removeprefix("tel:")
    return address if not label or label in target else f"{label} ({address})"
