"""A person's seat in a place: which dialog is open there, and what typed words, presses and forms mean to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select

from bot import commands
from bot.dialog import (
    Ask,
    BadAnswer,
    Make,
    Need,
    Question,
    Standing,
    advance,
    line_of,
    load_key,
    loaded,
    match_option,
    said_key,
    tidy,
    without_last,
)
from bot.errors import Refusal
from bot.services import effects, facts
from bot.services.turn import Begin, Result, Turn, shown, told
from bot.storage.tables import ConversationRow, Shown
from bot.view import AnswerPress, Card, CommandPress, Form, Input, Option, card, merge, plain, read_press, say

Dialogs = Mapping[str, Callable[[Mapping[str, Any]], Make]]

LONGEST_CHAIN = 8
"""How many dialogs may follow one another in one turn; more would be a loop."""


# --- what comes in -----------------------------------------------------------------------------------------


async def said(dialogs: Dialogs, turn: Turn, text: str) -> Result:
    """Typed words: a driver's word, an answer, a button's label, a command, in that order of certainty."""
    words = tidy(text)
    if words.startswith("/"):
        return await commanded(dialogs, turn, words)
    row = await open_row(turn)
    if words.casefold() in DRIVER_WORDS:
        return await DRIVER_WORDS[words.casefold()](dialogs, turn, row)
    if row is not None:
        ask = _asking(dialogs, row)
        if ask and ask.question.picked(words) is None:
            value = await _typed_button(turn, words, numbers=False)
            if value is not None:
                return await _press(dialogs, turn, value)
            if await commands.surely(turn, words, free_text=ask.question.kind == "text"):
                return await commanded(dialogs, turn, words)
        return await _answer(dialogs, turn, row, None, words)
    value = await _typed_button(turn, words, numbers=True)
    if value is not None:
        return await _press(dialogs, turn, value)
    return await commanded(dialogs, turn, words)


async def commanded(dialogs: Dialogs, turn: Turn, text: str) -> Result:
    """A command; in the middle of a dialog it is a digression, and the open question is offered again after it."""
    words = commands.bare(text)
    if words.casefold() in DRIVER_WORDS:
        return await DRIVER_WORDS[words.casefold()](dialogs, turn, await open_row(turn))
    return await follow(dialogs, turn, await commands.run(turn, words))


async def pressed(dialogs: Dialogs, turn: Turn, conversation: int, key: str, value: str) -> Result:
    """A button of a question: an answer, an edit of an earlier one, or too late."""
    row = await _owned(turn, conversation)
    return await _answer(dialogs, turn, row, key, {"pick": value})


async def submitted(dialogs: Dialogs, turn: Turn, conversation: int, answers: Mapping[str, Any]) -> Result:
    """A form: every answer is checked; the right ones are kept, the wrong ones shown with what to do."""
    row = await _owned(turn, conversation)
    ask = _asking(dialogs, row)
    if row.state not in ("open", "parked") or ask is None:
        return told("That is already answered. Nothing was changed.")
    known = {q.key: q for q in (*ask.path.answered, *ask.fields)}
    errors: dict[str, str] = {}
    kept = dict(row.answers)
    for key, raw in answers.items():
        if key in known:
            try:
                kept[key] = known[key].accept(raw, turn.moment)
            except BadAnswer as wrong:
                errors[key] = str(wrong)
    row.answers = kept
    await _take_up(turn, row)
    if errors:
        return shown(ask_card(row, ask, errors))
    return await follow(dialogs, turn, await _run(dialogs, turn, row))


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
    ask = _asking(dialogs, row) if row else None
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
    ask = _asking(dialogs, row)
    if ask is None or not ask.path.answered:
        return await reoffer(dialogs, turn, told("This is the first question."))
    row.answers = without_last(row.answers, ask.path)
    return await _run(dialogs, turn, row)


async def _cancel(dialogs: Dialogs, turn: Turn, row: ConversationRow | None) -> Result:
    if row is None:
        return told("There is nothing open to cancel. Type help to see what I can do.")
    row.state = "cancelled"
    return await follow(dialogs, turn, told("Stopped. Nothing from these questions was kept."))


DRIVER_WORDS = {"help": _help, "back": _back, "cancel": _cancel}


# --- conversations -----------------------------------------------------------------------------------------


async def open_row(turn: Turn) -> ConversationRow | None:
    """The dialog open at this seat."""
    return await _newest(turn, "open")


async def look_again(turn: Turn) -> None:
    """Forget the facts that the questions open here were asked with: somebody else has changed them."""
    query = select(ConversationRow).where(
        ConversationRow.person_id == turn.person.id,
        ConversationRow.place == turn.place.key,
        ConversationRow.state.in_(("open", "parked")),
    )
    for row in await turn.db.scalars(query):
        row.answers = {key: kept for key, kept in row.answers.items() if not key.startswith(load_key(""))}


async def _newest(turn: Turn, state: str) -> ConversationRow | None:
    query = select(ConversationRow).where(
        ConversationRow.person_id == turn.person.id,
        ConversationRow.place == turn.place.key,
        ConversationRow.state == state,
    )
    return await turn.db.scalar(query.order_by(ConversationRow.at.desc(), ConversationRow.id.desc()).limit(1))


async def _owned(turn: Turn, conversation: int) -> ConversationRow:
    row = await turn.db.get(ConversationRow, conversation)
    if row is None or row.person_id != turn.person.id:
        raise Refusal("That question isn't yours to answer. Type help to see what I can do.")
    return row


async def _take_up(turn: Turn, row: ConversationRow) -> None:
    """Make a conversation the open one of its seat; another open one is parked."""
    other = await open_row(turn)
    if other is not None and other.id != row.id:
        other.state = "parked"
    if row.state == "parked":
        row.state = "open"
    row.at = turn.now


async def begin(dialogs: Dialogs, turn: Turn, start: Begin) -> ConversationRow:
    """Start a dialog at this seat; an open one is parked."""
    other = await open_row(turn)
    if other is not None:
        other.state = "parked"
    row = ConversationRow(
        workspace_id=turn.workspace.id,
        person_id=turn.person.id,
        place=turn.place.key,
        dialog=start.dialog,
        args=dict(start.args),
        answers={},
        state="open",
        case_id=start.case_id,
        at=turn.now,
    )
    turn.db.add(row)
    await turn.db.flush()
    return row


async def follow(dialogs: Dialogs, turn: Turn, result: Result) -> Result:
    """Run what a result asks for next; where nothing is left, offer the open or parked dialog again."""
    cards = list(result.cards)
    pressed_card = result.pressed
    for _ in range(LONGEST_CHAIN):
        if result.begin is None:
            if result.cards and result.cards[-1].form:
                return Result(tuple(cards), None, pressed_card)
            return await reoffer(dialogs, turn, Result(tuple(cards), None, pressed_card))
        row = await begin(dialogs, turn, result.begin)
        result = await _run_once(dialogs, turn, row)
        cards += result.cards
    return Result(tuple(cards), None, pressed_card)


async def reoffer(dialogs: Dialogs, turn: Turn, result: Result) -> Result:
    """The result, followed by the question that is still open here or was put aside."""
    row = await open_row(turn)
    if row is None:
        row = await _newest(turn, "parked")
        if row is not None:
            row.state = "open"
    if row is None:
        return result
    again = await _run_once(dialogs, turn, row)
    return Result(result.cards + again.cards, None, result.pressed)


async def offer_again(dialogs: Dialogs, turn: Turn) -> Result:
    """The open question, for a person who comes back."""
    return await reoffer(dialogs, turn, Result())


async def _answer(dialogs: Dialogs, turn: Turn, row: ConversationRow, key: str | None, raw: Any) -> Result:
    """Take one answer for ``key``, or for the open question."""
    ask = _asking(dialogs, row)
    if row.state not in ("open", "parked") or ask is None:
        return await reoffer(dialogs, turn, told("That question is already answered. Nothing was changed."))
    known = {q.key: q for q in (*ask.path.answered, *ask.fields)}
    question = known.get(key) if key else ask.question
    if question is None:
        return await reoffer(dialogs, turn, told("That question is no longer open. Nothing was changed."))
    await _take_up(turn, row)
    try:
        accepted = question.accept(raw, turn.moment)
    except BadAnswer as wrong:
        return shown(ask_card(row, ask, {question.key: str(wrong)}))
    row.answers = {**row.answers, question.key: accepted}
    return await follow(dialogs, turn, await _run(dialogs, turn, row, pressed_card(question, accepted)))


def pressed_card(question: Question[Any], accepted: Any) -> Card | None:
    """What a question's message turns into once one of its buttons was pressed."""
    if not isinstance(accepted, dict):
        return None
    label = next((o.label for o in question.options if o.value == accepted.get("pick")), "")
    return card(say("{asked} **{answer}**", asked=line_of(question.prompt), answer=label))


