"""Check-ins that come due: the lanes' tenants' due schedules become messages, many in one go.

A check-in that its lane has room for is taken in the same breath: written as being sent, and handed over as the card
it was made as, so that nothing has to be claimed, read and parsed again.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from bot.coach import cadence as rhythm
from bot.coach.hours import Hours, add_working, move_to_working
from bot.delivery import writing
from bot.delivery.due import Planned, planned
from bot.delivery.rows import ROWS, written
from bot.delivery.sender import Job
from bot.services import cards
from bot.services.follow import climbs, watch
from bot.services.readings import message_key
from bot.storage.tables import Case, Client, Schedule
from bot.view import Card, to_json

log = structlog.get_logger()

PUT_OFF = timedelta(minutes=15)
"""How long a schedule waits that could not be read; the others go on meanwhile."""

A_BREATH = 8
"""Check-ins written in words before what else this process does gets a moment."""


@dataclass(frozen=True, slots=True)
class Made:
    """How many schedules of each tenant were gone through, and the messages that were taken at once."""

    counts: Counter[str]
    jobs: Sequence[Job]


@dataclass(frozen=True, slots=True)
class _Due:
    """A schedule's occurrence at an instant, and when the next one is."""

    planned: Planned
    at: datetime
    following: datetime | None
    anchor: datetime


@dataclass(frozen=True, slots=True)
class _CheckIn:
    """An occurrence in words, and when it may come."""

    due: _Due
    occurrence: int
    shows: Card
    not_before: datetime


async def occur(db: AsyncSession, now: datetime, rooms: Mapping[str, int]) -> Made:
    """Turn as many due schedules of each tenant as it has room for into messages, and take those that may go now."""
    found = await planned(db, now, rooms)
    begun = [due for p in found if (due := await _begin(db, now, p)) is not None]
    jobs = await _write(await db.connection(), now, begun) if begun else []
    return Made(Counter(p.row.tenant for p in found), jobs)


async def _write(connection: AsyncConnection, now: datetime, begun: Sequence[_Due]) -> list[Job]:
    """Keep the occurrences, move their schedules on, and write the messages: a statement each for all of them."""
    dialect = connection.dialect.name
    await connection.execute(writing.moved(dialect), {ROWS: [_moved(due) for due in begun]})
    await writing.keep_plans(connection)
    kept = await connection.execute(writing.occurrences(dialect), {ROWS: [_occurrence(due) for due in begun]})
    of_schedule = {row.schedule_id: row.id for row in kept}
    made = [check_in async for check_in in _in_words(now, begun, of_schedule)]
    await connection.execute(writing.climbs(dialect), {ROWS: [_climb(check_in) for check_in in made]})
    wanted = _wanted(now, made)
    rows = [{**_message(check_in), "wanted": check_in.occurrence in wanted} for check_in in made]
    left = await connection.execute(writing.messages(dialect), {ROWS: rows, "now": now})
    taken = {row.occurrence_id: row.id for row in left if row.state == "sending"}
    return [_job(taken[c.occurrence], c) for c in made if c.occurrence in taken]


async def _in_words(now: datetime, begun: Sequence[_Due], of_schedule: Mapping[int, int]) -> AsyncIterator[_CheckIn]:
    for n, due in enumerate(begun):
        if n % A_BREATH == 0:
            await asyncio.sleep(0)
        occurrence, row = of_schedule[due.planned.row.schedule_id], due.planned.row
        week = (due.at - row.opened_at).days // 7 + 1
        shows = cards.nudge(due.planned.file(now), occurrence, week)
        yield _CheckIn(due, occurrence, shows, _when(due))


def _when(due: _Due) -> datetime:
    """When the nudge may come: for people who named their working hours, within those."""
    return move_to_working(due.planned.hours, due.at) if due.planned.owner.hours else due.at


def _wanted(now: datetime, made: Sequence[_CheckIn]) -> set[int]:
    """The first that may come now in each place."""
    first: dict[str, int] = {}
    for check_in in made:
        if check_in.not_before <= now:
            first.setdefault(check_in.due.planned.row.place, check_in.occurrence)
    return set(first.values())


# --- one schedule ------------------------------------------------------------------------------------------


