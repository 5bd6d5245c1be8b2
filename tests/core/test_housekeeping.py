import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import cast

from sqlalchemy import func, select

from bot.compose import running
from bot.config import Settings
from bot.housekeeping import every_day, keep_house
from bot.storage.database import Database
from bot.storage.tables import Case, Client, Event, Person, Workspace


async def test_old_claims_and_cases_past_their_retention_are_let_go_of(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'salvage.db'}", salvage_retention_days=30)
    async with running(settings, real_time=False) as coach:
        now = coach.clock.now()
        async with coach.database.begin() as db:
            db.add_all([Event(key="old", at=now - timedelta(days=20)), Event(key="new", at=now)])
            workspace = Workspace(name="w", created_at=now, settings={})
            db.add(workspace)
            await db.flush()
            who = Person(workspace_id=workspace.id, tenant="local", key="local:p", name="P", folded="p", role="member",
                         zone="UTC", hours={}, seen_at=now)  # fmt: skip
            client = Client(workspace_id=workspace.id, name="Acme", folded="acme", created_at=now)
            db.add_all([who, client])
            await db.flush()
            for number, age in ((1, 60), (2, 10)):
                closed = now - timedelta(days=age)
                db.add(
                    Case(
                        workspace_id=workspace.id, number=number, client_id=client.id, stage="healed", owner_id=who.id,
                        story="s", cause="unknown", fault="ours", severity="low", readings=[], risk_why=[],
                        opened_at=closed, touched_at=closed, stage_at=closed, closed_at=closed,
                    )
                )  # fmt: skip
        assert await keep_house(coach) == 1
        async with coach.database.begin() as db:
            assert (await db.scalars(select(Event.key))).all() == ["new"]
            assert await db.scalar(select(func.count()).select_from(Case)) == 1


class Away:
    """A database that refuses every connection, as a server does that is being restarted."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    def begin(self, *, long: bool) -> None:
        self.asked.set()
        raise ConnectionRefusedError


async def test_a_database_that_is_away_does_not_end_housekeeping(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'salvage.db'}")
    async with running(settings, real_time=False) as coach:
        away = Away()
        keeping = asyncio.create_task(every_day(replace(coach, database=cast(Database, away))))
        await away.asked.wait()
        done, _ = await asyncio.wait({keeping}, timeout=0.05)
        assert not done, "it waits for tomorrow"
        keeping.cancel()
