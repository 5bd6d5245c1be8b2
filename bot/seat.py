"""A person's seat in a place: which dialog is open there, and what typed words, presses and forms mean to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from bot import commands
from bot.asking import (
    Dialogs,
    ask_card,
    back_to,
    is_skip,
    open_question,
    pressed_card,
    taken,
    to_say_again,
    with_question,
)
from bot.coach.outcomes import Meant, ZoneTold
from bot.dialog import (
    Ask,
    BadAnswer,
    Done,
    Need,
    Question,
    advance,
    load_key,
    loaded,
    match_option,
    said_key,
    taken_back,
    tidy,
)
from bot.errors import Refusal
from bot.rows import STANDING, begin, open_row, owned, standing_row, take_up, waiting_row, without_facts
from bot.services import effects, facts, zones
from bot.services.turn import Result, Turn, offer, shown, told
from bot.storage.tables import Case, Client, ConversationRow, Shown
from bot.view import Actions, AnswerPress, Card, CommandPress, Note, Option, card, merge, read_press, say

LONGEST_CHAIN = 8
"""How many dialogs may follow one another in one turn; more would be a loop."""


# --- what comes in -----------------------------------------------------------------------------------------


async def said(dialogs: Dialogs, turn: Turn, text: str) -> Result:
    """Typed words: a driver's word, an answer, a button's label, a command, in that order of certainty."""
    words = tidy(text)
    if words.startswith("/"):
        return await commanded(dialogs, turn, words)
    row = await open_row(turn)
    driver = DRIVER_WORDS.get(commands.plain(words))
    if driver is not None:
        return await driver(dialogs, turn, row)
    if row is not None and commands.is_puzzled(words):
        return await (reoffer(dialogs, turn, Result()) if row.dialog in STANDING else _help(dialogs, turn, row))
    if row is not None:
        ask = open_question(dialogs, row)
        if ask and ask.question.picked(words) is None and not (ask.question.optional and is_skip(words)):
            value = await _typed_button(turn, words, numbers=False)
            if value is not None and isinstance(read_press(value), CommandPress):
                # Another question's buttons are none of this one's answers; a check-in's are meant.
                return await _press(dialogs, turn, value)
            free, one_line = ask.question.kind == "text", not getattr(ask.question, "multiline", True)
            if not _reads(ask.question, turn, words) and await commands.surely(
                turn, words, free_text=free, one_line=one_line
            ):
                return await commanded(dialogs, turn, words)
            if row.dialog in STANDING and not (commands.answers_nothing(words) or _fits(ask.question, turn, words)):
                return await commanded(dialogs, turn, words)
        return await _answer(dialogs, turn, row, None, words)
    value = await _typed_button(turn, words, numbers=True)
    if value is not None:
        return await _press(dialogs, turn, value)
    aside = await _put_aside(dialogs, turn, words)
    if aside is not None:
        return await _answer(dialogs, turn, aside, None, words)
    return await commanded(dialogs, turn, words)


def _reads(question: Question[Any], turn: Turn, words: str) -> bool:
    """Whether words are an answer to a question that only some words answer: 'next Friday' to a date."""
    return question.kind in ("date", "money", "choice", "confirm", "many") and _accepted(question, turn, words)


def _accepted(question: Question[Any], turn: Turn, words: Any) -> bool:
    try:
        taken(question, words, turn.moment)
    except BadAnswer:
        return False
    return True


def _fits(question: Question[Any], turn: Turn, words: str) -> bool:
    """Whether words may be meant for a question; any try at a date is, a story is no answer to a choice."""
    return question.kind != "choice" or _accepted(question, turn, words)


async def commanded(dialogs: Dialogs, turn: Turn, text: str) -> Result:
    """A command; in the middle of a dialog it is a digression, and the open question is offered again after it."""
    words = commands.bare(text)
    driver = DRIVER_WORDS.get(commands.plain(words))
    if driver is not None and driver is not _help:
        return await driver(dialogs, turn, await open_row(turn))
    return await follow(dialogs, turn, await commands.run(turn, words))


async def pressed(dialogs: Dialogs, turn: Turn, conversation: int, key: str, value: str) -> Result:
    """A button of a question: an answer, an edit of an earlier one, or too late."""
    row = await owned(turn, conversation)
    return await _answer(dialogs, turn, row, key, {"pick": value})


async def submitted(dialogs: Dialogs, turn: Turn, conversation: int, answers: Mapping[str, Any]) -> Result:
    """A form: every answer is checked; the right ones are kept, the wrong ones shown with what to do."""
    row = await owned(turn, conversation)
    ask = open_question(dialogs, row)
    if row.state not in ("open", "parked") or ask is None:
        return told("That is already answered. Nothing was changed.")
    known = {q.key: q for q in (*ask.path.answered, *ask.fields)}
    errors: dict[str, str] = {}
    kept = dict(row.answers)
    for key, raw in answers.items():
        if key in known:
            try:
                kept[key] = taken(known[key], raw, turn.moment)
            except BadAnswer as wrong:
                errors[key] = str(wrong)
    row.answers = kept
    await take_up(turn, row)
    if errors:
        return shown(ask_card(row, ask, errors))
    return await follow(dialogs, turn, await _run(dialogs, turn, row))


async def _put_aside(dialogs: Dialogs, turn: Turn, words: str) -> ConversationRow | None:
    """A standing question put aside, one of whose answers was typed: it still stands above, for whoever reads."""
    row = await standing_row(turn)
    ask = open_question(dialogs, row) if row is not None else None
    if ask is None or match_option(ask.question.options, words, numbers=False) is None:
        return None
    return row


async def _press(dialogs: Dialogs, turn: Turn, value: str) -> Result:
    match read_press(value):
        case AnswerPress(conversation, key, answer):
            return await pressed(dialogs, turn, conversation, key, answer)
        case CommandPress(command):
            return await commanded(dialogs, turn, command)
    raise Refusal("I can't read that button any more. Type help to see what I can do.")


async def _typed_button(turn: Turn, words: str, *, numbers: bool) -> str | None:
    """The button whose label or number was typed: of the person's own cards, then of what was posted here."""
    rows = (
        await turn.db.scalars(
            select(Shown).where(
                Shown.place.in_({turn.place.key, turn.who.private.key}), Shown.person_key.in_((turn.who.key, ""))
            )
        )
    ).all()
    for row in sorted(rows, key=lambda r: (r.place != turn.place.key, r.person_key == "")):
        options = [Option(a["label"], a["value"]) for a in row.actions]
        found = match_option(options, words, numbers=False)
        if found is None and numbers and words.isascii() and words.isdigit():
            found = next((a["value"] for a in row.actions if a["n"] == int(words[:6])), None)
        if found is not None:
            return found
    return None


