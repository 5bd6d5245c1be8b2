"""Keeping what came of tries: in bulk what was sent, one by one what was not, with a word to its owner."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, bindparam, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import metrics
from bot.delivery.sender import Outcome, platform_of
from bot.services import shown
from bot.services.turn import offer
from bot.storage.tables import Case, Client, Occurrence, Outgoing, Person, Schedule
from bot.view import Actions, Card, Element, card, say, to_json

log = structlog.get_logger()

# Written into the statement, since many rows are updated with it at once.
OPEN: tuple[ColumnElement[str], ...] = (literal_column("'sending'"), literal_column("'waiting'"))

_SENT = (
    update(Outgoing.__table__)  # type: ignore[arg-type] # a Table, which mypy sees as a FromClause
    .where(Outgoing.__table__.c.id == bindparam("job"), Outgoing.__table__.c.state.in_(OPEN))
    .values(state="sent", sent_at=bindparam("now"), ref=bindparam("sent_ref"), problem="")
)


async def settle(db: AsyncSession, now: datetime, outcomes: Sequence[Outcome]) -> None:
    """Keep what came of tries; doing it twice changes nothing."""
    sent = [o for o in outcomes if o.state == "sent"]
    if sent:
        await _sent(db, now, sent)
    for outcome in outcomes:
        if outcome.state != "sent":
            await _not_sent(db, now, outcome)


async def _sent(db: AsyncSession, now: datetime, sent: Sequence[Outcome]) -> None:
    connection = await db.connection()
    await connection.execute(_SENT, [{"job": o.job.id, "now": now, "sent_ref": dict(o.ref or {})} for o in sent])
    owners = await _owner_keys(db, sent)
    seen: list[tuple[str, Card]] = []
    for outcome in sent:
        job = outcome.job
        metrics.SENT.labels(platform_of(job.tenant)).inc()
        metrics.LATENESS.observe(max((now - job.not_before).total_seconds(), 0.0))
        if job.edits is None:
            seen.append((job.place, job.shows))
            if job.occurrence_id is not None and job.owner_id in owners and not job.place.startswith("@"):
                seen.append(("@" + owners[job.owner_id], job.shows))
    await shown.remember_all(db, seen)


async def _owner_keys(db: AsyncSession, sent: Sequence[Outcome]) -> dict[int | None, str]:
    ids = {o.job.owner_id for o in sent if o.job.occurrence_id is not None and o.job.owner_id is not None}
    if not ids:
        return {}
    return {row.id: row.key for row in await db.execute(select(Person.id, Person.key).where(Person.id.in_(ids)))}


async def _not_sent(db: AsyncSession, now: datetime, outcome: Outcome) -> None:
    row = await db.get(Outgoing, outcome.job.id, with_for_update=True)
    # Another process may have taken the message over meanwhile; then its word counts.
    if row is None or row.state != "sending" or row.attempts != outcome.job.tries:
        return
    row.problem = outcome.problem[:500]
    platform = platform_of(row.tenant)
    if outcome.state == "later":
        row.state, row.not_before = "waiting", now + timedelta(seconds=outcome.wait)
        metrics.RETRIED.labels(platform, outcome.reason).inc()
        return
    row.state = outcome.state
    if outcome.state in ("dead", "withheld"):
        metrics.DEAD.labels(platform, outcome.reason).inc()
        log.warning("delivery.not_posted", job=row.id, state=outcome.state, reason=outcome.reason)
        await _tell_owner(db, row, outcome, now)


async def _tell_owner(db: AsyncSession, row: Outgoing, outcome: Outcome, now: datetime) -> None:
    owner = await db.get(Person, row.owner_id) if row.owner_id else None
    if owner is None or owner.gone_at is not None or row.place == "@" + owner.key:
        return
    await _move_schedule(db, row, owner, outcome)
    db.add(
        Outgoing(
            workspace_id=row.workspace_id,
            tenant=owner.tenant,
            place="@" + owner.key,
            key=f"instead:{row.key}"[:200],
            card=to_json(await _instead(db, row, outcome)),
            secret=True,
            owner_id=owner.id,
            case_id=row.case_id,
            occurrence_id=row.occurrence_id,
            state="waiting",
            not_before=now,
            made_at=now,
            problem="",
        )
    )


async def _instead(db: AsyncSession, row: Outgoing, outcome: Outcome) -> Card:
    """What the owner reads in private instead of the message, with its buttons."""
    client = await _client_name(db, row)
    what = f"{client}'s check-in" if row.occurrence_id and client else "a message"
    lead = say("I didn't post {what}: {why}. Answer me here, or pick another channel.", what=what, why=outcome.problem)
    original = [e for e in outcome.job.shows.elements if not isinstance(e, Actions)]
    buttons = [a for e in outcome.job.shows.elements if isinstance(e, Actions) for a in e.actions]
    schedule = await _schedule_of(db, row)
    if schedule is not None:
        buttons.append(offer("Pick a channel", f"reminder {schedule.id} move"))
    elements: list[Element] = [*original, Actions(tuple(buttons))] if buttons else list(original)
    return card(lead, *elements)


async def _move_schedule(db: AsyncSession, row: Outgoing, owner: Person, outcome: Outcome) -> None:
    """A channel that turned out not to be safe, or is gone, gets no further check-ins."""
    schedule = await _schedule_of(db, row)
    if schedule is not None and schedule.place == row.place and schedule.state == "on":
        schedule.place, schedule.tenant = "@" + owner.key, owner.tenant


async def _schedule_of(db: AsyncSession, row: Outgoing) -> Schedule | None:
    if row.occurrence_id is None:
        return None
    occurrence = await db.get(Occurrence, row.occurrence_id)
    return await db.get(Schedule, occurrence.schedule_id) if occurrence else None


async def _client_name(db: AsyncSession, row: Outgoing) -> str:
    if row.case_id is None:
        return ""
    query = select(Client.name).join(Case, Case.client_id == Client.id).where(Case.id == row.case_id)
    return (await db.scalar(query)) or ""
