"""Answering a check-in with one press; the first answer counts, and the message says whose it was."""

from __future__ import annotations

from sqlalchemy import select, update

from bot.errors import NotFound, Refusal
from bot.metrics import ACKS
from bot.services import cards, cases, schedules
from bot.services.follow import watch
from bot.services.turn import Result, Turn, offer
from bot.storage.tables import Case, Client, Occurrence, Outgoing, Person
from bot.view import Actions, Card, card, say


def message_key(occurrence: int) -> str:
    """The key of a check-in's message in the outbox."""
    return f"checkin:{occurrence}"


async def answer(turn: Turn, number: int, reading: str) -> Result:
    """Take a reading for a check-in; the second person to press is told who was first."""
    occurrence = await turn.db.get(Occurrence, number)
    case = await turn.db.get(Case, occurrence.case_id) if occurrence else None
    if occurrence is None or case is None or case.workspace_id != turn.workspace.id:
        raise NotFound("I don't know that check-in any more. Type log and the client's name instead.")
    if reading not in cards.READING_WORDS:
        raise Refusal("Warmer, same, colder or no reply, please.")
    await cases.allow(turn, case)
    client = await turn.db.get_one(Client, case.client_id)
    if not await _first(turn, occurrence, reading):
        return await _already(turn, occurrence, case, client)
    ACKS.labels(reading).inc()
    reopened = await watch.sounded(turn, case, reading)
    await cases.read_temperature(turn, case, reading)
    cases.note(turn, case, "check-in", cards.READING_WORDS[reading], occurrence=occurrence.id)
    file = await cases.settle(turn, case)
    pace = await schedules.after_reading(turn, case)
    answered = cards.nudge_answered(client.name, turn.person.name, reading, cases.local_day(turn, turn.now))
    await _edit_message(turn, occurrence, answered)
    words = f"{client.name}: {cards.READING_WORDS[reading]}, noted." + (f" {pace}" if pace else "")
    buttons = [offer("Log what they said", f"log {file.label}"), offer("Next step", f"next {file.label}")]
    if reading == "no_reply":
        words += " Try another way than the last time; a call often reaches those whom a mail does not."
        buttons[0] = offer("Draft a short line", f"draft check_in {file.label}")
    if reopened:
        words += f" {reopened}"
    if reading == "colder":
        words += " Call them before the day is over; colder rarely mends by itself."
    return Result((card(say("{words}", words=words), Actions(tuple(buttons))),), pressed=answered)


async def _first(turn: Turn, occurrence: Occurrence, reading: str) -> bool:
    """Claim the answer; False where somebody else has answered."""
    took = await turn.db.execute(
        update(Occurrence)
        .where(Occurrence.id == occurrence.id, Occurrence.answer.is_(None))
        .values(answer=reading, answered_by=turn.person.id, answered_at=turn.now)
        .returning(Occurrence.id)
        .execution_options(synchronize_session=False)
    )
    first = took.first() is not None
    await turn.db.refresh(occurrence)
    return first


async def _already(turn: Turn, occurrence: Occurrence, case: Case, client: Client) -> Result:
    who = await turn.db.get(Person, occurrence.answered_by) if occurrence.answered_by else None
    name = "You" if who is not None and who.id == turn.person.id else who.name if who else "Somebody"
    reading = cards.READING_WORDS.get(occurrence.answer or "", "answered")
    when = cases.local_day(turn, occurrence.answered_at) if occurrence.answered_at else ""
    again = cards.nudge_answered(client.name, who.name if who else "somebody", occurrence.answer or "same", when)
    words = f"{name} answered this first: {reading}, {when}. If you have heard more, log it."
    log = Actions((offer("Log a contact", f"log SAL-{case.number}"),))
    return Result((card(say("{w}", w=words), log),), pressed=again)


async def _edit_message(turn: Turn, occurrence: Occurrence, shows: Card) -> None:
    """Change the posted check-in, wherever it was posted."""
    key = message_key(occurrence.id)
    posted = select(Outgoing).where(
        Outgoing.key.in_((key, f"instead:{key}")), Outgoing.state.not_in(("withheld", "dead", "dropped"))
    )
    row = await turn.db.scalar(posted.order_by(Outgoing.id.desc()).limit(1))
    if row is not None:
        turn.post(
            tenant=row.tenant,
            place=row.place,
            key=f"{row.key}:answered",
            shows=shows,
            edits=row.key,
            case_id=row.case_id,
            owner_id=row.owner_id,
        )
