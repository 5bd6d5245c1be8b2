"""Delivery is tried on both databases, PostgreSQL being a real one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.delivery.post import Office, open_office
from tests.postgres import postgres


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of each kind."""
    return f"sqlite:///{tmp_path / 'salvage.db'}" if request.param == "sqlite" else await postgres().fresh()


@pytest.fixture
async def office(url: str) -> AsyncIterator[Office]:
    """A post office on each database."""
    async with open_office(url) as opened:
        yield opened
