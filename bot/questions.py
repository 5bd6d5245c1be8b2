"""The questions a dialog can ask: how each reads an answer, by press or in typed words.

``accept`` turns an answer as it arrives into canonical JSON, against the moment it was given; ``value`` turns that
into what the dialog works with, on every replay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar, cast

from bot.view import InputKind, Line, Option, say

A = TypeVar("A")

Raw: TypeAlias = Any
"""A recorded answer: JSON. A press arrives as ``{"pick": value}``, typed words as a string."""

LONGEST_ANSWER = 50_000

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class BadAnswer(ValueError):
    """An answer does not fit its question; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When and where an answer is given: relative dates are read against it."""

    now: datetime
    zone: str


Reader: TypeAlias = Callable[[str, Moment], Raw]
"""Reads typed words into a canonical JSON answer; raises ValueError with a sentence."""


def tidy(words: str) -> str:
    """Typed words without control characters and outer blanks."""
    return _CONTROL.sub("", words.replace("\r\n", "\n").replace("\r", "\n")).strip()


def line_of(words: str | Line) -> Line:
    """A prompt as a styled line; a bare string is a template without values."""
    return say(words) if isinstance(words, str) else words


@dataclass(frozen=True)
class Question(Generic[A]):
    """A step that waits for the person. ``yield from`` it gives the answer."""

    kind: ClassVar[InputKind] = "text"
    takes_words: ClassVar[bool] = False
    """Whether a question of another kind can be answered by any sentence, too."""

    key: str
    prompt: str | Line
    hint: str = ""
    options: tuple[Option, ...] = ()
    optional: bool = False

    def __iter__(self) -> Generator[Question[A], Any, A]:
        return cast(A, (yield self))

    @property
    def values(self) -> tuple[str, ...]:
        """The values of the options; a tuple, so that any JSON, also a list, can be looked for in it."""
        return tuple(o.value for o in self.options)

    def accept(self, raw: Raw, at: Moment) -> Raw:
        """The canonical form of an answer as it arrives; raises BadAnswer."""
        picked = self.picked(raw)
        if picked is not None:
            return {"pick": picked}
        words = tidy(raw) if isinstance(raw, str) else ""
        if not words or (self.optional and words.casefold() in {"skip", "none", "-"}):
            if self.optional:
                return None
            raise BadAnswer(self.nothing())
        if len(words) > LONGEST_ANSWER:
            raise BadAnswer(
                f"That is {len(words):,} characters; I can keep {LONGEST_ANSWER:,} in one answer. "
                "Send the part that matters most, the rest can follow with log."
            )
        return self.read(words, at)

    def value(self, recorded: Raw) -> A:
        """The answer a dialog works with, from its canonical form; raises BadAnswer where it no longer fits."""
        if recorded is None and self.optional:
            return cast(A, None)
        if isinstance(recorded, dict) and "pick" in recorded:
            if recorded["pick"] not in self.values:
                raise BadAnswer(self.nothing())
            return cast(A, recorded["pick"])
        return self.decode(recorded)

    def picked(self, raw: Raw) -> str | None:
        """The option meant by a press, a typed label or its number; None where it is none of them."""
        if isinstance(raw, dict):
            value = raw.get("pick")
            return value if value in self.values else None
        if not isinstance(raw, str):
            return None
        return match_option(self.options, raw, numbers=self.numbers_are_options)

    numbers_are_options: ClassVar[bool] = True

    def nothing(self) -> str:
        """What to say when there was no usable answer."""
        if self.kind in ("choice", "confirm", "person"):
            return "I can't tell which of these you mean. Press one, or type its number."
        way_out = "press what fits" if self.options else "type cancel to stop"
        return f"I need a few words here. Type them, or {way_out}."

    def read(self, words: str, at: Moment) -> Raw:
        """Typed words as a canonical answer."""
        return words

    def decode(self, recorded: Raw) -> A:
        """A canonical answer as the dialog's value."""
        if not isinstance(recorded, str):
            raise BadAnswer(self.nothing())
        return cast(A, recorded)


