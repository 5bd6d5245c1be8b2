"""Keeping what a client said and how they sounded."""

from __future__ import annotations

from bot.coach import outcomes as o
from bot.coach.casefile import CaseFile
from bot.coach.dates import find_dates
from bot.services import cards, cases, ending, promises, schedules
from bot.services.effects.steps import done_once
from bot.services.follow import contacts, watch
from bot.services.turn import Begin, Result, Turn, offer
from bot.storage.tables import Case, Criterion
from bot.view import Actions, Card, Line, card, say


async def contact_logged(turn: Turn, outcome: o.ContactLogged) -> Result:
    """Keep what the client said and how they sounded; the check-ins' pace follows."""
    case = await cases.by_number(turn, outcome.case)
    reopened = await watch.sounded(turn, case, outcome.temperature)
    await _keep(turn, case, outcome)
    file = await cases.settle(turn, case)
    pace = await schedules.after_reading(turn, case)
    kept = "Kept, in their words. " if outcome.words and outcome.temperature != "no_reply" else "Kept. "
    said = [say(kept + "Reading: {reading}.", reading=cards.READING_WORDS[outcome.temperature])]
    said += [say("{words}", words=words) for words in (pace, reopened) if words]
    return await _after_contact(turn, file, outcome, said)


async def wishes_watched(turn: Turn, outcome: o.WishesWatched) -> Result:
    """Watch the wishes picked of those a case was opened with, and go on to its next step."""
    case = await cases.by_number(turn, outcome.case)
    watched = await _watched(turn, await cases.snapshot(turn, case), outcome.wishes)
    return Result(watched, Begin("next", {"case": case.number}, case.id))


async def _keep(turn: Turn, case: Case, outcome: o.ContactLogged) -> None:
    replied = outcome.temperature != "no_reply"
    await cases.read_temperature(turn, case, outcome.temperature)
    if replied:
        await contacts.touched(turn, case)
    case.heard = case.heard or (outcome.heard and replied)
    if outcome.words and not case.client_words and replied:
        case.client_words = outcome.words
    for words in outcome.wishes:
        turn.db.add(Criterion(case_id=case.id, words=words))
    await ending.tick(turn, case, outcome.met)
    reading = cards.READING_WORDS[outcome.temperature]
    if outcome.play and outcome.heard and replied and outcome.play in turn.playbook:
        await done_once(turn, case, outcome.play)
    cases.note(turn, case, "contact", f"{outcome.words} ({reading})" if outcome.words else reading)


async def _after_contact(turn: Turn, file: CaseFile, outcome: o.ContactLogged, said: list[Line]) -> Result:
    """A case whose wishes are all met may be closed; a promise that was given is watched; else the next step."""
    if not file.open:
        return Result((card(*said),))
    if file.wishes and not file.open_wishes:
        met = say(
            "Every wish of {who} is met. Ask whether it feels fixed, then: close {label}.",
            who=file.hurt,
            label=file.label,
        )
        return Result((card(*said, met, Actions((offer("Close it", f"close {file.label}"),))),))
    watched = await _watched(turn, file, outcome.promises)
    return Result((card(*said), *watched), Begin("next", {"case": file.number}, file.id))


async def _watched(turn: Turn, file: CaseFile, wishes: tuple[str, ...]) -> tuple[Card, ...]:
    """Wishes with a date, kept as promises; one whose time has passed meanwhile is not."""
    dated = [(words, find_dates(words, turn.now, turn.person.zone)) for words in wishes]
    made = [o.Promise(file.client_id, words, found[0][2], of=file.number) for words, found in dated if found]
    if len(made) == 1:
        return (await promises.make(turn, made[0])).cards
    kept = [await promises.keep(turn, promise, warn=n == 0) for n, promise in enumerate(made)]
    lines = [say("{words}", words=words) for _, words in kept]
    return (card(*lines, Actions((offer("Your promises", "promises"),))),) if kept else ()
