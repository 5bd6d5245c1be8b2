"""Words in a style. What people typed enters only as a value of :func:`say`, so it is never read as markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A run of words in one style."""

    text: str
    bold: bool = False
    italic: bool = False
    strike: bool = False


Line = tuple[Span, ...]

_MARK = re.compile(r"(\*\*|~~|\*|\{[a-z_][a-z0-9_]*\})")


def say(template: str, **values: object) -> Line:
    """Words with ``**bold**``, ``*italic*``, ``~~struck~~`` and ``{value}``; values are taken literally."""
    spans: list[Span] = []
    style = {"**": False, "*": False, "~~": False}
    for piece in _MARK.split(template):
        if piece in style:
            style[piece] = not style[piece]
        elif piece.startswith("{") and piece.endswith("}") and _MARK.fullmatch(piece):
            spans += _styled(values[piece[1:-1]], style)
        elif piece:
            spans += _styled(piece, style)
    return tuple(spans)


def _styled(value: object, style: dict[str, bool]) -> list[Span]:
    parts: Iterable[Span] = value if isinstance(value, tuple) else (Span(str(value)),)
    return [
        Span(p.text, p.bold or style["**"], p.italic or style["*"], p.strike or style["~~"]) for p in parts if p.text
    ]


def plain(line: Line) -> str:
    """The bare words of a line."""
    return "".join(span.text for span in line)


def joined(lines: Sequence[Line], between: str = " ") -> Line:
    """Several lines as one."""
    spans: list[Span] = []
    for n, line in enumerate(lines):
        if n:
            spans.append(Span(between))
        spans += line
    return tuple(spans)


def clip(text: str, most: int) -> str:
    """The text, or its beginning with an ellipsis where it is longer than ``most`` characters."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
