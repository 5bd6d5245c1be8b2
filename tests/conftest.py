"""What every test may use: a coach on a database of its own, a clock that is moved by hand, people and places."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.house import House, open_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """The whole coach on a fresh SQLite file."""
    async with open_house(f"sqlite:///{tmp_path / 'salvage.db'}") as opened:
        yield opened
