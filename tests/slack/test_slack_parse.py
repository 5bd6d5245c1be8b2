"""Payloads as records: nothing that arrives is an error, and equal things have equal keys."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack import parse
from bot.ports import Commanded, Opened, Pressed, Quoted, Said, Submitted

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = ["type", "team", "team_id", "user", "user_id", "id", "event", "actions", "action_id", "value", "view", "state",
          "values", "container", "message", "channel", "command", "trigger_id", "private_metadata", "text", "ts",
          "tokens", "bot", "authorizations", "callback_id", "selected_option", "selected_options", "hash",
          "assistant_thread", "enterprise"]  # fmt: skip
KINDS = ["message", "app_mention", "app_home_opened", "user_change", "tokens_revoked", "channel_shared", "im", "home",
         "assistant_thread_started", "client_unhappy", "/salvage", '[5,"@p",""]', '["t",1,"k","x"]',
         '["m",1,"k"]']  # fmt: skip
SHAPED = st.recursive(
    st.none() | st.integers() | st.sampled_from(KINDS) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=8),
    max_leaves=30,
)


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), SHAPED | JSON, max_size=10))
def test_no_payload_is_an_error(body: dict[str, Any]) -> None:
    for read in (parse.command, parse.press, parse.submission, parse.shortcut, parse.event):
        heard = read(body)
        assert heard is None or heard.event
    parse.shaped(body)


def pressed(**over: Any) -> dict[str, Any]:
    return {
        "type": "block_actions", "team": {"id": "T1"}, "user": {"id": "U1", "team_id": "T1"}, "trigger_id": "t",
        "container": {"type": "message", "message_ts": "1.1", "channel_id": "C1"}, "message": {"team": "T1"},
        "actions": [{"action_id": "p:0", "action_ts": "9.9", "value": "x"}], "response_url": "u", **over,
    }  # fmt: skip


def test_a_press_is_the_same_event_when_it_comes_again_and_another_when_pressed_again() -> None:
    first, again = parse.press(pressed()), parse.press(pressed(trigger_id="other"))
    later = parse.press(pressed(actions=[{"action_id": "p:0", "action_ts": "9.99", "value": "x"}]))
    assert first
    assert again
    assert later
    assert first.event == again.event != later.event
    assert first.act == Pressed("x")


def test_two_people_who_press_the_same_button_are_two_events() -> None:
    one, other = parse.press(pressed()), parse.press(pressed(user={"id": "U2", "team_id": "T1"}))
    assert one
    assert other
    assert one.event != other.event


def test_a_menu_carries_its_choice() -> None:
    action = {"action_id": "a:0", "action_ts": "1", "selected_option": {"value": '["t",3,"who","7"]'}}
    heard = parse.press(pressed(actions=[action]))
    assert heard
    assert heard.act == Submitted(3, {"who": "7"})


def submitted(values: dict[str, Any], **over: Any) -> dict[str, Any]:
    view = {"id": "V1", "hash": "h1", "private_metadata": '[5,"slack:T1:C1","u"]', "state": {"values": values}}
    return {
        "type": "view_submission",
        "team": {"id": "T1"},
        "user": {"id": "U1", "team_id": "T1"},
        "view": view,
        **over,
    }


def test_a_form_sent_twice_is_one_event_and_a_corrected_one_another() -> None:
    one = parse.submission(submitted({"q:a": {"v": {"value": "x"}}}))
    same = parse.submission(submitted({"q:a": {"v": {"value": "x"}}}, trigger_id="other"))
    mended = parse.submission(submitted({"q:a": {"v": {"value": "y"}}}))
    assert one
    assert same
    assert mended
    assert one.event == same.event != mended.event
    assert one.act == Submitted(5, {"a": "x"})
    assert one.thread
    assert one.thread.place == "slack:T1:C1"


def test_a_presser_of_another_team_than_the_message_is_marked() -> None:
    heard = parse.press(pressed(message={"team": "T9"}))
    assert heard
    assert heard.user_team == "another team"


def test_an_installation_of_a_whole_organisation_names_the_users_team() -> None:
    heard = parse.press(pressed(team=None, user={"id": "U1", "team_id": "T7"}, enterprise={"id": "E1"}))
    assert heard
    assert (heard.team, heard.enterprise) == ("T7", "E1")


@pytest.mark.parametrize("text", ["<@UBOT> next Acme", "<@UBOT|salvage>: next Acme", "  <@UBOT>, next Acme"])
def test_a_mention_is_what_follows_our_name(text: str) -> None:
    inner = {"type": "app_mention", "user": "U1", "channel": "C1", "ts": "1.1", "text": text}
    heard = parse.event({"team_id": "T1", "event_id": "E1", "event": inner}, "UBOT")
    assert heard
    assert heard.act == Commanded("next Acme")


def test_the_kinds_of_talk() -> None:
    inner = {"type": "message", "channel_type": "im", "user": "U1", "channel": "D1", "ts": "1.1", "text": "hi"}
    said = parse.event({"team_id": "T1", "event_id": "E1", "event": inner})
    opened = parse.event(
        {"team_id": "T1", "event_id": "E1", "event": {"type": "app_home_opened", "user": "U1", "tab": "home"}}
    )
    messages_tab = parse.event(
        {"team_id": "T1", "event_id": "E1", "event": {"type": "app_home_opened", "user": "U1", "tab": "messages"}}
    )
    handed = parse.shortcut(
        {"callback_id": "client_unhappy", "trigger_id": "t", "team": {"id": "T1"}, "user": {"id": "U1"},
         "message": {"text": "bad"}}
    )  # fmt: skip
    assert said
    assert said.act == Said("hi")
    assert said.event == "slack:T1:m:D1:1.1:U1"
    assert opened
    assert opened.act == Opened()
    assert messages_tab is None
    assert handed
    assert handed.act == Quoted("bad", "start")
