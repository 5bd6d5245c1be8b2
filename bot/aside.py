"""Words typed beside the open question: an earlier card's button, a client whose case is not open yet, a name alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from bot import commands
from bot.dialog import Ask, Question, load_key, match_option
from bot.rows import OPENING, half_way
from bot.services.people import folded
from bot.services.turn import Result, Turn, offer, shown, told
from bot.storage.tables import ConversationRow, Shown
from bot.view import Action, Actions, AnswerPress, Card, CommandPress, Option, card, clip, press_value, read_press, say

THEN = "then"
"""Where an opening dialog keeps what was asked for meanwhile."""

MOST_KEPT = 4
"""How many commands are kept until the case is open; more buttons would only be noise."""

ENOUGH = frozenset({
    "that's all", "thats all", "that is all", "that's it", "thats it", "that is it", "that's everything",
    "open the case", "open it", "open it now", "open the case now", "just open it",
})  # fmt: skip
"""What is said by who wants the case opened with what was told so far."""

WAYS_ON = ("now", "unsure", "later")
"""The values of options that leave the rest of a new case open."""

TAKEN_FIRST = ("cause", "owner")
"""The questions of a new case whose first option is the likeliest, so that it stands for an answer left out."""


async def what_waits_first(turn: Turn, result: Result) -> Result:
    """What a dialog comes to, without the next step while something about its case waits here that may change it."""
    if result.begin is None or not await half_way(turn, result.begin):
        return result
    return Result(result.cards, None, result.pressed)


async def typed_button(turn: Turn, words: str, *, numbers: bool) -> str | None:
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


# --- a client whose case is still being asked about ---------------------------------------------------------


def _being_told(row: ConversationRow) -> Mapping[str, Any]:
    """The client a case is about to be opened for, as looked up; empty where it is not known, or has one already."""
    for key in ("picked", "found"):
        kept = row.answers.get(load_key(key))
        if isinstance(kept, dict) and isinstance(kept.get("is"), dict):
            found: Mapping[str, Any] = kept["is"]
            return found if found.get("name") and found.get("case") is None else {}
    return {}


def not_open_yet(row: ConversationRow, question: Question[Any], words: str) -> Result | None:
    """What is said to a command about a client whose case is still being asked about; None where words are none.

    The command is kept, to be offered once the case is open.
    """
    client = _being_told(row) if row.dialog == OPENING else {}
    name = str(client.get("name", ""))
    if not name:
        return None
    if folded(words) == folded(name):
        alone = not getattr(question, "multiline", True)
        return None if alone else told(f"{_short(name)} is the client I am asking about. Its case is not open yet.")
    wanted = commands.wanted_of(words, name, known=client.get("id") is not None)
    if wanted is None:
        return None
    if wanted == "start":
        return told(f"You are telling me about {_short(name)} already. Its case opens after these questions.")
    kept = list(row.args.get(THEN, ()))
    if words not in kept and len(kept) < MOST_KEPT and len(words) <= commands.LONGEST_BUTTON:
        kept.append(words)
        row.args = {**row.args, THEN: kept}
    after = "I offer that again then" if words in kept else "Please send me that again then"
    return told(
        f"{_short(name)}'s case opens after these questions. {after}. "
        "To open it with what you have told me so far, type: that's all."
    )


def then_offered(row: ConversationRow) -> Card | None:
    """What was asked for before the case was open, as buttons; None where it was nothing."""
    kept = [str(words) for words in row.args.get(THEN, ())]
    if row.dialog != OPENING or not kept:
        return None
    return card("You asked for this before the case was open:", Actions(tuple(offer(clip(w, 60), w) for w in kept)))


def says_enough(row: ConversationRow, words: str) -> bool:
    """Whether words ask for a case to be opened with what was told so far."""
    return row.dialog == OPENING and commands.plain(words) in ENOUGH


def way_on(ask: Ask) -> str | None:
    """The option that stands for an answer left out; None where the case can't be opened without one."""
    values = ask.question.values
    passes = next((value for value in WAYS_ON if value in values), None)
    return passes or (values[0] if values and ask.question.key in TAKEN_FIRST else None)


def _short(name: str) -> str:
    return clip(name, 60)


# --- a client named alone, where free words are asked for ---------------------------------------------------

MOST_WORDS = 6
"""So many words are looked up as a client's name while a question for free words is open."""


def typed_key(key: str) -> str:
    """Where it is kept that a client's name was typed to a question: typed again, it is the answer."""
    return f"typed:{key}"


def was_typed(row: ConversationRow, key: str, words: str) -> bool:
    """Whether words were typed to a question before, and the person was asked what they are."""
    return row.answers.get(typed_key(key)) == words


async def which_was_meant(turn: Turn, row: ConversationRow, question: Question[Any], words: str) -> str | None:
    """The button whose words or number was typed, of the two that ask what a client's name was; else None."""
    named = row.answers.get(typed_key(question.key))
    value = await typed_button(turn, words, numbers=True) if named is not None else None
    match read_press(value or ""):
        case CommandPress(command) if command == named:
            return value
        case AnswerPress(conversation, key, answer) if (conversation, key, answer) == (row.id, question.key, named):
            return value
    return None


def only_a_name(row: ConversationRow, question: Question[Any], words: str) -> Result | None:
    """What is said to a command typed where a new case's client is asked for; None where words are none.

    A client may be called Next plc: typed again, it is the name.
    """
    command, rest = commands.split(words)
    if row.dialog != OPENING or question.key != "client" or command is None or not rest:
        return None
    if command.name not in commands.OF_A_CLIENT - {"start"} or was_typed(row, question.key, words):
        return None
    row.answers = {**row.answers, typed_key(question.key): words}
    return told(
        f"I can only do that once the case is open. Type the client's name alone; "
        f"if “{_short(words)}” is the name, type it again."
    )


async def either_way(turn: Turn, row: ConversationRow, question: Question[Any], words: str) -> Result | None:
    """Whether a client's name, or a case's number, is the answer to a question for free words, asked; else None."""
    if question.kind != "text" or question.key == "client" or len(words.split()) > MOST_WORDS:
        return None
    if was_typed(row, question.key, words):
        return None
    mine = Action("It is my answer", press_value(AnswerPress(row.id, question.key, words)))
    other: tuple[Action, ...] = ()
    if commands.is_of_the_talk(words):
        which = "**{words}**: is that your answer here? If not, answer in a few more words, or type cancel."
    elif await commands.names_one(turn, words):
        which = "**{words}**: is that your answer, or shall I show you how they are?"
        other = (offer("Show me", words),)
    else:
        return None
    row.answers = {**row.answers, typed_key(question.key): words}
    return shown(card(say(which, words=clip(words, 60)), Actions((mine, *other))))
