"""The dialog engine: plain generators, replayed over keyed answers.

A dialog is a generator that yields steps (questions, facts to load, things to say) and returns a value. Its
whole state is ``{step key: recorded answer}``; :func:`advance` runs it from the start up to the first step that
has no answer. So a restart, a deploy, going back, editing an earlier answer and a changed dialog are all the
same thing: run it again. Keys are a public schema.

Precedents: httpx's generator ``auth_flow`` for the shape; positional replay elsewhere for what to avoid.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Generic, Literal, TypeAlias, TypeVar, cast

from bot.errors import DialogError
from bot.view import Card, InputKind, Line, Option, say

A = TypeVar("A")
R = TypeVar("R")

Raw: TypeAlias = Any
"""A recorded answer: JSON. A press arrives as ``{"pick": value}``, typed words as a string."""

MOST_STEPS = 500
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


# --- questions ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Question(Generic[A]):
    """A step that waits for the person. ``yield from`` it gives the answer."""

    kind: ClassVar[InputKind] = "text"

    key: str
    prompt: str | Line
    hint: str = ""
    options: tuple[Option, ...] = ()
    optional: bool = False

    def __iter__(self) -> Generator[Step, Any, A]:
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
        if self.options:
            return "Pick one: " + ", ".join(o.label for o in self.options) + "."
        return "I need a few words here. Type them, or type cancel to stop."

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
        if typed in {"none", "no", "-", "0", "skip"}:
            return []
        if typed == "all":
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
    """A day or an instant, as people type it."""

    kind = "date"
    numbers_are_options: ClassVar[bool] = False


@dataclass(frozen=True)
class Money(Read[A]):
    """A sum with its currency."""

    kind = "money"
    numbers_are_options: ClassVar[bool] = False


@dataclass(frozen=True)
class Person(Choice):
    """Somebody of the team: the options are the people known; names may be typed, ``@`` or not."""

    kind = "person"

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


# --- other steps -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Form:
    """Questions that belong together: a chat asks them one by one, a modal all at once."""

    key: str
    title: str
    fields: tuple[Question[Any], ...]

    def __iter__(self) -> Generator[Step, Any, dict[str, Any]]:
        return cast(dict[str, Any], (yield self))


@dataclass(frozen=True)
class Say:
    """Something shown once, with no answer awaited."""

    key: str
    card: Card

    def __iter__(self) -> Generator[Step, Any, None]:
        yield self


@dataclass(frozen=True)
class Load(Generic[A]):
    """A fact from outside, looked up once by the driver and recorded; looked up again when ``params`` change."""

    key: str
    name: str
    decode: Callable[[Any], A]
    params: Mapping[str, Any] = field(default_factory=dict)

    def __iter__(self) -> Generator[Step, Any, A]:
        return cast(A, (yield self))


Step: TypeAlias = "Question[Any] | Form | Say | Load[Any]"
Dialog: TypeAlias = Generator[Step, Any, R]
Make: TypeAlias = Callable[[], Dialog[Any]]
Answers: TypeAlias = Mapping[str, Raw]

# --- where a dialog stands ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Path:
    """What a run passed on its way: answered questions in order, and things to say that were not said yet."""

    answered: tuple[Question[Any], ...] = ()
    unsaid: tuple[Say, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the answered questions."""
        return tuple(q.key for q in self.answered)


@dataclass(frozen=True)
class Ask:
    """The dialog waits: ``question`` is open; ``fields`` is its whole form, or itself alone."""

    question: Question[Any]
    fields: tuple[Question[Any], ...]
    title: str
    path: Path
    state: Literal["ask"] = "ask"


@dataclass(frozen=True)
class Need:
    """The dialog needs a fact looked up."""

    load: Load[Any]
    path: Path
    state: Literal["need"] = "need"


@dataclass(frozen=True)
class Done(Generic[R]):
    """The dialog has come to its end with ``result``."""

    result: R
    path: Path
    state: Literal["done"] = "done"


Standing: TypeAlias = "Ask | Need | Done[Any]"


def said_key(key: str) -> str:
    """Where it is recorded that a thing was said."""
    return f"said:{key}"


def load_key(key: str) -> str:
    """Where a looked-up fact is recorded."""
    return f"load:{key}"


def loaded(load: Load[Any], value: Raw) -> dict[str, Raw]:
    """The record of a looked-up fact."""
    return {load_key(load.key): {"for": dict(load.params), "is": value}}


class _Run:
    """One replay: feeds recorded answers to the generator until one is missing."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.seen: set[str] = set()
        self.answered: list[Question[Any]] = []
        self.unsaid: list[Say] = []

    @property
    def path(self) -> Path:
        return Path(tuple(self.answered), tuple(self.unsaid))

    def feed(self, step: Step) -> tuple[Any, Standing | None]:
        """The value for a step, or the standing at which the dialog waits."""
        if not isinstance(step, Say | Load | Form | Question):
            raise DialogError(f"a dialog yielded {step!r}, which is no step")
        self.claim(step.key)
        match step:
            case Say():
                if said_key(step.key) not in self.answers:
                    self.unsaid.append(step)
                return None, None
            case Load():
                return self.fact(step)
            case Form():
                return self.form(step)
            case Question():
                found, value = self.answer(step)
                return (value, None) if found else (None, Ask(step, (step,), "", self.path))

    def claim(self, key: str) -> None:
        if key in self.seen:
            raise DialogError(f"the key {key!r} comes twice on one path")
        if len(self.seen) >= MOST_STEPS:
            raise DialogError("a dialog takes more than 500 steps")
        self.seen.add(key)

    def fact(self, load: Load[Any]) -> tuple[Any, Standing | None]:
        record = self.answers.get(load_key(load.key))
        if not isinstance(record, dict) or record.get("for") != dict(load.params):
            return None, Need(load, self.path)
        try:
            return load.decode(record["is"]), None
        except (ValueError, TypeError, KeyError, AttributeError):
            # Recorded by an earlier version of the program in another form: look it up again.
            return None, Need(load, self.path)

    def form(self, form: Form) -> tuple[Any, Standing | None]:
        values: dict[str, Any] = {}
        for question in form.fields:
            self.claim(question.key)
            found, values[question.key] = self.answer(question)
            if not found:
                return None, Ask(question, form.fields, form.title, self.path)
        return values, None

    def answer(self, question: Question[Any]) -> tuple[bool, Any]:
        if question.key not in self.answers:
            return False, None
        try:
            value = question.value(self.answers[question.key])
        except BadAnswer:
            # An answer from before an edit or a deploy that no longer fits is as good as none: ask again.
            return False, None
        self.answered.append(question)
        return True, value


def advance(make: Make, answers: Answers) -> Standing:
    """Run a dialog over its recorded answers up to its first open step; pure and total."""
    run = _Run(answers)
    dialog = make()
    value: Any = None
    try:
        while True:
            value, standing = run.feed(dialog.send(value))
            if standing is not None:
                return standing
    except StopIteration as end:
        return Done(end.value, run.path)
    finally:
        dialog.close()


def without_last(answers: Answers, path: Path) -> dict[str, Raw]:
    """The answers as they were before the last question on the path was answered."""
    kept = dict(answers)
    if path.answered:
        kept.pop(path.answered[-1].key, None)
    return kept
