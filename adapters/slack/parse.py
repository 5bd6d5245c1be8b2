"""Slack's payloads as one record each: who did what, where, and how they can be answered. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from adapters.slack.heard import Heard, Json, channel_name, map_at, sound, str_at
from adapters.slack.inputs import answers, read_control, ticked
from adapters.slack.mrkdwn import without_first
from adapters.slack.views import read_thread
from bot.ports import (
    Act,
    Commanded,
    Opened,
    PersonLeft,
    Place,
    PlaceChanged,
    PlaceKind,
    PlaceMoved,
    Pressed,
    Quoted,
    Removed,
    Said,
    Submitted,
)

COMMAND = "/salvage"
SHORTCUTS: dict[str, Literal["start", "log"]] = {"client_unhappy": "start", "log_contact": "log"}
PLACE_EVENTS = ("channel_shared", "channel_unshared", "member_joined_channel", "member_left_channel")
GROUP_EVENTS = ("subteam_updated", "subteam_members_changed")
SPOKEN_SUBTYPES = ("", "file_share", "thread_broadcast")


# --- slash commands ----------------------------------------------------------------------------------------


def command(body: Json) -> Heard | None:
    """A slash command; None where it lacks what every command has."""
    team, trigger = str_at(body, "team_id"), str_at(body, "trigger_id")
    if not trigger or str_at(body, "command") != COMMAND:
        return None
    return sound(
        Heard(
            event=f"slack:{team}:c:{trigger}",
            surface="command",
            act=Commanded(str_at(body, "text")),
            team=team,
            user=str_at(body, "user_id"),
            enterprise=str_at(body, "enterprise_id"),
            user_name=str_at(body, "user_name"),
            channel=str_at(body, "channel_id"),
            channel_name=channel_name(str_at(body, "channel_name")),
            trigger=trigger,
            response_url=str_at(body, "response_url"),
        )
    )


# --- presses, forms, shortcuts -----------------------------------------------------------------------------


def _common(body: Json) -> Heard:
    user_team = str_at(body, "user", "team_id")
    team = str_at(body, "team", "id") or user_team
    return Heard(
        event=f"slack:{team}",
        surface="message",
        act=Opened(),
        team=team,
        user=str_at(body, "user", "id"),
        enterprise=str_at(body, "enterprise", "id"),
        user_team=_stranger_team(body, team) or user_team,
        user_name=str_at(body, "user", "name") or str_at(body, "user", "username"),
        channel=str_at(body, "channel", "id") or str_at(body, "container", "channel_id"),
        channel_name=channel_name(str_at(body, "channel", "name")),
        trigger=str_at(body, "trigger_id"),
        response_url=str_at(body, "response_url"),
    )


def _stranger_team(body: Json, team: str) -> str:
    """The presser's team, where the message pressed is another team's: its answer is none of theirs."""
    owner = str_at(body, "message", "team")
    return "another team" if owner and owner not in (team, str_at(body, "user", "team_id")) else ""


def press(body: Json) -> Heard | None:
    """A button, a menu or a tick in a message, a modal or the home tab; None for what needs no answer."""
    pressed = body.get("actions")
    action = pressed[0] if isinstance(pressed, list) and pressed else None
    if not isinstance(action, Mapping):
        return None
    common = _common(body)
    action_id = str_at(action, "action_id")
    value = str_at(action, "value") or str_at(action, "selected_option", "value")
    ts = str_at(body, "container", "message_ts") or str_at(body, "message", "ts")
    at = f"{ts or str_at(body, 'view', 'id')}:{str_at(action, 'action_ts')}:{common.user}:{action_id}"
    heard = replace(
        common,
        event=f"{common.event}:a:{at}",
        act=_press_act(body, action_id, value),
        ts=ts,
        ephemeral=map_at(body, "container").get("is_ephemeral") is True,
        thread_ts=str_at(body, "container", "thread_ts"),
        reopens=action_id.startswith("o:"),
        before=tuple(b for b in _blocks(body) if isinstance(b, dict)),
    )
    if is_tick(action_id):
        return None
    view = map_at(body, "view")
    placed = _in_view(heard, view, action_id, value) if view else heard
    return sound(placed) if placed else None


def _blocks(body: Json) -> list[object]:
    blocks = map_at(body, "message").get("blocks")
    return blocks if isinstance(blocks, list) else []


def _press_act(body: Json, action_id: str, value: str) -> Act:
    control = read_control(value)
    match control:
        case ("t", int(conversation), str(key), str(typed)):
            return Submitted(conversation, {key: typed})
        case ("m", int(conversation), str(key)) if action_id.startswith("m:"):
            return Submitted(conversation, {key: ticked(body.get("state"), key)})
    return Pressed(value)


def is_tick(action_id: str) -> bool:
    """A box ticked or a menu opened up: it is sent with the button beside it."""
    return action_id.startswith("x:")


def _in_view(heard: Heard, view: Json, action_id: str, value: str) -> Heard | None:
    if str_at(view, "type") == "home":
        turned = action_id.startswith("h:") and value.isascii() and value.isdigit()
        if turned:
            return replace(heard, surface="opened", act=Opened(), page=int(value[:6]))
        return replace(heard, surface="home", view=str_at(view, "id"))
    thread = read_thread(str_at(view, "private_metadata"))
    return replace(heard, surface="modal", view=str_at(view, "id"), thread=thread) if thread else None


def submission(body: Json) -> Heard | None:
    """A modal sent; the same answers of the same view are the same event, however often they arrive."""
    view = map_at(body, "view")
    thread = read_thread(str_at(view, "private_metadata"))
    values = map_at(view, "state", "values")
    if thread is None or not values:
        return None
    common = _common(body)
    digest = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]
    at = f"{str_at(view, 'id')}:{str_at(view, 'hash')}:{common.user}:{digest}"
    return sound(
        replace(
            common,
            event=f"{common.event}:v:{at}",
            surface="submission",
            act=Submitted(thread.conversation, answers(values)),
            view=str_at(view, "id"),
            thread=thread,
            shown=tuple(str(b) for b in values),
            response_url=thread.response_url,
        )
    )


def shortcut(body: Json) -> Heard | None:
    """A message handed over by its menu."""
    purpose = SHORTCUTS.get(str_at(body, "callback_id"))
    common = _common(body)
    if purpose is None or not common.trigger:
        return None
    return sound(
        replace(
            common,
            event=f"{common.event}:s:{common.trigger}",
            surface="shortcut",
            act=Quoted(str_at(body, "message", "text"), purpose),
            ts=str_at(body, "message", "ts"),
            user_team=str_at(body, "user", "team_id"),
        )
    )


def shaped(body: Json) -> bool:
    """Whether a payload has the outer shape that all of its kind have."""
    if "event" in body and not str_at(body, "event", "type"):
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
    team, enterprise = installed_in(body)
    heard = Heard(
        event=f"slack:e:{str_at(body, 'event_id')}",
        surface="notice",
        act=Opened(),
        team=team,
        user=str_at(inner, "user"),
        enterprise=enterprise,
        user_team=str_at(inner, "user_team") or str_at(inner, "team"),
        channel=str_at(inner, "channel"),
        ts=str_at(inner, "ts"),
        thread_ts=str_at(inner, "thread_ts"),
    )
    kind = str_at(inner, "type")
    if kind in ("message", "app_mention"):
        return _spoken(heard, inner, bot_user)
    if kind == "app_home_opened":
        return sound(replace(heard, surface="opened")) if str_at(inner, "tab") == "home" else None
    if kind == "assistant_thread_started":
        return _pane(heard, inner)
    if kind in GROUP_EVENTS:
        return replace(heard, surface="group", user="SLACK") if heard.team else None
    told = _notice(heard, kind, inner)
    # Whoever takes the coach out of an organisation takes it out of all its workspaces.
    everywhere = told is not None and isinstance(told.act, Removed) and heard.enterprise and _of_organisation(body)
    return replace(told, team="") if told and everywhere else told


def team_of(body: Json) -> str:
    """The workspace whose installation sees an event."""
    return installed_in(body)[0]


def installed_in(body: Json) -> tuple[str, str]:
    """The workspace and organisation whose installation sees an event.

    In a channel shared with another company the outer ids may be theirs (Slack's Events API: ``authorizations`` and
    ``context_team_id`` name ours); an installation of a whole organisation names no workspace of its own.
    """
    given = body.get("authorizations")
    ours = given[0] if isinstance(given, list) and given and isinstance(given[0], Mapping) else {}
    team, enterprise = str_at(ours, "team_id"), str_at(ours, "enterprise_id")
    if not team and not enterprise:
        return str_at(body, "team_id"), str_at(body, "enterprise_id")
    return team or str_at(body, "context_team_id") or str_at(body, "team_id"), enterprise


def _of_organisation(body: Json) -> bool:
    """Whether the installation that an event came to is that of a whole organisation."""
    given = body.get("authorizations")
    ours = given[0] if isinstance(given, list) and given else {}
    return isinstance(ours, Mapping) and ours.get("is_enterprise_install") is True


def _spoken(heard: Heard, inner: Json, bot_user: str) -> Heard | None:
    foreign = str_at(inner, "bot_id") or inner.get("hidden") or str_at(inner, "subtype") not in SPOKEN_SUBTYPES
    if foreign or not heard.ts:
        return None
    # The same message may arrive under two event ids; what it is, is where and when it was said and by whom.
    heard = replace(heard, event=f"slack:{heard.team}:m:{heard.channel}:{heard.ts}:{heard.user}")
    text = str_at(inner, "text")
    if str_at(inner, "type") == "app_mention":
        return sound(replace(heard, surface="mention", act=Commanded(without_first(text, bot_user))))
    if str_at(inner, "channel_type") != "im" or not text.strip():
        return None
    return sound(replace(heard, surface="chat", act=Said(text)))


def _pane(heard: Heard, inner: Json) -> Heard | None:
    user = str_at(inner, "assistant_thread", "user_id")
    channel = str_at(inner, "assistant_thread", "channel_id")
    thread_ts = str_at(inner, "assistant_thread", "thread_ts")
    return sound(replace(heard, surface="pane", user=user, channel=channel, thread_ts=thread_ts))


def _notice(heard: Heard, kind: str, inner: Json) -> Heard | None:
    """What concerns the tenant, a person or a place rather than a conversation; said by Slack itself."""
    act = _notice_act(heard, kind, inner)
    known = heard.team or (isinstance(act, Removed) and heard.enterprise)
    if not act or not known:
        return None
    name = str_at(inner, "user", "profile", "display_name") or str_at(inner, "user", "real_name")
    return replace(heard, act=act, user="SLACK", user_name=name, shared=kind == "channel_shared")


def _notice_act(heard: Heard, kind: str, inner: Json) -> Act | None:
    if kind == "app_uninstalled":
        return Removed()
    if kind == "tokens_revoked":
        return Removed() if map_at(inner, "tokens").get("bot") else None
    if kind == "user_change":
        gone = map_at(inner, "user").get("deleted") is True
        return PersonLeft(f"{heard.tenant}:{str_at(inner, 'user', 'id')}") if gone else None
    if kind in PLACE_EVENTS and heard.channel:
        return PlaceChanged(f"{heard.tenant}:{heard.channel}")
    if kind == "channel_id_changed" and str_at(inner, "old_channel_id"):
        old, new = (f"{heard.tenant}:{str_at(inner, f'{which}_channel_id')}" for which in ("old", "new"))
        named = str_at(inner, "new_channel_id") and new != old
        return PlaceMoved(old, Place(heard.tenant, new, PlaceKind.unknown, "")) if named else PlaceChanged(old)
    return None
