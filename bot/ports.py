"""The two sides of the coach: what an adapter hands in, and what an adapter must be able to do.

Keys are plain strings that only the adapter takes apart: a tenant ``slack:T1``, a person ``slack:T1:U2``, a place
``slack:T1:C3``. A person's private place is ``@`` and the person's key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal, Protocol, TypeAlias

from bot.view import Card

# --- in ----------------------------------------------------------------------------------------------------


class Role(StrEnum):
    """What a person may see and decide; each includes the one before."""

    member = "member"
    manager = "manager"
    admin = "admin"


LEADS = (Role.manager.value, Role.admin.value)
"""The roles of those who see every case and are asked above its owner."""


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who talks to the coach; ``role`` and ``zone`` (IANA) only where the platform knows them.

    ``outsider``: a guest, a stranger, or anyone who is not plainly of the team.
    """

    tenant: str
    key: str
    name: str
    role: Role | None = None
    zone: str | None = None
    outsider: bool = False

    @property
    def private(self) -> Place:
        """Where only this person and the coach can read."""
        return Place(self.tenant, "@" + self.key, PlaceKind.private, "private")


class PlaceKind(StrEnum):
    """Who can read in a place; ``unknown`` counts as everybody."""

    private = "private"
    internal = "internal"
    shared = "shared"
    unknown = "unknown"


@dataclass(frozen=True, slots=True)
class Place:
    """Where words will appear; ``why`` says what makes a place shared or unknown, for its owner."""

    tenant: str
    key: str
    kind: PlaceKind
    name: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """Words typed to the coach: an answer, or a command in plain words."""

    text: str


@dataclass(frozen=True, slots=True)
class Commanded:
    """A command for certain (``/salvage next Acme``), without its slash word."""

    text: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button: what it carried (see :func:`bot.view.read_press`), and typed words that came with it."""

    value: str


@dataclass(frozen=True, slots=True)
class Submitted:
    """A form sent: raw answers by question key (words, ``{"pick": value}``, or a list of values)."""

    conversation: int
    answers: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Opened:
    """The person opened the coach's home."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """A message was handed over: a client is unhappy in it (``start``), or it is to be logged (``log``)."""

    text: str
    purpose: Literal["start", "log"]


@dataclass(frozen=True, slots=True)
class Removed:
    """The coach was taken out of a tenant: nothing may be sent there any more."""


@dataclass(frozen=True, slots=True)
class PersonLeft:
    """Somebody left the team or was deactivated."""

    person: str


@dataclass(frozen=True, slots=True)
class PlaceChanged:
    """Who can read in a place changed (shared, converted, joined); look again before the next word there."""

    place: str


@dataclass(frozen=True, slots=True)
class PlaceMoved:
    """The platform calls a place by another key now; ``now`` is the place as it was looked at under the new one."""

    place: str
    now: Place


@dataclass(frozen=True, slots=True)
class Group:
    """People the platform keeps under one name, such as ``@leads``; ``members`` are those of the team."""

    key: str
    name: str
    members: tuple[Who, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupChanged:
    """Who is in a group changed, or was looked at again."""

    group: Group


Act: TypeAlias = (
    "Said | Commanded | Pressed | Submitted | Opened | Quoted | Removed | PersonLeft | PlaceChanged | PlaceMoved"
    " | GroupChanged"
)


@dataclass(frozen=True, slots=True)
class Inbound:
    """One event of a platform, verified and parsed.

    ``event`` is unique to the event (the claim of it makes a retry harmless). ``place`` is where the answer
    appears, readable by ``who`` alone (an ephemeral message, a private chat); ``origin`` is the place it was said
    in, where that differs. ``mentioned``, ``places`` and ``groups`` are whom and what the words name. With ``at_once``
    off there is nothing to answer with: what the turn says leaves through the outbox, and the reply is ``moved``.
    """

    event: str
    who: Who
    place: Place
    act: Act
    origin: Place | None = None
    mentioned: tuple[Who, ...] = ()
    places: tuple[Place, ...] = ()
    groups: tuple[Group, ...] = ()
    at_once: bool = True


@dataclass(frozen=True, slots=True)
class Reply:
    """What a turn answers at once, shown to the person alone.

    ``pressed`` is what the message turns into whose button was pressed. ``moved`` is true where the answer itself goes
    to the person's private place: the place was not safe (the cards then hold a neutral line), or nothing waits for it.
    """

    cards: tuple[Card, ...] = ()
    pressed: Card | None = None
    moved: bool = False


class Conversations(Protocol):
    """The one way in: every adapter hands its events here."""

    async def handle(self, inbound: Inbound) -> Reply:
        """Take one turn, commit it, and give the answer to show."""
        ...


# --- out ---------------------------------------------------------------------------------------------------

MessageRef: TypeAlias = Mapping[str, str]
"""What a platform needs to find a sent message again; kept as JSON."""


class Messenger(Protocol):
    """How a platform's messages are sent. Raises TryLater or Undeliverable."""

    async def send(self, place: str, card: Card, *, key: str) -> MessageRef:
        """Post a card; ``key`` names the message for :meth:`find`."""
        ...

    async def update(self, place: str, ref: MessageRef, card: Card) -> None:
        """Change a posted message."""
        ...

    async def find(self, place: str, *, key: str) -> MessageRef | None:
        """The message sent under ``key``, where the platform can tell; None where it is not there or not known."""
        ...

    async def audience(self, place: str) -> Place:
        """Who can read there now; a look-up that fails gives kind ``unknown``."""
        ...


class Clock(Protocol):
    """The time; a local one can be moved."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        ...

    async def skip(self, span: timedelta) -> None:
        """Move a local clock forward; a Refusal where time is real."""
        ...


@dataclass(frozen=True, slots=True)
class LocalMessage:
    """Something shown in a local place; ``to`` is one person's key, or '' for all who read there.

    ``mark`` grows with every message added or changed: a reader that keeps the last one it saw misses nothing.
    """

    id: int
    place: str
    to: str
    card: Card
    shown_at: datetime
    author: str = ""
    mark: int = 0


class LocalLog(Protocol):
    """What was shown in the local places, so that a page can be opened again and again."""

    async def append(self, place: str, to: str, card: Card, *, author: str = "", key: str = "") -> int:
        """Add a message; gives its id. The same ``key`` is added once."""
        ...

    async def replace(self, message: int, card: Card) -> None:
        """Change a message."""
        ...

    async def find(self, key: str) -> int | None:
        """The id of the message added under a key."""
        ...

    async def since(self, after: int, *, person: str) -> Sequence[LocalMessage]:
        """Messages changed or added after a mark that this person can read, oldest first."""
        ...


class Notes(Protocol):
    """Small JSON records an adapter keeps for itself (a Teams conversation reference, say), by kind and key."""

    async def get(self, kind: str, key: str) -> Mapping[str, Any] | None:
        """A record, or None."""
        ...

    async def put(self, kind: str, key: str, value: Mapping[str, Any]) -> None:
        """Keep a record, in place of an earlier one."""
        ...

    async def drop(self, kind: str, key: str) -> bool:
        """Forget a record; of several who drop it at once, one alone is told True."""
        ...

    async def all(self, kind: str, prefix: str = "") -> Mapping[str, Mapping[str, Any]]:
        """The records of a kind whose key begins with ``prefix``, by key."""
        ...
