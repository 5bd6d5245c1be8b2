"""Check-ins that come due: the lanes' tenants' due schedules become waiting messages, many in one go."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from sqlalchemy import Table, bindparam, func, insert, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.coach import cadence as rhythm
from bot.coach.casefile import CaseFile, Wish
from bot.coach.causes import Cause
from bot.coach.hours import add_working, move_to_working
from bot.coach.playbook import Fault, Severity, Stage, StepRecord
from bot.coach.playbook_facts import StepState
from bot.delivery import crowd
from bot.services import cards
from bot.services.follow import climbs, watch
from bot.services.people import hours_of
from bot.services.readings import message_key
from bot.storage.tables import Case, Client, Climb, Criterion, Occurrence, Outgoing, Person, Schedule, Step
from bot.view import to_json

log = structlog.get_logger()

PUT_OFF = timedelta(minutes=15)
"""How long a schedule waits that could not be read; the others go on meanwhile."""


@dataclass
class _Known:
    """What check-ins say, read for many cases at once."""

    cases: dict[int, Case] = field(default_factory=dict)
    clients: dict[int, Client] = field(default_factory=dict)
    owners: dict[int, Person] = field(default_factory=dict)
    wishes: dict[int, list[Criterion]] = field(default_factory=lambda: defaultdict(list))
    steps: dict[int, list[Step]] = field(default_factory=lambda: defaultdict(list))
    missed: Counter[int] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Due:
    """A schedule's occurrence at an instant, and when the next one is."""

    schedule: Schedule
    at: datetime
    following: datetime | None
    anchor: datetime


_SCHEDULES = cast(Table, Schedule.__table__)
_MOVE_ON = (
    update(_SCHEDULES)
    .where(_SCHEDULES.c.id == bindparam("moved"))
    .values(
        anchor_at=bindparam("anchor_at"),
        next_due_at=bindparam("next_due_at"),
        state=bindparam("state"),
        version=_SCHEDULES.c.version + literal_column("1"),
    )
)


async def occur(db: AsyncSession, now: datetime, tenants: Sequence[str], each: int) -> Counter[str]:
    """Turn the tenants' due schedules into occurrences and messages; gives how many of each were taken."""
    schedules = await _due(db, now, tenants, each)
    if schedules:
        known = await _read(db, schedules)
        await _write(db, now, [due for s in schedules if (due := _begin(db, now, s, known)) is not None], known)
    return Counter(schedule.tenant for schedule in schedules)


async def _write(db: AsyncSession, now: datetime, begun: Sequence[_Due], known: _Known) -> None:
    """Keep the occurrences, move their schedules on, and write the messages: a few statements for all of them."""
    if not begun:
        return
    connection = await db.connection()
    adding = insert(Occurrence).returning(Occurrence.id, Occurrence.schedule_id)
    ids = await connection.execute(adding, [_occurrence(due) for due in begun])
    of_schedule = {row.schedule_id: row.id for row in ids}
    occurrences = {of_schedule[due.schedule.id]: due for due in begun}
    await connection.execute(_MOVE_ON, [_moved(due) for due in begun])
    # With something to return, many rows are one statement.
    messages = insert(Outgoing).returning(Outgoing.id)
    await connection.execute(messages, [_message(now, id_, due, known) for id_, due in occurrences.items()])
    climbing = insert(Climb).returning(Climb.id)
    await connection.execute(climbing, [_climb(id_, due, known) for id_, due in occurrences.items()])


async def _due(db: AsyncSession, now: datetime, tenants: Sequence[str], each: int) -> Sequence[Schedule]:
    ids = await crowd.planned(db, now, tenants, each)
    if not ids:
        return []
    # Read again under the lock: another process may have been first.
    query = (
        select(Schedule)
        .where(Schedule.id.in_(ids), Schedule.state == "on", Schedule.next_due_at <= now)
        .order_by(Schedule.next_due_at, Schedule.id)
        .with_for_update(skip_locked=True)
    )
    return (await db.scalars(query)).all()


async def _read(db: AsyncSession, schedules: Sequence[Schedule]) -> _Known:
    known = _Known()
    ids = {s.case_id for s in schedules}
    rows = await db.execute(
        select(Case, Client, Person)
        .join(Client, Client.id == Case.client_id)
        .join(Person, Person.id == Case.owner_id)
        .where(Case.id.in_(ids))
    )
    for case, client, owner in rows:
        known.cases[case.id], known.clients[client.id], known.owners[owner.id] = case, client, owner
    for wish in await db.scalars(select(Criterion).where(Criterion.case_id.in_(ids)).order_by(Criterion.id)):
        known.wishes[wish.case_id].append(wish)
    for step in await db.scalars(select(Step).where(Step.case_id.in_(ids)).order_by(Step.id)):
        known.steps[step.case_id].append(step)
    await _count_missed(db, schedules, known)
    return known


