import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.house import House, open_house
from tests.stories.opening import PLATFORMS, open_stage
from tests.stories.stage import Stage


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database of today's version, made once and copied for each story."""
    file = tmp_path_factory.mktemp("empty") / "salvage.db"

    async def made() -> None:
        async with open_house(f"sqlite:///{file}"):
            pass

    asyncio.run(made())
    return file


@pytest.fixture
async def house(tmp_path: Path, empty: Path) -> AsyncIterator[House]:
    """The whole coach on a fresh SQLite file."""
    file = tmp_path / "salvage.db"
    shutil.copy(empty, file)
    async with open_house(f"sqlite:///{file}") as opened:
        yield opened


@pytest.fixture(params=PLATFORMS)
async def stage(request: pytest.FixtureRequest, house: House) -> AsyncIterator[Stage]:
    """Every platform in turn, with the whole coach behind it."""
    opened = await open_stage(request.param, house)
    yield opened
    await opened.close()
