"""Slack's payloads as one record each: who did what, where, and how they can be answered. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from adapters.slack.inputs import answers, read_control, ticked
from adapters.slack.mrkdwn import mentioned, without_first, words
from adapters.slack.views import Thread, read_thread
from bot.ports import (
    Act,
    Commanded,
    Inbound,
    Opened,
    PersonLeft,
    Place,
    PlaceChanged,
    Pressed,
    Quoted,
    Removed,
    Said,
    Submitted,
    Who,
)

Json: TypeAlias = Mapping[str, Any]
Surface: TypeAlias = Literal[
    "command", "message", "home", "modal", "submission", "shortcut", "chat", "mention", "opened", "notice", "pane"
]

COMMAND = "/salvage"
SHORTCUTS: dict[str, Literal["start", "log"]] = {"client_unhappy": "start", "log_contact": "log"}
PLACE_EVENTS = ("channel_shared", "channel_unshared", "member_joined_channel", "member_left_channel")
SPOKEN_SUBTYPES = ("", "file_share", "thread_broadcast")


@dataclass(frozen=True, slots=True)
class Heard:
    """One payload, understood. Empty strings stand for what it does not say.

    ``thread`` is what the modal remembered; ``shown`` are the blocks of its inputs; ``page`` turns the home tab;
    ``reopens``: a press that only asks for the form; ``shared``: a channel that is open to people outside for certain.
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

    @property
    def mentions(self) -> tuple[str, ...]:
        """The people named in what was typed."""
        return mentioned(self.text)


def inbound(heard: Heard, who: Who, place: Place, origin: Place | None, others: Mapping[str, Who]) -> Inbound:
    """The event for the core, once it is known who the people are and who can read there."""
    names = {user: other.name for user, other in others.items()}
    act = heard.act
    match act:
        case Said(text):
            act = Said(words(text, names))
        case Commanded(text):
            act = Commanded(words(text, names))
        case Quoted(text, purpose):
            act = Quoted(words(text, names), purpose)
    return Inbound(heard.event, who, place, act, origin, tuple(others.values()))


def _str(body: Json, *path: str) -> str:
    value: Any = body
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else ""


def _map(body: Json, *path: str) -> Json:
    value: Any = body
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _sound(heard: Heard) -> Heard | None:
    return heard if heard.team and heard.user else None


# --- slash commands ----------------------------------------------------------------------------------------


def command(body: Json) -> Heard | None:
    """A slash command; None where it lacks what every command has."""
    team, trigger = _str(body, "team_id"), _str(body, "trigger_id")
    if not trigger or _str(body, "command") != COMMAND:
        return None
    return _sound(
        Heard(
            event=f"slack:{team}:c:{trigger}",
            surface="command",
            act=Commanded(_str(body, "text")),
            team=team,
            user=_str(body, "user_id"),
            enterprise=_str(body, "enterprise_id"),
            user_name=_str(body, "user_name"),
            channel=_str(body, "channel_id"),
            channel_name=_str(body, "channel_name"),
            trigger=trigger,
            response_url=_str(body, "response_url"),
        )
    )


# --- presses, forms, shortcuts -----------------------------------------------------------------------------


def _common(body: Json) -> Heard:
    user_team = _str(body, "user", "team_id")
    team = _str(body, "team", "id") or user_team
    return Heard(
        event=f"slack:{team}",
        surface="message",
        act=Opened(),
        team=team,
        user=_str(body, "user", "id"),
        enterprise=_str(body, "enterprise", "id"),
        user_team=_stranger_team(body, team) or user_team,
        user_name=_str(body, "user", "name") or _str(body, "user", "username"),
        channel=_str(body, "channel", "id") or _str(body, "container", "channel_id"),
        channel_name=_str(body, "channel", "name"),
        trigger=_str(body, "trigger_id"),
        response_url=_str(body, "response_url"),
    )


def _stranger_team(body: Json, team: str) -> str:
    """The presser's team, where the message pressed is another team's: its answer is none of theirs."""
    owner = _str(body, "message", "team")
    return "another team" if owner and owner not in (team, _str(body, "user", "team_id")) else ""


def press(body: Json) -> Heard | None:
    """A button, a menu or a tick in a message, a modal or the home tab; None for what needs no answer."""
    pressed = body.get("actions")
    action = pressed[0] if isinstance(pressed, list) and pressed else None
    if not isinstance(action, Mapping):
        return None
    common = _common(body)
    action_id = _str(action, "action_id")
    value = _str(action, "value") or _str(action, "selected_option", "value")
    ts = _str(body, "container", "message_ts") or _str(body, "message", "ts")
    at = f"{ts or _str(body, 'view', 'id')}:{_str(action, 'action_ts')}:{common.user}:{action_id}"
    heard = replace(
        common,
        event=f"{common.event}:a:{at}",
        act=_press_act(body, action_id, value),
        ts=ts,
        ephemeral=_map(body, "container").get("is_ephemeral") is True,
        thread_ts=_str(body, "container", "thread_ts"),
        reopens=action_id.startswith("o:"),
    )
    if action_id.startswith("x:"):
        return None
    view = _map(body, "view")
    return _sound(_in_view(heard, view, action_id, value) if view else heard)


def _press_act(body: Json, action_id: str, value: str) -> Act:
    control = read_control(value)
    match control:
        case ("t", int(conversation), str(key), str(typed)):
            return Submitted(conversation, {key: typed})
        case ("m", int(conversation), str(key)) if action_id.startswith("m:"):
            return Submitted(conversation, {key: ticked(body.get("state"), key)})
    return Pressed(value)