async def _begin(db: AsyncSession, now: datetime, planned: Planned) -> _Due | None:
    """One occurrence of a schedule, however many were missed; None where nothing is to be asked."""
    row = planned.row
    if row.closed_at is not None and not (row.purpose == "watch" and await _watched(db, now, planned)):
        schedule = await db.get_one(Schedule, row.schedule_id)
        schedule.state, schedule.next_due_at = "done", None
        return None
    try:
        due = _reckon(planned, now)
    except Exception:
        log.exception("delivery.schedule_unreadable", schedule=row.schedule_id)
        schedule = await db.get_one(Schedule, row.schedule_id)
        schedule.next_due_at = now + PUT_OFF
        return None
    if planned.unanswered:
        await _ask_another_way(db, now, planned)
        return None
    return due


async def _watched(db: AsyncSession, now: datetime, planned: Planned) -> bool:
    return watch.watched(await db.get_one(Case, planned.row.case_id), now)


async def _ask_another_way(db: AsyncSession, now: datetime, planned: Planned) -> None:
    schedule = await db.get_one(Schedule, planned.row.schedule_id)
    case = await db.get_one(Case, planned.row.case_id)
    client = await db.get_one(Client, planned.row.client_id)
    db.add(climbs.another_way(schedule, case, client, planned.owner, now))


def _reckon(planned: Planned, now: datetime) -> _Due:
    """What is due of a schedule, and from where its weeks are counted on."""
    row = planned.row
    due, following, put_off = _instants(rhythm.from_json(row.cadence), row.next_due_at, now, row.anchor_at)
    # A check-in that was put off must not move a fortnightly rhythm into the other week.
    anchor = row.anchor_at if put_off and row.anchor_at is not None else due
    return _Due(planned, due, following, anchor)


@lru_cache(maxsize=256)
def _instants(
    cadence: rhythm.Cadence, next_due: datetime, now: datetime, before: datetime | None
) -> tuple[datetime, datetime | None, bool]:
    """What is due, what comes after it, and whether it was put off; in a crowd, many share these."""
    due, following = rhythm.catch_up(cadence, next_due, now, before)
    assert due is not None, "only schedules that are due are chosen"
    put_off = before is not None and rhythm.next_due(cadence, due - timedelta(seconds=1), before) != due
    return due, following, put_off


@lru_cache(maxsize=256)
def _patience_ends(hours: Hours, asked: datetime) -> datetime:
    """When a check-in climbs past somebody with such hours."""
    return add_working(hours, asked, climbs.PATIENCE)


# --- as rows -----------------------------------------------------------------------------------------------


def _occurrence(due: _Due) -> dict[str, Any]:
    row = due.planned.row
    return {"schedule_id": row.schedule_id, "case_id": row.case_id, "due_at": written(due.at)}


def _moved(due: _Due) -> dict[str, Any]:
    return {
        "schedule_id": due.planned.row.schedule_id,
        "anchor_at": written(due.anchor),
        "next_due_at": written(due.following),
        "state": "on" if due.following else "done",
    }


def _climb(check_in: _CheckIn) -> dict[str, Any]:
    """The watch whether it is answered (:mod:`bot.services.follow.climbs`)."""
    due = check_in.due
    ends = _patience_ends(due.planned.hours, due.at)
    return {"occurrence_id": check_in.occurrence, "case_id": due.planned.row.case_id, "next_at": written(ends)}


def _message(check_in: _CheckIn) -> dict[str, Any]:
    row = check_in.due.planned.row
    return {
        "workspace_id": row.workspace_id,
        "tenant": row.tenant,
        "place": row.place,
        "key": message_key(check_in.occurrence),
        "card": to_json(check_in.shows),
        "owner_id": check_in.due.planned.owner.id,
        "case_id": row.case_id,
        "occurrence_id": check_in.occurrence,
        "not_before": written(check_in.not_before),
    }


def _job(id_: int, check_in: _CheckIn) -> Job:
    """The message, taken with its first try."""
    row, owner = check_in.due.planned.row, check_in.due.planned.owner
    return Job(
        id=id_, tenant=row.tenant, place=row.place, key=message_key(check_in.occurrence), shows=check_in.shows,
        secret=True, owner=owner.key, occurrence_id=check_in.occurrence, edits=None, edited=None,
        tries=1, not_before=check_in.not_before,
    )  # fmt: skip
