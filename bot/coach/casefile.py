"""A case as the dialogs and rules see it: one frozen snapshot of everything known, taken when it was looked up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter

from bot.coach.causes import Cause
from bot.coach.dates import say_when
from bot.coach.money import Money
from bot.coach.playbook import CaseFacts, Fault, Severity, Stage, StepRecord


@dataclass(frozen=True)
class Wish:
    """One thing that must be true for the client to say it is fixed, in the client's words."""

    id: int
    words: str
    met: bool = False


@dataclass(frozen=True)
class Commitment:
    """A promise made to the client."""

    id: int
    words: str
    due: datetime
    state: str
    owner: str = ""


@dataclass(frozen=True)
class Offer:
    """A reparation that was offered or waits for an approver."""

    id: int
    words: str
    cents: int
    currency: str
    state: str


@dataclass(frozen=True)
class Stakeholder:
    """Somebody at the client."""

    name: str
    decides: bool = False
    hurt: bool = False
    ally: bool = False
    channel: str = ""


@dataclass(frozen=True)
class CaseFile:
    """Everything a dialog may know of a case; ``zone`` and ``now`` are those of the person who asks."""

    id: int
    number: int
    client: str
    client_id: int
    stage: Stage
    owner: str
    owner_key: str
    story: str
    cause: Cause
    fault: Fault
    severity: Severity
    now: datetime
    zone: str
    opened_at: datetime
    stage_at: datetime
    version: int
    last_entry: int = 0
    second_cause: Cause | None = None
    contact: str = ""
    backup: str = ""
    sponsor: str = ""
    asker: str = ""
    client_words: str = ""
    our_words: str = ""
    cost: Money | None = None
    cost_words: str = ""
    since: date | None = None
    heard: bool = False
    temperature: str | None = None
    readings: tuple[str, ...] = ()
    last_contact_at: datetime | None = None
    waiting_since: datetime | None = None
    reply_due_at: datetime | None = None
    closed_at: datetime | None = None
    confidential: bool = False
    value: Money | None = None
    period: str = "month"
    notice_on: date | None = None
    renewal_on: date | None = None
    wishes: tuple[Wish, ...] = ()
    steps: tuple[StepRecord, ...] = ()
    promises: tuple[Commitment, ...] = ()
    offers: tuple[Offer, ...] = ()
    stakeholders: tuple[Stakeholder, ...] = ()
    schedules: int = 0
    always_our_fault: bool = False
    second_failure: bool = False
    last_remedy: str = ""
    small_client: bool = False
    watched: bool = False

    @property
    def label(self) -> str:
        """How people call the case: SAL-7."""
        return f"SAL-{self.number}"

    @property
    def open(self) -> bool:
        """Whether there is still something to repair or to watch."""
        return self.closed_at is None

    @property
    def causes(self) -> tuple[Cause, ...]:
        """The causes, the main one first."""
        return (self.cause, self.second_cause) if self.second_cause else (self.cause,)

    @property
    def open_wishes(self) -> tuple[Wish, ...]:
        """The exit criteria that are not met yet."""
        return tuple(w for w in self.wishes if not w.met)

    @property
    def hurt(self) -> str:
        """Whom to speak to: the one who was hurt, else the contact we know, else the client itself."""
        return next((s.name for s in self.stakeholders if s.hurt), self.contact) or self.client

    @property
    def people(self) -> tuple[str, ...]:
        """The names of everybody known to have a part in it."""
        known = (self.contact, self.owner, self.backup, *(s.name for s in self.stakeholders))
        return tuple(name for name in known if name)

    @property
    def days_quiet(self) -> int:
        """Whole days since the last contact, or since the case was opened."""
        return (self.now - (self.last_contact_at or self.opened_at)).days

    def when(self, instant: datetime) -> str:
        """An instant as the asking person's clock and calendar show it."""
        return say_when(instant, self.now, self.zone)

    def facts(self) -> CaseFacts:
        """What the playbook may know."""
        return CaseFacts(
            causes=self.causes,
            fault=self.fault,
            severity=self.severity,
            stage=self.stage,
            story=self.story,
            client_name=self.client,
            contact_name=self.hurt,
            client_words=self.client_words,
            heard=self.heard,
            emotion_high=self.severity == "high" or self.temperature == "colder",
            cost_cents=self.cost.cents if self.cost else None,
            currency=self.cost.currency if self.cost else "",
            criteria_count=len(self.wishes),
            criteria_met=sum(w.met for w in self.wishes),
            unknown_extent=self.fault == "unclear" and not self.heard,
            second_failure=self.second_failure,
            broken_promise=any(p.state == "broken" for p in self.promises),
            always_our_fault=self.always_our_fault,
            temperature=_reading(self.temperature),
            days_since_contact=self.days_quiet,
            waiting=self.waiting_since is not None,
            schedule_exists=self.schedules > 0,
            steps=self.steps,
            small_client=self.small_client,
            now=self.now,
        )


def _reading(word: str | None) -> Any:
    return word if word in ("warmer", "same", "colder", "no_reply") else None


_ADAPTER: TypeAdapter[CaseFile] = TypeAdapter(CaseFile)


def to_json(case: CaseFile) -> Any:
    """The snapshot as JSON, for a dialog's record."""
    return _ADAPTER.dump_python(case, mode="json")


def from_json(data: Any) -> CaseFile:
    """The snapshot back from a dialog's record; raises ValueError where it is of another form."""
    return _ADAPTER.validate_python(data)
