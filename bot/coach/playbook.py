"""Which play comes next for a case, and why: pure rules over the plays of playbook.toml."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.coach.causes.labels import Cause
from bot.coach.playbook_facts import (
    CONDITIONS,
    OPEN_STAGES,
    CaseFacts,
    Fault,
    Severity,
    Stage,
    StepRecord,
    placeholders,
)
from bot.coach.playbook_file import DRAFT_KINDS, Play, PlaybookError, Reason, read_plays

__all__ = [
    "CONDITIONS",
    "DRAFT_KINDS",
    "OPEN_STAGES",
    "CaseFacts",
    "Fault",
    "Play",
    "Playbook",
    "PlaybookError",
    "Reason",
    "Severity",
    "Stage",
    "StepRecord",
    "Suggestion",
]

BUILT_IN = Path(__file__).with_name("playbook.toml")
"""The playbook that ships with the coach."""

_AN_ORDER_STEP = 12.0  # more than any fit (10), so a well-fitting late play never overtakes an early one
_A_SOONER_FACT = 4.0
_BEGUN = 30.0  # what was begun is finished first
_SECONDARY = 0.5
_WORTH_A_PLACE = 1.0  # a plan rather stays short than name a play that hardly fits
_RARE = 3  # a play that fits this seldom waits for a fact that calls for it


@dataclass(frozen=True)
class Suggestion:
    """A play for this case: why it comes now, how strongly, and what it still waits for."""

    play: Play
    why_now: str
    score: float
    blocked_by: tuple[str, ...] = ()
    deferred: bool = False


class Playbook:
    """Every play, in the order of its file, and the rules for choosing among them."""

    def __init__(self, plays: tuple[Play, ...]) -> None:
        self.plays = plays
        self._by_id = {play.id: play for play in plays}

    @classmethod
    def load(cls, path: Path | str | None = None) -> "Playbook":
        """Read a playbook (the built-in one by default); raises PlaybookError when it cannot be used."""
        return cls(read_plays(Path(path) if path else BUILT_IN))

    def get(self, play_id: str) -> Play:
        """The play with this id; raises KeyError for an id no play has."""
        return self._by_id[play_id]

    def __contains__(self, play_id: str) -> bool:
        return play_id in self._by_id

    def rank(self, facts: CaseFacts) -> tuple[Suggestion, ...]:
        """Every play that fits: those allowed now first, best first; then put-off ones; then early ones."""
        return tuple(sorted(self._suggestions(facts), key=_place))

    def next(self, facts: CaseFacts) -> Suggestion | None:
        """The one thing to do now, or None when nothing waits to be done today."""
        best = next(iter(self.rank(facts)), None)
        return best if best and not best.blocked_by and not best.deferred else None

    def out_of_order(self, facts: CaseFacts, play_id: str) -> tuple[str, ...]:
        """Why this play would come too early: one clause for each play that should come before it."""
        words = placeholders(facts)
        return tuple(self._by_id[need].missing.format(**words) for need in self._waits_for(facts, play_id))

    def recommended(self, weights: Mapping[Cause, float], count: int = 4) -> tuple[Play, ...]:
        """The plan for a fresh story: the plays that fit these causes best, each after what it needs."""

        def fit(play: Play) -> float:
            return sum(weight * play.causes.get(cause, 0) for cause, weight in weights.items())

        ranked = sorted(self.plays, key=lambda play: (-fit(play), play.order, play.id))
        best = [play for play in ranked[:count] if fit(play) >= _WORTH_A_PLACE] or ranked[:1]
        plan: list[Play] = []
        for play in best:
            self._place(play, best, plan)
        return tuple(plan)

    def _place(self, play: Play, chosen: list[Play], plan: list[Play]) -> None:
        """Put a play into the plan after those of its needs that were chosen too."""
        for need in play.needs:
            if self._by_id[need] in chosen:
                self._place(self._by_id[need], chosen, plan)
        if play not in plan:
            plan.append(play)

    def _suggestions(self, facts: CaseFacts) -> list[Suggestion]:
        return [self._suggest(play, facts) for play in self.plays if _offered(play, facts)]

    def _suggest(self, play: Play, facts: CaseFacts) -> Suggestion:
        return Suggestion(
            play=play,
            why_now=_why_now(play, facts),
            score=_score(play, facts),
            blocked_by=self._waits_for(facts, play.id),
            deferred=_deferred(play, facts),
        )

    def _waits_for(self, facts: CaseFacts, play_id: str) -> tuple[str, ...]:
        needs = (self._by_id[need] for need in self._by_id[play_id].needs)
        return tuple(
            need.id for need in needs if _fits(need, facts) and not facts.settled(need.id) and not _met(need, facts)
        )


def _place(suggestion: Suggestion) -> tuple[bool, bool, float, str]:
    return bool(suggestion.blocked_by), suggestion.deferred, -suggestion.score, suggestion.play.id


def _hold(names: tuple[str, ...], facts: CaseFacts) -> bool:
    return all(CONDITIONS[name](facts) for name in names)


def _any_holds(names: tuple[str, ...], facts: CaseFacts) -> bool:
    return any(CONDITIONS[name](facts) for name in names)


def _met(play: Play, facts: CaseFacts) -> bool:
    return _any_holds(play.met_by, facts)


def _fits(play: Play, facts: CaseFacts) -> bool:
    """Whether the play belongs in this case at all, now or as a step that others wait for."""
    return (
        _called_for(play, facts)
        and facts.fault in play.faults
        and facts.severity in play.severities
        and facts.stage in play.stages
        and _hold(play.when, facts)
        and not _any_holds(play.unless, facts)
    )


def _called_for(play: Play, facts: CaseFacts) -> bool:
    fit = _fit(play, facts)
    return fit >= _RARE or (fit > 0 and _sooner(play, facts) > 0)


def _offered(play: Play, facts: CaseFacts) -> bool:
    if not _fits(play, facts) or _met(play, facts):
        return False
    if facts.settled(play.id):
        return bool(play.repeat_when) and _hold(play.repeat_when, facts)
    return True


def _deferred(play: Play, facts: CaseFacts) -> bool:
    if facts.state_of(play.id) != "later":
        return False
    due = [step.due for step in facts.steps if step.play == play.id][-1]
    if due is None or facts.now is None:
        return True
    return _comparable(due) > _comparable(facts.now)


def _comparable(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _fit(play: Play, facts: CaseFacts) -> float:
    first, *others = facts.known_causes
    return max([float(play.causes.get(first, 0)), *(_SECONDARY * play.causes.get(c, 0) for c in others)])


def _sooner(play: Play, facts: CaseFacts) -> int:
    return sum(CONDITIONS[name](facts) for name in play.sooner)


def _score(play: Play, facts: CaseFacts) -> float:
    begun = _BEGUN if facts.state_of(play.id) == "begun" else 0.0
    early = _AN_ORDER_STEP * (9 - play.order)
    return early + _fit(play, facts) + _A_SOONER_FACT * _sooner(play, facts) + begun


def _why_now(play: Play, facts: CaseFacts) -> str:
    words = placeholders(facts)
    said = next(reason.say for reason in play.why_now if _hold(reason.when, facts)).format(**words)
    return said[:1].upper() + said[1:]
