"""Neutral elements as Block Kit blocks.

People's words go into ``rich_text``, where Slack reads no mark-up at all; only quiet notes are mrkdwn, defused.
Every function gives pieces that fit Slack's limits; what is too long for a native block falls back to text.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from adapters.slack import limits
from adapters.slack.mrkdwn import mrkdwn
from bot.view import (
    Action,
    Actions,
    AnswerPress,
    Attachment,
    Chart,
    CommandPress,
    Element,
    Facts,
    Heading,
    Image,
    Line,
    Note,
    Quote,
    Series,
    Span,
    Table,
    Text,
    chart_text,
    clip,
    plain,
    read_press,
    say,
    table_text,
)

RUNS = 40
"""Styled runs in one block of text; each costs about 90 characters of JSON."""

_UNSEEN = {n: None for n in range(32) if n not in (9, 10)}

Block: TypeAlias = dict[str, Any]
Surface: TypeAlias = Literal["message", "view"]


@dataclass(frozen=True, slots=True)
class Piece:
    """One block and what it says, for notifications and screen readers."""

    block: Block
    text: str

    @property
    def size(self) -> int:
        """Characters of JSON."""
        return len(json.dumps(self.block, ensure_ascii=False))


def pieces_of(element: Element, surface: Surface) -> list[Piece]:
    """An element as blocks for a message or a view."""
    match element:
        case Heading(text):
            return heading(text)
        case Text(line):
            return paragraphs(line)
        case Quote(line):
            return paragraphs(line, "rich_text_quote")
        case Note(line):
            return notes(line)
        case Facts(rows):
            return facts(rows)
        case Table():
            return table(element, surface)
        case Chart():
            return chart(element, surface)
        case Image():
            return image(element)
        case Attachment(name):
            return notes(say("File: {name}", name=name))
        case Actions(actions):
            return buttons(actions)


# --- words -------------------------------------------------------------------------------------------------


def plain_text(text: str, most: int) -> Block:
    """A plain text object; never empty."""
    return {"type": "plain_text", "text": clip(text.strip(), most) or "–", "emoji": False}


def parts_of(line: Line, most: int) -> Iterator[Line]:
    """A line in parts of at most ``most`` characters, cut at a newline or blank where there is one."""
    part: list[Span] = []
    room = most
    for span in line:
        text = span.text.translate(_UNSEEN)
        if len(part) >= RUNS:
            yield tuple(part)
            part, room = [], most
        while len(text) > room:
            cut = max(text.rfind("\n", 0, room), text.rfind(" ", 0, room)) + 1 or room
            part.append(_with(span, text[:cut]))
            yield tuple(part)
            part, room, text = [], most, text[cut:]
        if text:
            part.append(_with(span, text))
            room -= len(text)
    if part:
        yield tuple(part)


def _with(span: Span, text: str) -> Span:
    return Span(text, span.bold, span.italic, span.strike)


def rich(line: Line, kind: str = "rich_text_section") -> Block:
    """A line as a rich text block; its words are literal."""
    return {"type": "rich_text", "elements": [{"type": kind, "elements": [_run(span) for span in line]}]}


def _run(span: Span) -> Block:
    style = {k: True for k in ("bold", "italic", "strike") if getattr(span, k)}
    return {"type": "text", "text": span.text, **({"style": style} if style else {})}


def paragraphs(line: Line, kind: str = "rich_text_section") -> list[Piece]:
    """A paragraph, or somebody's words, in as many blocks as it takes."""
    return [Piece(rich(p, kind), plain(p)) for p in parts_of(line, limits.SECTION_TEXT) if plain(p).strip()]


def heading(text: str) -> list[Piece]:
    """A title; one too long for a header block is bold text."""
    if len(text) > limits.HEADER_TEXT or "\n" in text:
        return paragraphs((Span(text, bold=True),))
    return [Piece({"type": "header", "text": plain_text(text, limits.HEADER_TEXT)}, text)] if text.strip() else []