async def _count_missed(db: AsyncSession, schedules: Sequence[Schedule], known: _Known) -> None:
    """How many of each schedule's newest check-ins nobody answered; as :func:`climbs.missed_in_a_row` counts."""
    newest = (
        select(
            Occurrence.schedule_id,
            Occurrence.case_id,
            Occurrence.answer,
            Occurrence.due_at,
            func.row_number().over(partition_by=Occurrence.schedule_id, order_by=Occurrence.due_at.desc()).label("nth"),
        )
        .where(Occurrence.schedule_id.in_([s.id for s in schedules if s.purpose == "recovery"]))
        .subquery()
    )
    rows = await db.execute(select(newest).where(newest.c.nth <= climbs.MISSED).order_by(newest.c.nth))
    answered: set[int] = set()
    for row in rows:
        touched = known.cases[row.case_id].last_contact_at
        if row.answer is not None or (touched is not None and touched > row.due_at):
            answered.add(row.schedule_id)
        if row.schedule_id not in answered:
            known.missed[row.schedule_id] += 1


def _begin(db: AsyncSession, now: datetime, schedule: Schedule, known: _Known) -> _Due | None:
    """One occurrence of a schedule, however many were missed; None where nothing is to be asked."""
    case = known.cases[schedule.case_id]
    if case.closed_at is not None and not (schedule.purpose == "watch" and watch.watched(case, now)):
        schedule.state, schedule.next_due_at = "done", None
        return None
    try:
        due = _reckon(schedule, now)
    except Exception:
        log.exception("delivery.schedule_unreadable", schedule=schedule.id)
        schedule.next_due_at = now + PUT_OFF
        return None
    if known.missed[schedule.id] >= climbs.MISSED:
        owner = known.owners[case.owner_id]
        db.add(climbs.another_way(schedule, case, known.clients[case.client_id], owner, now))
        return None
    return due


def _reckon(schedule: Schedule, now: datetime) -> _Due:
    """What is due of a schedule, and from where its weeks are counted on."""
    assert schedule.next_due_at is not None, "only schedules with a due time are chosen"
    cadence, before = rhythm.from_json(schedule.cadence), schedule.anchor_at
    due, following = rhythm.catch_up(cadence, schedule.next_due_at, now, before)
    assert due is not None, "only schedules that are due are chosen"
    # A check-in that was put off must not move a fortnightly rhythm into the other week.
    put_off = before is not None and rhythm.next_due(cadence, due - timedelta(seconds=1), before) != due
    return _Due(schedule, due, following, before if put_off and before is not None else due)


def _occurrence(due: _Due) -> dict[str, Any]:
    return {"schedule_id": due.schedule.id, "case_id": due.schedule.case_id, "due_at": due.at}


def _climb(occurrence: int, due: _Due, known: _Known) -> dict[str, Any]:
    """The watch whether it is answered; as :func:`bot.services.follow.climbs.start` begins it."""
    case = known.cases[due.schedule.case_id]
    next_at = add_working(hours_of(known.owners[case.owner_id]), due.at, climbs.PATIENCE)
    return {"occurrence_id": occurrence, "case_id": case.id, "level": 0, "state": "on", "next_at": next_at}


def _moved(due: _Due) -> dict[str, Any]:
    state = "on" if due.following else "done"
    return {"moved": due.schedule.id, "anchor_at": due.anchor, "next_due_at": due.following, "state": state}


def _message(now: datetime, occurrence: int, due: _Due, known: _Known) -> dict[str, Any]:
    schedule = due.schedule
    case = known.cases[schedule.case_id]
    owner = known.owners[case.owner_id]
    week = (due.at - case.opened_at).days // 7 + 1
    return {
        "workspace_id": schedule.workspace_id,
        "tenant": schedule.tenant,
        "place": schedule.place,
        "key": message_key(occurrence),
        "card": to_json(cards.nudge(_file(now, case, known), occurrence, week)),
        "secret": True,
        "owner_id": owner.id,
        "case_id": case.id,
        "occurrence_id": occurrence,
        "state": "waiting",
        "not_before": _when(owner, due.at),
        "made_at": now,
        "problem": "",
    }


def _when(owner: Person, due: datetime) -> datetime:
    """When the nudge may come: for people who named their working hours, within those."""
    return move_to_working(hours_of(owner), due) if owner.hours else due


def _file(now: datetime, case: Case, known: _Known) -> CaseFile:
    """The part of a case that a check-in shows (a test holds it to :func:`bot.services.cases.snapshot`)."""
    client, owner = known.clients[case.client_id], known.owners[case.owner_id]
    return CaseFile(
        id=case.id,
        number=case.number,
        client=client.name,
        client_id=client.id,
        stage=Stage(case.stage),
        owner=owner.name,
        owner_key=owner.key,
        story=case.story,
        cause=Cause(case.cause),
        fault=cast(Fault, case.fault),
        severity=cast(Severity, case.severity),
        now=now,
        zone=owner.zone,
        opened_at=case.opened_at,
        stage_at=case.stage_at,
        version=case.version,
        contact=case.contact,
        asker=owner.name,
        temperature=case.temperature,
        readings=tuple(case.readings),
        last_contact_at=case.last_contact_at,
        wishes=tuple(Wish(w.id, w.words, w.met_at is not None) for w in known.wishes[case.id]),
        steps=tuple(
            StepRecord(s.play, cast(StepState, s.state), s.reason, s.due_at, s.out_of_order)
            for s in known.steps[case.id]
        ),
    )
