"""The engine for PostgreSQL: PgQueuer gives each tenant's lane to one of any number of processes.

A job is the turn of a lane: one a tenant, made in the very transaction that leaves messages for it, leased with a
heartbeat by the process that runs it, and given to another process when that one dies. Messages themselves stay in
the outbox, so that a crowd of ten thousand costs PgQueuer one job, and its place in the queue is one among tenants.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
from collections.abc import AsyncIterator, Collection
from datetime import timedelta
from typing import Any

import asyncpg  # type: ignore[import-untyped] # it ships no types
import structlog
from pgqueuer.core.qm import QueueManager
from pgqueuer.db import AsyncpgDriver
from pgqueuer.executors import DatabaseRetryEntrypointExecutor
from pgqueuer.models import Job as Turn
from pgqueuer.queries import Queries
from pgqueuer.types import QueueEntrypoint
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery import turns
from bot.delivery.courier import Courier, posted_in, ready_tenants
from bot.delivery.gate import AT_A_TIME
from bot.delivery.sender import platform_of
from bot.delivery.turns import NEWS, Ending, Turns, lock_key
from bot.storage.database import POSTGRES_SETTINGS, is_away

log = structlog.get_logger()

HEARTBEAT = timedelta(seconds=10)
"""After how long without a heartbeat a process counts as dead."""

LOOK = timedelta(seconds=1)
"""How often the queue is looked at where no notice comes; leases that ended are found this way."""

MOST_LANES = 1000
"""Lanes one process runs at a time."""

SLICE = 20.0
"""Seconds (up to twice as many, by tenant) after which a full process passes a lane on: one that joins later gets
its share."""

STARTING = 2.0
"""Seconds for which a process at most leaves new lanes to others while its last ones have not begun."""

HOLD_OFF = 0.25
"""Seconds for which a process whose slots are all taken leaves new lanes to others."""

LONGEST_SLEEP = 1.0
KEEP_LOG, FORGET_EVERY = timedelta(days=7), 3600.0

# PgQueuer logs each job and each retry; what is worth an operator's while is logged here.
logging.getLogger("pgqueuer").setLevel(logging.ERROR)


class _Manager(QueueManager):
    """PgQueuer's manager, which leaves lanes to other processes while this one has its hands full."""

    courier: Courier
    _took: float = 0.0

    def entrypoints_below_capacity_limits(self) -> set[QueueEntrypoint]:
        """Every platform that runs here; none while new lanes would only stand in line."""
        now = asyncio.get_running_loop().time()
        gate = self.courier.gate
        if now < self._took + (STARTING if gate.starting >= AT_A_TIME else HOLD_OFF if gate.full else 0.0):
            return set()
        self._took = now
        return super().entrypoints_below_capacity_limits()


