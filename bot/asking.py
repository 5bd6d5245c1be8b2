"""Open questions as cards, and where a kept conversation stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.coach.unknown import has_no_answer
from bot.dialog import (
    Ask,
    BadAnswer,
    Make,
    Moment,
    Question,
    Raw,
    Standing,
    advance,
    line_of,
    said_key,
    tidy,
    was_key,
    without_last,
)
from bot.services.turn import Turn
from bot.storage.tables import Case, Client, ConversationRow
from bot.view import Card, Form, Input, Line, card, clip, merge, plain, say

Dialogs = Mapping[str, Callable[[Mapping[str, Any]], Make]]

WAYS_OUT = ("later", "nothing", "not_yet")
"""The values of options that pass a question over."""

SKIPS = frozenset({"skip", "skip it", "skip this", "pass", "none", "-", "n/a", "na"})
FILLERS = frozenset({
    "a", "actually", "already", "an", "bit", "feels", "felt", "he", "hmm", "i", "i'd", "it", "it's", "its", "just",
    "kind", "maybe", "much", "no", "now", "of", "oh", "ok", "okay", "perhaps", "please", "pretty", "probably", "quite",
    "rather", "really", "said", "say", "seemed", "seems", "she", "so", "somewhat", "sorry", "sounded", "sounds",
    "still", "the", "then", "they", "think", "um", "wait", "was", "well", "were",
})  # fmt: skip
"""Words around an option that don't change which one is meant: 'wait, it was theirs'. No 'not' is among them."""

MOST_FILLED = 8
"""In so many words an option is looked for; more are a story."""

_NUMBERS = re.compile(r"[0-9]+(?:(?:\s*[,;]\s*|\s+and\s+|\s+)[0-9]+)*")


def is_skip(words: str) -> bool:
    """Whether a question is passed over."""
    return words.casefold().strip(" .!") in SKIPS


def meant(question: Question[Any], words: str) -> Raw:
    """What typed words mean to a question: a number is the option numbered so, "skip" and "no idea" are its way out."""
    numbered = _numbered(question, words)
    if numbered:
        return numbered if question.kind == "many" else {"pick": numbered[0]}
    passed = is_skip(words) or has_no_answer(words)
    if question.kind == "choice" or not passed:
        return words
    if question.optional:
        return ""
    way_out = next((value for value in WAYS_OUT if value in question.values), None)
    return {"pick": way_out} if way_out else words


def _numbered(question: Question[Any], words: str) -> list[str]:
    """The options whose numbers on the card were typed, whatever their own values are; none where it is no number."""
    if not question.numbers_are_options or not _NUMBERS.fullmatch(words):
        return []
    numbers = [int(n[:6]) for n in re.findall(r"[0-9]+", words)]
    if any(not 1 <= n <= len(question.options) for n in numbers) or (len(numbers) > 1 and question.kind != "many"):
        return []
    if any(o.label.casefold() == words.casefold() for o in question.options):
        return []
    return [question.options[n - 1].value for n in numbers]


def taken(question: Question[Any], raw: Raw, at: Moment) -> Raw:
    """The canonical form of an answer as it was typed or pressed; raises BadAnswer."""
    if not isinstance(raw, str):
        return question.accept(raw, at)
    words = tidy(raw)
    heard = meant(question, words)
    if heard == words and question.kind == "text" and is_skip(words) and not question.optional:
        raise BadAnswer("I can't go on without this one. A few words are enough; cancel stops.")
    try:
        return question.accept(heard, at)
    except BadAnswer:
        core = _core(words) if heard == words and question.kind in ("choice", "confirm") else ""
        if not core:
            raise
        return question.accept(core, at)


def accepts(question: Question[Any], raw: Raw, at: Moment) -> bool:
    """Whether an answer, typed or pressed, fits a question."""
    try:
        taken(question, raw, at)
    except BadAnswer:
        return False
    return True


def reads(question: Question[Any], words: str, at: Moment) -> bool:
    """Whether words are an answer to a question that only some words answer: 'next Friday' to a date."""
    some = question.kind in ("date", "money", "choice", "confirm", "many") and not question.takes_words
    return some and accepts(question, words, at)


def fits(question: Question[Any], words: str, at: Moment) -> bool:
    """Whether words may be meant for a question; any try at a date is, a story is no answer to a choice."""
    return question.kind != "choice" or accepts(question, words, at)


def _core(words: str) -> str:
    """What is left of a short answer without the words around it; '' where that is nothing new."""
    parts = [part.strip(".,;:–-") for part in words.split()]
    left = [part for part in parts if part and part.casefold() not in FILLERS]
    return " ".join(left) if len(parts) <= MOST_FILLED and len(left) < len(parts) and not words.endswith("?") else ""


def open_question(dialogs: Dialogs, row: ConversationRow | None) -> Ask | None:
    """The question a conversation waits with; None where it is over or unknown."""
    if row is None or row.dialog not in dialogs:
        return None
    standing: Standing = advance(dialogs[row.dialog](row.args), row.answers)
    return standing if isinstance(standing, Ask) else None


def to_say_again(dialogs: Dialogs, row: ConversationRow) -> dict[str, Any]:
    """The answers without the marks of what was said right before the open question: it is needed to answer it."""
    if row.dialog not in dialogs:
        return dict(row.answers)
    make = dialogs[row.dialog](row.args)
    unmarked = {key: kept for key, kept in row.answers.items() if not key.startswith(said_key(""))}
    standing = advance(make, unmarked)
    earlier: set[str] = set()
    if standing.path.answered:
        # What is said up to the last answer is no longer needed.
        earlier = {s.key for s in advance(make, without_last(unmarked, standing.path)).path.unsaid}
    again = {said_key(s.key) for s in standing.path.unsaid if s.key not in earlier}
    return {key: kept for key, kept in row.answers.items() if key not in again}


BACK_TO = {
    "diagnose": "the new case",
    "log": "what they said",
    "draft": "the draft",
    "promise": "the promise",
    "remind": "the check-ins",
    "reminder": "the check-in",
    "reparation": "the offer",
    "edit": "the change",
    "close": "the end of the case",
    "decide": "the decision",
    "handover": "the handover",
    "override": "its place in the list",
    "review": "the review",
    "person": "who is who there",
    "check": "the tone check",
    "next": "the next step",
}
"""What an open question is about, in words; a question asked again in the middle of something else says so."""


async def back_to(turn: Turn, row: ConversationRow) -> Line:
    """'Back to the draft for Acme (SAL-1).'"""
    what = BACK_TO.get(row.dialog, "my question")
    case = await turn.db.get(Case, row.case_id) if row.case_id else None
    if case is None:
        return say("Back to {what}:", what=what)
    client = await turn.db.get_one(Client, case.client_id)
    return say("Back to {what} for {client} (SAL-{n}):", what=what, client=clip(client.name, 60), n=case.number)


def with_question(said_now: list[Card], question: Card) -> tuple[Card, ...]:
    """Say and ask in one message, unless what is said has buttons of its own."""
    if any(c.actions for c in said_now):
        return (*said_now, question)
    return (merge([*said_now, question]),)


def pressed_card(question: Question[Any], accepted: Any) -> Card | None:
    """What a question's message turns into once one of its buttons was pressed."""
    if not isinstance(accepted, dict):
        return None
    label = next((o.label for o in question.options if o.value == accepted.get("pick")), "")
    return card(say("{asked} **{answer}**", asked=line_of(question.prompt), answer=label))


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
        value=_earlier(answers.get(question.key, answers.get(was_key(question.key)))),
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