async def _run(dialogs: Dialogs, turn: Turn, row: ConversationRow, pressed: Card | None = None) -> Result:
    result = await _run_once(dialogs, turn, row)
    return Result(result.cards, result.begin, pressed or result.pressed)


async def _run_once(dialogs: Dialogs, turn: Turn, row: ConversationRow) -> Result:
    """Advance a conversation to its next question or to its end, looking up the facts it needs on the way."""
    if row.dialog not in dialogs:
        row.state = "cancelled"
        return told("I had a question open that I no longer ask. Type help to see what I can do.")
    make = dialogs[row.dialog](row.args)
    standing = advance(make, row.answers)
    while isinstance(standing, Need):
        value = await facts.look_up(turn, standing.load.name, dict(standing.load.params))
        row.answers = {**row.answers, **loaded(standing.load, value)}
        standing = advance(make, row.answers)
    said_now = [s.card for s in standing.path.unsaid]
    row.answers = {**row.answers, **{said_key(s.key): True for s in standing.path.unsaid}}
    if isinstance(standing, Ask):
        return Result(_with_question(said_now, ask_card(row, standing)))
    row.state = "done"
    await turn.db.flush()
    result = await effects.perform(turn, standing.result)
    return Result((*said_now, *result.cards), result.begin, result.pressed)


