"""What arrives signed and is none of ours all the same: counted, so that an operator sees it. Pure."""

from __future__ import annotations

from adapters.slack.heard import Heard, Json, map_at, str_at
from adapters.slack.parse import PLACE_EVENTS, installed_in, is_tick
from adapters.slack.scopes import EVENTS
from bot.ports import Pressed
from bot.view import read_press

KINDS = frozenset(name.removesuffix(".im") for name in EVENTS)
"""The types of event the app asked for."""

NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "app_home_opened": (("user",),),
    "app_mention": (("user",), ("channel",), ("ts",)),
    "assistant_thread_started": (("assistant_thread", "user_id"), ("assistant_thread", "channel_id")),
    "channel_id_changed": (("old_channel_id",),),
    "message": (("channel",), ("ts",)),
    "user_change": (("user", "id"),),
    **dict.fromkeys(PLACE_EVENTS, (("channel",),)),
}
"""What an event of a type always says, whoever caused it."""


def press(body: Json, heard: Heard | None) -> bool:
    """Whether a press is none that a control of ours makes: it lacks what each has, or its value was changed."""
    if heard is None:
        actions = body.get("actions")
        return not any(is_tick(str_at(a, "action_id")) for a in (actions if isinstance(actions, list) else ()))
    return isinstance(heard.act, Pressed) and read_press(heard.act.value) is None


def event(body: Json) -> bool:
    """Whether an event is of a type nobody asked for, or lacks what its type always says."""
    inner = map_at(body, "event")
    kind = str_at(inner, "type")
    return kind not in KINDS or not any(installed_in(body)) or not all(str_at(inner, *p) for p in NEEDED.get(kind, ()))
