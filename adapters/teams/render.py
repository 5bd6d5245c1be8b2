"""A neutral card as Adaptive Cards 1.5. Pure functions, one an element.

People's words go into ``TextRun`` only, which knows no markdown; the few plain-text places left (labels, choices,
buttons) are made harmless by :func:`harmless`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from typing import Any, TypeAlias

from adapters.teams import limits
from adapters.teams.forms import render_form
from adapters.teams.words import button_row, clean, paragraph, rows_of, size
from bot.view import (
    Action,
    Actions,
    Attachment,
    Card,
    Chart,
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
    table_text,
)

Json: TypeAlias = dict[str, Any]

CARD_TYPE = "application/vnd.microsoft.card.adaptive"
_LITERAL_HEADING = re.compile(r"[*_\[\]~`\\<]|\{\{|^\s*(?:[#>+-]|\d+[.)])")


def render(card: Card) -> list[Json]:
    """The card as one Adaptive Card, or as several where it is too large for one; empty for an empty card."""
    blocks = [[block] for element in card.elements for block in _element(element)]
    pages = _pages(blocks + (render_form(card.form) if card.form else []))
    numbered = [
        [*page, *_note(Note((Span(f"{n} of {len(pages)}"),)))] if len(pages) > 1 else page
        for n, page in enumerate(pages, 1)
    ]
    return [_adaptive(body, card.text) for body in numbered]


def message(page: Json, text: str = "") -> Json:
    """A message activity that shows one rendered card; ``text`` is what its notification says."""
    summary = clip(clean(text).strip() or page.get("fallbackText", ""), limits.SUMMARY)
    return {
        "type": "message",
        "summary": summary,
        "attachments": [{"contentType": CARD_TYPE, "content": page}],
    }


def wire(body: object) -> bytes:
    """JSON as it is sent: UTF-8 without needless escapes, and a stray half of a character made a question mark."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8", "replace")


def _adaptive(body: list[Json], text: str) -> Json:
    wide = any(b["type"] == "Table" or b["type"].startswith("Chart.") for b in body)
    return {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.5",
        "lang": "en",
        "fallbackText": clip(clean(text), limits.SUMMARY),
        "body": body,
        **({"msteams": {"width": "Full"}} if wide else {}),
    }


def _pages(units: Sequence[list[Json]]) -> list[list[Json]]:
    """Blocks packed into pages; a unit stays whole (inputs are sent together with their button)."""
    pages: list[list[Json]] = []
    room = 0
    for unit in units:
        needs = sum(map(size, unit))
        if needs > room or not pages:
            pages.append([])
            room = limits.PAGE_BYTES
        pages[-1] += unit
        room -= needs
    return pages


# --- one function an element -------------------------------------------------------------------------------


def _element(element: Element) -> list[Json]:
    match element:
        case Heading():
            return _heading(element)
        case Text(line):
            return paragraph(line)
        case Quote(line):
            return _quote(line)
        case Note():
            return _note(element)
        case Facts():
            return _facts(element)
        case Table():
            return _table(element)
        case Chart():
            return _chart(element)
        case Image():
            return _image(element)
        case Attachment():
            return _attachment(element)
        case Actions(actions):
            return _actions(actions)


def _heading(heading: Heading) -> list[Json]:
    text = clean(heading.text).strip()
    if not text:
        return []
    if _LITERAL_HEADING.search(text) or len(text) > limits.INPUT_LABEL:
        # A heading block reads markdown; these words would not stay what they are.
        return paragraph((Span(text, bold=True),), size="Large")
    return [{"type": "TextBlock", "text": text, "style": "heading", "size": "Large", "weight": "Bolder", "wrap": True}]


def _quote(line: Line) -> list[Json]:
    boxes: list[Json] = []
    for block in paragraph(line):
        if boxes and size(boxes[-1]) + size(block) < 2 * limits.PIECE_BYTES:
            boxes[-1]["items"].append(block)
        else:
            boxes.append({"type": "Container", "style": "emphasis", "items": [block]})
    return boxes


def _note(note: Note) -> list[Json]:
    return paragraph(note.line, size="Small", isSubtle=True)


def _facts(facts: Facts) -> list[Json]:
    return [
        block
        for name, value in facts.rows
        for block in paragraph((Span(f"{name}: ", bold=True), *value), spacing="Small")
    ]