def _with_question(said_now: list[Card], question: Card) -> tuple[Card, ...]:
    """Say and ask in one message, unless what is said has buttons of its own."""
    if any(c.actions for c in said_now):
        return (*said_now, question)
    return (merge([*said_now, question]),)


def _asking(dialogs: Dialogs, row: ConversationRow | None) -> Ask | None:
    if row is None or row.dialog not in dialogs:
        return None
    standing: Standing = advance(dialogs[row.dialog](row.args), row.answers)
    return standing if isinstance(standing, Ask) else None


# --- questions as cards ------------------------------------------------------------------------------------


def ask_card(row: ConversationRow, ask: Ask, errors: Mapping[str, str] | None = None) -> Card:
    """An open question as a card; where a form is open, with the fields that are still to be answered."""
    wrong = errors or {}
    fields = [ask.question, *(q for q in ask.fields if q.key != ask.question.key and q.key not in ask.path.keys)]
    fields += [q for q in ask.fields if q.key in wrong and q not in fields]
    fields.sort(key=lambda q: q.key not in wrong)
    inputs = tuple(_input(q, row.answers, wrong) for q in fields)
    return Card((), Form(row.id, ask.title or _short(inputs[0]), inputs, can_go_back=bool(ask.path.answered)))


def _short(question: Input) -> str:
    return plain(question.prompt).split("\n")[0]


def _input(question: Question[Any], answers: Mapping[str, Any], errors: Mapping[str, str]) -> Input:
    return Input(
        key=question.key,
        kind=question.kind,
        prompt=line_of(question.prompt),
        hint=question.hint,
        options=question.options,
        multiline=getattr(question, "multiline", False),
        optional=question.optional,
        value=_earlier(answers.get(question.key)),
        error=errors.get(question.key, ""),
    )


def _earlier(recorded: Any) -> str | tuple[str, ...] | None:
    match recorded:
        case {"pick": str(value)}:
            return value
        case list():
            return tuple(str(v) for v in recorded)
        case str():
            return recorded
    return None
