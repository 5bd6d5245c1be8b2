"""The check-ins that are due, with all that they say: read for many tenants' schedules at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.coach.casefile import CaseFile, Wish
from bot.coach.hours import Hours
from bot.coach.playbook import StepRecord
from bot.coach.playbook_facts import StepState
from bot.delivery import crowd
from bot.services import snapshots
from bot.services.follow import climbs
from bot.services.people import hours_of
from bot.storage.tables import Case, Client, Criterion, Occurrence, Person, Schedule, Step


@dataclass(frozen=True, slots=True)
class Planned:
    """A schedule that is due: its columns and those of its case, whose it is, and what the case has come to."""

    row: Row[Any]
    owner: Person
    hours: Hours
    wishes: Sequence[Wish]
    steps: Sequence[StepRecord]

    @property
    def unanswered(self) -> bool:
        """Whether nobody answered its newest check-ins; as :func:`climbs.missed_in_a_row` counts."""
        return bool(self.row.purpose == "recovery" and self.row.missed >= climbs.MISSED)

    def file(self, now: datetime) -> CaseFile:
        """How the case stands, as its owner's check-in shows it."""
        row, owner = self.row, self.owner
        return snapshots.standing(
            row, case_id=row.case_id, client=row.client, owner=owner, asker=owner, now=now,
            wishes=self.wishes, steps=self.steps,
        )  # fmt: skip


async def planned(db: AsyncSession, now: datetime, rooms: Mapping[str, int]) -> list[Planned]:
    """So many of the first due schedules of each tenant, oldest first, kept from other processes until the commit."""
    dialect = db.get_bind().dialect.name
    rows = (await db.execute(_planned(dialect), crowd.values(dialect, now, rooms))).all()
    if not rows:
        return []
    cases = {row.case_id for row in rows}
    wishes, steps = await _wishes(db, cases), await _steps(db, cases)
    hours = {row.Person.id: hours_of(row.Person) for row in rows}
    return [
        Planned(row, row.Person, hours[row.Person.id], wishes[row.case_id], steps[row.case_id])
        for row in sorted(rows, key=lambda row: (row.next_due_at, row.schedule_id))
    ]


@cache
def _planned(dialect: str) -> Select[Any]:
    """Chosen and locked in one statement: what another process has moved on meanwhile is no longer due."""
    query: Select[Any] = (
        select(
            Schedule.id.label("schedule_id"), Schedule.workspace_id, Schedule.tenant, Schedule.place,
            Schedule.cadence, Schedule.purpose, Schedule.anchor_at, Schedule.next_due_at,
            Case.id.label("case_id"), Case.number, Case.client_id, Case.stage, Case.story, Case.cause, Case.fault,
            Case.severity, Case.opened_at, Case.stage_at, Case.closed_at, Case.version, Case.contact, Case.temperature,
            Case.readings, Case.last_contact_at,
            Client.name.label("client"), _missed().label("missed"), Person,
        )
        .join(Case, Case.id == Schedule.case_id)
        .join(Client, Client.id == Case.client_id)
        .join(Person, Person.id == Case.owner_id)
        .where(crowd.planned(dialect))
    )  # fmt: skip
    return query.with_for_update(skip_locked=True, of=Schedule)


def _missed() -> ColumnElement[int]:
    """How many of a schedule's newest check-ins nobody answered, and nobody was in touch after."""
    newest = (
        select(Occurrence.answer, Occurrence.due_at)
        .where(Occurrence.schedule_id == Schedule.id)
        .order_by(Occurrence.due_at.desc())
        .limit(climbs.MISSED)
        .correlate(Schedule)
        .subquery()
    )
    in_touch = func.coalesce(Case.last_contact_at > newest.c.due_at, False)
    return (
        select(func.count())
        .select_from(newest)
        .where(newest.c.answer.is_(None), ~in_touch)
        .correlate(Schedule, Case)
        .scalar_subquery()
    )


async def _wishes(db: AsyncSession, cases: set[int]) -> Mapping[int, list[Wish]]:
    query = select(Criterion.case_id, Criterion.id, Criterion.words, Criterion.met_at)
    found: defaultdict[int, list[Wish]] = defaultdict(list)
    for row in await db.execute(query.where(Criterion.case_id.in_(cases)).order_by(Criterion.id)):
        found[row.case_id].append(Wish(row.id, row.words, row.met_at is not None))
    return found


async def _steps(db: AsyncSession, cases: set[int]) -> Mapping[int, list[StepRecord]]:
    query = select(Step.case_id, Step.play, Step.state, Step.reason, Step.due_at, Step.out_of_order)
    found: defaultdict[int, list[StepRecord]] = defaultdict(list)
    for row in await db.execute(query.where(Step.case_id.in_(cases)).order_by(Step.id)):
        record = StepRecord(row.play, cast(StepState, row.state), row.reason, row.due_at, row.out_of_order)
        found[row.case_id].append(record)
    return found
