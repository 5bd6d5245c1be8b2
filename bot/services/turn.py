"""What a service works with during one turn, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.coach.playbook import Playbook
from bot.dialog import Moment
from bot.errors import NotAllowed
from bot.ports import LEADS, Group, Place, Role, Who
from bot.storage.tables import Audit, Outgoing, Person, Workspace
from bot.view import Action, Actions, Card, button, card, to_json


@dataclass(frozen=True)
class Begin:
    """A dialog to start (or to carry on with) after this."""

    dialog: str
    args: Mapping[str, Any] = field(default_factory=dict)
    case_id: int | None = None


@dataclass(frozen=True)
class Result:
    """What a command or a finished dialog comes to: cards to show, and perhaps the next dialog."""

    cards: tuple[Card, ...] = ()
    begin: Begin | None = None
    pressed: Card | None = None


def shown(*cards: Card) -> Result:
    """A result that only shows something."""
    return Result(tuple(cards))


def told(words: str, *actions: Action) -> Result:
    """A result of one plain sentence, with buttons where they help."""
    return shown(card(words, Actions(actions) if actions else None))


@dataclass
class Turn:
    """One transaction on behalf of one person.

    ``place`` is where the answer appears; ``origin`` where the person spoke, the place a reminder is meant for;
    ``acted`` holds the ids of the cases in which the person did something; ``meant`` is the number of the case a
    client's name stands for, once the person has said which of several it is.
    """

    db: AsyncSession
    workspace: Workspace
    person: Person
    who: Who
    place: Place
    origin: Place
    now: datetime
    event: str
    playbook: Playbook
    places: tuple[Place, ...] = ()
    groups: tuple[Group, ...] = ()
    posted: list[Outgoing] = field(default_factory=list)
    acted: set[int] = field(default_factory=set)
    meant: int | None = None

    @property
    def moment(self) -> Moment:
        """The present as this person's wall clock shows it."""
        return Moment(self.now, self.person.zone)

    @property
    def role(self) -> Role:
        """What this person may see and decide."""
        return Role(self.person.role)

    @property
    def manages(self) -> bool:
        """Whether this person sees every case."""
        return self.role in LEADS

    def require_manager(self, what: str) -> None:
        """Refuse what only a manager may do."""
        if not self.manages:
            raise NotAllowed(f"Only a manager can {what}. Ask yours, or an admin to make you one.")

    def post(
        self,
        *,
        tenant: str,
        place: str,
        key: str,
        shows: Card,
        secret: bool = True,
        owner_id: int | None = None,
        case_id: int | None = None,
        edits: str | None = None,
        not_before: datetime | None = None,
    ) -> Outgoing:
        """Put a message into the outbox; it leaves after the commit, once."""
        row = Outgoing(
            workspace_id=self.workspace.id,
            tenant=tenant,
            place=place,
            key=key,
            card=to_json(shows),
            secret=secret,
            owner_id=owner_id,
            case_id=case_id,
            edits=edits,
            state="waiting",
            not_before=not_before or self.now,
            made_at=self.now,
            problem="",
        )
        self.db.add(row)
        self.posted.append(row)
        return row

    def tell(self, person: Person, key: str, shows: Card, *, case_id: int | None = None) -> None:
        """Write to a person privately, through the outbox."""
        self.post(tenant=person.tenant, place="@" + person.key, key=key, shows=shows, case_id=case_id)

    def audit(self, what: str, case_id: int | None = None) -> None:
        """Keep that this person read or changed something."""
        self.db.add(
            Audit(workspace_id=self.workspace.id, person_id=self.person.id, case_id=case_id, what=what, at=self.now)
        )


def offer(label: str, command: str) -> Action:
    """A button that types a command."""
    return button(label, command)
