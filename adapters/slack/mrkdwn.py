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
_CHANNEL = re.compile(r"<#([CG][A-Z0-9]+)(?:\|([^<>]*))?>")
_GROUP = re.compile(r"<!subteam\^(S[A-Z0-9]+)(?:\|[^<>]*)?>")
_HASH = re.compile(r"(?<![\w<&#/])#(?=[^\W\d_]|\d[\w-]*[^\W\d_])([\w-]{1,80})")


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


def channels(text: str) -> dict[str, str]:
    """The channels named, by id, as the text calls them."""
    return {channel: f"#{label or channel}" for channel, label in _CHANNEL.findall(text)}


def typed_channels(text: str) -> tuple[str, ...]:
    """The names of channels typed as plain words, ``#ops``, where Slack made no link of them."""
    return tuple(dict.fromkeys(_HASH.findall(text)))


def groups(text: str) -> tuple[str, ...]:
    """The ids of the user groups named, in order, each once."""
    return tuple(dict.fromkeys(_GROUP.findall(text)))


def without_first(text: str, user: str) -> str:
    """The text without the mention it begins with, where that is ``user``'s."""
    return re.sub(rf"^\s*<@{re.escape(user)}(\|[^<>]*)?>[\s:,]*", "", text, count=1)


def words(text: str, names: Mapping[str, str]) -> str:
    """What a person typed, as they meant it: links and entities as plain words, and whatever has a name by its name.

    ``names`` holds people, channels and groups by id, without their ``@`` and ``#``.
    """
    plain = _TOKEN.sub(lambda m: _token(m[1], names), text)
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _token(inside: str, names: Mapping[str, str]) -> str:
    target, _, label = inside.partition("|")
    match target[:1]:
        case "@":
            return "@" + names.get(target[1:], label or "somebody")
        case "#":
            return "#" + (names.get(target[1:]) or label or target[1:])
        case "!":
            kind, _, group = target[1:].partition("^")
            return "@" + (names.get(group) or label.lstrip("@") or kind)
    address = target.removeprefix("mailto:").removeprefix("tel:")
    return address if not label or label in target else f"{label} ({address})"
