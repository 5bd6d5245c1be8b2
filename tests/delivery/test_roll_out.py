"""Two versions of the program on one database: this one, and a copy of it that is a revision ahead."""

from __future__ import annotations

import asyncio
import re
import shutil
import signal
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update

from bot.storage import migrate
from bot.storage.database import Database
from bot.storage.tables import Case, LocalRow, Occurrence, Schedule
from tests.delivery.programs import HERE, Serving, migrated, salvage, serving
from tests.postgres import postgres

REVISION = '''"""The weather"""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{before}"


def upgrade() -> None:
    op.add_column("cases", sa.Column("weather", sa.String(16), nullable=False, server_default="fair"))
    op.create_index("ix_cases_weather", "cases", ["weather"])
'''

STORY = "The migration we promised for Friday slipped and nobody told them. Dana found out from her own staff."


@pytest.fixture
def later(tmp_path: Path) -> Path:
    """The next version of the program: its newest revision adds a column and an index."""
    tree = tmp_path / "later"
    for folder in ("bot", "adapters", "dialogs"):
        shutil.copytree(HERE / folder, tree / folder, ignore=shutil.ignore_patterns("__pycache__"))
    versions = tree / "bot" / "storage" / "migrations" / "versions"
    (versions / "9999_the_weather.py").write_text(REVISION.format(before=migrate.newest()))
    return tree


async def _migrate(url: str, tree: Path) -> None:
    code, _, wrong = await salvage(url, "migrate", tree=tree)
    assert code == 0, wrong


async def test_both_versions_serve_side_by_side_while_one_is_rolled_out_and_after_it_is_taken_back(
    tmp_path: Path, later: Path
) -> None:
    url = await postgres().fresh()
    await migrated(url)
    database, log = Database(url), tmp_path / "old.log"
    async with serving(url, errors=log) as old:
        await old.until_ready()
        await old.say("start Acme")
        await _migrate(url, later)
        assert "ready" in await old.until_ready()
        async with serving(url, tree=later) as new:
            await new.until_ready()
            await new.say(STORY)
            await old.say("1")
            await new.say("Open the case now, the rest later")
            await old.say("remind Acme weekly on Monday at 9:00 in #accounts")
            await new.say("start Bella")
            await old.say(STORY)
            await new.say("1")
            await old.say("Open the case now, the rest later")
            await new.say("remind Bella weekly on Monday at 9:00 in #accounts")
            await _all_come_due(database)
            await _until_sent(2, old, new)
            # The operator takes the new version back.
            new.process.send_signal(signal.SIGTERM)
            await new.process.wait()
    async with serving(url, errors=log) as old:
        await old.until_ready()
        await old.say("next Acme")
        assert "SAL-1" in await old.page()
    async with database.reading() as db:
        assert await db.scalar(select(func.count()).select_from(Case)) == 2
        assert (await db.scalars(text("SELECT DISTINCT weather FROM cases"))).all() == ["fair"]
    await database.close()
    assert len(re.findall(r'"event": "database.ahead"', log.read_text())) == 2, "once for each of the two processes"


async def _all_come_due(database: Database) -> None:
    """Every check-in comes due now; wait until each was delivered."""
    async with database.begin() as db:
        changed = await db.execute(update(Schedule).values(next_due_at=func.now()).returning(Schedule.id))
        asked = len(changed.all())
    assert asked == 2
    async with asyncio.timeout(60):
        while True:
            async with database.reading() as db:
                made = await db.scalar(select(func.count()).select_from(Occurrence)) or 0
                shown = await db.scalar(
                    select(func.count()).select_from(LocalRow).where(LocalRow.place == "local:#accounts")
                )
                if made >= asked and shown == asked:
                    return
            await asyncio.sleep(0.1)


async def _until_sent(many: int, *servers: Serving) -> None:
    """Wait until the servers together have counted so many deliveries; they never count more."""
    counted = re.compile(r'salvage_sent_total{platform="local"} (\d+)')
    async with asyncio.timeout(60):
        while (sent := sum([int(n) for s in servers for n in counted.findall(await s.metrics())])) < many:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    assert sent == many


async def test_a_later_version_of_a_laptop_can_be_taken_back(tmp_path: Path, later: Path) -> None:
    url = f"sqlite:///{tmp_path / 'salvage.db'}"
    await migrated(url)
    await _migrate(url, later)
    log = tmp_path / "old.log"
    async with serving(url, errors=log) as old:
        await old.until_ready()
        for words in ("start Acme", STORY, "1", "Open the case now, the rest later"):
            await old.say(words)
        assert "SAL-1 is open" in await old.page()
    assert '"event": "database.ahead"' in log.read_text()
