"""Check-ins that come due: a lane turns its tenant's due schedules into waiting messages, many in one go."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.coach import cadence as rhythm
from bot.coach.casefile import CaseFile, Wish
from bot.coach.causes import Cause
from bot.coach.hours import move_to_working
from bot.coach.playbook import Fault, Severity, Stage, StepRecord
from bot.coach.playbook_facts import StepState
from bot.services import cards
from bot.services.follow import climbs, watch
from bot.services.people import hours_of
from bot.services.readings import message_key
from bot.storage.tables import Case, Client, Criterion, Occurrence, Outgoing, Person, Schedule, Step
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


async def occur(db: AsyncSession, now: datetime, tenant: str, most: int) -> int:
    """Turn a tenant's due schedules into occurrences and messages; gives how many schedules were taken."""
    schedules = await _due(db, now, tenant, most)
    if not schedules:
        return 0
    known = await _read(db, schedules)
    begun = [pair for s in schedules if (pair := _begin(db, now, s, known)) is not None]
    await db.flush()
    for schedule, occurrence in begun:
        await _announce(db, now, schedule, occurrence, known)
    return len(schedules)


async def _due(db: AsyncSession, now: datetime, tenant: str, most: int) -> Sequence[Schedule]:
    query = (
        select(Schedule)
        .where(Schedule.tenant == tenant, Schedule.state == "on", Schedule.next_due_at <= now)
        .order_by(Schedule.next_due_at, Schedule.id)
        .limit(most)
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


def _begin(db: AsyncSession, now: datetime, schedule: Schedule, known: _Known) -> tuple[Schedule, Occurrence] | None:
    """One occurrence of a schedule, however many were missed; None where nothing is to be asked."""
    case = known.cases[schedule.case_id]
    if case.closed_at is not None and not (schedule.purpose == "watch" and watch.watched(case, now)):
        schedule.state, schedule.next_due_at = "done", None
        return None
    assert schedule.next_due_at is not None, "only schedules with a due time are chosen"
    try:
        due, following = rhythm.catch_up(rhythm.from_json(schedule.cadence), schedule.next_due_at, now)
    except Exception:
        log.exception("delivery.schedule_unreadable", schedule=schedule.id)
        schedule.next_due_at = now + PUT_OFF
        return None
    if known.missed[schedule.id] >= climbs.MISSED:
        owner = known.owners[case.owner_id]
        db.add(climbs.another_way(schedule, case, known.clients[case.client_id], owner, now))
        return None
    occurrence = Occurrence(schedule_id=schedule.id, case_id=case.id, due_at=due)
    db.add(occurrence)
    schedule.anchor_at, schedule.next_due_at = due, following
    if following is None:
        schedule.state = "done"
    return schedule, occurrence


async def _announce(db: AsyncSession, now: datetime, schedule: Schedule, occurrence: Occurrence, known: _Known) -> None:
    case = known.cases[schedule.case_id]
    owner = known.owners[case.owner_id]
    await climbs.start(db, occurrence, case, owner)
    week = (occurrence.due_at - case.opened_at).days // 7 + 1
    db.add(
        Outgoing(
            workspace_id=schedule.workspace_id,
            tenant=schedule.tenant,
            place=schedule.place,
            key=message_key(occurrence.id),
            card=to_json(cards.nudge(_file(now, case, known), occurrence.id, week)),
            secret=True,
            owner_id=owner.id,
            case_id=case.id,
            occurrence_id=occurrence.id,
            state="waiting",
            not_before=_when(owner, occurrence.due_at),
            made_at=now,
            problem="",
        )
    )


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
