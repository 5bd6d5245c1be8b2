"""An activity as Teams sends it, as one event of the coach. Pure functions over JSON.

Nothing here is believed beyond its shape: who may read in a place and who is a guest is looked up afterwards
(:mod:`adapters.teams.audience`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import unescape
from typing import Literal, TypeAlias

from adapters.teams.activity import (
    BadActivity,
    Json,
    around,
    event_of,
    from_bot,
    object_in,
    person_in,
    press_event,
    text_in,
)
from adapters.teams.forms import read_answers, sent_card
from adapters.teams.references import Reference
from adapters.teams.words import clean
from bot.ports import Act, Commanded, Inbound, Opened, PlaceChanged, Pressed, Quoted, Said, Submitted, Who
from bot.view import Card

Answer = Literal["messages", "card", "dialog", "nothing"]

MOST_LEFT = 50
"""Members of one event that are looked up."""

_TAG = re.compile(r"<(/?)([a-zA-Z]+)[^<>]{0,2000}>")
_SLASH = re.compile(r"/salvage\b\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Turn:
    """An event for the coach, where it came from, and how its answer is shown.

    ``messages``: as messages of the chat; ``card``: in place of the pressed card; ``dialog``: in the open dialog.
    ``sent`` is what a form turns into once it is sent: its questions and answers. ``inline``: the request's answer is
    to carry the messages (delivery mode expectReplies). ``unsure``: Teams did not tell whether they are of the team.
    """

    inbound: Inbound
    reference: Reference
    answer: Answer
    user: str
    targeted: bool = False
    sent: Card | None = None
    inline: bool = False
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Installed:
    """The app was added to a chat, a group or a team; ``turn`` greets where that is a person's own chat."""

    reference: Reference
    turn: Turn | None


@dataclass(frozen=True, slots=True)
class Gone:
    """The app was removed from a place, or the place itself was; ``who`` did it."""

    reference: Reference
    who: Who
    event: str
    team: bool


@dataclass(frozen=True, slots=True)
class Left:
    """Members left a team, perhaps for good: ``change`` is what it means for the place, ``users`` their Teams ids."""

    change: Turn
    members: tuple[Who, ...]
    users: tuple[str, ...]

    @property
    def reference(self) -> Reference:
        """Where it happened."""
        return self.change.reference


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing the coach answers; ``why`` is for the log."""

    why: str


Parsed: TypeAlias = Turn | Installed | Gone | Left | Ignored


def parse(activity: object, *, local: bool = False) -> Parsed:
    """What an activity means; raises BadActivity where it has not the shape of one."""
    if not isinstance(activity, dict):
        raise BadActivity("the body is no object")
    match text_in(activity, "type"):
        case "message":
            return _message(activity, local)
        case "invoke":
            return _invoke(activity, local)
        case "installationUpdate":
            return _installation(activity, local)
        case "conversationUpdate":
            return _conversation_update(activity, local)
        case "":
            raise BadActivity("the activity has no type")
        case other:
            return Ignored(other[:40])


# --- messages ----------------------------------------------------------------------------------------------


def _message(activity: Json, local: bool) -> Parsed:
    who, reference, origin = around(activity, local)
    if from_bot(activity):
        return Ignored("a bot's own message")
    value = activity.get("value")
    act: Act | None = _submitted(value) if isinstance(value, dict) and value else _typed(activity)
    if act is None:
        return Ignored("a card of somebody else")
    inbound = Inbound(event_of(activity), who, who.private, act, origin, _mentioned(activity, who))
    targeted = object_in(activity, "recipient").get("isTargeted") is True
    inline = text_in(activity, "deliveryMode") == "expectReplies"
    return Turn(inbound, reference, "messages", text_in(object_in(activity, "from"), "id"), targeted, inline=inline)


def _typed(activity: Json) -> Act:
    words = said_words(activity)
    slash = _SLASH.match(words)
    if slash:
        return Commanded(words[slash.end() :].strip())
    return Said(words) if words else Commanded("")


def said_words(activity: Json) -> str:
    """What was typed, without the bot's own mention; other mentions become ``@Name``."""
    text = text_in(activity, "text")
    own = text_in(object_in(activity, "recipient"), "id")
    for entity in _mentions(activity):
        marked = text_in(entity, "text")
        mentioned = object_in(entity, "mentioned")
        if marked:
            name = "" if text_in(mentioned, "id") == own else "@" + text_in(mentioned, "name")
            text = text.replace(marked, name)
    return clean(text.replace("&nbsp;", " ").replace("\xa0", " ")).strip()


def _mentions(activity: Json) -> Sequence[Json]:
    entities = activity.get("entities")
    found = entities if isinstance(entities, list) else []
    return [e for e in found if isinstance(e, dict) and e.get("type") == "mention"][:20]


