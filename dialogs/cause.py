"""What a story sounds like: a likely cause to agree to, or another one; or more of the story, which is read again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from bot.coach.causes import INFO, Cause
from bot.coach.playbook import Fault, Severity
from bot.dialog import BadAnswer, Choice, Dialog, Load, Moment, Raw
from bot.view import Line, Option, say

MORE = "more"

MOST_TOLD_ON = 3
"""How often a story can be told on before one of the causes has to be picked."""

A_FEW_WORDS = 4
"""From so many words on an answer that is no option, and no question, goes on with the story."""

AGREED = ("yes", "y", "yep", "yeah", "right", "correct", "ok", "exactly", "that's right")


@dataclass(frozen=True)
class Story:
    """What happened, and the cause where it was picked instead of told."""

    words: str
    cause: Cause | None = None


@dataclass(frozen=True)
class Reading:
    """A story as far as it was told, and what it comes to."""

    story: str
    cause: Cause
    second: Cause | None
    fault: Fault
    severity: Severity


@dataclass(frozen=True)
class Closest(Choice):
    """One of the likely causes; a sentence goes on with the story instead."""

    takes_words: ClassVar[bool] = True

    def read(self, words: str, at: Moment) -> Raw:
        """An option in other words, or the sentence itself."""
        try:
            return super().read(words, at)
        except BadAnswer:
            if len(words.split()) < A_FEW_WORDS or words.endswith("?"):
                raise
            return words

    def decode(self, recorded: Raw) -> str:
        """The sentence that goes on with the story."""
        if not isinstance(recorded, str):
            raise BadAnswer(self.nothing())
        return recorded


def read_story(story: Story, *, quick: bool, told_on: int = 0) -> Dialog[Reading]:
    """What a story comes to once it is ``told_on``; ``quick`` takes the likeliest cause without asking."""
    nth = f"_{told_on}" if told_on else ""
    likely = yield from Load(f"guesses{nth}", "likely_causes", _whole, {"story": story.words})
    cause = story.cause or (_likeliest(likely) if quick else None)
    if cause is None:
        picked = yield from _which(likely, nth, last=told_on == MOST_TOLD_ON)
        if picked != MORE and picked not in _NAMED:
            more = Story(f"{story.words}\n{picked}")
            return (yield from read_story(more, quick=quick, told_on=told_on + 1))
        cause = Cause(picked) if picked in _NAMED else (yield from _another(likely))
    fault, severity = cast(Fault, likely["fault"]), cast(Severity, likely["severity"])
    return Reading(story.words, cause, _second(likely, cause), fault, severity)


_NAMED = frozenset(cause.value for cause in Cause)


def _whole(data: Any) -> dict[str, Any]:
    guesses(data)
    return cast(dict[str, Any], data)


def guesses(data: Any) -> tuple[Cause, ...]:
    """Likely causes as they were recorded, most likely first."""
    return tuple(Cause(c) for c in data["causes"])


def _likeliest(likely: Mapping[str, Any]) -> Cause:
    return next(c for c in guesses(likely) if c is not Cause.nothing_wrong)


def _second(likely: Mapping[str, Any], cause: Cause) -> Cause | None:
    second = likely.get("second")
    return Cause(second) if second and second != cause.value else None


def _which(likely: Mapping[str, Any], nth: str, *, last: bool) -> Dialog[str]:
    """A likely cause's value, MORE, or words that go on with the story."""
    first = guesses(likely)[:3]
    sure = bool(likely.get("sure", True))
    question = Closest(
        f"cause{nth}",
        _asked(first[0], sure, again=bool(nth)),
        options=(*(Option(INFO[c].label, c.value) for c in first), Option("Something else", MORE)),
        near=(dict.fromkeys(AGREED, first[0].value) if sure else {}) | dict.fromkeys(("no", "nope", "else"), MORE),
    )
    if last:
        return (yield from Choice(question.key, question.prompt, options=question.options, near=question.near))
    return (yield from question)


def _asked(cause: Cause, sure: bool, *, again: bool) -> Line:
    if sure:
        return say("That sounds like **{cause}**. Right?", cause=INFO[cause].said)
    if again:
        return say("That is kept with it. Which of these comes closest?")
    return say("I can't tell yet what went wrong there. Which of these is closest?")


def _another(likely: Mapping[str, Any]) -> Dialog[Cause]:
    """Any of the other causes."""
    first = guesses(likely)[:3]
    rest = tuple(Option(INFO[c].label, c.value) for c in INFO if c not in first)
    return Cause((yield from Choice("cause_more", "Which of these is closest?", options=rest)))
