"""Who an activity is from, where it was said and what it goes by: fields read without trust. Pure functions."""

from __future__ import annotations

import hashlib
import json
import re
import zoneinfo
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, TypeAlias

from adapters.teams.references import Reference
from adapters.teams.words import clean
from bot.ports import Place, PlaceKind, Who

Json: TypeAlias = Mapping[str, Any]

LONGEST_ID = 1_000
SAME_PRESS_SECONDS = 10

_TENANT = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LOCAL_TENANT = "local"


class BadActivity(ValueError):
    """The request is no activity that Teams would send; the text is for the log."""


def read_json(body: bytes) -> object:
    """A request's body as JSON, without NULs and halves of characters; raises BadActivity."""
    try:
        words = body.decode("utf-8-sig")
        read = json.loads(words, parse_constant=_no_number)
        return _scrubbed(read) if "\\u" in words else read
    except (ValueError, RecursionError) as wrong:
        raise BadActivity("the body is no JSON") from wrong


def _no_number(name: str) -> object:
    raise ValueError(name)


def _scrubbed(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_scrubbed(v) for v in value]
    if isinstance(value, dict):
        return {_scrubbed(k): _scrubbed(v) for k, v in value.items()}
    return value


def around(activity: Json, local: bool) -> tuple[Who, Reference, Place | None]:
    """Who it was, the conversation it came through, and the place it was said in where others read there."""
    conversation = object_in(activity, "conversation")
    if not text_in(conversation, "id"):
        raise BadActivity("the activity has no conversation")
    if not text_in(object_in(activity, "from"), "id"):
        raise BadActivity("the activity is from nobody")
    tenant = _tenant(activity, local)
    zone = text_in(activity, "localTimezone") or _client_zone(activity)
    who = person_in(object_in(activity, "from"), tenant, zone)
    reference = _reference(activity, tenant, who)
    if reference.scope == "personal":
        return who, reference, None
    why = "who reads here is not known yet"
    return who, reference, Place("teams:" + tenant, reference.place, PlaceKind.unknown, reference.called, why)


def _tenant(activity: Json, local: bool) -> str:
    tenant = text_in(object_in(object_in(activity, "channelData"), "tenant"), "id")
    tenant = tenant or text_in(object_in(activity, "conversation"), "tenantId") or (_LOCAL_TENANT if local else "")
    if not _TENANT.fullmatch(tenant):
        raise BadActivity("the activity names no tenant")
    return tenant


def person_in(account: Json, tenant: str, zone: str = "") -> Who:
    """A channel account as somebody of a tenant."""
    tenant = tenant.removeprefix("teams:")
    key = f"teams:{tenant}:{text_in(account, 'aadObjectId') or text_in(account, 'id')}"
    name = clean(text_in(account, "name")).strip()[:200] or "Somebody"
    elsewhere = text_in(account, "tenantId") not in ("", tenant)
    return Who("teams:" + tenant, key, name, zone=_known_zone(zone), outsider=elsewhere)


def _reference(activity: Json, tenant: str, who: Who) -> Reference:
    conversation, data = object_in(activity, "conversation"), object_in(activity, "channelData")
    channel, team = object_in(data, "channel"), object_in(data, "team")
    own = text_in(conversation, "id")
    scope = _scope(conversation, data)
    root = text_in(channel, "id") or own.partition(";")[0]
    name = text_in(channel, "name") or text_in(conversation, "name")
    return Reference(
        place=who.private.key if scope == "personal" else f"teams:{tenant}:{root}",
        scope=scope,
        service_url=text_in(activity, "serviceUrl"),
        conversation=own if scope != "channel" else root,
        tenant=tenant,
        bot=text_in(object_in(activity, "recipient"), "id"),
        team=text_in(team, "id"),
        channel_type=text_in(channel, "type"),
        name=clean(name).strip()[:200],
        thread=own,
    )


def _scope(conversation: Json, data: Json) -> Literal["personal", "groupChat", "channel"]:
    kind = text_in(conversation, "conversationType")
    if kind == "channel" or object_in(data, "channel") or object_in(data, "team"):
        return "channel"
    if kind == "personal" or (not kind and conversation.get("isGroup") is not True):
        return "personal"
    return "groupChat"


def _client_zone(activity: Json) -> str:
    entities = activity.get("entities")
    for entity in entities if isinstance(entities, list) else []:
        if isinstance(entity, dict) and entity.get("type") == "clientInfo":
            return text_in(entity, "timezone")
    return ""


def _known_zone(name: str) -> str | None:
    try:
        return str(zoneinfo.ZoneInfo(name)) if name and len(name) < 60 else None
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None


def from_bot(activity: Json) -> bool:
    """Whether a bot said it, this one or another."""
    author = object_in(activity, "from")
    return author.get("role") == "bot" or text_in(author, "id") == text_in(object_in(activity, "recipient"), "id")


def event_of(activity: Json) -> str:
    """The activity's id, which a retry keeps; a conversation's alone are unique."""
    own = text_in(activity, "id")
    if not own:
        raise BadActivity("the activity has no id")
    return _digest("activity", text_in(object_in(activity, "conversation"), "id"), own)


def press_event(activity: Json, who: Who, data: Json) -> str:
    """The same for a retry and for a double click, another for the same button pressed later."""
    pressed_on = text_in(activity, "replyToId")
    moment = _seconds(text_in(activity, "timestamp"))
    if not pressed_on or moment is None:
        return event_of(activity)
    carried = json.dumps(data, sort_keys=True)
    return _digest("press", pressed_on, who.key, carried, str(int(moment // SAME_PRESS_SECONDS)))


def _digest(*parts: str) -> str:
    joined = json.dumps(parts).encode()
    return "teams:" + hashlib.sha256(joined).hexdigest()[:40]


def _seconds(stamp: str) -> float | None:
    try:
        return datetime.fromisoformat(stamp).timestamp() if len(stamp) < 60 and stamp else None
    except (ValueError, OverflowError):
        return None


def object_in(parent: Json, key: str) -> Json:
    """An object within another; empty where it is none."""
    value = parent.get(key)
    return value if isinstance(value, dict) else {}


def text_in(parent: Json, key: str) -> str:
    """A string within an object; empty where it is none. An id longer than any of Teams' is refused."""
    value = parent.get(key)
    if not isinstance(value, str):
        return ""
    if key in ("id", "aadObjectId", "tenantId", "serviceUrl", "replyToId") and len(value) > LONGEST_ID:
        raise BadActivity(f"the {key} is too long")
    return value
