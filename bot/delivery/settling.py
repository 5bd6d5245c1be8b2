"""Keeping what came of tries: in bulk what was sent, one by one what was not, with a word to somebody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot import metrics
from bot.delivery import writing
from bot.delivery.rows import ROWS
from bot.delivery.sender import Outcome, platform_of
from bot.delivery.telling import tell
from bot.services import shown
from bot.storage.tables import Outgoing
from bot.view import Card

log = structlog.get_logger()


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
    rows = [{"job": o.job.id, "ref": dict(o.ref or {})} for o in sent]
    await connection.execute(writing.sent(connection.dialect.name), {ROWS: rows, "now": now})
    seen: list[tuple[str, Card]] = []
    for outcome in sent:
        job = outcome.job
        metrics.SENT.labels(platform_of(job.tenant)).inc()
        metrics.LATENESS.observe(max((now - job.not_before).total_seconds(), 0.0))
        if job.edits is None:
            seen.append((job.place, job.shows))
            if job.occurrence_id is not None and job.owner is not None and not job.place.startswith("@"):
                seen.append(("@" + job.owner, job.shows))
    if newest := shown.newest(seen):
        # In the order of the places, so that two processes never wait for each other.
        buttons = [{"place": place, "person_key": "", "actions": newest[place]} for place in sorted(newest)]
        await connection.execute(writing.shown(connection.dialect.name), {ROWS: buttons})


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
        await tell(db, row, outcome, now)
