"""A person's seat in a place: which dialog is open there, and what typed words, presses and forms mean to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot import aside, commands, typed
from bot.asking import (
    Dialogs,
    accepts,
    ask_card,
    back_to,
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
    said_key,
    taken_back,
    tidy,
)
from bot.errors import Refusal
from bot.rows import STANDING, begin, open_row, opening_row, owned, take_up, waiting_row, without_facts
from bot.services import effects, facts, zones
from bot.services.turn import Result, Turn, offer, shown, told
from bot.storage.tables import Case, Client, ConversationRow
from bot.view import Actions, AnswerPress, Card, CommandPress, Note, card, merge, read_press, say

LONGEST_CHAIN = 8
"""How many dialogs may follow one another in one turn; more would be a loop."""


# --- what comes in -----------------------------------------------------------------------------------------


async def said(dialogs: Dialogs, turn: Turn, text: str) -> Result:
    """Typed words: a driver's word, or what they mean beside the open question (:mod:`bot.typed`)."""
    words = tidy(text)
    if words.startswith("/"):
        return await commanded(dialogs, turn, words)
    row = await open_row(turn)
    driver = DRIVER_WORDS.get(commands.plain(words))
    if driver is not None:
        return await driver(dialogs, turn, row)
    match await typed.meaning(dialogs, turn, row, words):
        case typed.Puzzled(asked):
            again = asked.dialog in STANDING
            return await (reoffer(dialogs, turn, Result()) if again else _help(dialogs, turn, asked))
        case typed.Press(value):
            return await _press(dialogs, turn, value)
        case typed.Enough(opening):
            return await _enough(dialogs, turn, opening)
        case typed.Remark(result):
            return await reoffer(dialogs, turn, result)
        case typed.AskedBack(result):
            return result
        case typed.Answer(answered):
            return await _answer(dialogs, turn, answered, None, words)
        case typed.Command():
            return await commanded(dialogs, turn, words)


async def commanded(dialogs: Dialogs, turn: Turn, text: str) -> Result:
    """A command; in the middle of a dialog it is a digression, and the open question is offered again after it."""
    words = commands.bare(text)
    driver = DRIVER_WORDS.get(commands.plain(words))
    if driver is not None and driver is not _help:
        return await driver(dialogs, turn, await open_row(turn))
    try:
        result = await commands.run(turn, words)
    except commands.NoCase:
        row = await opening_row(turn)
        ask = open_question(dialogs, row)
        early = aside.not_open_yet(row, ask.question, words) if row is not None and ask is not None else None
        if early is None:
            raise
        result = early
    return await follow(dialogs, turn, result)


async def pressed(dialogs: Dialogs, turn: Turn, conversation: int, key: str, value: str) -> Result:
    """A button of a question: an answer, an edit of an earlier one, or too late."""
    row = await owned(turn, conversation)
    return await _answer(dialogs, turn, row, key, value if aside.was_typed(row, key, value) else {"pick": value})


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


async def _enough(dialogs: Dialogs, turn: Turn, row: ConversationRow) -> Result:
    """Open a case with what was told so far; a question it can't be opened without stays open."""
    before, standing = row.answers, await _looked_up(dialogs, turn, row)
    while isinstance(standing, Ask) and (value := aside.way_on(standing)) is not None:
        row.answers = {**row.answers, standing.question.key: {"pick": value}}
        standing = await _looked_up(dialogs, turn, row)
    if row.answers == before:
        return await reoffer(dialogs, turn, told("I need this one before I can open the case. A few words are enough."))
    return await follow(dialogs, turn, await _run(dialogs, turn, row))


async def _press(dialogs: Dialogs, turn: Turn, value: str) -> Result:
    match read_press(value):
        case AnswerPress(conversation, key, answer):
            return await pressed(dialogs, turn, conversation, key, answer)
        case CommandPress(command):
            return await commanded(dialogs, turn, command)
    raise Refusal("I can't read that button any more. Type help to see what I can do.")


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
        if fresh is None or not accepts(fresh, raw, turn.moment):
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
        result = await aside.what_waits_first(turn, await effects.perform(turn, standing.result))
    then = aside.then_offered(row)
    return Result((*said_now, *result.cards, *((then,) if then else ())), result.begin, result.pressed)