def notes(line: Line) -> list[Piece]:
    """A quiet line."""
    made: list[Piece] = []
    for part in parts_of(line, limits.CONTEXT_TEXT // 2):
        if not plain(part).strip():
            continue
        text = mrkdwn(part)
        if any(s.bold or s.italic or s.strike for s in part) and len(text) <= limits.CONTEXT_TEXT:
            words: Block = {"type": "mrkdwn", "text": text, "verbatim": True}
        else:
            words = plain_text(plain(part), limits.CONTEXT_TEXT)
        made.append(Piece({"type": "context", "elements": [words]}, plain(part)))
    return made


def facts(rows: Iterable[tuple[str, Line]]) -> list[Piece]:
    """Name and value pairs, one a line."""
    lines = [(Span(f"{name}: ", bold=True), *value) for name, value in rows]
    return [piece for some in _together(lines) for piece in paragraphs(_stacked(some))]


def _together(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Lines by the block: none is broken in two where it fits into one."""
    block: list[Line] = []
    runs = size = 0
    for line in lines:
        length = sum(len(span.text) for span in line) + 1
        if block and (runs + len(line) + 1 > RUNS or size + length > limits.SECTION_TEXT):
            yield block
            block, runs, size = [], 0, 0
        block.append(line)
        runs += len(line) + 1
        size += length
    if block:
        yield block


def _stacked(lines: Iterable[Line]) -> Line:
    spans: list[Span] = []
    for line in lines:
        spans += ([Span("\n")] if spans else []) + list(line)
    return tuple(spans)


def image(element: Image) -> list[Piece]:
    """A picture, or its words where Slack could not fetch it."""
    if not element.url.startswith(("https://", "http://")) or len(element.url) > limits.IMAGE_URL:
        return notes((Span(element.alt),))
    alt = clip(element.alt.strip(), limits.IMAGE_ALT) or "Picture"
    return [Piece({"type": "image", "image_url": element.url, "alt_text": alt}, alt)]


# --- numbers -----------------------------------------------------------------------------------------------


def table(element: Table, surface: Surface) -> list[Piece]:
    """A native table in a message; rows as text in a view, or where cells are too long or too many."""
    caption = paragraphs((Span(element.caption, bold=True),)) if element.caption else []
    if not element.columns or not element.rows:
        return caption
    longest = max(len(cell) for row in (element.columns, *element.rows) for cell in row)
    if surface == "view" or len(element.columns) > limits.TABLE_COLUMNS or longest > limits.TABLE_CELL:
        return caption + _table_rows(element)
    return caption + [
        Piece({"type": "table", "rows": [_cells(element.columns), *map(_cells, rows)]}, _rows_text(element, rows))
        for rows in _pages(element)
    ]


def _rows_text(element: Table, rows: list[tuple[str, ...]]) -> str:
    return table_text(Table(element.columns, tuple(rows)))


def _cells(row: tuple[str, ...]) -> list[Block]:
    return [{"type": "raw_text", "text": cell if cell.strip() else "–"} for cell in row]


def _pages(element: Table) -> Iterator[list[tuple[str, ...]]]:
    head = len(json.dumps(_cells(element.columns), ensure_ascii=False)) + 40
    page: list[tuple[str, ...]] = []
    size = head
    for row in element.rows:
        length = len(json.dumps(_cells(row), ensure_ascii=False)) + 2
        if page and (size + length > limits.MESSAGE_CHARS - 2000 or len(page) == limits.TABLE_ROWS - 1):
            yield page
            page, size = [], head
        page.append(row)
        size += length
    yield page


def _table_rows(element: Table) -> list[Piece]:
    lines: list[Line] = []
    for row in element.rows:
        rest = [f"{c}: {v}" for c, v in zip(element.columns[1:], row[1:], strict=True) if v]
        lines.append((Span(row[0] or "–", bold=True), Span("".join(" · " + r for r in rest))))
    shown = [tuple(s for s in line if s.text) for line in lines]
    return [piece for some in _together(shown) for piece in paragraphs(_stacked(some))]


def chart(element: Chart, surface: Surface) -> list[Piece]:
    """A native chart in a message; its numbers in words where Slack's charts cannot hold them."""
    text = chart_text(element)
    drawn = _pie(element) if element.kind == "donut" else _plot(element)
    if surface == "view" or drawn is None:
        return paragraphs((Span(text),))
    title = element.title.strip() or "Chart"
    block = {"type": "data_visualization", "title": clip(title, limits.CHART_TITLE), "chart": drawn}
    shortened = len(title) > limits.CHART_TITLE or any(len(n) > limits.CHART_LABEL for n in _names(element))
    return [Piece(block, ""), *notes((Span(text),))] if shortened else [Piece(block, text)]


def _names(element: Chart) -> list[str]:
    return [*element.labels, *(s.name for s in element.series)]


def _labels(names: Iterable[str]) -> list[str] | None:
    short = [clip(name.strip(), limits.CHART_LABEL) for name in names]
    return short if all(short) and len(set(short)) == len(short) else None


def _pie(element: Chart) -> Block | None:
    labels = _labels(element.labels)
    if labels is None or len(element.series) != 1 or not _finite(element.series):
        return None
    drawn = [(name, v) for name, v in zip(labels, element.series[0].values, strict=True) if v > 0]
    if not 1 <= len(drawn) <= limits.CHART_SERIES:
        return None
    return {"type": "pie", "segments": [{"label": name, "value": v} for name, v in drawn]}


def _plot(element: Chart) -> Block | None:
    labels = _labels(element.labels)
    names = _labels(s.name or element.unit or element.title for s in element.series)
    counts = 1 <= len(element.labels) <= limits.CHART_POINTS and 1 <= len(element.series) <= limits.CHART_SERIES
    if labels is None or names is None or not counts or not _finite(element.series):
        return None
    series = [
        {"name": n, "data": [{"label": x, "value": v} for x, v in zip(labels, s.values, strict=True)]}
        for n, s in zip(names, element.series, strict=True)
    ]
    return {"type": element.kind, "series": series, "axis_config": {"categories": labels}}


def _finite(series: Iterable[Series]) -> bool:
    return all(math.isfinite(v) for s in series for v in s.values)


# --- buttons -----------------------------------------------------------------------------------------------


def buttons(actions: Iterable[Action], prefix: str = "p") -> list[Piece]:
    """Rows of buttons; a label too long for one stands above in full, a value too long for one is to be typed."""
    made: list[Piece] = []
    row: list[Block] = []
    for n, action in enumerate(actions):
        if len(action.value) > limits.BUTTON_VALUE:
            made += _to_type(action)
            continue
        if len(action.label) > limits.BUTTON_TEXT:
            made += paragraphs((Span(action.label),))
        row.append(one_button(f"{prefix}:{n}", action))
    for start in range(0, len(row), limits.ACTIONS):
        elements = row[start : start + limits.ACTIONS]
        text = " ".join(f"[{e['text']['text']}]" for e in elements)
        made.append(Piece({"type": "actions", "elements": elements}, text))
    return made


def one_button(action_id: str, action: Action) -> Block:
    """A button; what it carries comes back as it is."""
    style = {} if action.style == "plain" else {"style": action.style}
    return {
        "type": "button",
        "action_id": action_id,
        "text": plain_text(action.label, limits.BUTTON_TEXT),
        "value": action.value or "-",
        **style,
    }


def _to_type(action: Action) -> list[Piece]:
    match read_press(action.value):
        case CommandPress(command):
            words = command
        case AnswerPress():
            words = action.label
        case _:
            return []
    return [*paragraphs(say("For **{label}**, type:", label=clip(action.label, 75))), *paragraphs((Span(words),))]
