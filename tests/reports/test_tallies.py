"""The counts that triggers keep are what counting anew gives, whatever is done and in whichever way."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage import migrate, tallies
from bot.storage.database import Database
from bot.storage.tables import Case, Client, Person, Reading, ReadingTally, Tally, Workspace
from tests.postgres import postgres

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
STAGES, CAUSES = ("at_risk", "plan", "watch"), ("kept_in_dark", "unknown")
CURRENCIES = (None, "EUR", "USD")


@dataclass
class Store:
    """A database that outlives a test's examples, and the loop it runs on."""

    runner: asyncio.Runner
    database: Database


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Both databases, each brought up to date once."""
    with asyncio.Runner() as runner:
        folder = tmp_path_factory.mktemp("tallies")
        local = f"sqlite:///{folder / 'salvage.db'}"
        database = Database(local if request.param == "sqlite" else runner.run(postgres().fresh()))
        runner.run(migrate.upgrade(database))
        yield Store(runner, database)
        runner.run(database.close())


async def add_space(db: AsyncSession) -> None:
    """A workspace, somebody in it, and a client."""
    number = await db.scalar(
        insert(Workspace).values(name="w", created_at=NOW, settings={}, next_number=1).returning(Workspace.id)
    )
    person = {"tenant": "t", "name": "n", "folded": "n", "role": "member", "zone": "UTC", "hours": {}, "seen_at": NOW}
    await db.execute(insert(Person).values(workspace_id=number, key=f"p{number}", **person))


class Doer:
    """Does one thing chosen by numbers; a number picks a row among those there are."""

    def __init__(self, db: AsyncSession) -> None:
        self.db = db

    async def pick(self, of: type[Client | Case | Reading | Workspace | Person], n: int) -> int | None:
        """The id of some row."""
        ids = (await self.db.scalars(select(of.id).order_by(of.id))).all()
        return ids[n % len(ids)] if ids else None

    async def client(self, a: int, b: int, c: int) -> None:
        space = await self.pick(Workspace, a)
        used = len((await self.db.scalars(select(Client.id))).all())
        await self.db.execute(
            insert(Client).values(
                workspace_id=space, name="c", folded=f"c{used}-{a}-{b}-{c}-{datetime.now(UTC).timestamp()}",
                value_cents=(None, 0, 7, 100_001)[b % 4], currency=CURRENCIES[c % 3],
                period=("month", "year")[a % 2], channel="", do_not_say="", created_at=NOW,
            )
        )  # fmt: skip

    async def case(self, a: int, b: int, c: int) -> None:
        client = await self.db.get(Client, await self.pick(Client, a) or 0)
        if client is None:
            return
        person = await self.db.scalar(select(Person.id).where(Person.workspace_id == client.workspace_id))
        last = await self.db.scalar(select(Case.number).order_by(Case.number.desc()).limit(1)) or 0
        row: dict[str, object] = {
            "workspace_id": client.workspace_id, "client_id": client.id, "owner_id": person, "stage": STAGES[b % 3],
            "cause": CAUSES[c % 2], "confidential": bool(a % 2), "story": "", "fault": "ours", "severity": "low",
            "contact": "", "client_words": "", "our_words": "", "cost_words": "", "heard": False, "readings": [],
            "risk": 0, "risk_why": [], "override_why": "", "opened_at": NOW, "touched_at": NOW, "stage_at": NOW,
            "version": 1,
        }  # fmt: skip
        rows = [
            {**row, "number": last + 1 + n, "closed_at": NOW if (b + n) % 3 == 0 else None} for n in range(1 + c % 3)
        ]
        await self.db.execute(insert(Case), rows)

    async def change_case(self, a: int, b: int, c: int) -> None:
        values = (
            {"stage": STAGES[b % 3]}, {"cause": CAUSES[b % 2]}, {"confidential": bool(b % 2)}, {"closed_at": NOW},
            {"closed_at": None}, {"risk": b},
        )[c % 6]  # fmt: skip
        await self.db.execute(update(Case).where(Case.id == await self.pick(Case, a)).values(values))

    async def change_object(self, a: int, b: int, c: int) -> None:
        case = await self.db.get(Case, await self.pick(Case, a) or 0, populate_existing=True)
        if case is not None:
            case.stage, case.confidential = STAGES[b % 3], bool(c % 2)
            await self.db.flush()

    async def change_client(self, a: int, b: int, c: int) -> None:
        values = ({"value_cents": b * 1_001}, {"currency": CURRENCIES[b % 3]}, {"period": ("month", "year")[b % 2]})[
            c % 3
        ]
        await self.db.execute(update(Client).where(Client.id == await self.pick(Client, a)).values(values))

    async def change_all_clients(self, a: int, b: int, c: int) -> None:
        await self.db.execute(update(Client).values(value_cents=b * 13, currency=CURRENCIES[c % 3]))

    async def reading(self, a: int, b: int, c: int) -> None:
        case = await self.db.get(Case, await self.pick(Case, a) or 0)
        if case is not None:
            at = NOW - timedelta(hours=b * 7)
            names = ("warmer", "same", "colder", "no_reply")
            row = {"workspace_id": case.workspace_id, "case_id": case.id, "reading": names[c % 4], "at": at}
            await self.db.execute(insert(Reading), [row, row])

    async def change_reading(self, a: int, b: int, c: int) -> None:
        number = await self.pick(Reading, a)
        await self.db.execute(update(Reading).where(Reading.id == number).values(at=NOW - timedelta(days=b)))

    async def drop_reading(self, a: int, b: int, c: int) -> None:
        await self.db.execute(delete(Reading).where(Reading.id == await self.pick(Reading, a)))

    async def drop_case(self, a: int, b: int, c: int) -> None:
        await self.db.execute(delete(Case).where(Case.id == await self.pick(Case, a)))

    async def drop_client(self, a: int, b: int, c: int) -> None:
        await self.db.execute(delete(Client).where(Client.id == await self.pick(Client, a)))

    async def drop_space(self, a: int, b: int, c: int) -> None:
        if b % 4 == 0:
            await self.db.execute(delete(Workspace).where(Workspace.id == await self.pick(Workspace, a)))
            await add_space(self.db)

    async def fold(self, a: int, b: int, c: int) -> None:
        await tallies.fold(self.db)


DOINGS = (
    Doer.client, Doer.case, Doer.case, Doer.case, Doer.change_case, Doer.change_object, Doer.change_client,
    Doer.change_all_clients, Doer.reading, Doer.reading, Doer.change_reading, Doer.drop_reading, Doer.drop_case,
    Doer.drop_client, Doer.drop_space, Doer.fold,
)  # fmt: skip
number = st.integers(0, 40)


async def same(db: AsyncSession) -> None:
    """What is kept is what is there."""
    assert await tallies.kept(db, Tally) == await tallies.recount_cases(db)
    assert await tallies.kept(db, ReadingTally) == await tallies.recount_readings(db)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, len(DOINGS) - 1), number, number, number), max_size=25))
def test_the_counts_kept_are_the_counts_there_are(store: Store, steps: list[tuple[int, int, int, int]]) -> None:
    async def example() -> None:
        async with store.database.begin() as db:
            if await db.scalar(select(Workspace.id).limit(1)) is None:
                await add_space(db)
                await add_space(db)
            doer = Doer(db)
            for n, a, b, c in steps:
                await DOINGS[n](doer, a, b, c)
                db.expire_all()
            await same(db)
        async with store.database.begin() as db:
            while await tallies.fold(db):
                pass
            await same(db)
            assert await db.scalar(text("SELECT count(*) FROM tallies WHERE loose = true")) == 0

    store.runner.run(example())


def test_two_turns_that_change_a_client_and_its_case_at_once_are_counted_right(store: Store) -> None:
    if store.database.sqlite:
        pytest.skip("SQLite has one writer at a time")

    async def race() -> None:
        async with store.database.begin() as db:
            await add_space(db)
            doer = Doer(db)
            spaces = len((await db.scalars(select(Workspace.id))).all())
            await doer.client(spaces - 1, 3, 1)
            clients = (await db.scalars(select(Client.id).order_by(Client.id))).all()
            await doer.case(len(clients) - 1, 1, 0)
            case = await db.scalar(select(Case.id).order_by(Case.id.desc()).limit(1))
        for _ in range(20):
            await asyncio.gather(
                one(update(Client).where(Client.id == clients[-1]).values(value_cents=Client.value_cents + 12)),
                one(update(Case).where(Case.id == case).values(stage="plan")),
                one(update(Case).where(Case.id == case).values(stage="watch")),
            )
        async with store.database.begin() as db:
            await same(db)

    async def one(statement: object) -> None:
        async with store.database.begin() as db:
            await db.execute(statement)  # type: ignore[call-overload]

    store.runner.run(race())


def test_nobody_who_only_counts_waits_for_a_turn_that_is_under_way(store: Store) -> None:
    """Two turns in one workspace that open cases of one kind do not stand in line for a counter."""
    if store.database.sqlite:
        pytest.skip("SQLite has one writer at a time")

    async def both() -> None:
        async with store.database.begin() as setup:
            await add_space(setup)
            doer = Doer(setup)
            spaces = len((await setup.scalars(select(Workspace.id))).all())
            await doer.client(spaces - 1, 3, 1)
            clients = len((await setup.scalars(select(Client.id))).all())
            await doer.case(clients - 1, 1, 1)
            ids = (await setup.scalars(select(Case.id).order_by(Case.id.desc()).limit(2))).all()
        async with store.database.begin() as first:
            await first.execute(update(Case).where(Case.id == ids[0]).values(stage="watch"))
            async with asyncio.timeout(10), store.database.begin() as second:
                await second.execute(update(Case).where(Case.id == ids[1]).values(stage="watch"))
                await tallies.fold(second)
        async with store.database.begin() as db:
            await same(db)

    store.runner.run(both())