def _in_view(heard: Heard, view: Json, action_id: str, value: str) -> Heard:
    if _str(view, "type") == "home":
        turned = action_id.startswith("h:") and value.isascii() and value.isdigit()
        if turned:
            return replace(heard, surface="opened", act=Opened(), page=int(value[:6]))
        return replace(heard, surface="home", view=_str(view, "id"))
    thread = read_thread(_str(view, "private_metadata"))
    return replace(heard, surface="modal", view=_str(view, "id"), thread=thread)


def submission(body: Json) -> Heard | None:
    """A modal sent; the same answers of the same view are the same event, however often they arrive."""
    view = _map(body, "view")
    thread = read_thread(_str(view, "private_metadata"))
    values = _map(view, "state", "values")
    if thread is None or not values:
        return None
    common = _common(body)
    digest = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]
    at = f"{_str(view, 'id')}:{_str(view, 'hash')}:{common.user}:{digest}"
    return _sound(
        replace(
            common,
            event=f"{common.event}:v:{at}",
            surface="submission",
            act=Submitted(thread.conversation, answers(values)),
            view=_str(view, "id"),
            thread=thread,
            shown=tuple(str(b) for b in values),
            response_url=thread.response_url,
        )
    )


def shortcut(body: Json) -> Heard | None:
    """A message handed over by its menu."""
    purpose = SHORTCUTS.get(_str(body, "callback_id"))
    common = _common(body)
    if purpose is None or not common.trigger:
        return None
    return _sound(
        replace(
            common,
            event=f"{common.event}:s:{common.trigger}",
            surface="shortcut",
            act=Quoted(_str(body, "message", "text"), purpose),
            ts=_str(body, "message", "ts"),
            user_team=_str(body, "user", "team_id"),
        )
    )


def shaped(body: Json) -> bool:
    """Whether a payload has the outer shape that all of its kind have."""
    if "event" in body and not _str(body, "event", "type"):
        return False
    actions = body.get("actions")
    return body.get("type") != "block_actions" or bool(
        isinstance(actions, list) and actions and all(isinstance(a, Mapping) for a in actions)
    )


# --- events ------------------------------------------------------------------------------------------------


def event(body: Json, bot_user: str = "") -> Heard | None:
    """An event of the Events API; None for what concerns nobody here."""
    inner = body.get("event")
    if not isinstance(inner, Mapping):
        return None
    heard = Heard(
        event=f"slack:e:{_str(body, 'event_id')}",
        surface="notice",
        act=Opened(),
        team=_team(body),
        user=_str(inner, "user"),
        enterprise=_str(body, "enterprise_id"),
        user_team=_str(inner, "user_team") or _str(inner, "team"),
        channel=_str(inner, "channel"),
        ts=_str(inner, "ts"),
        thread_ts=_str(inner, "thread_ts"),
    )
    kind = _str(inner, "type")
    if kind in ("message", "app_mention"):
        return _spoken(heard, inner, bot_user)
    if kind == "app_home_opened":
        return _sound(replace(heard, surface="opened")) if _str(inner, "tab") == "home" else None
    if kind == "assistant_thread_started":
        return _pane(heard, inner)
    return _notice(heard, kind, inner)


def _team(body: Json) -> str:
    given = body.get("authorizations")
    first = given[0] if isinstance(given, list) and given else {}
    return _str(body, "team_id") or _str({"is": first}, "is", "team_id")


def _spoken(heard: Heard, inner: Json, bot_user: str) -> Heard | None:
    foreign = _str(inner, "bot_id") or inner.get("hidden") or _str(inner, "subtype") not in SPOKEN_SUBTYPES
    if foreign or not heard.ts:
        return None
    # The same message may arrive under two event ids; what it is, is where and when it was said and by whom.
    heard = replace(heard, event=f"slack:{heard.team}:m:{heard.channel}:{heard.ts}:{heard.user}")
    text = _str(inner, "text")
    if _str(inner, "type") == "app_mention":
        return _sound(replace(heard, surface="mention", act=Commanded(without_first(text, bot_user))))
    if _str(inner, "channel_type") != "im" or not text.strip():
        return None
    return _sound(replace(heard, surface="chat", act=Said(text)))


def _pane(heard: Heard, inner: Json) -> Heard | None:
    user = _str(inner, "assistant_thread", "user_id")
    channel = _str(inner, "assistant_thread", "channel_id")
    thread_ts = _str(inner, "assistant_thread", "thread_ts")
    return _sound(replace(heard, surface="pane", user=user, channel=channel, thread_ts=thread_ts))


def _notice(heard: Heard, kind: str, inner: Json) -> Heard | None:
    """What concerns the tenant, a person or a place rather than a conversation; said by Slack itself."""
    act = _notice_act(heard, kind, inner)
    known = heard.team or (isinstance(act, Removed) and heard.enterprise)
    return replace(heard, act=act, user="SLACK", shared=kind == "channel_shared") if act and known else None


def _notice_act(heard: Heard, kind: str, inner: Json) -> Act | None:
    if kind == "app_uninstalled":
        return Removed()
    if kind == "tokens_revoked":
        return Removed() if _map(inner, "tokens").get("bot") else None
    if kind == "user_change":
        gone = _map(inner, "user").get("deleted") is True
        return PersonLeft(f"{heard.tenant}:{_str(inner, 'user', 'id')}") if gone else None
    if kind in PLACE_EVENTS and heard.channel:
        return PlaceChanged(f"{heard.tenant}:{heard.channel}")
    if kind == "channel_id_changed" and _str(inner, "old_channel_id"):
        return PlaceChanged(f"{heard.tenant}:{_str(inner, 'old_channel_id')}")
    return None
