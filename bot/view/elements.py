"""The elements of a card, and the questions it may ask: frozen records, each said once for every platform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.view.words import Line

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
