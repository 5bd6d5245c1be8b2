"""What becomes due: check-ins, and promises that near their time. One tick is one transaction."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.coach import cadence as rhythm
from bot.coach.dates import say_when
from bot.coach.hours import move_to_working
from bot.coach.playbook import Playbook
from bot.ports import Place, PlaceKind, Who
from bot.services import cards, cases, scoring
from bot.services.follow import climbs, decisions, watch
from bot.services.people import hours_of
from bot.services.readings import message_key
from bot.services.reports import digests
from bot.services.turn import Turn, offer
from bot.storage.tables import Case, Client, Occurrence, Outgoing, Person, PromiseRow, Schedule, Tenant, Workspace
from bot.view import Actions, card, say, to_json

log = structlog.get_logger()

AT_ONCE = 200
"""How many schedules one tick takes, so that no transaction grows long."""


async def tick(db: AsyncSession, now: datetime, playbook: Playbook) -> list[int]:
    """Turn everything due by now into waiting messages; gives the outbox ids made."""
    made = [await _occur(db, now, playbook, schedule) for schedule in await _due_schedules(db, now)]
    made += [_warn(db, now, *row) for row in await _due_promises(db, now)]
    await scoring.rescore_due(db, now)
    made += await digests.due(db, now, playbook)
    made += await decisions.due(db, now)
    made += await climbs.due(db, now)
    rows = [row for row in made if row is not None]
    await db.flush()
    return [row.id for row in rows]


async def next_due(db: AsyncSession) -> datetime | None:
    """When the next schedule or promise comes due."""
    schedule = await db.scalar(
        select(Schedule.next_due_at)
        .where(Schedule.state == "on", Schedule.next_due_at.is_not(None))
        .order_by(Schedule.next_due_at)
        .limit(1)
    )
    promise = await db.scalar(
        select(PromiseRow.warn_at)
        .where(PromiseRow.state == "open", PromiseRow.warn_at.is_not(None))
        .order_by(PromiseRow.warn_at)
        .limit(1)
    )
    return min((t for t in (schedule, promise) if t is not None), default=None)


async def _due_schedules(db: AsyncSession, now: datetime) -> list[Schedule]:
    query = (
        select(Schedule)
        .where(Schedule.state == "on", Schedule.next_due_at <= now)
        .order_by(Schedule.next_due_at, Schedule.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    return list((await db.scalars(query)).all())


async def _occur(db: AsyncSession, now: datetime, playbook: Playbook, schedule: Schedule) -> Outgoing | None:
    """One occurrence of a schedule, however many were missed, and its message."""
    assert schedule.next_due_at is not None, "only schedules with a due time are chosen"
    case = await db.get_one(Case, schedule.case_id)
    if case.closed_at is not None and not (schedule.purpose == "watch" and watch.watched(case, now)):
        schedule.state, schedule.next_due_at = "done", None
        return None
    cadence = rhythm.from_json(schedule.cadence)
    due, following = rhythm.catch_up(cadence, schedule.next_due_at, now)
    if schedule.purpose == "recovery" and await climbs.missed_in_a_row(db, schedule) >= climbs.MISSED:
        return await _another_way(db, now, schedule, case)
    occurrence = Occurrence(schedule_id=schedule.id, case_id=case.id, due_at=due)
    db.add(occurrence)
    schedule.anchor_at, schedule.next_due_at = due, following
    if following is None:
        schedule.state = "done"
    await db.flush()
    return await _checkin(db, now, playbook, schedule, case, occurrence)


async def _checkin(
    db: AsyncSession, now: datetime, playbook: Playbook, schedule: Schedule, case: Case, occurrence: Occurrence
) -> Outgoing:
    owner = await db.get_one(Person, case.owner_id)
    file = await cases.snapshot(await _as(db, now, playbook, owner), case)
    week = (occurrence.due_at - case.opened_at).days // 7 + 1
    await climbs.start(db, occurrence, case, owner)
    row = Outgoing(
        workspace_id=schedule.workspace_id,
        tenant=schedule.tenant,
        place=schedule.place,
        key=message_key(occurrence.id),
        card=to_json(cards.nudge(file, occurrence.id, week)),
        secret=True,
        owner_id=owner.id,
        case_id=case.id,
        occurrence_id=occurrence.id,
        state="waiting",
        not_before=move_to_working(hours_of(owner), occurrence.due_at) if _quiet(owner) else occurrence.due_at,
        made_at=now,
        problem="",
    )
    db.add(row)
    return row


async def _another_way(db: AsyncSession, now: datetime, schedule: Schedule, case: Case) -> Outgoing:
    owner = await db.get_one(Person, case.owner_id)
    client = await db.get_one(Client, case.client_id)
    row = climbs.another_way(schedule, case, client, owner, now)
    db.add(row)
    return row


def _quiet(owner: Person) -> bool:
    """Whether this person has named working hours; a time chosen by hand is kept otherwise."""
    return bool(owner.hours)


async def _as(db: AsyncSession, now: datetime, playbook: Playbook, person: Person) -> Turn:
    """A turn on behalf of a case's owner, to read a case as they would."""
    workspace = await db.get_one(Workspace, person.workspace_id)
    who = Who(person.tenant, person.key, person.name)
    place = Place(person.tenant, "@" + person.key, PlaceKind.private, "private")
    return Turn(db, workspace, person, who, place, place, now, "tick", playbook)


async def _due_promises(db: AsyncSession, now: datetime) -> list[tuple[PromiseRow, Client, Person]]:
    query = (
        select(PromiseRow, Client, Person)
        .join(Client, Client.id == PromiseRow.client_id)
        .join(Person, Person.id == PromiseRow.owner_id)
        .join(Tenant, Tenant.key == Person.tenant)
        .where(PromiseRow.state == "open", PromiseRow.warn_at <= now)
        .where(or_(Tenant.removed_at.is_(None), Tenant.removed_at > now))
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True, of=PromiseRow)
    )
    return [(p, c, o) for p, c, o in await db.execute(query)]


def _warn(db: AsyncSession, now: datetime, promise: PromiseRow, client: Client, owner: Person) -> Outgoing:
    """Warn before a promise breaks; once it is due, ask whether it was kept."""
    over = promise.due_at <= now
    when = say_when(promise.due_at, now, owner.zone)
    words = "**{client}**: you promised “{words}”, due {when}. " + ("Was it kept?" if over else "Will it hold?")
    buttons = [offer("Kept", f"kept {promise.id}")]
    if over:
        buttons.append(offer("Not kept", f"broken {promise.id}"))
    else:
        buttons.append(offer("It will slip", f"slip {promise.id}"))
        if promise.case_id is not None:
            buttons.append(offer("No news yet", f"draft no_news {client.name}"))
    promise.warn_at = None if over else promise.due_at
    row = Outgoing(
        workspace_id=client.workspace_id,
        tenant=owner.tenant,
        place="@" + owner.key,
        key=f"promise:{promise.id}:{'due' if over else 'warn'}:{promise.due_at.isoformat()}",
        card=to_json(
            card(say(words, client=client.name, words=promise.words[:300], when=when), Actions(tuple(buttons)))
        ),
        secret=True,
        owner_id=owner.id,
        case_id=promise.case_id,
        state="waiting",
        not_before=now,
        made_at=now,
        problem="",
    )
    db.add(row)
    return row
