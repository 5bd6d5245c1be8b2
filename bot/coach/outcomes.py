"""What a dialog comes to: plain values that a service carries out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from bot.coach.cadence import Cadence
from bot.coach.causes import Cause
from bot.coach.money import Money
from bot.coach.playbook import Fault, Severity


@dataclass(frozen=True)
class Nothing:
    """The dialog ended without anything to do; ``words`` are said."""

    words: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """What went wrong, as far as it is known: opens a case. ``owner`` and ``backup`` are people's keys."""

    client: str
    story: str
    cause: Cause
    client_id: int | None = None
    second_cause: Cause | None = None
    fault: Fault = "unclear"
    severity: Severity = "medium"
    contact: str = ""
    cost: Money | None = None
    cost_words: str = ""
    since: date | None = None
    client_words: str = ""
    our_words: str = ""
    wishes: tuple[str, ...] = ()
    owner: str = ""
    backup: str = ""


@dataclass(frozen=True)
class SameTrouble:
    """What was told belongs to a case that is open (its number); ``words`` are what was told, '' for nothing new."""

    case: int
    words: str = ""


@dataclass(frozen=True)
class StepTaken:
    """What a person did with the play that was suggested."""

    case: int
    version: int
    last_entry: int
    play: str
    state: Literal["done", "later", "skipped", "begun"]
    reason: str = ""
    due: datetime | None = None
    out_of_order: bool = False
    draft: str = ""
    ask_contact: bool = False


@dataclass(frozen=True)
class ContactLogged:
    """Something the client said or wrote, how they sounded, which wishes are met by now (ids),
    and the wishes with a date that are to be watched."""

    case: int
    words: str
    temperature: str
    met: tuple[int, ...] = ()
    wishes: tuple[str, ...] = ()
    heard: bool = True
    promises: tuple[str, ...] = ()
    play: str = ""


@dataclass(frozen=True)
class DraftMade:
    """A draft as the person left it; ``sent`` only when they said that they sent it.

    ``name`` is whom it is written to, where that had to be asked.
    """

    case: int
    kind: str
    words: str
    sent: bool
    talk: bool = False
    play: str = ""
    promise: int = 0
    name: str = ""


@dataclass(frozen=True)
class OfferMade:
    """What is offered to make it right."""

    case: int
    words: str
    offer: Money
    cost: Money | None
    approver: str = ""


@dataclass(frozen=True)
class Reminder:
    """Check-ins for a case; ``place`` is a place key, '' for the place it was asked in."""

    case: int
    cadence: Cadence
    place: str = ""


@dataclass(frozen=True)
class ReminderChange:
    """A change of a check-in schedule; a snooze has ``until``, an edit ``cadence``, a move ``place`` (a key)."""

    schedule: int
    what: Literal["snooze", "skip", "edit", "pause", "resume", "cancel", "move"]
    until: datetime | None = None
    cadence: Cadence | None = None
    place: str = ""


@dataclass(frozen=True)
class Promise:
    """Something the client was told to expect by a time, in one of their cases; ``case`` is one to go on with then."""

    client_id: int
    words: str
    due: datetime
    case: int | None = None
    of: int | None = None


@dataclass(frozen=True)
class WishesWatched:
    """Of the wishes a case was opened with, those with a date that are to be watched as promises; perhaps none."""

    case: int
    wishes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Meant:
    """Of a client's open cases, the one that words typed before were about; the words are to be carried out now."""

    case: int
    command: str


@dataclass(frozen=True)
class ZoneTold:
    """The IANA zone a person goes by; the words they had typed are to be carried out now."""

    zone: str
    command: str


@dataclass(frozen=True)
class Closing:
    """The end of a case; ``handed_back`` and ``reasons`` belong to parting, ``wishes`` are told and met only now."""

    case: int
    last_entry: int
    outcome: Literal["healed", "parted", "lost"]
    confirmed: str = ""
    lesson: str = ""
    reasons: tuple[str, ...] = ()
    handed_back: str = ""
    met: tuple[int, ...] = ()
    farewell: bool = False
    wishes: tuple[str, ...] = ()


@dataclass(frozen=True)
class KeptOpen:
    """A case that was to be closed and stays open: the wishes met so far (ids), and the words that say what is next."""

    case: int
    words: str
    met: tuple[int, ...] = ()


@dataclass(frozen=True)
class CaseEdit:
    """Facts of a case set anew, by field name; ``last_entry`` is the last line of its timeline the person knew."""

    case: int
    changes: dict[str, str] = field(default_factory=dict)
    last_entry: int = 0


@dataclass(frozen=True)
class Override:
    """A case's place in the list, set by hand until a time, with the reason that is shown."""

    case: int
    risk: int
    reason: str
    until: datetime


@dataclass(frozen=True)
class Reviewed:
    """What a manager does about a case in the review; ``person`` is a key."""

    case: int
    what: Literal["keep", "ask", "reassign", "decide", "stop"]
    words: str = ""
    person: str = ""


@dataclass(frozen=True)
class Decided:
    """What owner and manager decided when nothing had got better, and why."""

    case: int
    what: Literal["escalate", "new_plan", "accept_loss", "part_ways"]
    reason: str


@dataclass(frozen=True)
class HandedOver:
    """A case given to a colleague (a person's key), with what must not be said to the client."""

    case: int
    person: str
    do_not_say: str = ""
    next_touch: str = ""


@dataclass(frozen=True)
class PersonAtClient:
    """Somebody at a client: their part in it, and how they like to be reached."""

    client_id: int
    name: str
    decides: bool = False
    hurt: bool = False
    ally: bool = False
    channel: str = ""