def _mentioned(activity: Json, who: Who) -> tuple[Who, ...]:
    own = text_in(object_in(activity, "recipient"), "id")
    people = [object_in(e, "mentioned") for e in _mentions(activity)]
    return tuple(person_in(p, who.tenant) for p in people if text_in(p, "id") not in ("", own))


def _submitted(value: Json) -> Act | None:
    """The act behind what one of our cards sends; None where it is not ours."""
    press, form = value.get("press"), value.get("form")
    if isinstance(press, str):
        return Pressed(press)
    if isinstance(form, int) and not isinstance(form, bool):
        return Submitted(form, read_answers(value))
    return None


# --- invokes -----------------------------------------------------------------------------------------------


def _invoke(activity: Json, local: bool) -> Parsed:
    name = text_in(activity, "name")
    value = object_in(activity, "value")
    match name:
        case "adaptiveCard/action":
            action = object_in(value, "action")
            return _pressed(activity, local, object_in(action, "data"), "card")
        case "composeExtension/submitAction" | "task/submit":
            return _pressed(activity, local, object_in(value, "data"), "dialog")
        case "composeExtension/fetchTask":
            return _handed_over(activity, local, value)
        case _:
            raise BadActivity(f"the invoke {name[:60]!r} is not known")


def _pressed(activity: Json, local: bool, data: Json, answer: Answer) -> Turn:
    who, reference, origin = around(activity, local)
    act = _submitted(data)
    if act is None:
        raise BadActivity("the card's value is not ours")
    inbound = Inbound(press_event(activity, who, data), who, who.private, act, origin)
    sent = sent_card(data) if isinstance(act, Submitted) else None
    return Turn(inbound, reference, answer, text_in(object_in(activity, "from"), "id"), sent=sent)


def _handed_over(activity: Json, local: bool, value: Json) -> Turn:
    who, reference, origin = around(activity, local)
    purpose = text_in(value, "commandId")
    if purpose not in ("start", "log"):
        raise BadActivity(f"the message action {purpose[:60]!r} is not known")
    body = object_in(object_in(value, "messagePayload"), "body")
    content = text_in(body, "content")
    words = bare_words(content) if text_in(body, "contentType") != "text" else clean(content)
    act = Quoted(words.strip(), "start" if purpose == "start" else "log")
    inbound = Inbound(press_event(activity, who, value), who, who.private, act, origin)
    return Turn(inbound, reference, "dialog", text_in(object_in(activity, "from"), "id"))


def bare_words(markup: str) -> str:
    """The words of a message's HTML, a line a paragraph."""
    breaks = {"br", "p", "div", "li", "tr", "blockquote"}
    text = _TAG.sub(lambda t: "\n" if t[2].lower() in breaks and (t[1] or t[2].lower() == "br") else "", markup)
    lines = (" ".join(line.split()) for line in clean(unescape(text)).splitlines())
    return "\n".join(line for line in lines if line)


# --- comings and goings ------------------------------------------------------------------------------------


def _installation(activity: Json, local: bool) -> Parsed:
    who, reference, origin = around(activity, local)
    event = event_of(activity)
    if text_in(activity, "action").startswith("remove"):
        return Gone(reference, who, event, team=bool(reference.team))
    if origin:
        return Installed(reference, None)
    greeting = Inbound(event, who, who.private, Opened(), None)
    return Installed(reference, Turn(greeting, reference, "messages", text_in(object_in(activity, "from"), "id")))


def _conversation_update(activity: Json, local: bool) -> Parsed:
    who, reference, origin = around(activity, local)
    event = text_in(object_in(activity, "channelData"), "eventType")
    bot = text_in(object_in(activity, "recipient"), "id")
    if event in ("channelDeleted", "teamDeleted", "teamHardDeleted", "teamArchived"):
        return Gone(reference, who, event_of(activity), team=event.startswith("team"))
    if bot in _ids(activity, "membersRemoved"):
        return Gone(reference, who, event_of(activity), team=bool(reference.team))
    if bot in _ids(activity, "membersAdded") or not origin:
        return Installed(reference, None)
    act = PlaceChanged(origin.key)
    change = Turn(
        Inbound(event_of(activity), who, who.private, act, origin), reference, "nothing",
        text_in(object_in(activity, "from"), "id"),
    )  # fmt: skip
    removed = _members(activity, "membersRemoved")[:MOST_LEFT]
    if not removed:
        return change
    # Without a name: the one they are known by is kept.
    members = tuple(replace(person_in(m, who.tenant), name="") for m in removed)
    return Left(change, members, tuple(text_in(m, "id") for m in removed))


def _ids(activity: Json, key: str) -> list[str]:
    return [text_in(m, "id") for m in _members(activity, key)]


def _members(activity: Json, key: str) -> list[Json]:
    members = activity.get(key)
    return [m for m in members if isinstance(m, dict)] if isinstance(members, list) else []
