"""A post office for tests: a database, a platform, an engine in this process, and worker processes beside it."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from benchmarks.stock import Stock, fill
from bot.coach.playbook import Playbook
from bot.delivery.courier import Courier
from bot.delivery.gate import Gate
from bot.delivery.in_process import InProcess
from bot.delivery.pace import Pace
from bot.delivery.pgqueuer_engine import PgQueuerEngine
from bot.delivery.port import Engine
from bot.storage import migrate
from bot.storage.database import Database
from bot.storage.tables import Outgoing, Tenant
from bot.view import card, to_json
from tests.delivery.platform import HttpMessenger, Platform, serve


@dataclass
class ShiftedClock:
    """The machine's clock, which tests set forward and back."""

    shift: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift

    async def skip(self, span: timedelta) -> None:
        self.shift += span


@dataclass
class Lived:
    """Seconds as this process got to live them: where a busy machine gave it no turn, no time passed."""

    seconds: float = 0.0

    async def run(self) -> None:
        while True:
            await asyncio.sleep(0.02)
            self.seconds += 0.02


@contextlib.asynccontextmanager
async def reckoned() -> AsyncIterator[Lived]:
    """Reckon the seconds of what happens within."""
    lived = Lived()
    living = asyncio.create_task(lived.run())
    try:
        yield lived
    finally:
        living.cancel()


@dataclass
class Office:
    """Everything delivery needs, and a look at what came of it."""

    database: Database
    platform: Platform
    clock: ShiftedClock
    engine: Engine
    courier: Courier
    workers: list[asyncio.subprocess.Process] = field(default_factory=list)
    _running: asyncio.Task[None] | None = None

    async def stock(
        self, tenants: int | list[str], each: int, *, due_in: float = -1.0, one_place: bool = False
    ) -> None:
        """Check-ins that come due in so many seconds."""
        names = [f"fake:T{n}" for n in range(tenants)] if isinstance(tenants, int) else tenants
        due = self.clock.now() + timedelta(seconds=due_in)
        await fill(self.database, Stock(names, each, due, one_place=one_place))

    async def post(self, place: str, key: str, *, tenant: str = "fake:T0", owner_id: int | None = None) -> None:
        """A message in the outbox, as a turn leaves it."""
        async with self.database.begin() as db:
            known = await db.scalar(select(Tenant).where(Tenant.key == tenant))
            assert known is not None
            now = self.clock.now()
            db.add(
                Outgoing(
                    workspace_id=known.workspace_id, tenant=tenant, place=place, key=key, card=to_json(card(key)),
                    secret=True, owner_id=owner_id, state="waiting", not_before=now, made_at=now, problem="",
                )
            )  # fmt: skip
        await self.engine.wake()

    async def states(self) -> Counter[str]:
        """How many messages are in which state."""
        async with self.database.reading() as db:
            rows = await db.execute(select(Outgoing.state, func.count()).group_by(Outgoing.state))
            return Counter({row[0]: row[1] for row in rows})

    async def until_states(self, true: Callable[[Counter[str]], bool], seconds: float = 25.0) -> Counter[str]:
        """Wait until something is true of the messages' states."""
        async with asyncio.timeout(seconds):
            while not true(found := await self.states()):  # noqa: ASYNC110 - written by other processes
                await asyncio.sleep(0.05)
            return found

    async def until(self, true: Callable[[], bool], seconds: float = 25.0) -> None:
        """Wait until something is true of this process."""
        async with asyncio.timeout(seconds):
            while not true():  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0.02)

    def run(self) -> None:
        """Deliver in this process."""
        self._running = asyncio.create_task(self.engine.run())

    async def stop(self) -> None:
        """Stop delivering in this process."""
        await self.engine.stop()
        if self._running is not None:
            await self._running
            self._running = None

    async def worker(self) -> asyncio.subprocess.Process:
        """Another process that delivers."""
        command = (sys.executable, "-m", "tests.delivery.worker", self.database.url, self.platform.url)
        process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
        self.workers.append(process)
        assert process.stdout is not None
        await process.stdout.readline()
        return process


@contextlib.asynccontextmanager
async def open_office(
    url: str,
    *,
    paces: Mapping[str, Pace] | None = None,
    gate: Gate | None = None,
    heartbeat: timedelta = timedelta(seconds=2),
    patience: float = 5.0,
) -> AsyncIterator[Office]:
    """An office on an empty database."""
    database, clock = Database(url), ShiftedClock()
    await migrate.upgrade(database)
    async with serve(Platform()) as platform:
        messenger = HttpMessenger(platform.url, patience)
        courier = Courier(database, clock, Playbook.load(), {"fake": messenger}, gate=gate, paces=paces or {})
        engine: Engine = InProcess(courier)
        if not database.sqlite:
            engine = PgQueuerEngine(courier, heartbeat=heartbeat, look=timedelta(seconds=0.5))
        office = Office(database, platform, clock, engine, courier)
        try:
            yield office
        finally:
            for process in office.workers:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
            await office.stop()
            await engine.close()
            await messenger.close()
            await database.close()