# --- the driver's own words --------------------------------------------------------------------------------


async def _help(dialogs: Dialogs, turn: Turn, row: ConversationRow | None) -> Result:
    ask = open_question(dialogs, row) if row else None
    if row is None or ask is None:
        return await commands.run(turn, "help")
    hint = "Answer in your own words"
    if ask.question.options:
        hint = "Press a button, or type its words or number"
    return shown(
        card(f"{hint}. back returns to the question before, cancel stops. Everything else: /salvage help."),
        ask_card(row, ask),
    )


async def _back(dialogs: Dialogs, turn: Turn, row: ConversationRow | None) -> Result:
    if row is None:
        return told("There is nothing open to go back in. Type help to see what I can do.")
    ask = open_question(dialogs, row)
    if ask is None or not ask.path.answered:
        return await reoffer(dialogs, turn, told("This is the first question."))
    row.answers = taken_back(row.answers, ask.path)
    return await _run(dialogs, turn, row)


async def _cancel(dialogs: Dialogs, turn: Turn, row: ConversationRow | None) -> Result:
    if row is None:
        return told("There is nothing open to cancel. Type help to see what I can do.")
    row.state = "cancelled"
    case = await turn.db.get(Case, row.case_id) if row.case_id else None
    kept = f" SAL-{case.number} stays as it was." if case is not None else ""
    return await follow(dialogs, turn, told(f"Stopped. Nothing from these questions was kept.{kept}"))


DRIVER_WORDS = {
    "help": _help,
    "back": _back,
    "go back": _back,
    "cancel": _cancel,
    "stop": _cancel,
    "never mind": _cancel,
    "nevermind": _cancel,
    "quit": _cancel,
    "exit": _cancel,
}


# --- conversations -----------------------------------------------------------------------------------------


async def follow(dialogs: Dialogs, turn: Turn, result: Result) -> Result:
    """Run what a result asks for next; where nothing is left, offer the open or parked dialog again."""
    cards = list(result.cards)
    pressed_card = result.pressed
    for _ in range(LONGEST_CHAIN):
        if result.begin is None:
            if result.cards and result.cards[-1].form:
                return Result(tuple(cards), None, pressed_card)
            return await reoffer(dialogs, turn, Result(tuple(cards), None, pressed_card))
        row = await begin(turn, result.begin)
        result = await _run_once(dialogs, turn, row)
        cards += result.cards
    return Result(tuple(cards), None, pressed_card)


async def reoffer(dialogs: Dialogs, turn: Turn, result: Result) -> Result:
    """The result, followed by the question that is still open here or was put aside."""
    row = await waiting_row(turn)
    if row is None:
        return result
    if row.dialog in STANDING and result.cards:
        row.state = "parked"
        return await _with_reminder(turn, row, result)
    row.state = "open"
    row.answers = without_facts(row.answers) if row.dialog in STANDING else to_say_again(dialogs, row)
    again = await _run_once(dialogs, turn, row)
    asked = again.cards
    if result.cards and asked and again.begin is None:
        asked = (merge([card(Note(await back_to(turn, row))), asked[0]]), *asked[1:])
    both = Result(result.cards + asked, again.begin, result.pressed)
    return await follow(dialogs, turn, both) if again.begin else both


