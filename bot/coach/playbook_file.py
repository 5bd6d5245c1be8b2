"""Reading a playbook: TOML in, checked plays out, and a clear sentence when something is wrong."""

import string
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast, get_args

from bot.coach.causes.labels import Cause
from bot.coach.playbook_facts import CONDITIONS, OPEN_STAGES, PLACEHOLDERS, Fault, Severity, Stage

DRAFT_KINDS = (
    "apology",
    "acknowledgement",
    "ask",
    "status",
    "no_news",
    "policy",
    "admission",
    "reparation",
    "handover",
    "reach_us",
    "check_in",
    "lessons",
    "goodbye",
)
"""The kinds of draft a play may lead to."""


class PlaybookError(ValueError):
    """A playbook that cannot be used: which file, which play, and what is wrong."""

    def __init__(self, path: Path | str, problem: str, play: str = "") -> None:
        self.path, self.play, self.problem = str(path), play, problem
        where = f"{path}, play “{play}”" if play else str(path)
        super().__init__(f"{where}: {problem}")


@dataclass(frozen=True)
class Reason:
    """One sentence on why a play comes now, said when all its conditions hold."""

    say: str
    when: tuple[str, ...] = ()


@dataclass(frozen=True)
class Play:
    """One move of the playbook; `causes` maps each cause to its fit, 1 (now and then) to 10 (always)."""

    id: str
    title: str
    why: str
    how: tuple[str, ...]
    source: str
    shows_done: str
    order: int
    causes: Mapping[Cause, int]
    faults: tuple[Fault, ...] = get_args(Fault)
    severities: tuple[Severity, ...] = get_args(Severity)
    stages: tuple[Stage, ...] = tuple(sorted(OPEN_STAGES))
    needs: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    sooner: tuple[str, ...] = ()
    met_by: tuple[str, ...] = ()
    repeat_when: tuple[str, ...] = ()
    missing: str = ""
    why_now: tuple[Reason, ...] = ()
    draft: str | None = None


_ALLOWED = {field.name for field in fields(Play)}
_REQUIRED = ("title", "why", "how", "source", "shows_done", "order", "causes", "missing", "why_now")


