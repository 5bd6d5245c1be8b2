"""The dialog engine: plain generators, replayed over keyed answers.

A dialog is a generator that yields steps (questions, facts to load, things to say) and returns a value. Its
whole state is ``{step key: recorded answer}``; :func:`advance` runs it from the start up to the first step that
has no answer. So a restart, a deploy, going back, editing an earlier answer and a changed dialog are all the
same thing: run it again. Keys are a public schema.

Precedents: httpx's generator ``auth_flow`` for the shape; positional replay elsewhere for what to avoid.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeAlias, TypeVar, cast

from bot.errors import DialogError
from bot.questions import (
    LONGEST_ANSWER,
    BadAnswer,
    Choice,
    Confirm,
    Date,
    Many,
    Moment,
    Money,
    Person,
    Question,
    Raw,
    Read,
    Reader,
    Scale,
    Text,
    line_of,
    match_option,
    tidy,
)
from bot.view import Card

__all__ = [
    "LONGEST_ANSWER",
    "MOST_STEPS",
    "Answers",
    "Ask",
    "BadAnswer",
    "Choice",
    "Confirm",
    "Date",
    "Dialog",
    "Done",
    "Form",
    "Load",
    "Make",
    "Many",
    "Moment",
    "Money",
    "Need",
    "Path",
    "Person",
    "Question",
    "Raw",
    "Read",
    "Reader",
    "Say",
    "Scale",
    "Standing",
    "Step",
    "Text",
    "advance",
    "line_of",
    "load_key",
    "loaded",
    "match_option",
    "said_key",
    "taken_back",
    "tidy",
    "was_key",
    "without_last",
]

A = TypeVar("A")
R = TypeVar("R")

MOST_STEPS = 500

# --- steps that are no questions --------------------------------------------------------------------------


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


def was_key(key: str) -> str:
    """Where an answer that was taken back is kept: its question offers it again."""
    return f"was:{key}"


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


def taken_back(answers: Answers, path: Path) -> dict[str, Raw]:
    """As :func:`without_last`, with the answer kept aside for its question to offer it again."""
    aside = {was_key(q.key): answers[q.key] for q in path.answered[-1:] if q.key in answers}
    return without_last(answers, path) | aside
