"""What was heard: one record for every kind of payload."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from adapters.slack.mrkdwn import words
from adapters.slack.views import Thread
from bot.ports import Act, Commanded, Group, Inbound, Place, Quoted, Said, Who

Json: TypeAlias = Mapping[str, Any]
Surface: TypeAlias = Literal[
    "command",
    "message",
    "home",
    "modal",
    "submission",
    "shortcut",
    "chat",
    "mention",
    "opened",
    "notice",
    "pane",
    "group",
]


@dataclass(frozen=True, slots=True)
class Heard:
    """One payload, understood. Empty strings stand for what it does not say.

    ``thread`` is what the modal remembered; ``shown`` are the blocks of its inputs; ``page`` turns the home tab;
    ``reopens``: a press that only asks for the form; ``shared``: a channel that is open to people outside for certain;
    ``before``: the blocks of the message that was pressed, where Slack shows them. ``at``: when it arrived, by the
    clock that never goes back (seconds).
    """

    event: str
    surface: Surface
    act: Act
    team: str
    user: str
    enterprise: str = ""
    user_team: str = ""
    user_name: str = ""
    channel: str = ""
    channel_name: str = ""
    trigger: str = ""
    response_url: str = ""
    view: str = ""
    ts: str = ""
    thread_ts: str = ""
    ephemeral: bool = False
    reopens: bool = False
    shared: bool = False
    page: int = 0
    thread: Thread | None = None
    shown: tuple[str, ...] = ()
    before: tuple[dict[str, Any], ...] = ()
    at: float = field(default_factory=time.monotonic, compare=False)

    @property
    def tenant(self) -> str:
        """The tenant's key."""
        return f"slack:{self.team}"

    @property
    def text(self) -> str:
        """What was typed, as Slack wrote it."""
        match self.act:
            case Said(text) | Commanded(text) | Quoted(text, _):
                return text
        return ""


@dataclass(frozen=True, slots=True)
class Named:
    """Whom and what the words name: people, channels and user groups, by Slack's ids (a typed channel by its name)."""

    people: Mapping[str, Who] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)

    @property
    def names(self) -> dict[str, str]:
        """What each is called, without its mark."""
        people = {user: who.name for user, who in self.people.items()}
        places = {channel: place.name.removeprefix("#") for channel, place in self.places.items()}
        return people | places | {group: known.name.removeprefix("@") for group, known in self.groups.items()}


def inbound(
    heard: Heard, who: Who, place: Place, origin: Place | None = None, named: Named = Named(), *, at_once: bool = True
) -> Inbound:
    """The event for the core, once it is known who the people are and who can read there."""
    names = named.names
    act = heard.act
    match act:
        case Said(text):
            act = Said(words(text, names))
        case Commanded(text):
            act = Commanded(words(text, names))
        case Quoted(text, purpose):
            act = Quoted(words(text, names), purpose)
    return Inbound(
        heard.event, who, place, act, origin, tuple(named.people.values()), tuple(named.places.values()),
        tuple(named.groups.values()), at_once,
    )  # fmt: skip


def str_at(body: Json, *path: str) -> str:
    """The words at a path of a payload; empty where there are none."""
    value: Any = body
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else ""


def map_at(body: Json, *path: str) -> Json:
    """The object at a path of a payload; empty where there is none."""
    value: Any = body
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def channel_name(channel: str) -> str:
    """A channel's name as people know it; Slack has fixed words for those it does not name."""
    unnamed = {"directmessage": "a private chat", "privategroup": "a private channel"}
    return unnamed.get(channel, f"#{channel}" if channel else "")


def sound(heard: Heard) -> Heard | None:
    """What was heard, where it says who and where."""
    return heard if heard.team and heard.user else None