def read_plays(path: Path) -> tuple[Play, ...]:
    """Read and check every play of a playbook file; raises PlaybookError, which names file and play."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PlaybookError(path, f"cannot be read ({error.strerror or error})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PlaybookError(path, f"is not valid TOML: {error}") from error
    return _checked(path, raw)


def _checked(path: Path, raw: dict[str, Any]) -> tuple[Play, ...]:
    entries = raw.get("play")
    if not isinstance(entries, list) or not entries:
        raise PlaybookError(path, "holds no plays; each starts with [[play]]")
    plays = tuple(_Reader(path, entry, number).play() for number, entry in enumerate(entries, 1))
    known = [play.id for play in plays]
    for play in plays:
        if known.count(play.id) > 1:
            raise PlaybookError(path, "stands here twice; give each play its own id", play.id)
        for need in play.needs:
            if need not in known:
                raise PlaybookError(path, f"needs “{need}”, which is no play of this file", play.id)
    _refuse_circles(path, plays)
    return plays


def _refuse_circles(path: Path, plays: Iterable[Play]) -> None:
    needs = {play.id: set(play.needs) for play in plays}
    while free := [play for play, waits in needs.items() if not waits]:
        needs = {play: waits - set(free) for play, waits in needs.items() if play not in free}
    if needs:
        raise PlaybookError(path, "waits for itself through: " + ", ".join(sorted(needs)), min(needs))


class _Reader:
    """Reads one entry key by key, so that every complaint can name the play."""

    def __init__(self, path: Path, entry: object, number: int) -> None:
        self.path = path
        self.entry: dict[str, Any] = entry if isinstance(entry, dict) else {}
        self.name = str(self.entry.get("id") or f"number {number}")

    def bad(self, problem: str) -> PlaybookError:
        return PlaybookError(self.path, problem, self.name)

    def play(self) -> Play:
        if not isinstance(self.entry.get("id"), str) or not self.entry["id"].strip():
            raise self.bad("has no id")
        if unknown := sorted(set(self.entry) - _ALLOWED):
            raise self.bad(f"has a key nobody reads: {', '.join(unknown)}")
        if absent := [key for key in _REQUIRED if key not in self.entry]:
            raise self.bad(f"lacks {', '.join(absent)}")
        return Play(
            id=self.entry["id"],
            title=self.text("title"),
            why=self.text("why"),
            how=self.how(),
            source=self.text("source"),
            shows_done=self.text("shows_done"),
            order=self.whole("order"),
            causes=self.causes(),
            faults=cast(tuple[Fault, ...], self.some("faults", get_args(Fault))),
            severities=cast(tuple[Severity, ...], self.some("severities", get_args(Severity))),
            stages=tuple(Stage(name) for name in self.some("stages", Stage, sorted(OPEN_STAGES))),
            needs=self.words("needs"),
            when=self.conditions("when"),
            unless=self.conditions("unless"),
            sooner=self.conditions("sooner"),
            met_by=self.conditions("met_by"),
            repeat_when=self.conditions("repeat_when"),
            missing=self.sentence(self.text("missing")),
            why_now=self.reasons(),
            draft=self.draft(),
        )

    def text(self, key: str) -> str:
        value = self.entry[key]
        if not isinstance(value, str) or not value.strip():
            raise self.bad(f"{key} must be a line of text")
        return value

    def whole(self, key: str) -> int:
        value = self.entry[key]
        if not isinstance(value, int) or not 1 <= value <= 9:
            raise self.bad(f"{key} must be a whole number from 1 to 9")
        return value

    def words(self, key: str) -> tuple[str, ...]:
        value = self.entry.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.bad(f"{key} must be a list of words")
        return tuple(value)

    def some(self, key: str, allowed: Iterable[str], default: Iterable[str] | None = None) -> tuple[str, ...]:
        allowed = tuple(str(name) for name in allowed)
        chosen = self.words(key) or tuple(str(name) for name in default or allowed)
        for name in chosen:
            if name not in allowed:
                raise self.bad(f"{key} knows no “{name}”; it may hold {', '.join(allowed)}")
        return chosen

    def conditions(self, key: str) -> tuple[str, ...]:
        return self.some(key, CONDITIONS) if self.entry.get(key) else ()

    def how(self) -> tuple[str, ...]:
        lines = self.words("how")
        if not 2 <= len(lines) <= 5:
            raise self.bad("how must hold two to five lines")
        return lines

    def causes(self) -> Mapping[Cause, int]:
        table = self.entry["causes"]
        if not isinstance(table, dict) or not table:
            raise self.bad("causes must be a table such as { slow_response = 9 }")
        fits: dict[Cause, int] = {}
        for name, fit in table.items():
            if name != "any" and name not in Cause.__members__:
                raise self.bad(f"causes knows no “{name}”")
            if not isinstance(fit, int) or not 0 <= fit <= 10:
                raise self.bad(f"causes.{name} must be a whole number from 0 to 10")
            if name != "any":
                fits[Cause(name)] = fit
        for cause in set(Cause) - {Cause.nothing_wrong}:
            fits.setdefault(cause, table.get("any", 0))
        return MappingProxyType({cause: fits[cause] for cause in Cause if fits.get(cause)})

    def reasons(self) -> tuple[Reason, ...]:
        entries = self.entry["why_now"]
        if not isinstance(entries, list) or not entries:
            raise self.bad('why_now must be a list of { when = [...], say = "..." }')
        reasons = tuple(self.reason(entry) for entry in entries)
        if reasons[-1].when:
            raise self.bad("why_now must end with a sentence that always holds (no when)")
        return reasons

    def reason(self, entry: object) -> Reason:
        if not isinstance(entry, dict) or not isinstance(entry.get("say"), str):
            raise self.bad("each why_now needs a say")
        when = entry.get("when", [])
        if not isinstance(when, list):
            raise self.bad('the when of a why_now must be a list of conditions, such as ["heard"]')
        for name in when:
            if name not in CONDITIONS:
                raise self.bad(f"why_now knows no condition “{name}”; it may be {', '.join(CONDITIONS)}")
        return Reason(self.sentence(entry["say"]), tuple(when))

    def sentence(self, text: str) -> str:
        try:
            asked = [field for field in string.Formatter().parse(text) if field[1] is not None]
        except ValueError as error:
            raise self.bad(f"has a brace that does not close: {text}") from error
        for _, name, form, conversion in asked:
            if name not in PLACEHOLDERS:
                raise self.bad(f"asks for {{{name}}}; it may ask for {', '.join(sorted(PLACEHOLDERS))}")
            if form or conversion:
                raise self.bad(f"writes more than a name in {{{name}}}; leave out what follows it: {text}")
        return text

    def draft(self) -> str | None:
        kind = self.entry.get("draft")
        if kind is not None and kind not in DRAFT_KINDS:
            raise self.bad(f"draft knows no “{kind}”; it may be {', '.join(DRAFT_KINDS)}")
        return kind
