"""Words in a style. What people typed enters only as a value of :func:`say`, so it is never read as markup."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache


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
    for name, span in _pieces(template):
        spans += _styled(values[name], span) if name else (span,)
    return tuple(spans)


@lru_cache(maxsize=1_000)
def _pieces(template: str) -> tuple[tuple[str, Span], ...]:
    """The runs of a template in their styles, each with the name of its value, or '' for words of its own."""
    style = {"**": False, "*": False, "~~": False}
    found = []
    for piece in _MARK.split(template):
        if piece in style:
            style[piece] = not style[piece]
        elif piece:
            named = piece[0] == "{" and _MARK.fullmatch(piece) is not None
            found.append((piece[1:-1] if named else "", Span(piece, style["**"], style["*"], style["~~"])))
    return tuple(found)


def _styled(value: object, like: Span) -> Sequence[Span]:
    if not isinstance(value, tuple):
        words = str(value)
        return (Span(words, like.bold, like.italic, like.strike),) if words else ()
    return [
        Span(p.text, p.bold or like.bold, p.italic or like.italic, p.strike or like.strike) for p in value if p.text
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
