"""What a manager does about a client with one press: ask its owner, take the call, take over, set its place by hand."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from bot.coach.hours import add_working
from bot.coach.outcomes import Override, Reviewed
from bot.errors import Refusal
from bot.services import access, cases
from bot.services.follow import handover
from bot.services.people import hours_of
from bot.services.turn import Begin, Result, Turn, offer, told
from bot.storage.tables import Ask, Case, Client, Person
from bot.view import Actions, Card, card, clip, say

ANSWER_WITHIN = timedelta(hours=8)
"""Business hours within which what a manager asked should be done."""

PLACES = {200: "to the top", 40: "in the middle", 0: "to the bottom"}
"""A score set by hand, as it is said."""

REVIEWED_FOR = timedelta(hours=12)
"""For how long a case that was reviewed does not come again."""


async def ask_owner(turn: Turn, case: Case, words: str = "") -> Result:
    """Ask the owner how a client is, privately; it counts as overdue when nothing comes of it."""
    turn.require_manager("ask about a case of somebody else")
    if case.owner_id == turn.person.id:
        mine = f"SAL-{case.number} is yours, so there is nobody to ask."
        return told(mine, offer("Next step", f"next SAL-{case.number}"))
    owner = await turn.db.get_one(Person, case.owner_id)
    client = await turn.db.get_one(Client, case.client_id)
    what = words or f"how is {client.name}?"
    due = _keep(turn, case, owner, what)
    named = client.name.casefold() in what.casefold()
    which = f"SAL-{case.number}" if named else f"{clip(client.name, 60)}, SAL-{case.number}"
    turn.tell(
        owner,
        f"ask:{case.id}:{turn.event}"[:200],
        card(
            say("**{who}** asks: {what} ({which}).", who=turn.person.name, what=clip(what, 300), which=which),
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
    whom = file.hurt if file.hurt == file.client else f"{file.hurt} at {file.client}"
    cases.note(turn, case, "asked", f"{turn.person.name} calls {file.hurt}")
    owner = await turn.db.get_one(Person, case.owner_id)
    told_them = ""
    if owner.id != turn.person.id:
        told_them = f" {owner.name} knows."
        words = say("**{who}** will call {whom} (SAL-{n}). Hold your own call until then.",
                    who=turn.person.name, whom=whom, n=case.number)  # fmt: skip
        turn.tell(owner, f"call:{case.id}:{turn.event}"[:200], card(words), case_id=case.id)
    return told(
        f"Good. You call {whom}, by {cases.local_day(turn, due)}.{told_them}",
        offer("I called", f"log {file.label}"),
    )


async def take_over(turn: Turn, case: Case) -> Result:
    """The manager becomes the owner; the earlier owner steps in when they are away."""
    turn.require_manager("take a case over")
    if case.owner_id == turn.person.id:
        return told(f"SAL-{case.number} is yours already.")
    earlier = await turn.db.get_one(Person, case.owner_id)
    await handover.move(turn.db, case, earlier, turn.person)
    case.backup_id = earlier.id if earlier.gone_at is None else None
    cases.note(turn, case, "edited", f"owner: {turn.person.name}")
    client = await turn.db.get_one(Client, case.client_id)
    words = say(
        "**{who}** has taken {client} (SAL-{n}) over. You are its backup now.",
        who=turn.person.name, client=clip(client.name, 60), n=case.number,
    )  # fmt: skip
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
    if asked.until <= turn.now:
        raise Refusal("That day is past. Until when shall it hold? Say a day to come, such as in 7 days.")
    case = await cases.by_number(turn, asked.case)
    case.override_risk, case.override_why, case.override_until = asked.risk, asked.reason, asked.until
    until = cases.local_day(turn, asked.until)
    cases.note(turn, case, "set by hand", f"{PLACES.get(asked.risk, str(asked.risk))} until {until}: {asked.reason}")
    await cases.settle(turn, case)
    return told(
        f"SAL-{case.number} is set by hand until {until}; your reason is shown beside it.",
        offer("Every client at risk", "summary"),
    )


async def review_next(turn: Turn) -> Result:
    """The case nobody has looked at for longest, as one card; it can be left and taken up again."""
    turn.require_manager("review every case")
    case = await _stalest(turn)
    if case is None:
        return told("You have been through every client. Next time I begin with the one untouched longest.")
    return Result(begin=Begin("review", {"case": case.number}, case.id))


async def _stalest(turn: Turn) -> Case | None:
    """Those never reviewed come first, then those not reviewed today; two queries, so that each walks its index."""
    mine = select(Case).where(Case.workspace_id == turn.workspace.id, Case.closed_at.is_(None), access.readable(turn))
    never = mine.where(Case.reviewed_at.is_(None)).order_by(Case.touched_at, Case.id)
    found = await turn.db.scalar(never.limit(1))
    if found is not None:
        return found
    again = mine.where(Case.reviewed_at < turn.now - REVIEWED_FOR)
    return await turn.db.scalar(again.order_by(Case.reviewed_at, Case.touched_at, Case.id).limit(1))


async def reviewed(turn: Turn, outcome: Reviewed) -> Result:
    """What a manager decided about a case in the review, then the next one."""
    turn.require_manager("review every case")
    case = await cases.by_number(turn, outcome.case)
    if outcome.what == "stop":
        return told("Stopped. Type review to go on where you left.", offer("Go on", "review"))
    case.reviewed_at = turn.now
    cards: tuple[Card, ...] = ()
    if outcome.what == "ask":
        cards = (await ask_owner(turn, case, outcome.words)).cards
    elif outcome.what == "reassign" and outcome.person:
        cards = (await _reassign(turn, case, outcome.person)).cards
    elif outcome.what == "decide":
        later = told(f"First decide about SAL-{case.number}. Type review afterwards to go on.")
        return Result(later.cards, Begin("decide", {"case": case.number}, case.id))
    await turn.db.flush()
    following = await review_next(turn)
    return Result((*cards, *following.cards), following.begin)


async def _reassign(turn: Turn, case: Case, key: str) -> Result:
    person = await cases.person_named(turn, key)
    handover.check(case, person)
    before = await turn.db.get_one(Person, case.owner_id)
    await handover.move(turn.db, case, before, person)
    cases.note(turn, case, "edited", f"owner: {person.name}")
    client = clip((await turn.db.get_one(Client, case.client_id)).name, 60)
    given = say("**{who}** has given you {client} (SAL-{n}).", who=turn.person.name, client=client, n=case.number)
    see = Actions((offer("See it", f"SAL-{case.number}"),))
    turn.tell(person, f"given:{case.id}:{turn.event}"[:200], card(given, see), case_id=case.id)
    taken = say(
        "**{who}** has given {client} (SAL-{n}) to {to}.",
        who=turn.person.name, client=client, n=case.number, to=person.name,
    )  # fmt: skip
    turn.tell(before, f"taken:{case.id}:{turn.event}"[:200], card(taken), case_id=case.id)
    return told(f"{person.name} owns SAL-{case.number} now, and knows; so does {before.name}.")