class PgQueuerEngine:
    """Delivers what is due together with every other process (a :class:`bot.delivery.port.Engine`)."""

    def __init__(self, courier: Courier, *, heartbeat: timedelta = HEARTBEAT, look: timedelta = LOOK) -> None:
        self.courier = courier
        self._heartbeat, self._every = heartbeat, look
        self._dsn = make_url(courier.database.url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._woken = asyncio.Event()
        self._stopping = False
        self._running = False
        self._manager: _Manager | None = None
        self._turns = Turns(courier.database, courier.clock, courier.outage)
        # What one look holds is passed over by another, which must not take that for there being nothing due.
        self._looking = asyncio.Lock()
        courier.database.before_commit.append(self._before_commit)

    # --- within a transaction ------------------------------------------------------------------------------

    async def _before_commit(self, db: AsyncSession) -> None:
        await db.flush()
        if tenants := posted_in(db):
            await self.enqueue(db, tenants)

    async def enqueue(self, db: AsyncSession, tenants: Collection[str]) -> None:
        """A turn for each tenant that has none, on the connection of this transaction."""
        await turns.give(db, tenants)

    # --- running -------------------------------------------------------------------------------------------

    async def wake(self) -> None:
        """Look again now."""
        self._woken.set()

    async def stop(self) -> None:
        """Finish what is under way, and no more."""
        self._stopping = True
        self._let_go()
        self._woken.set()

    async def close(self) -> None:
        """Give up what is under way."""
        self._let_go()
        with contextlib.suppress(ValueError):
            self.courier.database.before_commit.remove(self._before_commit)
        await self.courier.close()
        await self._turns.close()

    async def run(self) -> None:
        """Deliver until :meth:`stop`; a database that is away is waited for."""
        self._running = True
        try:
            while not self._stopping:
                try:
                    await self._until_lost()
                except Exception as wrong:
                    if not is_away(wrong) and not isinstance(wrong, asyncpg.PostgresError):
                        log.exception("delivery.engine_failed")
                    else:
                        self.courier.outage.lost(wrong)
                    with contextlib.suppress(TimeoutError):
                        self._woken.clear()
                        await asyncio.wait_for(self._woken.wait(), LONGEST_SLEEP / 2)
        finally:
            self._running = False

    async def drain(self) -> int:
        """Deliver everything that is due now, together with whoever else does; gives how many were handled here."""
        handled = self.courier.handled
        running = None if self._running else asyncio.create_task(self.run())
        await self._look_at_all()
        while await self._work_left():
            await asyncio.sleep(0.02)
            await self._look_at_all()
        if running is not None:
            await self.stop()
            await running
            self._stopping = False
        return self.courier.handled - handled

    async def _work_left(self) -> bool:
        if self.courier.lanes:
            # What stands behind a message that is being sent is not ready, and yet it is due.
            return True
        async with self.courier.database.begin() as db:
            due = await ready_tenants(db, self.courier.clock.now())
        return any(platform_of(tenant) in self.courier.messengers for tenant in due)

    async def _until_lost(self) -> None:
        """Run lanes on one connection until it is lost or :meth:`stop`."""
        async with self._connected() as connection:
            manager = self._manager = _Manager(Queries(AsyncpgDriver(connection)))
            manager.courier = self.courier
            if self._stopping:  # while it was being connected
                manager.shutdown.set()
            for platform in self.courier.messengers:
                manager.entrypoint(
                    platform,
                    on_failure="hold",
                    executor_factory=functools.partial(DatabaseRetryEntrypointExecutor, max_attempts=10),
                )(self._lane)
            connection.add_termination_listener(lambda _: self._let_go())
            await connection.add_listener(NEWS, lambda _c, _p, _n, tenant: self.courier.look(tenant))
            self.courier.look_at_all()
            looking = asyncio.create_task(self._keep_looking())
            try:
                await manager.run(
                    dequeue_timeout=self._every,
                    batch_size=AT_A_TIME,
                    max_concurrent_tasks=MOST_LANES,
                    heartbeat_timeout=self._heartbeat,
                )
            finally:
                self._manager = None
                looking.cancel()
                await asyncio.wait([looking])

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[Any]:
        connection = await asyncpg.connect(self._dsn, timeout=10, server_settings=POSTGRES_SETTINGS)
        try:
            yield connection
        finally:
            with contextlib.suppress(Exception):
                await connection.close(timeout=1)

    def _let_go(self) -> None:
        """No more lanes from here; those that run finish what is under way."""
        if self._manager is not None:
            self._manager.shutdown.set()
        self.courier.stop()

    # --- a lane's turn -------------------------------------------------------------------------------------

    async def _lane(self, turn: Turn) -> None:
        """Run a lane until nothing of it is due, then end its turn, in one transaction with the proof of that."""
        tenant = (turn.payload or b"").decode()
        manager = self._manager
        if manager is None:
            return
        held = (int(turn.id), manager.queue_manager_id)
        while True:
            slice_ = SLICE * (1 + (lock_key(tenant) % 1000) / 1000)
            ends = asyncio.get_running_loop().call_later(slice_, self._pass_on, tenant)
            if not manager.shutdown.is_set():
                await self.courier.send_for(tenant, held)
            ends.cancel()
            leaving = asyncio.get_running_loop().time() >= ends.when()
            if await self._turns.end(Ending(turn, tenant, held, leaving or manager.shutdown.is_set())):
                return

    def _pass_on(self, tenant: str) -> None:
        """A lane that has run for long goes back into the queue, for a process that has more room."""
        lane = self.courier.lanes.get(tenant)
        if lane is not None and self.courier.gate.full:
            lane.stop()

    # --- what is due ---------------------------------------------------------------------------------------

    async def _keep_looking(self) -> None:
        """See to it that what comes due by the clock gets its turn."""
        swept = 0.0
        while True:
            self._woken.clear()
            pause = LONGEST_SLEEP
            try:
                async with self._looking, self.courier.database.begin() as db:
                    await self._enqueue_due(db)
                    await self.courier.count_waiting(db)
                    pause = min(pause, await self.courier.until_due(db))
                    if asyncio.get_running_loop().time() > swept:
                        swept = asyncio.get_running_loop().time() + FORGET_EVERY
                        old = text("DELETE FROM pgqueuer_log WHERE created < now() - CAST(:keep AS interval)")
                        await db.execute(old, {"keep": KEEP_LOG})
                self.courier.outage.over()
            except Exception as wrong:
                self.courier.look_at_all()
                if is_away(wrong):
                    self.courier.outage.lost(wrong)
                else:
                    log.exception("delivery.look_failed")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), pause)

    async def _look_at_all(self) -> None:
        async with self._looking, self.courier.database.begin() as db:
            self.courier.look_at_all()
            await self._enqueue_due(db)

    async def _enqueue_due(self, db: AsyncSession) -> None:
        if tenants := await self.courier.tick(db):
            await self.enqueue(db, tenants)
