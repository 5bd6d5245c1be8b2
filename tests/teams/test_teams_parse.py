import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.teams.activity import BadActivity, read_json
from adapters.teams.parse import Gone, Ignored, Installed, Turn, bare_words, parse
from bot.ports import Commanded, Opened, PlaceChanged, PlaceKind, Pressed, Quoted, Said, Submitted
from bot.view import CommandPress, press_value
from tests.fakes.teams import BOT, CHANNEL, OTHER_TENANT, TEAM, TENANT, activity, execute, hand_over, mentioning


def turn(sent: object) -> Turn:
    parsed = parse(sent)
    assert isinstance(parsed, Turn)
    return parsed


def test_a_message_in_the_own_chat_is_said_in_private() -> None:
    inbound = turn(activity(text="next Acme")).inbound
    assert inbound.act == Said("next Acme")
    assert inbound.who.tenant == f"teams:{TENANT}"
    assert inbound.who.key == f"teams:{TENANT}:aad-Priya"
    assert inbound.who.zone == "Europe/Berlin"
    assert inbound.place == inbound.who.private
    assert inbound.place.key == f"@teams:{TENANT}:aad-Priya"
    assert inbound.origin is None


def test_a_mention_in_a_channel_is_answered_in_private_and_the_channel_is_its_origin() -> None:
    inbound = turn(mentioning("next Acme")).inbound
    assert inbound.act == Said("next Acme")
    assert inbound.place == inbound.who.private
    assert inbound.origin is not None
    assert inbound.origin.key == f"teams:{TENANT}:{CHANNEL}"
    assert inbound.origin.kind is PlaceKind.unknown
    assert inbound.origin.name == "accounts"


def test_only_the_bots_own_mention_is_taken_out() -> None:
    sent = mentioning("backup is <at>Sam</at>")
    sent["entities"].append({"type": "mention", "text": "<at>Sam</at>", "mentioned": {"id": "29:Sam", "name": "Sam"}})
    inbound = turn(sent).inbound
    assert inbound.act == Said("backup is @Sam")
    assert [m.name for m in inbound.mentioned] == ["Sam"]


def test_a_client_named_like_a_tag_stays_what_it_is() -> None:
    assert turn(activity(text="start <at>Acme</at> & Sons")).inbound.act == Said("start <at>Acme</at> & Sons")


@pytest.mark.parametrize("text", ["", "   ", "<at>Salvage</at>", None])
def test_nothing_but_a_mention_is_the_way_home(text: str | None) -> None:
    sent = mentioning("") | {"text": text}
    assert turn(sent).inbound.act == Commanded("")


def test_a_slash_word_makes_a_command() -> None:
    assert turn(activity(text="/salvage next Acme")).inbound.act == Commanded("next Acme")


def test_an_old_clients_submit_is_a_press() -> None:
    value = press_value(CommandPress("next Acme"))
    assert turn(activity(value={"press": value})).inbound.act == Pressed(value)


def test_an_execute_is_a_press_answered_in_place_of_its_card() -> None:
    value = press_value(CommandPress("next Acme"))
    parsed = turn(execute({"press": value}))
    assert parsed.inbound.act == Pressed(value)
    assert parsed.answer == "card"


def test_a_form_sent_holds_raw_answers() -> None:
    parsed = turn(execute({"form": 4, "text.story": "It slipped", "pick.cause": "late", "many.met": "a,b"}))
    assert parsed.inbound.act == Submitted(4, {"story": "It slipped", "cause": {"pick": "late"}, "met": ["a", "b"]})


def test_a_retry_and_a_double_click_are_one_event_and_a_later_press_is_another() -> None:
    first, second = execute({"press": "x"}), execute({"press": "x"})
    assert first["id"] != second["id"]
    assert turn(first).inbound.event == turn(second).inbound.event
    later = execute({"press": "x"}, timestamp="2026-03-02T09:05:00Z")
    assert turn(later).inbound.event != turn(first).inbound.event
    other = execute({"press": "x"}, by="Sam")
    assert turn(other).inbound.event != turn(first).inbound.event


def test_a_retried_message_is_one_event() -> None:
    sent = activity(text="next")
    assert turn(sent).inbound.event == turn(json.loads(json.dumps(sent))).inbound.event
    assert turn(sent).inbound.event != turn(activity(text="next")).inbound.event


def test_a_message_handed_over_is_quoted_as_bare_words() -> None:
    parsed = turn(hand_over("<p>You were <b>late</b> &amp; silent.</p><p>Again<br>and again.</p>"))
    assert parsed.inbound.act == Quoted("You were late & silent.\nAgain\nand again.", "start")
    assert parsed.answer == "dialog"
    assert turn(hand_over("x", command="log")).inbound.act == Quoted("x", "log")


