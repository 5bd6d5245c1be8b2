"""The outbox as a lane works with it: taking messages, keeping what came of them, looking again.

Every request goes through one group commit a process (:mod:`bot.delivery.together`), so that a thousand messages
cost a few dozen transactions and not three thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias, cast
from uuid import UUID

import structlog
from sqlalchemy import (
    Row,
    column,
    exists,
    select,
    table,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery import crowd
from bot.delivery.occurrences import occur
from bot.delivery.outage import Outage
from bot.delivery.sender import Job, Outcome
from bot.delivery.settling import settle
from bot.delivery.together import Together
from bot.delivery.writing import SENDING
from bot.ports import Clock, MessageRef
from bot.storage.database import Database
from bot.storage.tables import Outgoing, Tenant
from bot.view import card_from_json

log = structlog.get_logger()

OCCURRENCES = 192
"""Check-ins made due in one transaction."""

_TURNS = table("pgqueuer", column("id"), column("queue_manager_id"))

Fence: TypeAlias = tuple[int, UUID]
"""A lane's turn and who runs it: while that is so in the database, the lane may take messages."""


@dataclass(frozen=True, eq=False)
class Take:
    """Up to ``most`` messages of a tenant; ``fence`` must hold in the database, ``due`` asks for new check-ins.

    With the ``first`` take of a lane, what its last sender had under way when it died waits again; the next try
    reconciles first.
    """

    tenant: str
    most: int
    due: bool = False
    fence: Fence | None = None
    first: bool = False


@dataclass(frozen=True)
class Taken:
    """Messages to send, at most one a place; ``more``: schedules may be due beyond these."""

    jobs: tuple[Job, ...] = ()
    more: bool = False


@dataclass(frozen=True)
class Still:
    """Whether a message that was taken a while ago is still to be sent."""

    job: Job


Ask: TypeAlias = "Take | Outcome | Still"


class Ledger:
    """The requests of every lane of this process."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._clock = clock
        self.outage = Outage(clock)
        self._together: Together[Ask, Any] = Together(database, self._work, self.outage)

    async def take(self, request: Callable[[], Take]) -> Taken:
        """Messages to send now, marked as being sent; how many is asked when it comes to it."""
        return cast(Taken, await self._together.ask(request))

    async def settle(self, outcome: Outcome) -> None:
        """Keep what came of a try."""
        await self._together.ask(lambda: outcome)

    async def still(self, job: Job) -> bool:
        """Whether a message taken a while ago is still to be sent."""
        return bool(await self._together.ask(lambda: Still(job)))

    async def close(self) -> None:
        """Give up what is asked."""
        await self._together.close()

    async def _work(self, db: AsyncSession, asked: list[Ask]) -> list[Any]:
        now = self._clock.now()
        outcomes = [a for a in asked if isinstance(a, Outcome)]
        if outcomes:
            await settle(db, now, outcomes)
            await db.flush()
        taken = await _take(db, now, [a for a in asked if isinstance(a, Take)])
        standing = await _standing(db, [a.job for a in asked if isinstance(a, Still)])
        return [
            taken[request] if isinstance(request, Take) else isinstance(request, Still) and request.job.id in standing
            for request in asked
        ]


async def _take(db: AsyncSession, now: datetime, requests: Sequence[Take]) -> dict[Take, Taken]:
    """What each lane gets: messages that wait, and, for lanes that have room for more, check-ins made due just now."""
    fences = await held(db, {r.fence for r in requests if r.fence is not None})
    ours = [r for r in requests if r.fence is None or r.fence in fences]
    if begun := [r.tenant for r in ours if r.first]:
        await _reopen(db, begun)
    jobs: dict[Take, list[Job]] = {request: [] for request in requests}
    await _claim(db, now, ours, jobs)
    more = {r: r.due for r in ours}
    if hungry := {r.tenant: r for r in ours if r.due and len(jobs[r]) < r.most}:
        each = max(OCCURRENCES // len(hungry), 1)
        rooms = {tenant: min(r.most - len(jobs[r]), each) for tenant, r in hungry.items()}
        made = await occur(db, now, rooms)
        for job in made.jobs:
            jobs[hungry[job.tenant]].append(job)
        more |= {r: made.counts[tenant] >= rooms[tenant] for tenant, r in hungry.items()}
    return {r: Taken(tuple(jobs[r]), more.get(r, False)) for r in requests}


async def held(db: AsyncSession, fences: Collection[Fence]) -> set[Fence]:
    """Which of these turns are still their runners'."""
    if not fences:
        return set()
    query = select(_TURNS.c.id, _TURNS.c.queue_manager_id).where(
        _TURNS.c.id.in_([turn for turn, _ in fences]), _TURNS.c.queue_manager_id.in_({who for _, who in fences})
    )
    return {(row.id, row.queue_manager_id) for row in await db.execute(query)} & set(fences)


async def _claim(db: AsyncSession, now: datetime, requests: Sequence[Take], jobs: dict[Take, list[Job]]) -> None:
    """Mark the first ready messages of each lane as being sent, and hand them out."""
    lanes = {request.tenant: request for request in requests if request.most > 0}
    if lanes:
        for row in await crowd.claim(db, now, {tenant: r.most for tenant, r in lanes.items()}):
            if (job := await _job(db, row)) is not None:
                jobs[lanes[row.tenant]].append(job)


async def _job(db: AsyncSession, row: Row[Any]) -> Job | None:
    """The message of an outbox row; one that can't be read is dead, and harms no other."""
    try:
        shows = card_from_json(row.card)
    except Exception:
        log.exception("delivery.unreadable", job=row.id)
        dead = update(Outgoing).where(Outgoing.id == row.id)
        await db.execute(dead.values(state="dead", problem="its stored form can't be read"))
        return None
    return Job(
        id=row.id, tenant=row.tenant, place=row.place, key=row.key, shows=shows, secret=row.secret,
        owner=row.owner, occurrence_id=row.occurrence_id, edits=row.edits,
        edited=await _edited(db, row.edits), tries=row.attempts, not_before=row.not_before,
    )  # fmt: skip


async def _edited(db: AsyncSession, key: str | None) -> MessageRef | None:
    """The reference of the message that another one changes, wherever it was posted."""
    if key is None:
        return None
    query = select(Outgoing.ref).where(Outgoing.key.in_((key, f"instead:{key}")), Outgoing.state == "sent")
    return await db.scalar(query.limit(1))


async def _reopen(db: AsyncSession, tenants: Sequence[str]) -> None:
    left = update(Outgoing).where(Outgoing.tenant.in_(tenants), Outgoing.state == SENDING)
    await db.execute(left.values(state="waiting").execution_options(synchronize_session=False))


async def _standing(db: AsyncSession, jobs: Sequence[Job]) -> set[int]:
    """Which of these messages may still be sent: being sent by the same try, and the tenant is still there."""
    if not jobs:
        return set()
    tries = {job.id: job.tries for job in jobs}
    gone = exists().where(Tenant.key == Outgoing.tenant, Tenant.removed_at.is_not(None))
    query = select(Outgoing.id, Outgoing.attempts).where(Outgoing.id.in_(tries), Outgoing.state == SENDING, ~gone)
    return {row.id for row in await db.execute(query) if row.attempts == tries[row.id]}
