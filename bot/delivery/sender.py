"""Sending one message: the guard at the moment of posting, the post itself, and what is kept of the outcome."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import metrics
from bot.coach import guard
from bot.errors import DeliveryError, TryLater, Undeliverable
from bot.ports import Clock, MessageRef, Messenger
from bot.services import shown
from bot.services.turn import offer
from bot.storage.database import Database
from bot.storage.tables import Client, Occurrence, Outgoing, Person, Schedule
from bot.view import Actions, Card, Element, card, card_from_json, say, to_json

log = structlog.get_logger()

FIRST_WAIT = 2.0
LONGEST_WAIT = 900.0
MOST_TRIES = 12
"""Tries before a message is given up: with the waits above, somewhat more than an hour."""

Messengers = Callable[[str], Messenger | None]
"""The messenger of a tenant; None where its platform is not running here."""


@dataclass(frozen=True)
class Job:
    """A message taken out of the outbox to be sent; ``tries`` counts this one."""

    id: int
    tenant: str
    place: str
    key: str
    shows: Card
    secret: bool
    owner_id: int | None
    case_id: int | None
    edits: str | None
    tries: int
    not_before: datetime


def job_of(row: Outgoing) -> Job:
    """The message of an outbox row."""
    return Job(
        row.id, row.tenant, row.place, row.key, card_from_json(row.card), row.secret, row.owner_id, row.case_id,
        row.edits, row.attempts, row.not_before,
    )  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What came of a try: sent (with its reference), later, withheld by the guard, dropped, or dead."""

    job: Job
    state: str
    ref: MessageRef | None = None
    wait: float = 0.0
    reason: str = ""
    problem: str = ""


async def attempt(job: Job, messengers: Messengers, edited_ref: MessageRef | None) -> Outcome:
    """Try to send a message; never raises for what a platform does."""
    messenger = messengers(job.tenant)
    if messenger is None:
        return Outcome(
            job, "later", wait=LONGEST_WAIT, reason="no_platform", problem="its platform is not running here"
        )
    try:
        return await _send(job, messenger, edited_ref)
    except TryLater as busy:
        return _later(job, max(busy.after, backoff(job.tries)), str(busy))
    except Undeliverable as never:
        return Outcome(job, "dead", reason=never.reason, problem=str(never))
    except DeliveryError as wrong:
        return _later(job, backoff(job.tries), str(wrong))
    except Exception as bug:
        log.exception("delivery.failed", job=job.id)
        return _later(job, backoff(job.tries), type(bug).__name__)


async def _send(job: Job, messenger: Messenger, edited_ref: MessageRef | None) -> Outcome:
    place = await messenger.audience(job.place)
    verdict = guard.decide(place, secret=job.secret)
    if not verdict.allowed:
        return Outcome(job, "withheld", reason="guard", problem=verdict.why)
    if job.edits is not None:
        if edited_ref is None:
            return Outcome(job, "dropped", problem="there is no message to change")
        await messenger.update(job.place, edited_ref, job.shows)
        return Outcome(job, "sent", ref=edited_ref)
    if job.tries > 1:
        # An earlier try may have been taken without our hearing of it.
        found = await messenger.find(job.place, key=job.key)
        if found is not None:
            return Outcome(job, "sent", ref=found)
    return Outcome(job, "sent", ref=await messenger.send(job.place, job.shows, key=job.key))


def _later(job: Job, wait: float, problem: str) -> Outcome:
    if job.tries >= MOST_TRIES:
        return Outcome(job, "dead", reason="gave_up", problem=f"given up after {job.tries} tries: {problem}")
    return Outcome(job, "later", wait=wait, reason="retry", problem=problem)


def backoff(tries: int) -> float:
    """Seconds to wait after so many tries."""
    return float(min(FIRST_WAIT * 2 ** max(tries - 1, 0), LONGEST_WAIT))


async def settle(db: AsyncSession, clock: Clock, outcome: Outcome) -> None:
    """Keep what came of a try; where a message cannot appear, its owner is told privately and why."""
    row = await db.get(Outgoing, outcome.job.id)
    if row is None or row.state not in ("sending", "waiting"):
        return
    now, platform = clock.now(), row.tenant.split(":")[0]
    row.problem = outcome.problem[:500]
    if outcome.state == "later":
        row.state, row.not_before = "waiting", now + timedelta(seconds=outcome.wait)
        metrics.RETRIED.labels(platform, outcome.reason).inc()
        return
    row.state = outcome.state
    if outcome.state == "sent":
        await _sent(db, row, outcome, now, platform)
    elif outcome.state in ("dead", "withheld"):
        metrics.DEAD.labels(platform, outcome.reason).inc()
        log.warning("delivery.not_posted", job=row.id, state=outcome.state, reason=outcome.reason)
        await _tell_owner(db, row, outcome, now)


async def _sent(db: AsyncSession, row: Outgoing, outcome: Outcome, now: datetime, platform: str) -> None:
    row.sent_at, row.ref = now, dict(outcome.ref or {})
    metrics.SENT.labels(platform).inc()
    metrics.LATENESS.observe(max((now - row.not_before).total_seconds(), 0.0))
    if row.edits is None:
        await shown.remember(db, row.place, "", (outcome.job.shows,))
        if row.occurrence_id is not None and row.owner_id is not None and not row.place.startswith("@"):
            owner = await db.get_one(Person, row.owner_id)
            await shown.remember(db, "@" + owner.key, "", (outcome.job.shows,))


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
        buttons.append(offer("Pick a channel", f"reminder {schedule.id} edit"))
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
    from bot.storage.tables import Case

    if row.case_id is None:
        return ""
    query = select(Client.name).join(Case, Case.client_id == Client.id).where(Case.id == row.case_id)
    return (await db.scalar(query)) or ""


async def edited_ref(database: Database, job: Job) -> MessageRef | None:
    """The reference of the message a job changes, once that was sent."""
    if job.edits is None:
        return None
    async with database.begin() as db:
        keys = (job.edits, f"instead:{job.edits}")
        row = await db.scalar(select(Outgoing).where(Outgoing.key.in_(keys), Outgoing.state == "sent").limit(1))
        return row.ref if row else None
