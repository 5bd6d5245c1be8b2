"""Neutral cards: what the coach shows, before any platform gives it a look.

A card is a frozen record. Words that people typed enter a card only as values of :func:`say`, so they are
never read as markup; each platform escapes them in its own way.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

# --- words -------------------------------------------------------------------------------------------------


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


# --- presses -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AnswerPress:
    """A button that answers one question of one conversation."""

    conversation: int
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class CommandPress:
    """A button that stands for a typed command."""

    command: str


def press_value(press: AnswerPress | CommandPress) -> str:
    """What a control carries, as a short string a platform keeps for us."""
    if isinstance(press, CommandPress):
        return json.dumps(["c", press.command], ensure_ascii=False, separators=(",", ":"))
    return json.dumps(["a", press.conversation, press.key, press.value], ensure_ascii=False, separators=(",", ":"))


def read_press(value: str) -> AnswerPress | CommandPress | None:
    """The press behind a control's string, or None where it was tampered with."""
    try:
        match json.loads(value):
            case ["c", str(command)]:
                return CommandPress(command)
            case ["a", int(conversation), str(key), str(answer)]:
                return AnswerPress(conversation, key, answer)
    except (ValueError, RecursionError):
        return None
    return None


# --- elements ----------------------------------------------------------------------------------------------

Style = Literal["plain", "primary", "danger"]
InputKind = Literal["text", "choice", "many", "scale", "date", "money", "person", "confirm"]


@dataclass(frozen=True, slots=True)
class Heading:
    """A short title; plain words."""

    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    line: Line


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's words, or a draft: set apart from the coach's own."""

    line: Line


@dataclass(frozen=True, slots=True)
class Note:
    """A quiet line: a reason, a source, a time."""

    line: Line


@dataclass(frozen=True, slots=True)
class Facts:
    """Short name and value pairs."""

    rows: tuple[tuple[str, Line], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under column names; every row as long as ``columns``."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One line or set of bars of a chart."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Numbers as a picture; every series has one value a label."""

    kind: Literal["bar", "line", "donut"]
    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """A picture with words for those who do not see it."""

    url: str
    alt: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A small text file to keep."""

    name: str
    media_type: str
    content: str


@dataclass(frozen=True, slots=True)
class Action:
    """A button: its words and what it carries (:func:`press_value`)."""

    label: str
    value: str
    style: Style = "plain"


@dataclass(frozen=True, slots=True)
class Actions:
    """A row of buttons."""

    actions: tuple[Action, ...]


Element = Heading | Text | Quote | Note | Facts | Table | Chart | Image | Attachment | Actions


@dataclass(frozen=True, slots=True)
class Option:
    """One of the answers offered to a question."""

    label: str
    value: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Input:
    """An open question as a control; ``value`` is what was answered before, ``error`` what was wrong with it."""

    key: str
    kind: InputKind
    prompt: Line
    hint: str = ""
    options: tuple[Option, ...] = ()
    multiline: bool = False
    optional: bool = False
    value: str | tuple[str, ...] | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """The open questions of a conversation: a chat asks the first, a modal all at once."""

    conversation: int
    title: str
    inputs: tuple[Input, ...]
    can_go_back: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """One message."""

    elements: tuple[Element, ...] = ()
    form: Form | None = None

    @property
    def actions(self) -> tuple[Action, ...]:
        """Every button of the card, the options of an open question last."""
        own = [a for e in self.elements if isinstance(e, Actions) for a in e.actions]
        return tuple(own) + (form_actions(self.form) if self.form else ())

    @property
    def text(self) -> str:
        """The whole card as words, for notifications, screen readers and the terminal."""
        parts = [_as_text(e) for e in self.elements if not isinstance(e, Actions)]
        if self.form and self.form.inputs:
            parts.append(input_text(self.form.inputs[0]))
        parts += [f"{n}. {a.label}" for n, a in enumerate(self.actions, 1)]
        return "\n".join(p for p in parts if p)


def card(*elements: Element | Line | str | None, form: Form | None = None) -> Card:
    """A card of elements; a line or string stands for a paragraph, None for nothing."""
    made: list[Element] = []
    for element in elements:
        if isinstance(element, str):
            made.append(Text(say("{words}", words=element)))
        elif isinstance(element, tuple):
            made.append(Text(element))
        elif element is not None:
            made.append(element)
    return Card(tuple(made), form)


def merge(cards: Sequence[Card]) -> Card:
    """Several cards as one message; the last open form wins."""
    forms = [c.form for c in cards if c.form]
    return Card(tuple(e for c in cards for e in c.elements), forms[-1] if forms else None)


def button(label: str, command: str, style: Style = "plain") -> Action:
    """A button that stands for a typed command."""
    return Action(label, press_value(CommandPress(command)), style)


def form_actions(form: Form) -> tuple[Action, ...]:
    """The options of a form's first question as buttons."""
    if not form.inputs or form.inputs[0].kind == "many":
        return ()
    first = form.inputs[0]
    return tuple(
        Action(o.label, press_value(AnswerPress(form.conversation, first.key, o.value))) for o in first.options
    )


