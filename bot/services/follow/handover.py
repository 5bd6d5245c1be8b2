"""Handing a case over: one page for who takes it, and everything that hung on the one before moves along."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.coach.casefile import CaseFile
from bot.coach.outcomes import HandedOver
from bot.errors import Refusal
from bot.services import cases
from bot.services.turn import Begin, Result, Turn, offer, told
from bot.storage.tables import Case, Client, Outgoing, Person, PromiseRow, Schedule
from bot.view import Actions, Card, Element, Facts, Heading, Line, Quote, card, clip, say


async def handed_over(turn: Turn, outcome: HandedOver) -> Result:
    """Carry a handover out and draft the introduction."""
    case = await cases.by_number(turn, outcome.case)
    heir = await cases.person_named(turn, outcome.person)
    check(case, heir)
    client = await turn.db.get_one(Client, case.client_id)
    if outcome.do_not_say:
        client.do_not_say = outcome.do_not_say
    before = await turn.db.get_one(Person, case.owner_id)
    await move(turn.db, case, before, heir)
    cases.note(turn, case, "handed over", f"from {before.name} to {heir.name}")
    file = await cases.settle(turn, case)
    turn.tell(heir, f"handover:{case.id}:{turn.event}"[:200],
              page(file, before.name, client.do_not_say, outcome.next_touch), case_id=case.id)  # fmt: skip
    said = told(
        f"{heir.name} has {file.label} with everything that hangs on it. Now introduce {heir.name} to {file.hurt}."
    )
    args = {"case": case.number, "kind": "introduction", "known": {"to": heir.name}}
    return Result(said.cards, Begin("draft", args, case.id))


def check(case: Case, heir: Person) -> None:
    """Refuse an heir who cannot take a case."""
    if heir.id == case.owner_id:
        raise Refusal(f"{heir.name} owns SAL-{case.number} already. Name somebody else.")
    if heir.gone_at is not None:
        raise Refusal(f"{heir.name} is no longer in the team. Name somebody else.")


async def move(db: AsyncSession, case: Case, before: Person, heir: Person) -> None:
    """Move the case, its open promises, the check-ins that came to the one before, and what was still to be said."""
    case.owner_id = heir.id
    if case.backup_id == heir.id:
        case.backup_id = before.id if before.gone_at is None else None
    await db.execute(
        update(PromiseRow)
        .where(PromiseRow.case_id == case.id, PromiseRow.owner_id == before.id, PromiseRow.state == "open")
        .values(owner_id=heir.id)
    )
    planned = select(Schedule).where(
        Schedule.case_id == case.id, Schedule.place == "@" + before.key, Schedule.state.in_(("on", "paused"))
    )
    for schedule in await db.scalars(planned):
        schedule.place, schedule.tenant = "@" + heir.key, heir.tenant
    if before.tenant == heir.tenant:
        await db.execute(
            update(Outgoing)
            .where(Outgoing.case_id == case.id, Outgoing.place == "@" + before.key, Outgoing.state == "waiting")
            .where(Outgoing.edits.is_(None))
            .values(place="@" + heir.key, owner_id=heir.id)
        )


def page(file: CaseFile, before: str, do_not_say: str, next_touch: str) -> Card:
    """Everything somebody needs to take a case, on one page."""
    hurt = ", ".join(s.name for s in file.stakeholders if s.hurt) or file.contact or "not known"
    decides = ", ".join(s.name for s in file.stakeholders if s.decides) or "not known"
    open_promises = [p for p in file.promises if p.state == "open"]
    rows: list[tuple[str, str]] = [
        ("From", before),
        ("Who is hurt", hurt),
        ("Who decides", decides),
        ("Promised", "; ".join(f"{clip(p.words, 150)}, {file.when(p.due)}" for p in open_promises) or "nothing open"),
        ("Do not say", do_not_say or "nothing named"),
        ("Next touch", next_touch or "not agreed yet"),
    ]
    elements: list[Element | Line] = [
        Heading(f"{file.label} · {file.client} is yours"),
        Quote(say("{words}", words=clip(file.client_words or file.story, 900))),
        Facts(tuple((name, say("{v}", v=value)) for name, value in rows)),
    ]
    if file.wishes:
        wishes = "\n".join(f"{'✓' if w.met else '○'} {clip(w.words, 200)}" for w in file.wishes)
        elements.append(say("**Fixed means:**\n{w}", w=wishes))
    buttons = (
        offer("Next step", f"next {file.label}"),
        offer("Introduce yourself", f"draft introduction {file.label}"),
        offer("See the case", file.label),
    )
    return card(*elements, Actions(buttons))
