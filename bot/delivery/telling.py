"""Who hears of a message that was not posted: its owner in private, or, where that chat is closed too, who leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.sender import Outcome
from bot.ports import LEADS
from bot.services.turn import offer
from bot.storage.tables import Case, Client, Occurrence, Outgoing, Person, Schedule
from bot.view import Action, Actions, Card, Element, Line, card, card_from_json, say, to_json

log = structlog.get_logger()

UNREACHED = "unreached"
"""How the key begins of what is said to somebody who leads, about a person who can't be written to."""

MOST_ABOVE = 5
"""How many people above the owner are tried before only the log and ``salvage deliveries`` know."""


async def tell(db: AsyncSession, row: Outgoing, outcome: Outcome, now: datetime) -> None:
    """See to it that somebody hears of a message that will never be posted where it was meant for."""
    owner = await _owner(db, row)
    if row.key.startswith(f"{UNREACHED}:"):
        await _pass_on(db, row, now)
    elif owner is not None and owner.gone_at is None and row.place != "@" + owner.key:
        await _move_schedule(db, row, owner)
        _write(db, row, owner, f"instead:{row.key}", await _instead(db, row, outcome), now, row.occurrence_id)
    else:
        await _tell_above(db, row, owner, outcome, now)


async def _owner(db: AsyncSession, row: Outgoing) -> Person | None:
    """Whose message it is: as kept, else the person in whose private chat it was to appear."""
    if row.owner_id is not None:
        return await db.get(Person, row.owner_id)
    if row.place.startswith("@"):
        return await db.scalar(select(Person).where(Person.key == row.place[1:]))
    return None


def _write(
    db: AsyncSession, row: Outgoing, reader: Person, key: str, shows: Card, now: datetime, occurrence: int | None = None
) -> None:
    db.add(
        Outgoing(
            workspace_id=row.workspace_id, tenant=reader.tenant, place="@" + reader.key, key=key[:200],
            card=to_json(shows), secret=True, owner_id=reader.id, case_id=row.case_id, occurrence_id=occurrence,
            state="waiting", not_before=now, made_at=now, problem="",
        )
    )  # fmt: skip


# --- the owner, in private ---------------------------------------------------------------------------------


async def _instead(db: AsyncSession, row: Outgoing, outcome: Outcome) -> Card:
    """What the owner reads in private instead of the message, with its buttons."""
    about = await _about(db, row)
    what = f"{about.client}'s check-in" if row.occurrence_id and about else "a message"
    lead = _because("I didn't post {what}", outcome.problem, "Answer me here, or pick another channel.", what=what)
    original = [e for e in outcome.job.shows.elements if not isinstance(e, Actions)]
    buttons = _buttons(outcome.job.shows)
    schedule = await _schedule_of(db, row)
    if schedule is not None:
        buttons.append(offer("Pick a channel", f"reminder {schedule.id} move"))
    return _with(buttons, lead, *original)


async def _move_schedule(db: AsyncSession, row: Outgoing, owner: Person) -> None:
    """A channel that turned out not to be safe, or is gone, gets no further check-ins."""
    schedule = await _schedule_of(db, row)
    if schedule is not None and schedule.place == row.place and schedule.state == "on":
        schedule.place, schedule.tenant = "@" + owner.key, owner.tenant


async def _schedule_of(db: AsyncSession, row: Outgoing) -> Schedule | None:
    if row.occurrence_id is None:
        return None
    occurrence = await db.get(Occurrence, row.occurrence_id)
    return await db.get(Schedule, occurrence.schedule_id) if occurrence else None


# --- who leads ---------------------------------------------------------------------------------------------


async def _tell_above(db: AsyncSession, row: Outgoing, owner: Person | None, outcome: Outcome, now: datetime) -> None:
    """Once a day for a person and a case: one closed chat is one piece of news."""
    news = f"{UNREACHED}:{owner.id if owner else 0}:{row.case_id or 0}:{now:%Y-%m-%d}:"
    told = await _told(db, news)
    if told:
        return
    reader = await _next_above(db, row, told | ({owner.id} if owner else set()))
    if reader is None:
        log.error("delivery.nobody_told", job=row.id, reason=outcome.reason)
        return
    _write(db, row, reader, news + "0", await _unreached(db, row, owner, outcome), now)


async def _pass_on(db: AsyncSession, row: Outgoing, now: datetime) -> None:
    """Who leads can't be written to either; the next one hears of it."""
    news, _, _ = row.key.rpartition(":")
    told = await _told(db, news + ":")
    reader = await _next_above(db, row, told | {int(news.split(":")[1])}) if len(told) < MOST_ABOVE else None
    if reader is None:
        log.error("delivery.nobody_told", job=row.id, reason="nobody_above")
        return
    _write(db, row, reader, f"{news}:{len(told)}", card_from_json(row.card), now)


async def _told(db: AsyncSession, news: str) -> set[int]:
    query = select(Outgoing.owner_id).where(Outgoing.key.startswith(news, autoescape=True))
    return {person for person in await db.scalars(query) if person is not None}


async def _next_above(db: AsyncSession, row: Outgoing, not_these: set[int]) -> Person | None:
    """The case's sponsor, then the managers, then the admins."""
    case = await db.get(Case, row.case_id) if row.case_id else None
    leads = Person.role.in_(LEADS)
    query = select(Person).where(
        Person.workspace_id == row.workspace_id,
        Person.gone_at.is_(None),
        Person.id.not_in(not_these),
        leads if case is None or case.sponsor_id is None else leads | (Person.id == case.sponsor_id),
    )
    order: list[object] = [Person.role.desc(), Person.id]
    if case is not None and case.sponsor_id is not None:
        order.insert(0, Person.id != case.sponsor_id)
    return await db.scalar(query.order_by(*order).limit(1))  # type: ignore[arg-type] # columns and a condition


async def _unreached(db: AsyncSession, row: Outgoing, owner: Person | None, outcome: Outcome) -> Card:
    """What who leads reads: whom I could not write to, about which case, and, of a check-in, its question."""
    about = await _about(db, row)
    who = owner.name if owner is not None else "a channel"
    what = f" about {about.client} (SAL-{about.number})" if about else ""
    lead = _because("I couldn't write to {who}{what}", outcome.problem, "Please tell them.", who=who, what=what)
    shows = outcome.job.shows
    original = [e for e in shows.elements if not isinstance(e, Actions)] if row.occurrence_id else []
    buttons = _buttons(shows) if row.occurrence_id else []
    if about:
        buttons.append(offer("Take it over", f"take SAL-{about.number}"))
    return _with(buttons, lead, *original)


# --- words -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _About:
    """The case a message is about."""

    client: str
    number: int


async def _about(db: AsyncSession, row: Outgoing) -> _About | None:
    if row.case_id is None:
        return None
    query = select(Client.name, Case.number).join(Case, Case.client_id == Client.id).where(Case.id == row.case_id)
    found = (await db.execute(query)).first()
    return _About(found.name, found.number) if found else None


def _because(lead: str, why: str, advice: str, **values: object) -> Line:
    """The lead and the reason; whole sentences as an adapter gives them bring their own advice."""
    if why.endswith("."):
        return say(lead + ". {why}", why=why, **values)
    return say(lead + ": {why}. {advice}", why=why, advice=advice, **values)


def _buttons(shows: Card) -> list[Action]:
    return [a for e in shows.elements if isinstance(e, Actions) for a in e.actions]


def _with(buttons: Sequence[Action], lead: Line, *elements: Element) -> Card:
    return card(lead, *elements, Actions(tuple(buttons)) if buttons else None)
