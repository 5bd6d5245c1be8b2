"""An import that somebody watches shows how far it has come; one that nobody watches stays quiet."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.data.test_import_csv import write

pty = pytest.importorskip("pty", reason="there are no terminals to watch from on this system")

ROWS = 2_500


async def imported(file: Path, url: str, stderr: int) -> int:
    """The exit code of ``salvage import``, run as a program."""
    run = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "import", str(file), "--yes",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=stderr,
        env={**os.environ, "DATABASE_URL": url},
    )  # fmt: skip
    return await run.wait()


def told(end: int) -> str:
    """What came out at one end."""
    os.set_blocking(end, False)
    said = b""
    while True:
        try:
            part = os.read(end, 65_536)
        except OSError:
            part = b""
        if not part:
            return said.decode(errors="replace")
        said += part


async def test_a_watched_import_shows_a_bar_that_fills_and_an_unwatched_one_none(tmp_path: Path, url: str) -> None:
    file = write(tmp_path, "Name,Value\n" + "".join(f"Client {n},€{n + 1}\n" for n in range(ROWS)))
    ours, theirs = pty.openpty()
    assert await imported(file, url, theirs) == 0
    os.close(theirs)
    shown = told(ours)
    os.close(ours)
    for label in ("Reading", "Writing"):
        frames = [frame for frame in shown.replace("\n", "\r").split("\r") if frame.startswith(label)]
        assert len(frames) > 1, shown[-500:]
        assert "[##############################]" in frames[-1]
    assert f"{ROWS:,} of {ROWS:,}" in shown
    ours, theirs = os.pipe()
    assert await imported(file, f"{url}-2", theirs) == 0
    os.close(theirs)
    assert "Writing" not in told(ours)
    os.close(ours)