def match_option(options: Sequence[Option], words: str, *, numbers: bool = True) -> str | None:
    """The value of the option whose label, value or number (from 1) was typed."""
    typed = _loose(words)
    if not typed:
        return None
    for option in options:
        if typed in (_loose(option.label), option.value.casefold()):
            return option.value
    if numbers and typed.isascii() and typed.isdigit() and 1 <= int(typed[:6]) <= len(options):
        return options[int(typed[:6]) - 1].value
    return None


def _loose(words: str) -> str:
    return tidy(words).casefold().rstrip(".?! ").strip()


@dataclass(frozen=True)
class Text(Question[str]):
    """Free words; an option's press answers with its value."""

    multiline: bool = True


@dataclass(frozen=True)
class Choice(Question[str]):
    """One of the options; the answer is its value. ``near`` reads other wordings of an option."""

    kind: ClassVar[InputKind] = "choice"
    near: Mapping[str, str] = field(default_factory=dict)

    def read(self, words: str, at: Moment) -> Raw:
        """An option by another wording or by the start of its label."""
        typed = _loose(words)
        if self.near.get(typed) in self.values:
            return {"pick": self.near[typed]}
        starts = [o.value for o in self.options if len(typed) > 2 and _loose(o.label).startswith(typed)]
        if len(starts) == 1:
            return {"pick": starts[0]}
        raise BadAnswer(self.nothing())

    def decode(self, recorded: Raw) -> str:
        """Only picks are answers here."""
        raise BadAnswer(self.nothing())


@dataclass(frozen=True)
class Many(Question[tuple[str, ...]]):
    """Any number of the options, as a tuple of values in the options' order."""

    kind = "many"

    def accept(self, raw: Raw, at: Moment) -> Raw:
        """Picked values, or typed labels and numbers with commas between."""
        if isinstance(raw, dict):
            raw = [raw.get("pick")]
        if isinstance(raw, str):
            raw = self._typed(raw)
        if not isinstance(raw, list) or not all(v in self.values for v in raw):
            raise BadAnswer(self.nothing())
        return [o.value for o in self.options if o.value in raw]

    def _typed(self, words: str) -> list[str | None]:
        typed = _loose(words)
        if typed in {"none", "no", "-", "0", "skip", "none of them", "neither", "neither of them"}:
            return []
        if typed in {"all", "both", "all of them", "both of them"}:
            return [o.value for o in self.options]
        whole = match_option(self.options, words)
        if whole is not None:
            return [whole]
        return [match_option(self.options, part) for part in re.split(r"[,;\n]| and ", words) if part.strip()]

    def value(self, recorded: Raw) -> tuple[str, ...]:
        """The picked values that are still offered; raises BadAnswer where one is not."""
        if not isinstance(recorded, list) or not all(v in self.values for v in recorded):
            raise BadAnswer(self.nothing())
        return tuple(recorded)

    def nothing(self) -> str:
        """What to say when the answer was none of the options."""
        return "Type the numbers that fit, with commas between, or none."


@dataclass(frozen=True)
class Scale(Question[int]):
    """A whole number from ``low`` to ``high``."""

    kind = "scale"
    low: int = 1
    high: int = 5
    numbers_are_options: ClassVar[bool] = False

    def read(self, words: str, at: Moment) -> Raw:
        """A typed number within the scale."""
        if not words.isascii() or not words.isdigit() or not self.low <= int(words[:9]) <= self.high:
            raise BadAnswer(self.nothing())
        return int(words)

    def decode(self, recorded: Raw) -> int:
        """The number."""
        if not isinstance(recorded, int) or not self.low <= recorded <= self.high:
            raise BadAnswer(self.nothing())
        return recorded

    def nothing(self) -> str:
        """What to say when the answer is off the scale."""
        return f"A whole number from {self.low} to {self.high}, please."