def _table(table: Table) -> list[Json]:
    rows = [_row(row, bold=False) for row in table.rows]
    head = _row(table.columns, bold=True)
    if (
        not 0 < len(table.columns) <= limits.TABLE_COLUMNS
        or not rows
        or max(size(r) for r in [head, *rows]) > limits.TABLE_ROW_BYTES
    ):
        return paragraph((Span(table_text(table)),))
    caption = paragraph((Span(table.caption, bold=True),))
    return caption + [_grid(head, part, len(table.columns)) for part in _table_parts(rows)]


def _table_parts(rows: list[Json]) -> list[list[Json]]:
    parts: list[list[Json]] = [[]]
    taken = 0
    for row in rows:
        needs = size(row)
        if parts[-1] and (len(parts[-1]) >= limits.TABLE_ROWS or taken + needs > 3 * limits.PIECE_BYTES):
            parts.append([])
            taken = 0
        parts[-1].append(row)
        taken += needs
    return parts


def _grid(head: Json, rows: list[Json], columns: int) -> Json:
    return {
        "type": "Table",
        "firstRowAsHeader": True,
        "showGridLines": True,
        "columns": [{"width": 1} for _ in range(columns)],
        "rows": [head, *rows],
    }


def _row(cells: Sequence[str], *, bold: bool) -> Json:
    return {
        "type": "TableRow",
        "cells": [
            {"type": "TableCell", "items": paragraph((Span(cell or "–", bold=bold),)) or paragraph((Span("–"),))}
            for cell in cells
        ],
    }


def _chart(chart: Chart) -> list[Json]:
    words = chart_text(chart)
    values = [v for s in chart.series for v in s.values]
    drawable = values and len(values) <= limits.CHART_POINTS and all(math.isfinite(v) for v in values)
    if not drawable or any(v < 0 for v in values if chart.kind == "donut"):
        return paragraph((Span(words),))
    title = paragraph((Span(clip(chart.title.strip() or "Chart", limits.INPUT_LABEL), bold=True),))
    beside = words if len(chart.title) > limits.CHART_LABEL else words.removeprefix(chart.title).strip()
    return [
        {**_plot(chart), "fallback": {"type": "Container", "items": title}},
        *paragraph((Span(beside),), size="Small", isSubtle=True),
    ]


def _plot(chart: Chart) -> Json:
    title = _short(chart.title)
    match chart.kind, chart.series:
        case "donut", (only, *_):
            return {"type": "Chart.Donut", "title": title, "data": _slices(chart, only)}
        case "bar", (only,):
            return {"type": "Chart.VerticalBar", "title": title, **_axes(chart), "data": _points(chart, only)}
        case "bar", _:
            return {"type": "Chart.VerticalBar.Grouped", "title": title, **_axes(chart), "data": _lines(chart)}
        case _:
            return {"type": "Chart.Line", "title": title, **_axes(chart), "data": _lines(chart)}


def _axes(chart: Chart) -> Json:
    return {"yAxisTitle": _short(chart.unit.strip())} if chart.unit.strip() else {}


def _slices(chart: Chart, series: Series) -> list[Json]:
    return [{"legend": _short(x), "value": y} for x, y in zip(chart.labels, series.values, strict=True)]


def _points(chart: Chart, series: Series) -> list[Json]:
    return [{"x": _short(x), "y": y} for x, y in zip(chart.labels, series.values, strict=True)]


def _lines(chart: Chart) -> list[Json]:
    return [{"legend": _short(s.name), "values": _points(chart, s)} for s in chart.series]


def _short(words: str) -> str:
    return clip(clean(words), limits.CHART_LABEL)


def _image(image: Image) -> list[Json]:
    if not image.url.startswith("https://") or len(image.url) > limits.BUTTON_VALUE:
        return paragraph((Span(image.alt),))
    return [{"type": "Image", "url": clean(image.url), "altText": clip(clean(image.alt), limits.INPUT_LABEL)}]


def _attachment(attachment: Attachment) -> list[Json]:
    # A chat with a bot has no plain file of its own; the words are there to be copied.
    named = paragraph((Span(attachment.name, bold=True),))
    return named + [
        block for row in rows_of((Span(attachment.content),)) for block in paragraph(row, fontType="Monospace")
    ]


def _actions(actions: Sequence[Action]) -> list[Json]:
    return button_row(actions)
