"""Cards as words for a terminal, and as the JSON lines that other programs read."""

from __future__ import annotations

import json
from typing import Any

from bot.view import (
    Actions,
    Attachment,
    Card,
    Chart,
    Facts,
    Heading,
    Image,
    Line,
    Note,
    Quote,
    Table,
    Text,
    input_text,
    plain,
    points,
    to_json,
)

BOLD, DIM, STRIKE, OFF = "\x1b[1m", "\x1b[2m", "\x1b[9m", "\x1b[0m"
BAR = 24
COLUMNS = " ▁▂▃▄▅▆▇█"


def message_json(to: str, place: str, card: Card) -> str:
    """One shown message as a JSON line: ``text`` is the whole card in words, ``actions`` every button and option."""
    record: dict[str, Any] = {
        "type": "message",
        "to": to,
        "place": place,
        "text": card.text,
        "card": to_json(card),
        "actions": [{"label": a.label, "value": a.value} for a in card.actions],
    }
    return json.dumps(record, ensure_ascii=False)


def turn_json(number: int) -> str:
    """The line that ends a turn, once everything its words caused has been shown; turn 0 is the start."""
    return json.dumps({"type": "turn", "n": number})


def words(card: Card, *, colour: bool) -> str:
    """A card as a person reads it in a terminal."""
    parts = [_element(e, colour) for e in card.elements if not isinstance(e, Actions)]
    if card.form and card.form.inputs:
        parts.append(_styled(input_text(card.form.inputs[0]), BOLD if colour else ""))
    if card.actions:
        parts.append("   ".join(f"[{n}] {a.label}" for n, a in enumerate(card.actions, 1)))
    return "\n".join(p for p in parts if p)


def _element(element: object, colour: bool) -> str:
    match element:
        case Heading(text):
            return _styled(text, BOLD if colour else "")
        case Text(line):
            return _line(line, colour)
        case Note(line):
            return _styled(plain(line), DIM if colour else "")
        case Quote(line):
            return "\n".join("  │ " + row for row in _line(line, colour).splitlines())
        case Facts(rows):
            width = max((len(name) for name, _ in rows), default=0)
            return "\n".join(f"{name:<{width}}  {_line(value, colour)}" for name, value in rows)
        case Table():
            return _table(element)
        case Chart():
            return _chart(element)
        case Image(_, alt):
            return f"({alt})"
        case Attachment(name, _, content):
            return f"{name}\n{content}"
        case _:
            return ""


def _styled(text: str, style: str) -> str:
    return f"{style}{text}{OFF}" if style and text else text


def _line(line: Line, colour: bool) -> str:
    if not colour:
        return "".join(f"~~{s.text}~~" if s.strike else s.text for s in line)
    return "".join(
        _styled(s.text, (BOLD if s.bold else "") + (DIM if s.italic else "") + (STRIKE if s.strike else ""))
        for s in line
    )


def _table(table: Table) -> str:
    rows = [table.columns, *table.rows]
    widths = [min(max(len(r[n]) for r in rows), 40) for n in range(len(table.columns))]
    lines = ["  ".join(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([table.caption, *lines] if table.caption else lines)


def _chart(chart: Chart) -> str:
    """Bars a line each; of several series a small one a line each, all to one scale. The numbers stand beside them."""
    most = max((abs(v) for series in chart.series for v in series.values), default=0) or 1
    draw = _bars if len(chart.series) == 1 else _columns
    return "\n".join([chart.title, *draw(chart, most)])


def _bars(chart: Chart, most: float) -> list[str]:
    width = max((len(label) for label in chart.labels), default=0)
    return [
        f"{label:<{width}}  {'█' * max(round(abs(v) / most * BAR), 1 if v else 0)} {v:,.12g}{chart.unit}"
        for label, v in zip(chart.labels, chart.series[0].values, strict=True)
    ]


def _columns(chart: Chart, most: float) -> list[str]:
    width = max((len(series.name) for series in chart.series), default=0)
    return [
        f"{series.name:<{width}}  {''.join(_column(v, most) for v in series.values)}  {points(chart, series)}"
        for series in chart.series
    ]


def _column(value: float, most: float) -> str:
    return COLUMNS[max(round(abs(value) / most * (len(COLUMNS) - 1)), 1 if value else 0)]
