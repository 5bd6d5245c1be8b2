"""What comes in by HTTP and how it is answered, with a core that is one function."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable

import pytest

from bot.metrics import REFUSED
from bot.ports import (
    Commanded,
    Inbound,
    Opened,
    PersonLeft,
    PlaceChanged,
    PlaceKind,
    Pressed,
    Quoted,
    Removed,
    Reply,
    Role,
    Said,
    Submitted,
)
from bot.view import Actions, Card, Form, Input, Option, button, card, say
from tests.slack.actor import words
from tests.slack.stage import Scripted, Stage, open_stage
from tests.slack.test_slack_strange import refused


def asks(*inputs: Input, back: bool = False, conversation: int = 5) -> Card:
    return Card((), Form(conversation, "A few words", inputs, can_go_back=back))


STORY = Input("story", "text", say("What happened?"), multiline=True)
FAULT = Input("fault", "choice", say("Whose doing?"), options=(Option("Ours", "ours"), Option("Theirs", "theirs")))


def counted(reason: str) -> float:
    return REFUSED.labels("slack", reason)._value.get()


# --- who and where -----------------------------------------------------------------------------------------


async def test_a_command_says_who_and_where(stage: Stage, core: Scripted) -> None:
    ack = await stage.actor("USAM").command("promise Acme a call by Friday, <@UOMAR|omar> &amp; <#C2|ops>")
    (heard,) = core.heard
    assert heard.act == Commanded("promise Acme a call by Friday, @Omar & #ops")
    assert (heard.who.key, heard.who.name, heard.who.zone) == ("slack:T1:USAM", "Sam", "Europe/Berlin")
    assert heard.who.role is Role.admin
    assert (heard.place.key, heard.place.kind, heard.place.name) == ("slack:T1:C1", PlaceKind.internal, "#accounts")
    assert [w.key for w in heard.mentioned] == ["slack:T1:UOMAR"]
    assert isinstance(ack, dict)
    assert ack["text"] == "Noted."


@pytest.mark.parametrize(
    ("channel", "kind"),
    [
        ("C1", PlaceKind.internal),
        ("CSHARED", PlaceKind.shared),
        ("CPENDING", PlaceKind.shared),
        ("CGUEST", PlaceKind.shared),
        ("CNOWHERE", PlaceKind.unknown),
    ],
)
async def test_who_reads_a_channel(stage: Stage, core: Scripted, channel: str, kind: PlaceKind) -> None:
    await stage.actor("UPRIYA", channel).command("home")
    assert core.heard[0].place.kind is kind


async def test_a_guest_and_a_stranger_are_outsiders(stage: Stage, core: Scripted) -> None:
    stage.slack.team("T2", "xoxb-two").person("UFOREIGN", "Fay")
    await stage.actor("UGUEST").command("home")
    assert core.heard[-1].who.outsider
    stage.slack.messages.clear()
    await stage.actor("UPRIYA").command("home")
    body = stage.actor("UFOREIGN").press_payload(
        _posted(stage, "CSHARED"), {"action_id": "p:0", "type": "button", "value": '["c","summary"]'}
    )
    body["user"]["team_id"] = "T2"
    await stage.slack.deliver("interactive", body)
    assert core.heard[-1].who.outsider


def _posted(stage: Stage, channel: str):  # type: ignore[no-untyped-def]
    from tests.fakes.slack import Message

    message = Message(channel, stage.slack.ts(), "x", [], "UBOT")
    stage.slack.messages.append(message)
    return message


async def test_a_guest_who_writes_in_private_is_answered_there(stage: Stage, core: Scripted) -> None:
    core.answer = lambda inbound: Reply((card("I only talk with the team."),))
    gus = stage.actor("UGUEST")
    stage.slack.teams["T1"].channel(gus.chat, "", ["UGUEST"], is_im=True, user="UGUEST")
    await gus.say("summary")
    await stage.deliver()
    assert (gus.last.channel, gus.last.text) == (gus.chat, "I only talk with the team.")


async def test_a_channel_slack_does_not_name_has_words_for_it(stage: Stage, core: Scripted) -> None:
    await stage.actor("UPRIYA", "CSECRET").command("home", channel_name="privategroup")
    assert core.heard[0].place.name == "a private channel"


async def test_who_leaves_keeps_their_name(stage: Stage, core: Scripted) -> None:
    gone = {"id": "UOMAR", "deleted": True, "profile": {"display_name": "Omar"}}
    await stage.actor("UPRIYA").event({"type": "user_change", "user": gone})
    assert (core.heard[0].who.key, core.heard[0].who.name) == ("slack:T1:UOMAR", "Omar")


async def test_what_a_modal_cannot_hold_is_in_the_private_chat(stage: Stage, core: Scripted) -> None:
    core.answer = lambda inbound: Reply((Card(tuple(card(f"line {n}").elements[0] for n in range(150)),
                                              asks(STORY).form),))  # fmt: skip
    priya = stage.actor("UPRIYA")
    await priya.command("start Acme")
    await stage.deliver()
    assert "The rest is in our private chat." in words(priya.modal.payload)
    assert any("line 149" in m.text for m in priya.mine if m.channel == priya.chat)


async def test_silence_from_slack_means_unknown(stage: Stage, core: Scripted) -> None:
    stage.slack.slow = {"conversations.info": 5.0, "users.info": 5.0}
    began = time.monotonic()
    await stage.actor("UPRIYA").command("home")
    assert time.monotonic() - began < 3.0
    assert core.heard[0].place.kind is PlaceKind.unknown
    assert core.heard[0].who.outsider, "whom Slack does not vouch for is outside"


async def test_who_speaks_and_where_are_asked_at_once(stage: Stage, core: Scripted) -> None:
    stage.slack.after = {"users.info": "conversations.info", "conversations.info": "users.info"}
    await stage.actor("UPRIYA").command("home")
    assert core.heard[0].place.kind is PlaceKind.internal
    assert not core.heard[0].who.outsider


async def test_look_ups_are_kept_for_a_while(stage: Stage, core: Scripted) -> None:
    for _ in range(3):
        await stage.actor("UPRIYA").command("home")
    methods = [m for m, _ in stage.slack.calls]
    assert methods.count("conversations.info") == 1
    assert methods.count("auth.test") == 1


# --- forms and buttons -------------------------------------------------------------------------------------


async def test_a_question_for_words_opens_as_a_modal(stage: Stage, core: Scripted) -> None:
    core.answer = lambda inbound: Reply((asks(STORY, FAULT),))
    priya = stage.actor("UPRIYA")
    assert await priya.command("start Acme") == ""
    assert list(priya.modal.inputs) == ["q:story", "q:fault"]
    core.answer = lambda inbound: Reply((card("Kept."),))
    assert await priya.submit(story="It broke", fault="Theirs") == {"response_action": "clear"}
    assert core.heard[-1].act == Submitted(5, {"story": "It broke", "fault": {"pick": "theirs"}})
    assert core.heard[-1].place.key == "slack:T1:C1"
    assert priya.last.text == "Kept."
    assert priya.last.only == "UPRIYA"


async def test_a_choice_is_answered_with_one_press(stage: Stage, core: Scripted) -> None:
    core.answer = lambda inbound: Reply((asks(FAULT),))
    priya = stage.actor("UPRIYA")
    await priya.command("start Acme")
    core.answer = lambda inbound: Reply((card("Next."),), pressed=card("Whose doing? Ours"))
    await priya.press("Ours")
    await stage.deliver()
    assert core.heard[-1].act == Pressed('["a",5,"fault","ours"]')
    assert [m.text for m in priya.mine] == ["Whose doing? Ours", "Next."]


async def test_an_expired_trigger_falls_back_to_a_message_with_a_button(stage: Stage, core: Scripted) -> None:
    core.answer = lambda inbound: Reply((asks(STORY),))
    priya = stage.actor("UPRIYA")
    ack = await priya.command("start Acme", trigger_id="gone.UPRIYA.x")
    assert isinstance(ack, dict)
    assert ack["text"].startswith("What happened?")
    await priya.press("Answer")
    assert "q:story" in priya.modal.inputs


async def test_wrong_answers_are_shown_at_their_question(stage: Stage, core: Scripted) -> None:
    core.answer = lambda inbound: Reply((asks(STORY),))
    priya = stage.actor("UPRIYA")
    await priya.command("start Acme")
    core.answer = lambda inbound: Reply((asks(Input("story", "text", say("What?"), error="A few words, please.")),))
    assert await priya.submit(story="x") == {
        "response_action": "errors",
        "errors": {"q:story": "A few words, please."},
    }


async def test_the_next_question_takes_the_place_of_the_form(stage: Stage, core: Scripted) -> None:
    core.answer = lambda inbound: Reply((asks(STORY),))
    priya = stage.actor("UPRIYA")
    await priya.command("start Acme")
    core.answer = lambda inbound: Reply((asks(FAULT, back=True, conversation=6),))
    await priya.submit(story="x")
    assert list(priya.modal.inputs) == ["q:fault"]
    core.answer = lambda inbound: Reply((asks(STORY),))
    await priya.press_view("Back")
    assert core.heard[-1].act == Pressed('["c","back"]')
    assert core.heard[-1].place.key == "slack:T1:C1"
    assert list(priya.modal.inputs) == ["q:story"]


async def test_a_form_sent_twice_at_once_is_one_event_with_one_answer(stage: Stage, core: Scripted) -> None:
    core.answer = lambda inbound: Reply((asks(STORY),))
    priya = stage.actor("UPRIYA")
    await priya.command("start Acme")
    gate = asyncio.Event()

    async def slowly(inbound: Inbound) -> Reply:
        await gate.wait()
        return Reply((asks(FAULT, conversation=6),))

    core.answer = slowly
    body = priya.submit_payload({"story": "x"})
    twice = [asyncio.ensure_future(stage.slack.deliver("interactive", body)) for _ in range(2)]
    while len(core.heard) < 2:
        await asyncio.sleep(0)
        if twice[0].done():
            break
        gate.set()
    first, second = await asyncio.gather(*twice)
    assert first == second
    assert isinstance(first, dict)
    assert first["response_action"] == "update"
    assert sum(isinstance(i.act, Submitted) for i in core.heard) == 1


async def test_boxes_ticked_in_a_message_are_sent_together(stage: Stage, core: Scripted) -> None:
    many = Input("met", "many", say("Which are met?"), options=(Option("One", "1"), Option("Two", "2")))
    core.answer = lambda inbound: Reply((asks(many, conversation=9), card("Then.")))
    priya = stage.actor("UPRIYA")
    await priya.command("log Acme")
    ticks = next(b for b in priya.last.buttons if b["type"] == "checkboxes")
    done = next(b for b in priya.last.buttons if b["action_id"] == "m:0")
    state = {"q:met": {"x:0": {"type": "checkboxes", "selected_options": ticks["options"][1:]}}}
    assert await stage.slack.deliver("interactive", priya.press_payload(priya.last, ticks | {"options": [{}]})) == ""
    await stage.slack.deliver("interactive", priya.press_payload(priya.last, done, state))
    assert core.heard[-1].act == Submitted(9, {"met": ["2"]})


async def test_a_long_answer_uses_the_address_five_times_and_then_the_private_chat(
    stage: Stage, core: Scripted
) -> None:
    core.answer = lambda inbound: Reply((card("x" * 90_000),))
    priya = stage.actor("UPRIYA")
    await priya.command("reminders")
    await stage.deliver()
    private = [m for m in priya.mine if m.channel == "DUPRIYA"]
    assert len([m for m in priya.mine if m.only]) == 5
    assert not stage.slack.refused, "a sixth time is not tried"
    assert private
    assert sum(m.text.count("x") for m in priya.mine) == 90_000


async def test_slow_slack_does_not_hold_up_the_ack(stage: Stage, core: Scripted) -> None:
    priya = stage.actor("UPRIYA")
    await priya.command("home")
    core.answer = lambda inbound: Reply((asks(STORY),))
    stage.slack.slow = {"views.open": 5.0}
    began = time.monotonic()
    await priya.command("start Acme")
    assert time.monotonic() - began < 3.0


# --- private chat, mention, home, pane ----------------------------------------------------------------------


async def test_words_in_private_are_said_there(stage: Stage, core: Scripted) -> None:
    await stage.actor("UPRIYA").say("start Acme", thread="1.1")
    (heard,) = core.heard
    assert heard.act == Said("start Acme")
    assert (heard.place, heard.at_once) == (heard.who.private, False)
    await stage.deliver()
    assert stage.slack.statuses[0]["thread_ts"] == "1.1"
    await stage.adapter.messenger.send("@slack:T1:UPRIYA", card("Here."), key="k")
    assert stage.slack.messages[-1].thread_ts == "1.1"


async def test_the_same_message_under_two_event_ids_is_one_event(stage: Stage, core: Scripted) -> None:
    priya = stage.actor("UPRIYA")
    await priya.say("start Acme", ts="170.1")
    await priya.say("start Acme", ts="170.1", event_id="EvOther")
    assert core.heard[0].event == core.heard[1].event


@pytest.mark.parametrize(
    "more",
    [{"bot_id": "B1"}, {"subtype": "message_changed"}, {"subtype": "message_deleted"}, {"channel_type": "channel"}],
)
async def test_bots_and_changed_messages_are_not_talk(stage: Stage, core: Scripted, more: dict[str, str]) -> None:
    inner = {"type": "message", "channel_type": "im", "channel": "D1", "user": "UPRIYA", "text": "x", "ts": "1.1"}
    await stage.actor("UPRIYA").event({**inner, **more})
    assert not core.heard


async def test_a_mention_is_a_command_from_that_channel(stage: Stage, core: Scripted) -> None:
    core.answer = lambda inbound: Reply((card("elsewhere"),), moved=True)
    await stage.actor("UPRIYA").mention("next Acme")
    (heard,) = core.heard
    assert heard.act == Commanded("next Acme")
    assert heard.place.key == "@slack:T1:UPRIYA"
    assert heard.origin is not None
    assert heard.origin.key == "slack:T1:C1"
    assert stage.slack.messages[-1].text == "I've answered you in our private chat."


async def test_a_strangers_mention_is_answered_to_them_alone(stage: Stage, core: Scripted) -> None:
    core.answer = lambda inbound: Reply((card("I only talk with the team."),))
    await stage.actor("UGUEST", "CGUEST").mention("summary")
    assert stage.slack.messages[-1].only == "UGUEST"


async def test_the_home_tab_is_drawn_and_paged(stage: Stage, core: Scripted) -> None:
    core.answer = lambda inbound: Reply(tuple(card(f"case {n}") for n in range(120)))
    priya = stage.actor("UPRIYA")
    await priya.open_home()
    assert isinstance(core.heard[0].act, Opened)
    assert "case 0" in words(priya.home.payload)
    await priya.press_view("More", priya.home)
    assert "case 119" in words(priya.home.payload)


async def test_a_button_at_home_opens_what_it_leads_to(stage: Stage, core: Scripted) -> None:
    core.answer = lambda inbound: Reply((card("Today", Actions((button("Next", "next"),))),))
    priya = stage.actor("UPRIYA")
    await priya.open_home()
    await priya.press_view("Next", priya.home)
    await priya.press_view("Next")
    await stage.deliver()
    assert [type(i.act).__name__ for i in core.heard] == ["Opened", "Pressed", "Opened", "Pressed"]
    assert core.heard[1].place.key == "@slack:T1:UPRIYA"


async def test_a_message_is_handed_over(stage: Stage, core: Scripted) -> None:
    core.answer = lambda inbound: Reply((asks(STORY),))
    priya = stage.actor("UPRIYA", "CSHARED")
    await priya.shortcut("log_contact", "They &amp; we met")
    assert core.heard[0].act == Quoted("They & we met", "log")
    assert core.heard[0].place.kind is PlaceKind.private
    assert core.heard[0].origin is not None
    assert core.heard[0].origin.kind is PlaceKind.shared
    assert "q:story" in priya.modal.inputs


async def test_the_assistant_pane_offers_what_can_be_asked(stage: Stage) -> None:
    inner = {"user_id": "UPRIYA", "channel_id": "DUPRIYA", "thread_ts": "5.5", "context": {}}
    await stage.actor("UPRIYA").event({"type": "assistant_thread_started", "assistant_thread": inner})
    assert len(stage.slack.prompts[0]["prompts"]) == 4


# --- what changes around us --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inner", "act"),
    [
        ({"type": "channel_shared", "channel": "C1"}, PlaceChanged("slack:T1:C1")),
        ({"type": "member_joined_channel", "channel": "CGUEST", "user": "UGUEST"}, PlaceChanged("slack:T1:CGUEST")),
        ({"type": "user_change", "user": {"id": "UOMAR", "deleted": True}}, PersonLeft("slack:T1:UOMAR")),
        ({"type": "app_uninstalled"}, Removed()),
        ({"type": "tokens_revoked", "tokens": {"bot": ["UBOT"]}}, Removed()),
    ],
)
async def test_notices_reach_the_core(stage: Stage, core: Scripted, inner: dict[str, object], act: object) -> None:
    await stage.actor("UPRIYA").event(dict(inner))
    assert [i.act for i in core.heard] == [act]
    assert not core.heard[0].who.outsider


@pytest.mark.parametrize(
    "inner",
    [
        {"type": "channel_unshared", "channel": "C1"},
        {"type": "member_joined_channel", "channel": "C1", "user": "UOMAR"},
        {"type": "channel_id_changed", "old_channel_id": "C1"},
    ],
)
async def test_a_colleague_who_joins_changes_nothing(stage: Stage, core: Scripted, inner: dict[str, object]) -> None:
    await stage.actor("UPRIYA").event(dict(inner))
    assert not core.heard


async def test_a_channel_is_looked_at_again_after_it_was_shared(stage: Stage, core: Scripted) -> None:
    priya = stage.actor("UPRIYA")
    await priya.command("home")
    stage.slack.teams["T1"].channels["C1"]["is_ext_shared"] = True
    await priya.event({"type": "channel_shared", "channel": "C1"})
    await priya.command("home")
    assert core.heard[-1].place.kind is PlaceKind.shared


async def test_only_user_tokens_revoked_removes_nothing(stage: Stage, core: Scripted) -> None:
    await stage.actor("UPRIYA").event({"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}})
    assert not core.heard


async def test_after_removal_nothing_is_sent(stage: Stage) -> None:
    from bot.errors import Undeliverable

    await stage.actor("UPRIYA").event({"type": "app_uninstalled"})
    with pytest.raises(Undeliverable) as no:
        await stage.adapter.messenger.send("slack:T1:C1", card("x"), key="k")
    assert no.value.reason == "not_installed"


# --- bad input ---------------------------------------------------------------------------------------------

COMMAND = "command=%2Fsalvage&team_id=T1&user_id=UPRIYA&trigger_id=t&text=home"


async def test_a_wrong_missing_or_stale_signature_is_refused(stage: Stage, core: Scripted) -> None:
    before = counted("signature")
    assert (await stage.slack.post(COMMAND, secret="wrong"))[0] == 401
    assert (await stage.slack.post(COMMAND, age=600))[0] == 401
    assert (await stage.slack.post(COMMAND, **{"X-Slack-Signature": ""}))[0] == 401
    assert (await stage.slack.post(COMMAND, **{"X-Slack-Request-Timestamp": "soon"}))[0] == 401
    assert counted("signature") == before + 4
    assert not core.heard


BAD: list[tuple[str, bool]] = [
    ("", True),
    ("{", True),
    ("[]", True),
    ("null", True),
    ("3", True),
    ('"x"', True),
    ("[" * 100_000, True),
    ("{}", True),
    ('{"type":"event_callback"}', True),
    ('{"type":"event_callback","team_id":"T1","event":[]}', True),
    ('{"type":"event_callback","team_id":"T1","event":{"type":"message"}}', True),
    ('{"type":"event_callback","team_id":"T1","event":{"type":7,"user":{}}}', True),
    ('{"type":"event_callback","team_id":{},"event":{"type":"app_mention","user":"U","text":[]}}', True),
    ('{"type":"event_callback","team_id":"T1","event":{"type":"user_change","user":7}}', True),
    ('{"type":"event_callback","team_id":"T1","event":{"type":"tokens_revoked","tokens":[1]}}', True),
    ('{"type":"event_callback","team_id":"T1","event_id":"E","event":{"type":"never_heard_of"}}', True),
    ("payload=", False),
    ("payload=%7B", False),
    ("payload=%5B%5D", False),
    ("payload=null", False),
    ("payload=%7B%22type%22%3A%22block_actions%22%7D", False),
    ("a=b", False),
    ("command=%2Fsalvage", False),
    ("command=%2Fother&team_id=T1&user_id=UPRIYA&trigger_id=t", False),
    ("command=%2Fsalvage&team_id=T1&user_id=&trigger_id=t", False),
    ("\u0000\u0001", False),
]


@pytest.mark.parametrize(("raw", "as_json"), BAD, ids=range(len(BAD)))
async def test_a_malformed_body_is_never_an_error_of_ours(
    stage: Stage, core: Scripted, raw: str, as_json: bool
) -> None:
    status, _ = await stage.slack.post(raw, json_body=as_json)
    assert status < 500
    assert not core.heard


def _interactive(**body: object) -> dict[str, object]:
    return {"team": {"id": "T1"}, "user": {"id": "UPRIYA", "team_id": "T1"}, "api_app_id": "A1", **body}


MALFORMED: list[dict[str, object]] = [
    _interactive(type="block_actions", actions=[]),
    _interactive(type="block_actions", actions=[7]),
    _interactive(type="block_actions", actions=[{"action_id": "x:0", "type": "checkboxes"}]),
    _interactive(type="block_actions", actions="no", container="no"),
    _interactive(type="view_submission", view={}),
    _interactive(type="view_submission", view={"id": "V", "private_metadata": "forged", "callback_id": "form"}),
    _interactive(type="view_submission", view={"state": {"values": []}, "callback_id": "form"}),
    _interactive(type="message_action", callback_id="never", trigger_id="t"),
    _interactive(type="view_closed", view={"callback_id": "form"}),
    _interactive(type="unknown_kind"),
    {"type": "block_actions", "actions": [{"action_id": "p:0", "value": "x"}]},
]


@pytest.mark.parametrize("body", MALFORMED, ids=range(len(MALFORMED)))
async def test_a_payload_with_missing_fields_changes_nothing(
    stage: Stage, core: Scripted, body: dict[str, object]
) -> None:
    from urllib.parse import urlencode

    status, _ = await stage.slack.post(urlencode({"payload": json.dumps(body)}))
    assert status < 500
    assert not core.heard


async def test_what_is_malformed_over_a_socket_is_acknowledged_and_the_connection_goes_on(core: Scripted) -> None:
    events = [json.loads(raw) for raw, as_json in BAD if as_json and raw.startswith('{"')]
    async with open_stage(core, over_socket=True) as stage:
        for kind, body in [*(("interactive", b) for b in MALFORMED), *(("events_api", e) for e in events)]:
            before = refused()
            await stage.slack.deliver(kind, body)
            assert refused() == before + (0 if body in IN_ORDER else 1), body
            assert not core.heard
        await stage.actor("UPRIYA").command("home")
        assert len(core.heard) == 1


IN_ORDER: list[object] = [MALFORMED[2], *(json.loads(raw) for raw, _ in BAD if "tokens_revoked" in raw)]
"""A box that is ticked, and tokens that are none of the coach's: nobody counts them."""