async def _with_reminder(turn: Turn, row: ConversationRow, result: Result) -> Result:
    """A standing question is not asked again, which would only be noise; one line says where to find it."""
    case = await turn.db.get(Case, row.case_id) if row.case_id else None
    named = {a.label for c in result.cards for a in c.actions}
    if case is None or case.id in turn.acted or "Next step" in named:
        return result
    client = await turn.db.get_one(Client, case.client_id)
    line = say("Still open: the next step for {client} (SAL-{n}).", client=client.name, n=case.number)
    waits = card(Note(line), Actions((offer("Next step", f"next SAL-{case.number}"),)))
    return Result((*result.cards, waits), None, result.pressed)


async def offer_again(dialogs: Dialogs, turn: Turn) -> Result:
    """The open question, for a person who comes back."""
    return await reoffer(dialogs, turn, Result())


async def _answer(dialogs: Dialogs, turn: Turn, row: ConversationRow, key: str | None, raw: Any) -> Result:
    """Take one answer for ``key``, or for the open question."""
    ask = open_question(dialogs, row)
    if row.state not in ("open", "parked") or ask is None:
        return await reoffer(dialogs, turn, told("That question is already answered. Nothing was changed."))
    known = {q.key: q for q in (*ask.path.answered, *ask.fields)}
    question = known.get(key) if key else ask.question
    if question is None:
        return await reoffer(dialogs, turn, told("That question is no longer open. Nothing was changed."))
    await take_up(turn, row)
    try:
        accepted = taken(question, raw, turn.moment)
    except BadAnswer as wrong:
        fresh = await _asked_anew(dialogs, turn, row, question)
        if fresh is None or not _accepted(fresh, turn, raw):
            return shown(ask_card(row, ask, {question.key: str(wrong)}))
        question, accepted = fresh, taken(fresh, raw, turn.moment)
    row.answers = {**row.answers, question.key: accepted}
    return await follow(dialogs, turn, await _run(dialogs, turn, row, pressed_card(question, accepted)))


async def _asked_anew(
    dialogs: Dialogs, turn: Turn, row: ConversationRow, question: Question[Any]
) -> Question[Any] | None:
    """The same question over facts looked up now: a place or a colleague may have become known since it was asked."""
    if question.kind not in ("choice", "person") or not any(key.startswith(load_key("")) for key in row.answers):
        return None
    kept, row.answers = row.answers, {k: v for k, v in row.answers.items() if not k.startswith(load_key(""))}
    standing = await _looked_up(dialogs, turn, row)
    if isinstance(standing, Ask) and standing.question.key == question.key:
        return standing.question
    row.answers = kept
    return None


async def _looked_up(dialogs: Dialogs, turn: Turn, row: ConversationRow) -> Ask | Done[Any]:
    """Where a conversation stands once the facts it needs on the way are looked up."""
    make = dialogs[row.dialog](row.args)
    standing = advance(make, row.answers)
    while isinstance(standing, Need):
        value = await facts.look_up(turn, standing.load.name, dict(standing.load.params))
        row.answers = {**row.answers, **loaded(standing.load, value)}
        standing = advance(make, row.answers)
    return standing


async def _run(dialogs: Dialogs, turn: Turn, row: ConversationRow, pressed: Card | None = None) -> Result:
    result = await _run_once(dialogs, turn, row)
    return Result(result.cards, result.begin, pressed or result.pressed)


async def _run_once(dialogs: Dialogs, turn: Turn, row: ConversationRow) -> Result:
    """Advance a conversation to its next question or to its end, looking up the facts it needs on the way."""
    if row.dialog not in dialogs:
        row.state = "cancelled"
        return told("I had a question open that I no longer ask. Type help to see what I can do.")
    standing = await _looked_up(dialogs, turn, row)
    said_now = [s.card for s in standing.path.unsaid]
    row.answers = {**row.answers, **{said_key(s.key): True for s in standing.path.unsaid}}
    if isinstance(standing, Ask):
        return Result(with_question(said_now, ask_card(row, standing)))
    row.state = "done"
    await turn.db.flush()
    if isinstance(standing.result, Meant):
        turn.meant = standing.result.case
        result = await commands.run(turn, standing.result.command)
    elif isinstance(standing.result, ZoneTold):
        await zones.move(turn, standing.result.zone)
        result = await commands.run(turn, standing.result.command)
    else:
        result = await effects.perform(turn, standing.result)
    return Result((*said_now, *result.cards), result.begin, result.pressed)
