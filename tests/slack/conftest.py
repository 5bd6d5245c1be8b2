"""What the Slack tests add to pytest, and what most of them stand on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.database import Database
from tests.slack.stage import Scripted, Stage, open_stage


def pytest_configure(config: pytest.Config) -> None:
    """Name the tests that need a stand-in installed."""
    config.addinivalue_line("markers", "e2e: runs against a stand-in that is installed by hand")


@pytest.fixture
def core() -> Scripted:
    """A coach that answers what a test tells it to."""
    return Scripted()


@pytest.fixture
async def stage(core: Scripted) -> AsyncIterator[Stage]:
    """Slack and the adapter, with the scripted coach behind them."""
    async with open_stage(core) as opened:
        yield opened


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """A database file for what Slack's installations keep."""
    database = Database(f"sqlite:///{tmp_path / 'slack.db'}")
    yield database.engine
    await database.close()
