"""The engine for one process on SQLite: an asyncio dispatcher over the outbox, with recovery at start.

Rows are taken in batches and settled in batches, so that the cost of a commit is shared; within a place messages
keep their order, because a place's next message is taken only after the one before it was settled.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field

import structlog
from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot import metrics
from bot.coach.playbook import Playbook
from bot.delivery import ticks
from bot.delivery.sender import Job, Messengers, Outcome, attempt, edited_ref, job_of, settle
from bot.ports import Clock
from bot.storage.database import Database
from bot.storage.tables import Outgoing, Tenant

log = structlog.get_logger()

AT_ONCE = 256
"""Messages under way at a time."""

LONGEST_SLEEP = 1.0
"""Seconds between looks, where nothing wakes the dispatcher: another process may have left work."""


@dataclass
class InProcess:
    """Delivers what is due from within this process."""

    database: Database
    clock: Clock
    playbook: Playbook
    messengers: Messengers
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _stopping: bool = False

    async def wake(self) -> None:
        """Look again now: a commit left something to send."""
        self._woken.set()

    async def recover(self) -> None:
        """Messages that were under way when a process died wait again; the next try reconciles first."""
        async with self.database.begin() as db:
            await db.execute(update(Outgoing).where(Outgoing.state == "sending").values(state="waiting"))

    async def run(self) -> None:
        """Deliver until :meth:`stop`; a database that is away is waited for."""
        await self._patiently(self.recover())
        while not self._stopping:
            self._woken.clear()
            if not await self._patiently(self.round()):
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), LONGEST_SLEEP)

    async def stop(self) -> None:
        """Finish what is under way, and no more."""
        self._stopping = True
        self._woken.set()

    async def drain(self) -> int:
        """Deliver everything that is due now; gives how many messages were handled."""
        handled = 0
        while True:
            count = await self.round()
            if not count:
                return handled
            handled += count

    async def round(self) -> int:
        """One tick and one batch; gives how many occurrences and messages there were."""
        async with self.database.begin() as db:
            made = await ticks.tick(db, self.clock.now(), self.playbook)
            jobs = await self._take(db)
        if not jobs:
            return len(made)
        outcomes = await asyncio.gather(*(self._try(job) for job in jobs))
        async with self.database.begin() as db:
            for outcome in outcomes:
                await settle(db, self.clock, outcome)
        return len(jobs)

    async def _try(self, job: Job) -> Outcome:
        return await attempt(job, self.messengers, await edited_ref(self.database, job))

    async def _take(self, db: AsyncSession) -> list[Job]:
        """The first ready message of each place, of tenants that are still there."""
        now = self.clock.now()
        before = aliased(Outgoing)
        first = ~exists().where(
            before.place == Outgoing.place,
            before.id < Outgoing.id,
            or_(
                before.state == "sending",
                (before.state == "waiting") & ((before.not_before <= now) | (before.attempts > 0)),
            ),
        )
        gone = exists().where(Tenant.key == Outgoing.tenant, Tenant.removed_at.is_not(None))
        query = (
            select(Outgoing)
            .where(Outgoing.state == "waiting", Outgoing.not_before <= now, first, ~gone)
            .order_by(Outgoing.not_before, Outgoing.id)
            .limit(AT_ONCE)
        )
        rows = (await db.scalars(query)).all()
        for row in rows:
            row.state = "sending"
            row.attempts += 1
        waiting = await db.scalar(
            select(func.count()).select_from(Outgoing).where(Outgoing.state == "waiting", Outgoing.not_before <= now)
        )
        metrics.WAITING.set(waiting or 0)
        return [job_of(row) for row in rows]

    async def _patiently(self, work: object) -> int:
        """Run a step; a database that is busy or away is logged and tried again, never an end."""
        try:
            return (await work) or 0  # type: ignore[misc] # a coroutine of int or None
        except DBAPIError as wrong:
            log.warning("delivery.database_away", why=str(wrong.orig)[:200])
            await asyncio.sleep(LONGEST_SLEEP)
            return 0