async def test_a_tampered_button_goes_to_the_core_as_it_is(stage: Stage, core: Scripted) -> None:
    priya = stage.actor("UPRIYA")
    for value in ("", "x", '["a"]', '["t","5","k",1]', '["m",5]', '["a",5,"k"]', "[" * 1000, "💥" * 500):
        button = {"action_id": "p:0", "type": "button", "value": value}
        await stage.slack.deliver("interactive", priya.press_payload(_posted(stage, "C1"), button))
        assert core.heard[-1].act == Pressed(value)


async def test_a_body_of_800_kb_is_turned_away(stage: Stage, core: Scripted) -> None:
    before = counted("too_large")
    assert (await stage.slack.post("text=" + "x" * 800_000))[0] == 413
    assert counted("too_large") == before + 1
    assert not core.heard


async def test_a_body_that_does_not_say_its_size_is_turned_away_when_it_grows_too_large(
    stage: Stage, core: Scripted
) -> None:
    import aiohttp

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 10_000

    before = counted("too_large")
    async with aiohttp.ClientSession() as session, session.post(stage.slack.app_url, data=pieces()) as answer:
        assert answer.status == 413
    assert counted("too_large") == before + 1
    assert not core.heard


async def test_bytes_that_are_no_text_are_unreadable(stage: Stage, core: Scripted) -> None:
    import aiohttp

    async with (
        aiohttp.ClientSession() as session,
        session.post(
            stage.slack.app_url, data=b"\xff\xfe\x80", headers={"X-Slack-Request-Timestamp": str(int(time.time()))}
        ) as answer,
    ):
        assert answer.status == 400


