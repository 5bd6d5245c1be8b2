"""What a manager does about a client with one press: ask its owner, take the call, take over, set its place by hand."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from bot.coach.hours import add_working
from bot.coach.outcomes import Override, Reviewed
from bot.errors import Refusal
from bot.services import cases
from bot.services.people import hours_of
from bot.services.reports import portfolio
from bot.services.turn import Begin, Result, Turn, offer, told
from bot.storage.tables import Ask, Case, Client, Person
from bot.view import Actions, Card, card, clip, say

ANSWER_WITHIN = timedelta(hours=8)
"""Business hours within which what a manager asked should be done."""


async def ask_owner(turn: Turn, case: Case, words: str = "") -> Result:
    """Ask the owner how a client is, privately; it counts as overdue when nothing comes of it."""
    turn.require_manager("ask about a case of somebody else")
    owner = await turn.db.get_one(Person, case.owner_id)
    client = await turn.db.get_one(Client, case.client_id)
    what = words or f"how is {client.name}?"
    due = _keep(turn, case, owner, what)
    turn.tell(
        owner,
        f"ask:{case.id}:{turn.event}"[:200],
        card(
            say("**{who}** asks: {what} (SAL-{n}).", who=turn.person.name, what=clip(what, 300), n=case.number),
            Actions((offer("Log a contact", f"log SAL-{case.number}"), offer("Next step", f"next SAL-{case.number}"))),
        ),
        case_id=case.id,
    )
    cases.note(turn, case, "asked", f"{turn.person.name} asked {owner.name}: {what}")
    return told(
        f"I've asked {owner.name} privately. If nothing comes by {cases.local_day(turn, due)}, it shows up here."
    )


async def will_call(turn: Turn, case: Case) -> Result:
    """The manager calls the client."""
    turn.require_manager("take a call over")
    file = await cases.snapshot(turn, case)
    due = _keep(turn, case, turn.person, f"you call {file.hurt}")
    cases.note(turn, case, "asked", f"{turn.person.name} calls {file.hurt}")
    owner = await turn.db.get_one(Person, case.owner_id)
    if owner.id != turn.person.id:
        words = say("**{who}** will call {hurt} at {client} (SAL-{n}). Hold your own call until then.",
                    who=turn.person.name, hurt=file.hurt, client=file.client, n=case.number)  # fmt: skip
        turn.tell(owner, f"call:{case.id}:{turn.event}"[:200], card(words), case_id=case.id)
    return told(
        f"Good. You call {file.hurt} at {file.client}, by {cases.local_day(turn, due)}. {owner.name} knows.",
        offer("I called", f"log {file.label}"),
    )


async def take_over(turn: Turn, case: Case) -> Result:
    """The manager becomes the owner; the earlier owner steps in when they are away."""
    turn.require_manager("take a case over")
    if case.owner_id == turn.person.id:
        return told(f"SAL-{case.number} is yours already.")
    earlier = await turn.db.get_one(Person, case.owner_id)
    case.backup_id, case.owner_id = case.owner_id, turn.person.id
    cases.note(turn, case, "edited", f"owner: {turn.person.name}")
    words = say("**{who}** has taken SAL-{n} over. You are its backup now.", who=turn.person.name, n=case.number)
    turn.tell(earlier, f"taken:{case.id}:{turn.event}"[:200], card(words), case_id=case.id)
    return told(
        f"SAL-{case.number} is yours; {earlier.name} is its backup and knows.",
        offer("Next step", f"next SAL-{case.number}"),
    )


def _keep(turn: Turn, case: Case, of: Person, words: str) -> datetime:
    due = add_working(hours_of(of), turn.now, ANSWER_WITHIN)
    turn.db.add(Ask(case_id=case.id, by_id=turn.person.id, of_id=of.id, words=words, made_at=turn.now, due_at=due))
    return due


async def settle_asks(turn: Turn) -> None:
    """The person has acted on some cases: what was asked of them about these before is done."""
    if not turn.acted:
        return
    open_asks = select(Ask).where(
        Ask.case_id.in_(turn.acted), Ask.of_id == turn.person.id, Ask.done_at.is_(None), Ask.made_at < turn.now
    )
    for ask in await turn.db.scalars(open_asks):
        ask.done_at = turn.now


async def overridden(turn: Turn, asked: Override) -> Result:
    """Set a case's place in the list by hand, for a time and with a reason that is shown."""
    turn.require_manager("set a case's place by hand")
    if not asked.reason.strip():
        raise Refusal("Say why in one sentence; it is shown beside the case until it expires.")
    case = await cases.by_number(turn, asked.case)
    case.override_risk, case.override_why, case.override_until = asked.risk, asked.reason, asked.until
    cases.note(turn, case, "override", f"risk {asked.risk}: {asked.reason}")
    await cases.settle(turn, case)
    return told(f"SAL-{case.number} is set by hand until {cases.local_day(turn, asked.until)}; your reason is shown beside it.",
                offer("Every client at risk", "summary"))  # fmt: skip


async def review_next(turn: Turn) -> Result:
    """The case nobody has looked at for longest, as one card; it can be left and taken up again."""
    turn.require_manager("review every case")
    day = turn.now - timedelta(hours=12)
    query = portfolio.visible(turn).where((Case.reviewed_at.is_(None)) | (Case.reviewed_at < day))
    rows = (
        await turn.db.execute(query.order_by(Case.reviewed_at.asc().nulls_first(), Case.touched_at, Case.id).limit(1))
    ).all()
    if not rows:
        return told("You have been through every client. Next time I begin with the one untouched longest.")
    return Result(begin=Begin("review", {"case": rows[0][0].number}, rows[0][0].id))


async def reviewed(turn: Turn, outcome: Reviewed) -> Result:
    """What a manager decided about a case in the review, then the next one."""
    case = await cases.by_number(turn, outcome.case)
    case.reviewed_at = turn.now
    cards: tuple[Card, ...] = ()
    if outcome.what == "ask":
        cards = (await ask_owner(turn, case, outcome.words)).cards
    elif outcome.what == "reassign" and outcome.person:
        person = await cases.person_named(turn, outcome.person)
        case.owner_id = person.id
        cases.note(turn, case, "edited", f"owner: {person.name}")
        words = say("**{who}** has given you SAL-{n}.", who=turn.person.name, n=case.number)
        turn.tell(person, f"given:{case.id}:{turn.event}"[:200],
                  card(words, Actions((offer("See it", f"SAL-{case.number}"),))), case_id=case.id)  # fmt: skip
        cards = told(f"{person.name} owns SAL-{case.number} now, and knows.").cards
    elif outcome.what == "decide":
        return Result(begin=Begin("decide", {"case": case.number}, case.id))
    elif outcome.what == "stop":
        case.reviewed_at = None
        return told("Stopped. Type review to go on where you left.")
    following = await review_next(turn)
    return Result((*cards, *following.cards), following.begin)
