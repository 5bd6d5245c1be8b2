"""The outbox as a lane works with it: taking messages, keeping what came of them, looking again.

Every request goes through one group commit a process (:mod:`bot.delivery.together`), so that a thousand messages
cost a few dozen transactions and not three thousand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias, cast

import structlog
from sqlalchemy import ColumnElement, Row, and_, exists, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.delivery.occurrences import occur
from bot.delivery.sender import Job, Outcome
from bot.delivery.settling import settle
from bot.delivery.together import Together
from bot.ports import Clock, MessageRef
from bot.storage.database import Database
from bot.storage.tables import Outgoing, Tenant
from bot.view import card_from_json

log = structlog.get_logger()

OCCURRENCES = 64
"""Check-ins made due at a time, where a lane has nothing else left to send."""

# Written into the statement, not bound: only so do both databases use the indexes of what is still to be sent.
WAITING: ColumnElement[str] = literal_column("'waiting'")
SENDING: ColumnElement[str] = literal_column("'sending'")


@dataclass(frozen=True)
class Take:
    """Up to ``most`` messages of a tenant; ``fence`` must hold in the database, ``due`` asks for new check-ins."""

    tenant: str
    most: int
    due: bool = False
    fence: ColumnElement[bool] | None = None


@dataclass(frozen=True)
class Taken:
    """Messages to send, at most one a place; ``more``: schedules may be due beyond these."""

    jobs: tuple[Job, ...] = ()
    more: bool = False


@dataclass(frozen=True)
class Reopen:
    """What a tenant's last sender had under way when it died waits again; the next try reconciles first."""

    tenant: str


@dataclass(frozen=True)
class Still:
    """Whether a message that was taken a while ago is still to be sent."""

    job: Job


Ask: TypeAlias = "Take | Outcome | Reopen | Still"


class Ledger:
    """The requests of every lane of this process."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._clock = clock
        self._together: Together[Ask, Any] = Together(database, self._work)

    @property
    def away(self) -> bool:
        """Whether the database is away."""
        return self._together.away

    async def take(self, request: Take) -> Taken:
        """Messages to send now, marked as being sent."""
        return cast(Taken, await self._together.ask(request))

    async def settle(self, outcome: Outcome) -> None:
        """Keep what came of a try."""
        await self._together.ask(outcome)

    async def reopen(self, tenant: str) -> None:
        """Take over what a dead sender had under way."""
        await self._together.ask(Reopen(tenant))

    async def still(self, job: Job) -> bool:
        """Whether a message taken a while ago is still to be sent."""
        return bool(await self._together.ask(Still(job)))

    async def close(self) -> None:
        """Give up what is asked."""
        await self._together.close()

    async def _work(self, db: AsyncSession, asked: list[Ask]) -> list[Any]:
        now = self._clock.now()
        outcomes = [a for a in asked if isinstance(a, Outcome)]
        if outcomes:
            await settle(db, now, outcomes)
            await db.flush()
        standing = await _standing(db, [a.job for a in asked if isinstance(a, Still)])
        answers: list[Any] = []
        for request in asked:
            match request:
                case Take():
                    answers.append(await _take(db, now, request))
                case Reopen(tenant):
                    await _reopen(db, tenant)
                    answers.append(None)
                case Still(job):
                    answers.append(job.id in standing)
                case _:
                    answers.append(None)
        return answers


async def _take(db: AsyncSession, now: datetime, request: Take) -> Taken:
    jobs = await _claim(db, now, request, request.most)
    if len(jobs) == request.most or not request.due or (request.fence is not None and not await _holds(db, request)):
        return Taken(tuple(jobs), more=request.due)
    made = await occur(db, now, request.tenant, OCCURRENCES)
    if made:
        await db.flush()
        jobs += await _claim(db, now, request, request.most - len(jobs))
    return Taken(tuple(jobs), more=made >= OCCURRENCES)


async def _holds(db: AsyncSession, request: Take) -> bool:
    return bool(await db.scalar(select(request.fence))) if request.fence is not None else True


async def _claim(db: AsyncSession, now: datetime, request: Take, most: int) -> list[Job]:
    gone = exists().where(Tenant.key == request.tenant, Tenant.removed_at.is_not(None))
    chosen = select(Outgoing.id).where(Outgoing.tenant == request.tenant, is_ready(now), ~gone)
    if request.fence is not None:
        chosen = chosen.where(request.fence)
    claim = (
        update(Outgoing)
        .where(
            Outgoing.id.in_(chosen.order_by(Outgoing.not_before, Outgoing.id).limit(most)), Outgoing.state == WAITING
        )
        .values(state="sending", attempts=Outgoing.attempts + 1)
        .returning(
            Outgoing.id, Outgoing.tenant, Outgoing.place, Outgoing.key, Outgoing.card, Outgoing.secret,
            Outgoing.owner_id, Outgoing.occurrence_id, Outgoing.edits, Outgoing.attempts, Outgoing.not_before,
        )
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    rows = sorted(await db.execute(claim), key=lambda row: (row.not_before, row.id))
    return [job for row in rows if (job := await _job(db, row)) is not None]


def is_ready(now: datetime) -> ColumnElement[bool]:
    """A message that is due and first in its place: nothing before it there is due, being sent, or to be retried."""
    before = aliased(Outgoing)
    earlier = exists().where(
        before.place == Outgoing.place,
        before.id < Outgoing.id,
        before.state.in_((WAITING, SENDING)),
        or_(
            before.state == SENDING,
            and_(before.state == WAITING, or_(before.not_before <= now, before.attempts > 0)),
        ),
    )
    return and_(Outgoing.state == WAITING, Outgoing.not_before <= now, ~earlier)


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
        owner_id=row.owner_id, occurrence_id=row.occurrence_id, edits=row.edits,
        edited=await _edited(db, row.edits), tries=row.attempts, not_before=row.not_before,
    )  # fmt: skip


async def _edited(db: AsyncSession, key: str | None) -> MessageRef | None:
    """The reference of the message that another one changes, wherever it was posted."""
    if key is None:
        return None
    query = select(Outgoing.ref).where(Outgoing.key.in_((key, f"instead:{key}")), Outgoing.state == "sent")
    return await db.scalar(query.limit(1))


async def _reopen(db: AsyncSession, tenant: str) -> None:
    left = update(Outgoing).where(Outgoing.tenant == tenant, Outgoing.state == SENDING)
    await db.execute(left.values(state="waiting").execution_options(synchronize_session=False))


async def _standing(db: AsyncSession, jobs: Sequence[Job]) -> set[int]:
    """Which of these messages may still be sent: being sent by the same try, and the tenant is still there."""
    if not jobs:
        return set()
    tries = {job.id: job.tries for job in jobs}
    gone = exists().where(Tenant.key == Outgoing.tenant, Tenant.removed_at.is_not(None))
    query = select(Outgoing.id, Outgoing.attempts).where(Outgoing.id.in_(tries), Outgoing.state == SENDING, ~gone)
    return {row.id for row in await db.execute(query) if row.attempts == tries[row.id]}
