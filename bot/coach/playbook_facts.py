"""What the playbook may know about a case, and the small named conditions a play can ask of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from bot.coach.causes.labels import INFO, Cause
from bot.coach.money import Money, say_money

Fault = Literal["ours", "theirs", "shared", "unclear"]
Severity = Literal["low", "medium", "high"]
Temperature = Literal["warmer", "same", "colder", "no_reply"]
StepState = Literal["done", "skipped", "later", "begun"]


class Stage(StrEnum):
    """How far a case has come."""

    at_risk = "at_risk"
    plan = "plan"
    recovering = "recovering"
    watch = "watch"
    healed = "healed"
    parted = "parted"
    lost = "lost"


OPEN_STAGES = frozenset({Stage.at_risk, Stage.plan, Stage.recovering, Stage.watch})
"""Stages in which there is still something to repair."""


@dataclass(frozen=True)
class StepRecord:
    """What a person said about one play: done, skipped, begun, or later (until `due`)."""

    play: str
    state: StepState
    reason: str = ""
    due: datetime | None = None
    out_of_order: bool = False


@dataclass(frozen=True)
class CaseFacts:
    """The plain facts of a case that decide the next step; the primary cause stands first."""

    causes: tuple[Cause, ...] = ()
    fault: Fault = "unclear"
    severity: Severity = "medium"
    stage: Stage = Stage.at_risk
    story: str = ""
    client_name: str = ""
    contact_name: str = ""
    client_words: str = ""
    heard: bool = False
    emotion_high: bool = False
    cost_cents: int | None = None
    currency: str = ""
    criteria_count: int = 0
    criteria_met: int = 0
    unknown_extent: bool = False
    second_failure: bool = False
    broken_promise: bool = False
    always_our_fault: bool = False
    temperature: Temperature | None = None
    days_since_contact: int | None = None
    waiting: bool = False
    schedule_exists: bool = False
    steps: tuple[StepRecord, ...] = ()
    small_client: bool = False
    now: datetime | None = None

    @property
    def known_causes(self) -> tuple[Cause, ...]:
        """The causes, or `unknown` while none has been named."""
        return self.causes or (Cause.unknown,)

    def state_of(self, play: str) -> StepState | None:
        """The last thing said about a play, or None when it was never touched."""
        states = [step.state for step in self.steps if step.play == play]
        return states[-1] if states else None

    def settled(self, play: str) -> bool:
        """Whether a play was done, or knowingly skipped."""
        return self.state_of(play) in ("done", "skipped")


def _done(*plays: str) -> Callable[[CaseFacts], bool]:
    return lambda facts: any(facts.state_of(play) == "done" for play in plays)


def _is_over(facts: CaseFacts) -> bool:
    return facts.stage in (Stage.parted, Stage.lost)


def _quiet_for(days: int) -> Callable[[CaseFacts], bool]:
    return lambda facts: facts.days_since_contact is not None and facts.days_since_contact >= days


LONG_AGO = 30
"""After so many days without a word, a talk from before counts as none."""


def _spoken(facts: CaseFacts) -> bool:
    """Whether they were heard in a talk, and have not fallen silent since."""
    talked = _done("listen_before_defending", "ask_what_is_wrong", "in_person_or_phone")(facts)
    return facts.heard and talked and facts.temperature != "no_reply" and not _quiet_for(LONG_AGO)(facts)


CONDITIONS: Mapping[str, Callable[[CaseFacts], bool]] = MappingProxyType(
    {
        "heard": lambda facts: facts.heard,
        "spoken": _spoken,
        "not_heard": lambda facts: not facts.heard,
        "emotion_high": lambda facts: facts.emotion_high,
        "severe": lambda facts: facts.severity == "high",
        "mild": lambda facts: facts.severity == "low",
        "our_fault": lambda facts: facts.fault in ("ours", "shared"),
        "fault_unclear": lambda facts: facts.fault == "unclear",
        "cause_unknown": lambda facts: facts.known_causes[0] is Cause.unknown,
        "extent_unknown": lambda facts: facts.unknown_extent,
        "second_failure": lambda facts: facts.second_failure,
        "broken_promise": lambda facts: facts.broken_promise,
        "always_our_fault": lambda facts: facts.always_our_fault,
        "client_waiting": lambda facts: facts.waiting,
        "small_client": lambda facts: facts.small_client,
        "cost_known": lambda facts: bool(facts.cost_cents),
        "words_known": lambda facts: bool(facts.client_words.strip()),
        "warmer": lambda facts: facts.temperature == "warmer",
        "colder": lambda facts: facts.temperature == "colder",
        "no_reply": lambda facts: facts.temperature == "no_reply",
        "quiet_week": _quiet_for(7),
        "quiet_month": _quiet_for(LONG_AGO),
        "criteria_open": lambda facts: facts.criteria_met < facts.criteria_count,
        "criteria_all_met": lambda facts: 0 < facts.criteria_count <= facts.criteria_met,
        "has_schedule": lambda facts: facts.schedule_exists,
        "apologised": _done("apologise_and_own"),
        "fixed": _done("fix_fast_no_fanfare", "subcontract", "hand_over"),
        "paid": _done("pay_or_reparation", "go_beyond"),
        "reconsidered": _done("reconsider_relationship"),
        "healing": lambda facts: facts.stage in (Stage.recovering, Stage.watch),
        "watched": lambda facts: facts.stage is Stage.watch,
        "healed": lambda facts: facts.stage is Stage.healed,
        "over": _is_over,
        "one_sided": lambda facts: facts.always_our_fault or Cause.unreasonable_client in facts.causes,
        "parting": lambda facts: _is_over(facts) or _done("reconsider_relationship")(facts),
    }
)
"""The closed vocabulary of conditions; the head of playbook.toml says each in words."""


def placeholders(facts: CaseFacts) -> dict[str, str]:
    """The words a sentence of the playbook may ask for in braces."""
    return {
        "contact": facts.contact_name or "your contact",
        "client": facts.client_name or "the client",
        "cost": say_money(Money(facts.cost_cents or 0, facts.currency or "EUR")),
        "days": str(facts.days_since_contact or 0),
        "cause": INFO[facts.known_causes[0]].said,
        "words": " ".join(facts.client_words.split()).strip('"“”„ ')[:120],
        "open": str(max(0, facts.criteria_count - facts.criteria_met)),
    }


PLACEHOLDERS = frozenset(placeholders(CaseFacts()))
"""The names that may stand in braces in playbook.toml."""
