"""A check-in nobody answers climbs: its owner, then the backup, then a manager, each in their own business hours.

One message is edited in place to say whom it has reached. A contact logged meanwhile ends it, nobody who has just
acted is asked, and two check-ins in a row without an answer stop the chasing and ask for another way.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.coach.hours import add_working, next_working
from bot.services import cards, people
from bot.services.people import hours_of
from bot.services.readings import message_key
from bot.services.turn import offer
from bot.storage.tables import Case, Client, Climb, Entry, Occurrence, Outgoing, Person, Schedule
from bot.view import Actions, Note, card, card_from_json, say, to_json

PATIENCE = timedelta(hours=8)
"""Business hours each person has before a check-in climbs past them."""

MISSED = 2
"""After how many check-ins in a row without an answer the chasing stops."""

AT_ONCE = 100


def another_way(schedule: Schedule, case: Case, client: Client, owner: Person, now: datetime) -> Outgoing:
    """Stop the chasing: ask for another way, or another person."""
    schedule.state, schedule.next_due_at = "paused", None
    shows = card(
        say("Two check-ins about **{client}** went by without an answer, so I've paused them. Is there another way, or "
            "another person?", client=client.name),
        Actions((
            offer("Another way", f"reminder {schedule.id} move"),
            offer("Another person", f"handover SAL-{case.number}"),
            offer("Log a contact", f"log SAL-{case.number}"),
            offer("Start them again", f"resume {schedule.id}"),
        )),
    )  # fmt: skip
    return _message(case, owner, f"otherway:{schedule.id}:{now.isoformat()}", shows, now)


async def due(db: AsyncSession, now: datetime) -> list[Outgoing]:
    """Let the check-ins climb whose time has come."""
    query = (
        select(Climb, Occurrence, Case, Client)
        .join(Occurrence, Occurrence.id == Climb.occurrence_id)
        .join(Case, Case.id == Climb.case_id)
        .join(Client, Client.id == Case.client_id)
        .where(Climb.state == "on", Climb.next_at <= now)
        .order_by(Climb.next_at)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True, of=Climb)
    )
    made: list[Outgoing] = []
    for climb, occurrence, case, client in (await db.execute(query)).all():
        made += await _climb(db, now, climb, occurrence, case, client)
    db.add_all(made)
    return made


async def _climb(
    db: AsyncSession, now: datetime, climb: Climb, occurrence: Occurrence, case: Case, client: Client
) -> list[Outgoing]:
    if await _settled(db, occurrence, case):
        climb.state, climb.next_at = "ended", None
        return []
    reached = await _next_person(db, climb, case)
    if reached is None:
        climb.state, climb.next_at = "ended", None
        return []
    level, person = reached
    start_of_work = next_working(hours_of(person), now)
    if start_of_work > now:
        climb.next_at = start_of_work
        return []
    climb.level = level
    climb.next_at = add_working(hours_of(person), now, PATIENCE) if level < 2 else None
    climb.state = "on" if level < 2 else "ended"
    owner = await db.get_one(Person, case.owner_id)
    return [
        _asked(case, client, occurrence, owner, person, now),
        *await _edited(db, case, occurrence, level, person, now),
    ]


async def _settled(db: AsyncSession, occurrence: Occurrence, case: Case) -> bool:
    """Whether the check-in was answered, the case closed, or somebody did something about it since."""
    if occurrence.answer is not None or case.closed_at is not None:
        return True
    since = select(Entry.id).where(
        Entry.case_id == case.id, Entry.at > occurrence.due_at, Entry.by_id.is_not(None), Entry.kind != "reminder"
    )
    return (await db.scalar(since.limit(1))) is not None


async def _next_person(db: AsyncSession, climb: Climb, case: Case) -> tuple[int, Person] | None:
    if climb.level == 0 and case.backup_id:
        backup = await db.get(Person, case.backup_id)
        if backup is not None and backup.gone_at is None:
            return 1, backup
    manager = await people.manager_of(db, case)
    return (2, manager) if manager is not None and manager.id not in (case.owner_id, case.backup_id) else None


def _asked(
    case: Case, client: Client, occurrence: Occurrence, owner: Person, person: Person, now: datetime
) -> Outgoing:
    shows = card(
        say("{owner} has not answered about **{client}** (SAL-{n}). Do you know how they are?", owner=owner.name,
            client=client.name, n=case.number),
        cards.answers(occurrence.id),
    )  # fmt: skip
    return _message(case, person, f"climb:{occurrence.id}:{person.id}", shows, now)


async def _edited(
    db: AsyncSession, case: Case, occurrence: Occurrence, level: int, person: Person, now: datetime
) -> list[Outgoing]:
    """The posted check-in, edited in place to say who was asked too."""
    first = await db.scalar(select(Outgoing).where(Outgoing.key == message_key(occurrence.id)))
    if first is None or first.state != "sent":
        return []
    original = card_from_json(first.card)
    shows = card(*original.elements, Note(say("No answer yet, so I've asked {who} too.", who=person.name)))
    return [
        Outgoing(
            workspace_id=case.workspace_id, tenant=first.tenant, place=first.place, key=f"{first.key}:climb:{level}",
            card=to_json(shows), secret=True, owner_id=first.owner_id, case_id=case.id, edits=first.key,
            state="waiting", not_before=now, made_at=now, problem="",
        )
    ]  # fmt: skip


def _message(case: Case, person: Person, key: str, shows: object, now: datetime) -> Outgoing:
    return Outgoing(
        workspace_id=case.workspace_id, tenant=person.tenant, place="@" + person.key, key=key[:200],
        card=to_json(shows), secret=True, owner_id=person.id, case_id=case.id, state="waiting", not_before=now,
        made_at=now, problem="",
    )  # fmt: skip
