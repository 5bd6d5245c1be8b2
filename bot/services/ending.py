"""How a case ends, or stays open after all: what was confirmed, ticked and learned is kept."""

from __future__ import annotations

from sqlalchemy import select

from bot.coach import outcomes as o
from bot.coach.casefile import CaseFile
from bot.services import cases, halftold, lessons, planned, schedules
from bot.services.follow import watch
from bot.services.turn import Begin, Result, Turn, told
from bot.storage.tables import Case, Criterion
from bot.view import Card, Heading, Note, card, say


async def closed(turn: Turn, outcome: o.Closing) -> Result:
    """End a case: what was confirmed, learned and handed back is kept; check-ins and the clock stop."""
    case = await cases.by_number(turn, outcome.case)
    await cases.refuse_if_changed(turn, case, outcome.last_entry)
    await tick(turn, case, outcome.met)
    for words in outcome.wishes:
        turn.db.add(Criterion(case_id=case.id, words=words, met_at=turn.now, met_by=turn.person.id))
    case.stage, case.stage_at, case.closed_at, case.outcome = outcome.outcome, turn.now, turn.now, outcome.outcome
    await planned.stop_clock(turn.db, case)
    await planned.take_back(turn.db, case, f"later:{case.id}:")
    case.next_due_at = None
    words = {"healed": "Healed", "parted": "Parted", "lost": "Lost"}[outcome.outcome]
    details = "; ".join(d for d in (outcome.confirmed, ", ".join(outcome.reasons), outcome.handed_back) if d)
    cases.note(turn, case, "closed", f"{words}. {details}".strip())
    if outcome.lesson:
        lessons.keep(turn, case, outcome.lesson)
        cases.note(turn, case, "lesson", outcome.lesson)
    half_told = await halftold.at_closing(turn, case, watched=outcome.outcome == "healed")
    before = await schedules.of_case(turn, case)
    ended = await schedules.stop_all(turn, case)
    watching = await watch.begin(turn, case, next(iter(before), None)) if outcome.outcome == "healed" else ""
    file = await cases.settle(turn, case)
    made = [_closed_card(file, outcome, ended, watching, half_told=half_told)]
    pattern = await lessons.pattern(turn, case)
    if pattern:
        made.append(card(Note(say("{pattern}", pattern=pattern))))
    if outcome.farewell:
        return Result(tuple(made), Begin("draft", {"case": case.number, "kind": "goodbye"}, case.id))
    return Result(tuple(made))


async def kept_open(turn: Turn, outcome: o.KeptOpen) -> Result:
    """The case is not closed after all; what was ticked on the way is kept."""
    case = await cases.by_number(turn, outcome.case)
    if outcome.met:
        await tick(turn, case, outcome.met)
        await cases.settle(turn, case)
    return told(outcome.words)


def _closed_card(file: CaseFile, outcome: o.Closing, ended: int, watching: str, *, half_told: bool) -> Card:
    words = {
        "healed": "{client} is healed, in {who}'s own words. Their requests go back to standard priority.",
        "parted": "You and {client} part ways. What was agreed is kept with the case.",
        "lost": "{client} has left. What happened is kept, so that it helps the next one.",
    }[outcome.outcome]
    lines = [say(words, client=file.client, who=file.hurt)]
    if outcome.lesson:
        lines.append(say("Learned: {lesson}", lesson=outcome.lesson))
    if half_told:
        lines.append(say("What you had begun to tell me is kept in its history."))
    if ended:
        lines.append(say("I've stopped the check-ins."))
    if watching:
        lines.append(say("{watching}", watching=watching))
    return card(Heading(f"{file.label} is closed"), *lines)


async def tick(turn: Turn, case: Case, met: tuple[int, ...]) -> None:
    """Mark exit criteria of this case as met."""
    for row in await turn.db.scalars(select(Criterion).where(Criterion.case_id == case.id)):
        if row.id in met and row.met_at is None:
            row.met_at, row.met_by = turn.now, turn.person.id
            cases.note(turn, case, "met", row.words)
