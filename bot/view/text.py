"""Elements in words, which every platform can fall back to."""

from __future__ import annotations

from bot.view.elements import Attachment, Chart, Element, Facts, Heading, Image, Input, Note, Quote, Series, Table, Text
from bot.view.words import plain


def element_text(element: Element) -> str:
    """One element in words; buttons have none of their own."""
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


def input_text(question: Input) -> str:
    """An open question in words: what was wrong before, what is asked, what may be typed."""
    lines = [question.error, plain(question.prompt), question.hint]
    if question.kind == "many":
        lines += [f"{n}. {o.label}" for n, o in enumerate(question.options, 1)]
    return "\n".join(line for line in lines if line)


def table_text(table: Table) -> str:
    """A table in words: its caption, then one line a row."""
    rows = [" · ".join(f"{c}: {v}" for c, v in zip(table.columns, row, strict=True) if v) for row in table.rows]
    return "\n".join([table.caption, *rows] if table.caption else rows)


def chart_text(chart: Chart) -> str:
    """The numbers of a chart in words."""
    lines = [chart.title]
    for series in chart.series:
        lines.append(f"{series.name}: {points(chart, series)}" if series.name else points(chart, series))
    return "\n".join(lines)


def points(chart: Chart, series: Series) -> str:
    """The numbers of one series, each behind what it is of."""
    labelled = zip(chart.labels, series.values, strict=True)
    return ", ".join(f"{label} {value:,.12g}{chart.unit}" for label, value in labelled)
