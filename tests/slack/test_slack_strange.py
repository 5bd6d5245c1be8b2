"""What arrives signed and is none of ours: nothing changes, and a metric counts it."""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.metrics import REFUSED
from bot.ports import Reply
from bot.view import Card, Form, Input, Option, say
from tests.slack.stage import Scripted, Stage


def refused() -> float:
    """What the adapter refused or ignored so far, for whatever reason."""
    counted = [s for metric in REFUSED.collect() for s in metric.samples if s.name.endswith("_total")]
    return sum(s.value for s in counted if s.labels["adapter"] == "slack")


def by_priya(kind: str, **body: object) -> dict[str, Any]:
    return {"type": kind, "team": {"id": "T1"}, "user": {"id": "UPRIYA", "team_id": "T1"}, "api_app_id": "A1", **body}


def pressed(value: str) -> dict[str, str]:
    return {"action_id": "p:0", "type": "button", "action_ts": "1", "value": value}


def event(inner: Mapping[str, object], **over: object) -> dict[str, Any]:
    return {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": dict(inner), **over}


STRANGE: dict[str, tuple[str, dict[str, Any]]] = {
    "a press by nobody": ("interactive", by_priya("block_actions", user={}, actions=[pressed("x")])),
    "a press in a modal that is none of ours": (
        "interactive", by_priya("block_actions", actions=[pressed('["c","help"]')],
                                view={"id": "V", "type": "modal", "private_metadata": "forged"}),
    ),
    "a form that is none of ours": (
        "interactive", by_priya("view_submission", view={
            "id": "V", "type": "modal", "private_metadata": "forged", "callback_id": "f",
            "state": {"values": {"q:story": {"v": {"type": "plain_text_input", "value": "x"}}}},
        }),
    ),
    "an unknown shortcut of a message": ("interactive", by_priya("message_action", callback_id="x", trigger_id="t")),
    "a shortcut of no message": ("interactive", by_priya("shortcut", callback_id="x", trigger_id="t")),
    "a closed form": ("interactive", by_priya("view_closed", view={"callback_id": "form"})),
    "a menu that asks for its options": ("interactive", by_priya("block_suggestion", action_id="x", value="v")),
    "another command": ("slash_commands", {"command": "/other", "team_id": "T1", "user_id": "U1", "trigger_id": "t"}),
    "an event nobody asked for": ("events_api", event({"type": "never_heard_of"})),
    "a message without a place": ("events_api", event({"type": "message", "channel_type": "im", "user": "U1"})),
    "a mention by nobody": ("events_api", event({"type": "app_mention", "channel": "C1", "ts": "1.1", "text": "x"})),
    "a home of nobody": ("events_api", event({"type": "app_home_opened", "tab": "home"})),
    "a change of nobody": ("events_api", event({"type": "user_change", "user": {"deleted": True}})),
    "a place without a name": ("events_api", event({"type": "channel_shared"})),
    "a pane of nobody": ("events_api", event({"type": "assistant_thread_started", "assistant_thread": {}})),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "body"), STRANGE.values(), ids=STRANGE)
async def test_what_is_none_of_ours_is_ignored_and_counted(
    stage: Stage, core: Scripted, kind: str, body: dict[str, Any]
) -> None:
    before = refused()
    await stage.slack.deliver(kind, body)
    assert refused() == before + 1
    assert not core.heard
    assert not stage.slack.messages


@pytest.mark.parametrize("value", ["", "nonsense", '["a"]', '["x",1]', "[" * 900])
async def test_a_tampered_button_is_counted_and_answered_by_the_core(stage: Stage, core: Scripted, value: str) -> None:
    before = refused()
    await stage.slack.deliver("interactive", by_priya("block_actions", actions=[pressed(value)], channel={"id": "C1"}))
    assert refused() == before + 1
    assert len(core.heard) == 1


QUIET: dict[str, dict[str, Any]] = {
    "what a bot says": {"type": "message", "channel_type": "im", "channel": "D1", "ts": "1.1", "bot_id": "B1"},
    "a changed message": {"type": "message", "channel": "D1", "ts": "1.1", "subtype": "message_changed"},
    "the messages tab": {"type": "app_home_opened", "user": "UPRIYA", "tab": "messages"},
    "a changed name": {"type": "user_change", "user": {"id": "UPRIYA", "profile": {"display_name": "Pri"}}},
    "a colleague who joins": {"type": "member_joined_channel", "channel": "C1", "user": "UOMAR"},
    "tokens of people": {"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}},
}


@pytest.mark.parametrize("inner", QUIET.values(), ids=QUIET)
async def test_what_slack_says_every_day_is_not_counted(stage: Stage, core: Scripted, inner: dict[str, Any]) -> None:
    before = refused()
    await stage.slack.deliver("events_api", event(inner))
    assert refused() == before
    assert not core.heard


async def test_a_box_that_is_ticked_is_not_counted(stage: Stage, core: Scripted) -> None:
    met = Input("met", "many", say("Which are met?"), options=(Option("One", "1"), Option("Two", "2")))
    core.answer = lambda inbound: Reply((Card((), Form(9, "Met", (met,))), Card()))
    priya = stage.actor("UPRIYA")
    await priya.command("log Acme")
    ticks = next(b for b in priya.last.buttons if b["type"] == "checkboxes")
    before = refused()
    await stage.slack.deliver("interactive", priya.press_payload(priya.last, ticks))
    assert refused() == before
    assert len(core.heard) == 1