def test_words_in_angle_brackets_that_are_no_tags_stay() -> None:
    assert bare_words("5 &lt; 6 and &lt;b&gt; is bold") == "5 < 6 and <b> is bold"


def test_adding_the_app_to_the_own_chat_greets() -> None:
    parsed = parse(activity("installationUpdate", action="add"))
    assert isinstance(parsed, Installed)
    assert parsed.turn
    assert parsed.turn.inbound.act == Opened()


def test_adding_the_app_to_a_team_says_nothing_there() -> None:
    parsed = parse(activity("installationUpdate", where="channel", action="add"))
    assert isinstance(parsed, Installed)
    assert parsed.turn is None
    assert parsed.reference.team == TEAM


def test_removing_the_app_ends_the_place() -> None:
    parsed = parse(activity("installationUpdate", action="remove"))
    assert isinstance(parsed, Gone)
    assert not parsed.team
    assert parsed.reference.place == f"@teams:{TENANT}:aad-Priya"


def test_a_deleted_channel_ends_the_place() -> None:
    sent = activity("conversationUpdate", where="channel")
    sent["channelData"]["eventType"] = "channelDeleted"
    parsed = parse(sent)
    assert isinstance(parsed, Gone)
    assert parsed.reference.place == f"teams:{TENANT}:{CHANNEL}"


@pytest.mark.parametrize("event", ["channelShared", "teamMemberAdded", "channelMemberAdded", "channelUnShared"])
def test_a_change_of_who_reads_in_a_channel_is_told(event: str) -> None:
    sent = activity("conversationUpdate", where="channel")
    sent["channelData"]["eventType"] = event
    assert turn(sent).inbound.act == PlaceChanged(f"teams:{TENANT}:{CHANNEL}")


def test_the_bot_being_removed_from_a_team_ends_all_its_places() -> None:
    parsed = parse(activity("conversationUpdate", where="channel", membersRemoved=[{"id": BOT}]))
    assert isinstance(parsed, Gone)
    assert parsed.team


@pytest.mark.parametrize("kind", ["messageReaction", "messageUpdate", "messageDelete", "typing", "event", "trace", "x"])
def test_what_is_not_for_the_coach_is_ignored(kind: str) -> None:
    assert isinstance(parse(activity(kind)), Ignored)


def test_a_bots_own_message_is_ignored() -> None:
    sent = activity(text="hello")
    sent["from"] = {"id": BOT, "name": "Salvage"}
    assert isinstance(parse(sent), Ignored)


def test_somebody_with_another_tenant_is_an_outsider() -> None:
    sent = mentioning("summary")
    sent["from"]["tenantId"] = OTHER_TENANT
    assert turn(sent).inbound.who.outsider


def test_the_tenant_is_read_from_the_channel_data() -> None:
    sent = activity(text="x")
    del sent["conversation"]["tenantId"]
    assert turn(sent).inbound.who.tenant == f"teams:{TENANT}"


@pytest.mark.parametrize("broken", [
    [], None, 7, "text", {}, {"type": 7}, {"type": "message"},
    activity(text="x") | {"conversation": None}, activity(text="x") | {"conversation": {"id": ""}},
    activity(text="x") | {"from": {}}, activity(text="x") | {"id": None},
    activity(text="x") | {"conversation": {"id": "a:1"}, "channelData": {}},
    activity(text="x") | {"channelData": {"tenant": {"id": "a:b"}}},
    activity(text="x") | {"from": {"id": "x" * 5_000}},
    activity("invoke", name="handoff/action"), activity("invoke"), execute({}), execute({"press": 7}),
    execute({"form": "4"}), execute({"form": True}), hand_over("x", command="rm -rf"),
])  # fmt: skip
def test_what_teams_would_not_send_is_bad(broken: object) -> None:
    with pytest.raises(BadActivity):
        parse(broken)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a": NaN}', b"nul"])
def test_a_body_that_is_no_json_is_bad(body: bytes) -> None:
    with pytest.raises(BadActivity):
        read_json(body)


def test_halves_of_characters_and_nuls_do_not_get_in() -> None:
    assert read_json(b'{"text": "a\\u0000b\\ud83d", "\\udc00": ["\\u0000"]}') == {"text": "ab?", "?": [""]}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(["message", "invoke", "conversationUpdate", "installationUpdate"]), st.data())
def test_any_field_may_hold_anything(kind: str, data: st.DataObject) -> None:
    sent: dict[str, Any] = activity(kind, name="adaptiveCard/action", text="x")
    key = data.draw(st.sampled_from([*sorted(sent), "value", "membersAdded", "membersRemoved"]))
    sent[key] = data.draw(JSON)
    try:
        parse(sent)
    except BadActivity:
        return
