"""The app's two icons, drawn here: a lifebuoy. Pure Python, so that building a package needs nothing installed."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable
from typing import TypeAlias

Pixel: TypeAlias = tuple[int, int, int, int]
Paint: TypeAlias = Callable[[float, float], Pixel]

SEA: Pixel = (15, 76, 92, 255)
FOAM: Pixel = (250, 246, 238, 255)
SIGNAL: Pixel = (226, 99, 61, 255)
CLEAR: Pixel = (255, 255, 255, 0)
WHITE: Pixel = (255, 255, 255, 255)

COLOR_SIZE = 192
OUTLINE_SIZE = 32
_SAMPLES = 4


def color_icon() -> bytes:
    """The coloured icon, 192x192, the symbol within Teams' safe middle of 120x120."""
    return _png(COLOR_SIZE, _coloured)


def outline_icon() -> bytes:
    """The outline icon, 32x32, white on nothing."""
    return _png(OUTLINE_SIZE, _outlined)


def _coloured(x: float, y: float) -> Pixel:
    """The colour at a point; the middle is (0, 0), the edges are at 1."""
    far = math.hypot(x, y)
    if not 0.28 <= far <= 0.62:
        return SEA
    return SIGNAL if _banded(x, y) else FOAM


def _outlined(x: float, y: float) -> Pixel:
    far = math.hypot(x, y)
    on_ring = abs(far - 0.86) < 0.07 or abs(far - 0.38) < 0.07
    on_band = 0.38 <= far <= 0.86 and abs(_band_edge(x, y)) < 0.06
    return WHITE if on_ring or on_band else CLEAR


def _banded(x: float, y: float) -> bool:
    return _band_edge(x, y) < 0


def _band_edge(x: float, y: float) -> float:
    """How far a point is from the edge of the nearest of four diagonal bands; negative within it."""
    return min(abs(x - y), abs(x + y)) / math.sqrt(2) - 0.15


def _png(size: int, paint: Paint) -> bytes:
    rows = b"".join(
        b"\0" + b"".join(struct.pack("4B", *_sampled(column, row, size, paint)) for column in range(size))
        for row in range(size)
    )
    head = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b"")


def _sampled(column: int, row: int, size: int, paint: Paint) -> Pixel:
    """A pixel's mean over a grid of points, so that edges are smooth; colour counts by how solid it is."""
    steps = [(n + 0.5) / _SAMPLES for n in range(_SAMPLES)]
    points = [paint(2 * (column + dx) / size - 1, 2 * (row + dy) / size - 1) for dy in steps for dx in steps]
    solid = sum(p[3] for p in points)
    if not solid:
        return CLEAR
    red, green, blue = (round(sum(p[n] * p[3] for p in points) / solid) for n in range(3))
    return red, green, blue, round(solid / len(points))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
