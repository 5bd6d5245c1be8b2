"""What typed words mean beside the question that is open, if any: readings, tried in the order of their certainty."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot import aside, commands
from bot.asking import Dialogs, accepts, fits, is_skip, open_question, reads
from bot.dialog import Question, match_option
from bot.rows import STANDING, standing_row
from bot.services.turn import Result, Turn
from bot.storage.tables import ConversationRow
from bot.view import CommandPress, read_press

# --- what words may mean -----------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Puzzled:
    """They ask what the open question is about."""

    row: ConversationRow


@dataclass(frozen=True)
class Press:
    """They are the words, or the number, of the button of that value."""

    value: str


@dataclass(frozen=True)
class Command:
    """They are a command."""


@dataclass(frozen=True, eq=False)
class Enough:
    """They ask for a case to be opened with what was told so far."""

    row: ConversationRow


@dataclass(frozen=True)
class Remark:
    """They get a word back, and the question is asked again."""

    result: Result


@dataclass(frozen=True)
class AskedBack:
    """Whoever typed them is asked what they are, and the question waits."""

    result: Result


@dataclass(frozen=True, eq=False)
class Answer:
    """They are the answer to the question of that conversation."""

    row: ConversationRow


Meaning = Puzzled | Press | Command | Enough | Remark | AskedBack | Answer


async def meaning(dialogs: Dialogs, turn: Turn, row: ConversationRow | None, words: str) -> Meaning:
    """What words mean that were typed while ``row`` is open, or nothing is."""
    if row is None:
        return await _where_nothing_is_open(dialogs, turn, words)
    if commands.is_puzzled(words):
        return Puzzled(row)
    ask = open_question(dialogs, row)
    if ask is not None:
        typed = Typed(turn, row, ask.question, words)
        for read in _READINGS:
            found = await read(typed)
            if found is not None:
                return found
    return Answer(row)


async def _where_nothing_is_open(dialogs: Dialogs, turn: Turn, words: str) -> Meaning:
    value = await aside.typed_button(turn, words, numbers=True)
    if value is not None:
        return Press(value)
    row = await standing_row(turn)
    ask = open_question(dialogs, row)
    if row is None or ask is None or match_option(ask.question.options, words, numbers=False) is None:
        return Command()
    # A standing question was put aside, and still stands above for whoever reads.
    return Answer(row)


# --- the readings of words typed beside an open question ---------------------------------------------------


@dataclass(frozen=True, eq=False)
class Typed:
    """Words, and the question that was open when they were typed."""

    turn: Turn
    row: ConversationRow
    question: Question[Any]
    words: str


Reading = Callable[[Typed], Awaitable[Meaning | None]]
"""What words mean, or None where they are to be read another way."""


async def _what_they_were(typed: Typed) -> Meaning | None:
    """One of the two buttons that ask what a client's name was."""
    value = await aside.which_was_meant(typed.turn, typed.row, typed.question, typed.words)
    return None if value is None else Press(value)


async def _plain_answer(typed: Typed) -> Meaning | None:
    question, words = typed.question, typed.words
    passed_over = question.optional and is_skip(words)
    return Answer(typed.row) if passed_over or question.picked(words) is not None else None


async def _earlier_button(typed: Typed) -> Meaning | None:
    """Another question's buttons are none of this one's answers; a check-in's are meant."""
    value = await aside.typed_button(typed.turn, typed.words, numbers=False)
    return Press(value) if value is not None and isinstance(read_press(value), CommandPress) else None


async def _enough(typed: Typed) -> Meaning | None:
    return Enough(typed.row) if aside.says_enough(typed.row, typed.words) else None


async def _too_early(typed: Typed) -> Meaning | None:
    result = aside.not_open_yet(typed.row, typed.question, typed.words)
    return None if result is None else Remark(result)


async def _surely_a_command(typed: Typed) -> Meaning | None:
    question, words = typed.question, typed.words
    if reads(question, words, typed.turn.moment):
        return None
    # A sentence may begin like a command; a client's name alone is no sentence.
    sentence = question.takes_words and accepts(question, words, typed.turn.moment)
    if sentence and await commands.names_one(typed.turn, words):
        return Command()
    kind, one_line = "text" if sentence else question.kind, not getattr(question, "multiline", True)
    return Command() if await commands.surely(typed.turn, words, kind, one_line=one_line) else None


async def _beside_a_standing_question(typed: Typed) -> Meaning | None:
    """A question that may stand for days keeps nobody from asking for something else."""
    if typed.row.dialog not in STANDING or commands.answers_nothing(typed.words):
        return None
    return None if fits(typed.question, typed.words, typed.turn.moment) else Command()


async def _a_name_or_an_answer(typed: Typed) -> Meaning | None:
    result = await aside.either_way(typed.turn, typed.row, typed.question, typed.words)
    return None if result is None else AskedBack(result)


async def _only_a_name(typed: Typed) -> Meaning | None:
    result = aside.only_a_name(typed.row, typed.question, typed.words)
    return None if result is None else Remark(result)


_READINGS: Sequence[Reading] = (
    _what_they_were,
    _plain_answer,
    _earlier_button,
    _enough,
    _too_early,
    _surely_a_command,
    _beside_a_standing_question,
    _a_name_or_an_answer,
    _only_a_name,
)
"""The most certain first; words that none of them claims are the answer."""
