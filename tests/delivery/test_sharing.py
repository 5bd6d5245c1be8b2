"""How requests share transactions: a lone one at once, a crowd's together, the longer the database takes."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from pathlib import Path
from statistics import mean

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.outage import Outage
from bot.delivery.together import CROWD, GATHERING, MOST_GATHERING, Together
from bot.storage.database import Database
from tests.delivery.post import ShiftedClock


class Counter:
    """Requests are numbers; keeps when each transaction began and what it was asked, and takes its time over it."""

    def __init__(self, database: Database) -> None:
        self.began: list[float] = []
        self.asked: list[list[int]] = []
        self.seconds = 0.0
        self.begun = asyncio.Event()
        self.together: Together[int, int] = Together(database, self.work, Outage(ShiftedClock()))

    async def work(self, db: AsyncSession, asked: list[int]) -> list[int]:
        self.began.append(time.monotonic())
        self.asked.append(asked)
        self.begun.set()
        await asyncio.sleep(self.seconds)
        return asked

    async def crowds(self, times: int, size: int = CROWD) -> None:
        """Ask in crowds, each as soon as the last one has its answers."""
        for _ in range(times):
            await asyncio.gather(*(self.together.ask(lambda: 1) for _ in range(size)))

    @property
    def pauses(self) -> list[float]:
        """Seconds from the beginning of one transaction to the next."""
        return [later - earlier for earlier, later in itertools.pairwise(self.began)]


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    yield Counter(database)
    await database.close()


async def test_a_lone_request_waits_for_nothing(counter: Counter) -> None:
    for _ in range(10):
        await counter.crowds(1, size=1)
    assert min(counter.pauses) < GATHERING / 2


async def test_a_crowds_transactions_begin_a_moment_apart(counter: Counter) -> None:
    await counter.crowds(6)
    # The mean: one that begins late on a busy machine makes the next pause shorter by as much.
    assert mean(counter.pauses) > GATHERING / 2
    assert min(counter.pauses) < MOST_GATHERING


async def test_where_a_transaction_takes_longer_the_next_one_gathers_for_longer(counter: Counter) -> None:
    counter.seconds = MOST_GATHERING * 0.6
    await counter.crowds(4)
    assert mean(counter.pauses) > MOST_GATHERING * 0.8


async def test_what_is_asked_is_settled_when_its_transaction_begins(counter: Counter) -> None:
    wanted, counter.seconds = 1, 0.05
    first = asyncio.create_task(counter.together.ask(lambda: 0))
    await counter.begun.wait()
    second = asyncio.create_task(counter.together.ask(lambda: wanted))
    await asyncio.sleep(0)
    wanted = 7
    assert await asyncio.gather(first, second) == [0, 7]
    assert counter.asked == [[0], [7]]


async def test_what_is_asked_at_the_end_is_given_up_and_nobody_waits_for_ever(counter: Counter) -> None:
    counter.seconds = 60.0
    under_way = asyncio.create_task(counter.together.ask(lambda: 0))
    await counter.begun.wait()
    standing = asyncio.create_task(counter.together.ask(lambda: 1))
    await asyncio.sleep(0)
    await counter.together.close()
    async with asyncio.timeout(10):
        await asyncio.wait([under_way, standing])
    assert under_way.cancelled()
    assert standing.cancelled()
