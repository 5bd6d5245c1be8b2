"""benchmarks/RESULTS.md: one section a benchmark, written by its command, with the machine it ran on."""

from __future__ import annotations

import contextlib
import io
import os
import platform
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

FILE = Path(__file__).with_name("RESULTS.md")
TITLE = "# Measured\n\nEach section is written by the command it names.\n"


def write(name: str, body: str) -> None:
    """Put a section in place of the one of that name."""
    old = FILE.read_text() if FILE.exists() else TITLE
    section = f"<!-- {name} -->\n{body.strip()}\n<!-- /{name} -->\n"
    found = re.compile(rf"<!-- {name} -->.*?<!-- /{name} -->\n", re.DOTALL)
    FILE.write_text(found.sub(lambda _: section, old) if found.search(old) else f"{old.rstrip()}\n\n{section}")


@contextlib.contextmanager
def kept(name: str, title: str) -> Iterator[None]:
    """Keep everything a benchmark prints as its section, and print it at its end."""
    before, printed = machine(), io.StringIO()
    with contextlib.redirect_stdout(printed):
        yield
    print(printed.getvalue())
    write(name, f"## {title}\n\n{before}.\n\n{printed.getvalue()}")


def machine() -> str:
    """What it ran on, and how busy that was."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores "
        f"({_processor()}), Python {platform.python_version()}; load before the run {load:.1f}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")
