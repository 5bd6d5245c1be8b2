"""Charts as inline SVG: plain shapes with classes, so that the page's own colours and policy apply."""

from __future__ import annotations

from math import cos, isfinite, pi, sin

from markupsafe import Markup

from bot.view import Chart, Series, clip

WIDTH = 560
COLOURS = 6
_LABEL = 150
_VALUE = 70
_BAR = 18
_GAP = 12
_PLOT = 190
_MOST_TICKS = 8


def svg(chart: Chart) -> Markup:
    """The picture of a chart; its numbers stand in words beside it."""
    if not chart.labels or not chart.series:
        return Markup("")
    match chart.kind:
        case "bar":
            return _frame(chart, *_bars(chart))
        case "line":
            return _frame(chart, *_lines(chart))
        case "donut":
            return _frame(chart, *_donut(chart))


def number(value: float, unit: str = "") -> str:
    """A value as people read it: 31,400 or 2.5, its unit before it where it is a currency sign."""
    if not isfinite(value):
        return "–"
    words = f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:,.2f}".rstrip("0")
    if unit.strip() in {"€", "$", "£"}:
        return f"{unit.strip()}{words}" if value >= 0 else f"-{unit.strip()}{words[1:]}"
    return words + unit


def share(value: float, whole: float) -> str:
    """A part of a whole in per cent."""
    return f"{100 * value / whole:.0f}%" if whole > 0 else "0%"


def colour(n: int) -> str:
    """The class that colours the n-th series."""
    return f"c{n % COLOURS}"


def positive(series: Series) -> tuple[float, ...]:
    """The values of a series as parts of a whole: nothing below zero."""
    return tuple(max(0.0, _finite(v)) for v in series.values)


def _finite(value: float) -> float:
    return value if isfinite(value) else 0.0


def _frame(chart: Chart, width: int, height: int, shapes: Markup) -> Markup:
    return Markup(
        '<svg class="chart {kind}" viewBox="0 0 {width} {height}" role="img" aria-label="{title}">{shapes}</svg>'
    ).format(kind=chart.kind, width=width, height=height, title=f"{chart.title}. The numbers follow.", shapes=shapes)


def _text(x: float, y: float, words: str, kind: str) -> Markup:
    return Markup('<text x="{x:.1f}" y="{y:.1f}" class="{kind}">{words}</text>').format(
        x=x, y=y, kind=kind, words=words
    )


def _bars(chart: Chart) -> tuple[int, int, Markup]:
    values = [_finite(v) for s in chart.series for v in s.values]
    low, high = min(0.0, *values), max(0.0, *values)
    scale = (WIDTH - _LABEL - _VALUE) / ((high - low) or 1.0)
    zero = _LABEL - low * scale
    shapes, y = [Markup("")], 4.0
    for row, label in enumerate(chart.labels):
        middle = y + _BAR * len(chart.series) / 2 + 4
        shapes.append(_text(_LABEL - 10, middle, clip(label, 22), "label"))
        for n, series in enumerate(chart.series):
            value = _finite(series.values[row])
            told = ", ".join(w for w in (label, series.name, number(series.values[row], chart.unit)) if w)
            shapes.append(_bar(min(zero, zero + value * scale), y, abs(value) * scale, colour(n), told))
            end = max(zero, zero + value * scale)
            shapes.append(_text(end + 6, y + 13, number(series.values[row], chart.unit), "value"))
            y += _BAR
        y += _GAP
    return WIDTH, int(y), Markup("").join(shapes)


def _bar(x: float, y: float, width: float, kind: str, told: str) -> Markup:
    return Markup(
        '<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height}" rx="3" class="{kind}">'
        "<title>{told}</title></rect>"
    ).format(x=x, y=y, width=max(width, 1.0), height=_BAR - 3, kind=kind, told=told)


def _lines(chart: Chart) -> tuple[int, int, Markup]:
    values = [_finite(v) for s in chart.series for v in s.values]
    low, high = min(0.0, *values), max(0.0, *values)
    left, right, top = 56, WIDTH - 20, 12
    step = (right - left) / max(1, len(chart.labels) - 1)

    def at(n: int, value: float) -> tuple[float, float]:
        return left + n * step, top + _PLOT * (high - _finite(value)) / ((high - low) or 1.0)

    shapes = [Markup("")]
    for value in sorted({low, 0.0 if low < 0 < high else (low + high) / 2, high}):
        y = at(0, value)[1]
        shapes.append(
            Markup('<line x1="{a}" x2="{b}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>').format(a=left, b=right, y=y)
        )
        shapes.append(_text(left - 8, y + 4, number(value, chart.unit), "label"))
    every = -(-len(chart.labels) // _MOST_TICKS)
    for n, label in enumerate(chart.labels):
        if n % every == 0:
            shapes.append(_text(at(n, 0)[0], top + _PLOT + 26, clip(label, 12), "tick"))
    for n, series in enumerate(chart.series):
        points = [at(i, v) for i, v in enumerate(series.values)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        shapes.append(Markup('<polyline points="{p}" class="{k}"/>').format(p=path, k=colour(n)))
        for (x, y), value in zip(points, series.values, strict=True):
            shapes.append(
                Markup('<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" class="{k}"><title>{t}</title></circle>').format(
                    x=x, y=y, k=colour(n), t=number(value, chart.unit)
                )
            )
    return WIDTH, top + _PLOT + 34, Markup("").join(shapes)


def _donut(chart: Chart) -> tuple[int, int, Markup]:
    parts = positive(chart.series[0])
    whole = sum(parts)
    shapes, start = [Markup('<circle cx="90" cy="90" r="66" class="ring"/>')], 0.0
    for n, part in enumerate(parts):
        end = start + (part / whole if whole else 0.0)
        if end > start:
            shapes.append(_slice(start, end, n))
        start = end
    shapes.append(_text(90, 96, number(whole, chart.unit), "whole"))
    return 180, 180, Markup("").join(shapes)


def _slice(start: float, end: float, n: int) -> Markup:
    if end - start >= 0.9999:
        return Markup('<circle cx="90" cy="90" r="66" class="slice {k}"/>').format(k=colour(n))
    a, b = 2 * pi * start - pi / 2, 2 * pi * end - pi / 2
    return Markup(
        '<path d="M{x1:.2f} {y1:.2f} A66 66 0 {large} 1 {x2:.2f} {y2:.2f}" class="slice {k}"/>'
    ).format(
        x1=90 + 66 * cos(a), y1=90 + 66 * sin(a), x2=90 + 66 * cos(b), y2=90 + 66 * sin(b),
        large=int(end - start > 0.5), k=colour(n),
    )  # fmt: skip
