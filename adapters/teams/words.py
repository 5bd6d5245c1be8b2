"""Words as parts of an Adaptive Card: taken literally, never too long for one block, never lost."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from adapters.teams import limits
from bot.view import Action, Line, Span, clip

Json: TypeAlias = dict[str, Any]

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
_BREAKS = re.compile(r"\r\n|[\r\u0085\u2028\u2029]")
_LIVELY = re.compile(r"(?<=\])(?=\()|(?<=\{)(?=\{)|(?<=[*_~`])(?=[*_~`\w])|(?<=\w)(?=[*_~`])|(?<=<)(?=[a-zA-Z/!])")


def size(block: object) -> int:
    """UTF-8 bytes of a block as JSON, with the comma after it."""
    return len(json.dumps(block, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")) + 1


def clean(words: str) -> str:
    """Words without what no client can show: control characters, turned direction, halves of characters."""
    return _CONTROL.sub("", _BREAKS.sub("\n", words)).encode("utf-8", "replace").decode()


def harmless(words: str) -> str:
    """Words for a place that may read markdown: its marks are broken by characters without width."""
    return _LIVELY.sub("\u200b", clean(words)).replace("\n", " ").strip()


def paragraph(line: Line, *, spacing: str = "Default", **look: object) -> list[Json]:
    """A line as blocks of literal words, one a row; ``look`` is how its runs look."""
    blocks = [
        {"type": "RichTextBlock", "inlines": [_run(span, look) for span in part]}
        for row in rows_of(line)
        for part in _parts(row)
    ]
    for n, block in enumerate(blocks):
        if n or spacing != "Default":
            block["spacing"] = "Small" if n else spacing
    return blocks


def rows_of(line: Line) -> list[Line]:
    """A line broken at its line ends, without blank rows; one with very many stays whole."""
    words = [Span(clean(s.text), s.bold, s.italic, s.strike) for s in line]
    if sum(s.text.count("\n") for s in words) > limits.ROWS:
        return [tuple(s for s in words if s.text)] if any(s.text.strip() for s in words) else []
    rows: list[list[Span]] = [[]]
    for span in words:
        first, *rest = span.text.split("\n")
        rows[-1].append(_like(span, first))
        rows += [[_like(span, text)] for text in rest]
    kept = (tuple(s for s in row if s.text) for row in rows)
    return [row for row in kept if "".join(s.text for s in row).strip()]


def _like(span: Span, text: str) -> Span:
    return Span(text, span.bold, span.italic, span.strike)


def _parts(row: Line) -> Iterator[Line]:
    """A row in parts that each fit into one block."""
    part: list[Span] = []
    room = limits.PIECE_BYTES
    for span in row:
        for piece in _pieces(span.text):
            needs = len(piece.encode()) + 60
            if part and needs > room:
                yield tuple(part)
                part, room = [], limits.PIECE_BYTES
            part.append(_like(span, piece))
            room -= needs
    if part:
        yield tuple(part)


def _pieces(text: str) -> Iterator[str]:
    """Words cut between words where they are too long; every character stays."""
    while len(text.encode()) > limits.PIECE_BYTES:
        head = text.encode()[: limits.PIECE_BYTES].decode(errors="ignore")
        cut = max(head.rfind(" "), head.rfind("\n")) + 1
        cut = cut if cut > len(head) // 2 else len(head)
        yield text[:cut]
        text = text[cut:]
    if text:
        yield text


def _run(span: Span, look: dict[str, object]) -> Json:
    run: Json = {"type": "TextRun", "text": span.text, **look}
    if span.bold:
        run["weight"] = "Bolder"
    if span.italic:
        run["italic"] = True
    if span.strike:
        run["strikethrough"] = True
    return run


# --- buttons -----------------------------------------------------------------------------------------------

_STYLES = {"primary": "positive", "danger": "destructive"}


def button_row(actions: Sequence[Action]) -> list[Json]:
    """Buttons in rows of six; one that carries too much is named to be typed."""
    light = [a for a in actions if len(a.value.encode("utf-8", "replace")) <= limits.BUTTON_VALUE]
    heavy = [a for a in actions if a not in light]
    rows: list[Json] = []
    for made in map(press, light):
        if not rows or len(rows[-1]["actions"]) == limits.BUTTONS or size(rows[-1]) + size(made) > limits.ROW_BYTES:
            rows.append({"type": "ActionSet", "actions": []})
        rows[-1]["actions"].append(made)
    typed = [b for a in heavy for b in paragraph((Span("Type: "), Span(a.label, bold=True)))]
    return rows + typed


def press(action: Action) -> Json:
    """One button; it sends nothing of the inputs beside it."""
    return execute(action.label, "press", {"press": action.value}, style=_STYLES.get(action.style, ""), inputs=False)


def execute(label: str, verb: str, data: Json, *, style: str = "", inputs: bool = True) -> Json:
    """An ``Action.Execute`` that old clients see as an ``Action.Submit``."""
    words = clean(label).replace("\n", " ").strip() or "…"
    common: Json = {"title": clip(words, limits.BUTTON_LABEL), "data": data}
    if len(words) > limits.BUTTON_LABEL:
        common["tooltip"] = clip(words, limits.CHOICE_LABEL)
    if style:
        common["style"] = style
    if not inputs:
        common["associatedInputs"] = "none"
    return {
        "type": "Action.Execute",
        "verb": verb,
        **common,
        "fallback": {"type": "Action.Submit", **common},
    }
