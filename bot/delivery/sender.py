"""Sending one message: the guard at the moment of posting, the post itself, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.coach import guard
from bot.errors import DeliveryError, TryLater, Undeliverable
from bot.ports import MessageRef, Messenger
from bot.view import Card

log = structlog.get_logger()

FIRST_WAIT = 1.0
LONGEST_WAIT = 900.0
"""Seconds until the next try after a failure, doubling from the first to the longest."""

LONGEST_BUSY = 60.0
"""Seconds between tries where a platform is only busy; longer where it asks for longer."""

MOST_TRIES = 12
"""Failures before a message is given up: with the waits above, about an hour."""

MOST_BUSY = 100
"""Tries before a message is given up that a platform kept putting off."""

Messengers = Mapping[str, Messenger]
"""The messengers that run here, by platform."""


@dataclass(frozen=True, slots=True)
class Job:
    """A message taken out of the outbox to be sent.

    ``owner`` is the key of the person whose it is; ``tries`` counts this one, ``edited`` is what it changes.
    """

    id: int
    tenant: str
    place: str
    key: str
    shows: Card
    secret: bool
    owner: str | None
    occurrence_id: int | None
    edits: str | None
    edited: MessageRef | None
    tries: int
    not_before: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a try: sent (with its reference), later, withheld by the guard, dropped, or dead."""

    job: Job
    state: str
    ref: MessageRef | None = None
    wait: float = 0.0
    reason: str = ""
    problem: str = ""


def platform_of(tenant: str) -> str:
    """The platform of a tenant's key (``slack:T1``)."""
    return tenant.split(":", 1)[0]


async def attempt(job: Job, messengers: Messengers) -> Outcome:
    """Try to send a message; never raises for what a platform does."""
    messenger = messengers.get(platform_of(job.tenant))
    if messenger is None:
        return Outcome(job, "later", wait=LONGEST_WAIT, reason="no_platform", problem="its platform runs elsewhere")
    try:
        return await _send(job, messenger)
    except TryLater as busy:
        wait = max(busy.after, min(backoff(job.tries), LONGEST_BUSY))
        return _later(job, wait, "busy", str(busy), MOST_BUSY)
    except Undeliverable as never:
        return Outcome(job, "dead", reason=never.reason, problem=str(never))
    except DeliveryError as wrong:
        return _later(job, backoff(job.tries), "failed", str(wrong), MOST_TRIES)
    except Exception as bug:
        log.exception("delivery.failed", job=job.id)
        return _later(job, backoff(job.tries), "failed", type(bug).__name__, MOST_TRIES)


async def _send(job: Job, messenger: Messenger) -> Outcome:
    place = await messenger.audience(job.place)
    verdict = guard.decide(place, secret=job.secret)
    if not verdict.allowed:
        return Outcome(job, "withheld", reason="guard", problem=verdict.why)
    if job.edits is not None:
        if job.edited is None:
            return Outcome(job, "dropped", problem="there is no message to change")
        await messenger.update(job.place, job.edited, job.shows)
        return Outcome(job, "sent", ref=job.edited)
    if job.tries > 1:
        # An earlier try may have been taken without our hearing of it.
        found = await messenger.find(job.place, key=job.key)
        if found is not None:
            return Outcome(job, "sent", ref=found)
    return Outcome(job, "sent", ref=await messenger.send(job.place, job.shows, key=job.key))


def _later(job: Job, wait: float, reason: str, problem: str, most: int) -> Outcome:
    if job.tries >= most:
        return Outcome(job, "dead", reason="gave_up", problem=f"given up after {job.tries} tries: {problem}")
    return Outcome(job, "later", wait=wait, reason=reason, problem=problem)


def backoff(tries: int) -> float:
    """Seconds to wait after so many tries."""
    return float(min(FIRST_WAIT * 2 ** max(tries - 1, 0), LONGEST_WAIT))