def failing(kind: type[Exception]) -> Callable[[Inbound], Reply]:
    def answer(inbound: Inbound) -> Reply:
        raise kind("the database is away")

    return answer


async def test_a_failed_turn_is_told_and_an_event_comes_again(stage: Stage, core: Scripted) -> None:
    core.answer = lambda inbound: Reply((asks(STORY),))
    priya = stage.actor("UPRIYA")
    await priya.command("start Acme")
    core.answer = failing(OSError)
    ack = await priya.command("home")
    assert isinstance(ack, dict)
    assert "nothing was changed" in ack["text"]
    sent = await priya.submit(story="x")
    assert isinstance(sent, dict)
    assert "nothing was changed" in sent["errors"]["q:story"]
    button = {"action_id": "p:0", "type": "button", "value": '["c","x"]'}
    await stage.slack.deliver("interactive", priya.press_payload(_posted(stage, "C1"), button))
    event = {"type": "event_callback", "team_id": "T1", "event_id": "E1",
             "event": {"type": "app_home_opened", "user": "UPRIYA", "tab": "home"}}  # fmt: skip
    assert (await stage.slack.post(json.dumps(event), json_body=True))[0] == 503


async def test_slacks_url_check_is_answered(stage: Stage) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "abc", "token": "x"})
    status, text = await stage.slack.post(body, json_body=True)
    assert (status, json.loads(text)) == (200, {"challenge": "abc"})