def input_text(question: Input) -> str:
    """An open question in words: what was wrong before, what is asked, what may be typed."""
    lines = [question.error, plain(question.prompt), question.hint]
    if question.kind == "many":
        lines += [f"{n}. {o.label}" for n, o in enumerate(question.options, 1)]
    return "\n".join(line for line in lines if line)


def _as_text(element: Element) -> str:
    match element:
        case Heading(text):
            return text
        case Text(line) | Note(line):
            return plain(line)
        case Quote(line):
            return "\n".join("> " + row for row in plain(line).splitlines())
        case Facts(rows):
            return "\n".join(f"{name}: {plain(value)}" for name, value in rows)
        case Table():
            return table_text(element)
        case Chart():
            return chart_text(element)
        case Image(_, alt):
            return alt
        case Attachment(name):
            return f"File: {name}"
        case _:
            return ""


def table_text(table: Table) -> str:
    """A table in words: its caption, then one line a row."""
    rows = [" · ".join(f"{c}: {v}" for c, v in zip(table.columns, row, strict=True) if v) for row in table.rows]
    return "\n".join([table.caption, *rows] if table.caption else rows)


def chart_text(chart: Chart) -> str:
    """The numbers of a chart in words."""
    lines = [chart.title]
    for series in chart.series:
        points = ", ".join(
            f"{label} {value:.12g}{chart.unit}" for label, value in zip(chart.labels, series.values, strict=True)
        )
        lines.append(f"{series.name}: {points}" if series.name else points)
    return "\n".join(lines)


# --- as JSON -----------------------------------------------------------------------------------------------

_RECORDS: dict[str, type] = {
    c.__name__: c
    for c in (
        Span, Heading, Text, Quote, Note, Facts, Table, Series, Chart, Image, Attachment, Action, Actions,
        Option, Input, Form, Card,
    )
}  # fmt: skip


def to_json(record: object) -> Any:
    """A card or a part of it as plain JSON: each record an object with its name under ``is``."""
    if dataclasses.is_dataclass(record) and not isinstance(record, type):
        values = {f.name: to_json(getattr(record, f.name)) for f in dataclasses.fields(record)}
        return {"is": type(record).__name__, **values}
    if isinstance(record, tuple):
        return [to_json(r) for r in record]
    return record


def from_json(data: Any) -> Any:
    """The record that :func:`to_json` wrote; fields it does not know are left out."""
    if isinstance(data, list):
        return tuple(from_json(d) for d in data)
    if not isinstance(data, dict):
        return data
    record = _RECORDS[data["is"]]
    known = {f.name for f in dataclasses.fields(record)}
    return record(**{k: from_json(v) for k, v in data.items() if k in known})


def card_from_json(data: Any) -> Card:
    """A stored card."""
    made = from_json(data)
    if not isinstance(made, Card):
        raise ValueError("not a card")
    return made