@dataclass(frozen=True)
class Read(Question[A]):
    """A question whose typed words are read by ``reader`` into JSON and turned into a value by ``made``."""

    reader: Reader = lambda words, at: words
    made: Callable[[Raw], A] = lambda recorded: cast(Any, recorded)

    def accept(self, raw: Raw, at: Moment) -> Raw:
        """An option whose value reads like typed words ('tomorrow 9:00') is read; others answer as themselves."""
        accepted = super().accept(raw, at)
        if isinstance(accepted, dict) and "pick" in accepted:
            try:
                return self.reader(str(accepted["pick"]), at)
            except ValueError:
                return accepted
        return accepted

    def read(self, words: str, at: Moment) -> Raw:
        """The reader's canonical answer; its ValueError is the sentence shown."""
        try:
            return self.reader(words, at)
        except ValueError as wrong:
            raise BadAnswer(str(wrong)) from wrong

    def decode(self, recorded: Raw) -> A:
        """The value made of a canonical answer."""
        try:
            return self.made(recorded)
        except (ValueError, TypeError, KeyError, AttributeError) as wrong:
            raise BadAnswer(self.nothing()) from wrong


@dataclass(frozen=True)
class Date(Read[A]):
    """A day or an instant, as people type it; a number alone is the option numbered so, where there is one."""

    kind = "date"


@dataclass(frozen=True)
class Money(Read[A]):
    """A sum with its currency."""

    kind = "money"
    numbers_are_options: ClassVar[bool] = False


@dataclass(frozen=True)
class Person(Choice):
    """Somebody of the team: names may be typed, ``@`` or not. ``holder`` is who has it now, and no option."""

    kind = "person"
    holder: str = ""

    def picked(self, raw: Raw) -> str | None:
        """A person by press, number, name or mention."""
        return super().picked(raw.strip().removeprefix("@") if isinstance(raw, str) else raw)

    def read(self, words: str, at: Moment) -> Raw:
        """A person by the start of one of their names, where only one fits."""
        typed = _loose(words).removeprefix("@")
        starts = [
            o.value
            for o in self.options
            if any(n.startswith(typed) for n in [_loose(o.label), *_loose(o.label).split()])
        ]
        holder = [_loose(self.holder), *_loose(self.holder).split()]
        if typed == holder[0] or (not starts and any(n.startswith(typed) for n in holder)):
            raise BadAnswer(f"It is with {self.holder} already. Pick somebody else, or type cancel to leave it there.")
        if len(starts) == 1:
            return {"pick": starts[0]}
        raise BadAnswer(
            f"I don't know anyone called {words[:60]}. Pick a name, or ask them to say hello to me first."
            if not starts
            else f"More than one person fits {words[:60]}. Type the full name."
        )


YES = {"yes", "y", "yep", "yeah", "ok", "okay", "sure", "correct", "true", "right"}
NO = {"no", "n", "nope", "not", "false", "wrong"}


@dataclass(frozen=True)
class Confirm(Question[bool]):
    """Yes or no, each with its own words."""

    kind = "confirm"
    yes: str = "Yes"
    no: str = "No"
    options: tuple[Option, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        object.__setattr__(self, "options", (Option(self.yes, "yes"), Option(self.no, "no")))

    def read(self, words: str, at: Moment) -> Raw:
        """The usual ways of typing yes and no."""
        typed = _loose(words)
        if typed in YES:
            return {"pick": "yes"}
        if typed in NO:
            return {"pick": "no"}
        raise BadAnswer(self.nothing())

    def value(self, recorded: Raw) -> bool:
        """True for yes."""
        if recorded not in ({"pick": "yes"}, {"pick": "no"}):
            raise BadAnswer(self.nothing())
        return bool(recorded["pick"] == "yes")
