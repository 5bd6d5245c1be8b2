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
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Row,
    Select,
    String,
    Table,
    Update,
    and_,
    bindparam,
    exists,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.occurrences import occur
from bot.delivery.sender import Job, Outcome
from bot.delivery.settling import settle
from bot.delivery.together import Together
from bot.ports import Clock, MessageRef
from bot.storage.database import Database
from bot.storage.tables import Instant, Outgoing, Tenant
from bot.view import card_from_json

log = structlog.get_logger()

OCCURRENCES, MOST_EACH = 192, 64
"""Check-ins made due in one transaction: in all, and for one tenant."""

_OUTBOX = cast(Table, Outgoing.__table__)

# Written into the statement, not bound: only so do both databases use the indexes of what is still to be sent.
WAITING: ColumnElement[str] = literal_column("'waiting'")
SENDING: ColumnElement[str] = literal_column("'sending'")


@dataclass(frozen=True, eq=False)
class Take:
    """Up to ``most`` messages of a tenant; ``fence`` must hold in the database, ``due`` asks for new check-ins."""

    tenant: str
    most: int
    due: bool = False
    fence: Select[Any] | None = None


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
        for request in asked:
            if isinstance(request, Reopen):
                await _reopen(db, request.tenant)
        taken = await _take(db, now, [a for a in asked if isinstance(a, Take)])
        standing = await _standing(db, [a.job for a in asked if isinstance(a, Still)])
        return [
            taken[request] if isinstance(request, Take) else isinstance(request, Still) and request.job.id in standing
            for request in asked
        ]


async def _take(db: AsyncSession, now: datetime, requests: Sequence[Take]) -> dict[Take, Taken]:
    """What each lane gets: messages that wait, and, for lanes that have room for more, check-ins made due just now."""
    jobs = {request: await _claim(db, now, request, request.most) for request in requests}
    hungry = [r for r in requests if r.due and len(jobs[r]) < r.most and await _holds(db, r)]
    each = max(min(OCCURRENCES // max(len(hungry), 1), MOST_EACH), 2)
    made = await occur(db, now, [r.tenant for r in hungry], each) if hungry else {}
    for request in hungry:
        if made.get(request.tenant):
            jobs[request] += await _claim(db, now, request, request.most - len(jobs[request]))
    return {r: Taken(tuple(jobs[r]), more=made.get(r.tenant, 0) >= each if r in hungry else r.due) for r in requests}


async def _holds(db: AsyncSession, request: Take) -> bool:
    """Whether the lane is still this process's to run."""
    return request.fence is None or bool(await db.scalar(request.fence))


async def _claim(db: AsyncSession, now: datetime, request: Take, most: int) -> list[Job]:
    """Mark the first ready messages of a tenant as being sent, and give them."""
    if not await _holds(db, request):
        return []
    claimed = await (await db.connection()).execute(_CLAIM, {"of": request.tenant, "now": now, "most": most})
    rows = sorted(claimed, key=lambda row: (row.not_before, row.id))
    return [job for row in rows if (job := await _job(db, row)) is not None]


def is_ready(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """A message that is due and first in its place: nothing before it there is due, being sent, or to be retried."""
    before = _OUTBOX.alias("before")
    earlier = exists().where(
        before.c.place == _OUTBOX.c.place,
        before.c.id < _OUTBOX.c.id,
        before.c.state.in_((WAITING, SENDING)),
        or_(
            before.c.state == SENDING,
            and_(before.c.state == WAITING, or_(before.c.not_before <= now, before.c.attempts > literal_column("0"))),
        ),
    )
    return and_(_OUTBOX.c.state == WAITING, _OUTBOX.c.not_before <= now, ~earlier)


def _claiming() -> Update:
    """The statement that takes messages, made once: to compile it costs more than to run it."""
    now, tenant = bindparam("now", type_=Instant()), bindparam("of", type_=String())
    gone = exists().where(Tenant.key == tenant, Tenant.removed_at.is_not(None))
    chosen = (
        select(_OUTBOX.c.id)
        .where(_OUTBOX.c.tenant == tenant, is_ready(now), ~gone)
        .order_by(_OUTBOX.c.not_before, _OUTBOX.c.id)
        .limit(bindparam("most", type_=Integer()))
    )
    return (
        update(_OUTBOX)
        .where(_OUTBOX.c.id.in_(chosen), _OUTBOX.c.state == WAITING)
        .values(state=SENDING, attempts=_OUTBOX.c.attempts + literal_column("1"))
        .returning(
            *(_OUTBOX.c[name] for name in ("id", "tenant", "place", "key", "card", "secret", "owner_id")),
            *(_OUTBOX.c[name] for name in ("occurrence_id", "edits", "attempts", "not_before")),
        )
    )


_CLAIM = _claiming()


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
