import asyncio
import json
import time
from typing import Any

import pytest

from adapters.teams.answers import NO_CHAT, PRIVATELY, UNSURE, WORKING
from bot.ports import Inbound, Opened, PlaceKind, Pressed, Quoted, Removed, Reply, Submitted
from bot.view import Actions, Card, Form, Input, button, card, say
from tests.fakes.teams import (
    BOT,
    CHANNEL,
    OTHER_TENANT,
    TEAM,
    TENANT,
    activity,
    execute,
    hand_over,
    member,
    mentioning,
    walk,
    words_of,
)
from tests.teams.conftest import Bot, Start

CASE = card("Acme needs a call.", Actions((button("I called her", "done Acme"),)))
FORM = Card((), Form(4, "Two things", (
    Input("story", "text", say("What happened?")), Input("cost", "money", say("What did it cost?")),
)))  # fmt: skip


def always(*cards: Card, pressed: Card | None = None):  # type: ignore[no-untyped-def]
    return lambda inbound: Reply(cards, pressed)


# --- the own chat ------------------------------------------------------------------------------------------


async def test_a_message_is_answered_in_the_own_chat(start: Start) -> None:
    bot = await start(always(CASE))
    status, body = await bot.receives(activity(text="next Acme"))
    assert (status, body) == (200, None)
    assert "Acme needs a call." in bot.fake.words("a:Priya")
    assert bot.fake.sent["a:Priya"][0]["summary"].startswith("Acme needs a call.")


async def test_a_press_turns_its_card_into_what_was_answered_and_the_rest_follows(start: Start) -> None:
    bot = await start(always(CASE, pressed=card("Whose doing? Ours")))
    status, body = await bot.receives(execute({"press": '["a",1,"fault","ours"]'}))
    assert status == 200
    assert body["statusCode"] == 200
    assert body["type"] == "application/vnd.microsoft.card.adaptive"
    assert "Whose doing? Ours" in words_of(body["value"])
    await settled(bot)
    assert "Acme needs a call." in bot.fake.words()


async def test_a_command_button_leaves_its_card_and_the_answer_follows(start: Start) -> None:
    bot = await start(always(CASE))
    _, body = await bot.receives(execute({"press": '["c","next Acme"]'}))
    assert body["type"] == "application/vnd.microsoft.activity.message"
    await settled(bot)
    assert "Acme needs a call." in bot.fake.words()


SENT = {"form": 4, "asked": {"story": ["What happened?"]}, "text.story": "It slipped", "text.cost": "1.2.3"}


async def test_a_form_sent_turns_into_what_was_answered_and_the_next_question_follows(start: Start) -> None:
    bot = await start(always(FORM))
    _, body = await bot.receives(execute(SENT))
    assert "".join(words_of(body["value"])) == "What happened? It slipped"
    await settled(bot)
    assert "What did it cost?" in bot.fake.words()


async def test_a_form_with_a_wrong_answer_is_shown_again_in_its_place(start: Start) -> None:
    wrong = Input("cost", "money", say("What did it cost?"), value="1.2.3", error="That is no sum.")
    bot = await start(always(card(form=Form(4, "", (wrong,)))))
    _, body = await bot.receives(execute(SENT))
    assert "That is no sum." in words_of(body["value"])
    await settled(bot)
    assert bot.fake.sent["a:Priya"] == []


async def test_what_was_told_before_a_question_stays_when_the_question_is_answered(start: Start) -> None:
    bot = await start(always(card("SAL-1 is open.", form=FORM.form), pressed=card("What happened? It broke")))
    await bot.receives(activity(text="start Acme"))
    told, asked = bot.fake.sent["a:Priya"]
    assert "SAL-1 is open." in words_of(told)
    assert not [n for n in walk(told) if "type" in n and n["type"].startswith(("Action", "Input"))]
    assert "SAL-1 is open." not in words_of(asked)
    _, body = await bot.receives(execute({"press": "x"}, on=asked["id"]))
    assert words_of(body["value"]) == ["What happened? It broke"]


async def test_a_form_too_long_for_one_card_follows_as_messages(start: Start) -> None:
    bot = await start(always(card("Next.")))
    _, body = await bot.receives(execute({**SENT, "text.story": "word " * 9_000}))
    assert body["type"] == "application/vnd.microsoft.activity.message"
    await settled(bot)
    assert len(bot.fake.sent["a:Priya"]) > 1


async def test_an_old_clients_submit_is_answered_by_messages(start: Start) -> None:
    bot = await start(always(CASE, pressed=card("Ours")))
    status, body = await bot.receives(activity(value={"press": "x"}))
    assert (status, body) == (200, None)
    assert "Acme needs a call." in bot.fake.words()


async def test_a_retried_delivery_is_heard_and_answered_once(start: Start) -> None:
    bot = await start(always(CASE))
    sent = activity(text="next")
    for _ in range(3):
        status, _ = await bot.receives(sent)
        assert status == 200
    press = execute({"press": "x"})
    await bot.receives(press)
    _, body = await bot.receives(execute({"press": "x"}))
    assert body["statusCode"] == 200
    await settled(bot)
    assert len(bot.heard.inbound) == 2
    assert len(bot.fake.sent["a:Priya"]) == 2


async def test_installing_the_app_greets_once(start: Start) -> None:
    bot = await start(always(card("Hello.")))
    installed = activity("installationUpdate", action="add")
    installed["from"].pop("name")
    await bot.receives(installed)
    assert bot.heard.inbound[0].who.name == "Priya"
    await bot.receives(activity("conversationUpdate", membersAdded=[{"id": BOT}]))
    assert bot.fake.words() == "Hello."
    assert bot.heard.inbound[0].act == Opened()


# --- channels ----------------------------------------------------------------------------------------------


async def test_in_a_channel_the_answer_is_short_and_the_details_are_private(start: Start) -> None:
    bot = await start(always(CASE))
    await bot.receives(mentioning("next Acme"))
    await settled(bot)
    thread = f"{CHANNEL};messageid=1"
    assert bot.fake.words(thread) == PRIVATELY
    assert "Acme needs a call." in bot.fake.words("a:Priya")
    assert bot.fake.created[0]["tenantId"] == TENANT
    assert bot.fake.created[0]["channelData"]["tenant"]["id"] == TENANT


async def test_the_private_chat_that_is_known_is_used_again(start: Start) -> None:
    bot = await start(always(CASE))
    await bot.receives(activity(text="hello"))
    await bot.receives(mentioning("next Acme"))
    await settled(bot)
    assert bot.fake.created == []
    assert bot.fake.words("a:Priya").count("Acme needs a call.") == 2


async def test_somebody_who_has_not_added_the_bot_is_told_how(start: Start) -> None:
    bot = await start(always(CASE))
    bot.fake.blocked.add("29:Priya")
    await bot.receives(mentioning("next Acme"))
    await settled(bot)
    assert bot.fake.words(f"{CHANNEL};messageid=1") == NO_CHAT


async def test_a_press_in_a_channel_shows_nothing_private_there(start: Start) -> None:
    bot = await start(always(CASE))
    _, body = await bot.receives(execute({"press": "x"}, where="channel"))
    assert body["value"] == PRIVATELY
    await settled(bot)
    assert all("Acme" not in " ".join(words_of(t)) for t in bot.fake.threads())
    assert "Acme needs a call." in bot.fake.words("a:Priya")


async def test_a_press_where_outsiders_read_by_now_changes_nothing_there(start: Start) -> None:
    bot = await start(always(pressed=card("Acme: warmer")))
    bot.fake.members[CHANNEL] = [member("Priya"), member("Dana", tenantId=OTHER_TENANT)]
    _, body = await bot.receives(execute({"press": "x"}, where="channel"))
    await settled(bot)
    assert body["value"] == PRIVATELY
    assert "Acme: warmer" in bot.fake.words("a:Priya")


async def test_the_coach_is_told_who_reads_in_the_channel(start: Start) -> None:
    bot = await start()
    await bot.receives(mentioning("x"))
    assert bot.heard.inbound[0].origin
    assert bot.heard.inbound[0].origin.kind is PlaceKind.internal
    bot.fake.channels[next(iter(bot.fake.channels))][0]["type"] = "shared"
    sent = activity("conversationUpdate", where="channel")
    sent["channelData"]["eventType"] = "channelShared"
    await bot.receives(sent)
    await bot.receives(mentioning("y"))
    assert bot.heard.inbound[-1].origin
    assert bot.heard.inbound[-1].origin.kind is PlaceKind.shared


OUTSIDERS = {
    "guest": {"userRole": "guest"},
    "other tenant": {"tenantId": OTHER_TENANT},
    "anonymous": {"userRole": "anonymous"},
    "external": {"userPrincipalName": "dana_acme.example#EXT#@example.org"},
    "role not told": {"userRole": ""},
    "tenant not told": {"tenantId": ""},
}


@pytest.mark.parametrize("more", OUTSIDERS.values(), ids=OUTSIDERS)
async def test_an_outsider_is_named_as_one_and_sees_nothing_private(start: Start, more: dict[str, str]) -> None:
    bot = await start(lambda i: Reply((card("I only talk with the team." if i.who.outsider else "Acme: secret"),)))
    bot.fake.members[f"{CHANNEL}"] = [member("Dana", **more), member("Priya")]
    await bot.receives(mentioning("summary", by="Dana"))
    _, body = await bot.receives(execute({"press": "x"}, where="channel", by="Dana"))
    await settled(bot)
    assert all(i.who.outsider for i in bot.heard.inbound)
    assert bot.fake.created == []
    assert "secret" not in json.dumps([bot.fake.sent, body])
    assert body["value"] == "I only talk with the team."


@pytest.mark.parametrize("trouble", [(404, {}, ""), (500, {}, "<html>"), (403, {}, "{}")])
async def test_a_person_teams_tells_nothing_about_is_refused_in_plain_words(
    start: Start, trouble: tuple[int, dict[str, str], str]
) -> None:
    bot = await start(always(CASE))
    bot.fake.stumbles.append(trouble)
    status, _ = await bot.receives(activity(text="summary"))
    assert status == 200
    assert bot.heard.inbound == []
    assert bot.fake.words() == UNSURE
    _, body = await bot.receives(execute({"press": "x"}))
    assert body["value"] != UNSURE, "Teams tells again, and the press is taken"


async def test_a_press_by_somebody_teams_tells_nothing_about_changes_nothing(start: Start) -> None:
    bot = await start(always(CASE))
    for sent in (execute({"press": "x"}), execute(SENT), hand_over("<p>late</p>")):
        bot.fake.stumbles.append((500, {}, ""))
        _, body = await bot.receives(sent)
        assert UNSURE in json.dumps(body)
    bot.fake.stumbles.append((500, {}, ""))
    bot.fake.stumbles.append((500, {}, ""))
    await bot.receives(mentioning("next Acme"))
    await settled(bot)
    assert bot.fake.words(f"{CHANNEL};messageid=1") == UNSURE
    assert bot.heard.inbound == []
    assert bot.fake.created == []


async def test_a_slow_look_at_who_somebody_is_refuses_in_plain_words(start: Start) -> None:
    bot = await start(always(CASE))
    bot.fake.delay = 1.7
    _, body = await bot.receives(execute({"press": "x"}))
    assert body["value"] == UNSURE
    assert bot.heard.inbound == []


# --- all in the answer -------------------------------------------------------------------------------------


async def test_with_expect_replies_the_messages_are_in_the_answer_itself(start: Start) -> None:
    bot = await start(always(CASE))
    status, body = await bot.receives(activity(text="next Acme", deliveryMode="expectReplies"))
    assert status == 200
    assert [a["type"] for a in body["activities"]] == ["message"]
    assert "Acme needs a call." in words_of(body["activities"])
    assert bot.heard.inbound[0].at_once
    await settled(bot)
    assert bot.fake.sent["a:Priya"] == []


async def test_with_expect_replies_nothing_private_is_in_a_channels_answer(start: Start) -> None:
    bot = await start(always(CASE))
    _, body = await bot.receives(mentioning("next Acme", deliveryMode="expectReplies"))
    assert words_of(body["activities"]) == [PRIVATELY]
    await settled(bot)
    assert "Acme needs a call." in bot.fake.words()


# --- who it is ---------------------------------------------------------------------------------------------


async def test_somebody_mentioned_is_known_by_the_same_key_as_when_they_write(start: Start) -> None:
    bot = await start()
    sent = mentioning("backup is <at>Sam</at>")
    sent["entities"].append({"type": "mention", "text": "<at>Sam</at>", "mentioned": {"id": "29:Sam", "name": "Sam"}})
    await bot.receives(sent)
    await bot.receives(activity(text="hello", by="Sam"))
    assert bot.heard.inbound[0].mentioned[0].key == bot.heard.inbound[1].who.key


# --- message actions ---------------------------------------------------------------------------------------


async def test_a_message_handed_over_opens_a_dialog_with_the_first_question(start: Start) -> None:
    bot = await start(always(FORM))
    _, body = await bot.receives(hand_over("<p>You were late again</p>", where="channel"))
    assert bot.heard.inbound[0].act == Quoted("You were late again", "start")
    shown = body["task"]["value"]["card"]["content"]
    assert body["task"]["type"] == "continue"
    assert "What happened?" in words_of(shown)
    kinds = {n["type"] for n in walk(shown) if "type" in n}
    assert "Action.Submit" in kinds
    assert "Action.Execute" not in kinds


async def test_a_dialog_goes_on_with_the_next_question(start: Start) -> None:
    bot = await start(always(FORM))
    value = {"commandId": "start", "data": {"form": 4, "text.story": "It slipped"}}
    sent = activity("invoke", name="composeExtension/submitAction", value=value)
    _, body = await bot.receives(sent)
    assert bot.heard.inbound[0].act == Submitted(4, {"story": "It slipped"})
    assert body["task"]["type"] == "continue"


# --- slow and broken turns ---------------------------------------------------------------------------------


async def test_a_slow_turn_is_acknowledged_in_time_and_its_answer_follows(start: Start) -> None:
    release = asyncio.Event()

    async def slow(inbound: Inbound) -> Reply:
        await release.wait()
        return Reply((CASE,), card("Ours"))

    bot = await start(slow)
    began = time.monotonic()
    (status, body), (message_status, _) = await asyncio.gather(
        bot.receives(execute({"press": "x"})), bot.receives(activity(text="next"))
    )
    assert time.monotonic() - began < 4
    assert (status, body["value"], message_status) == (200, WORKING, 200)
    assert bot.fake.sent["a:Priya"] == []
    release.set()
    await settled(bot)
    assert bot.fake.words().count("Acme needs a call.") == 2


async def test_a_slow_connector_does_not_hold_up_the_answer(start: Start) -> None:
    bot = await start(always(CASE))
    bot.fake.delay = 2.5
    began = time.monotonic()
    status, _ = await bot.receives(activity(text="next"))
    assert status == 200
    assert time.monotonic() - began < 4


async def test_a_turn_that_fails_is_asked_for_again_and_then_taken(start: Start) -> None:
    failing = [True]

    def answer(inbound: Inbound) -> Reply:
        if failing:
            failing.pop()
            raise RuntimeError("the database is away")
        return Reply((CASE,))

    bot = await start(answer)
    sent = activity(text="next")
    status, _ = await bot.receives(sent)
    assert status == 503
    bot.heard.inbound.clear()
    status, _ = await bot.receives(sent)
    assert status == 200
    assert "Acme needs a call." in bot.fake.words()


# --- bad input ---------------------------------------------------------------------------------------------

BAD = {
    "no conversation": {"conversation": None},
    "no sender": {"from": None},
    "no type": {"type": None},
    "no id": {"id": None},
    "no tenant": {"channelData": {}, "conversation": {"id": "a:1"}},
    "unknown invoke": {"type": "invoke", "name": "handoff/action"},
    "invoke without a value": {"type": "invoke", "name": "adaptiveCard/action"},
    "tampered card": {"type": "invoke", "name": "adaptiveCard/action", "value": {"action": {"data": {"press": 7}}}},
    "foreign service": {"serviceUrl": "https://evil.example/"},
    "service that looks like Teams'": {"serviceUrl": "https://smba.trafficmanager.net.evil.example/"},
    "service with a user": {"serviceUrl": "https://smba.trafficmanager.net@evil.example/"},
    "no service": {"serviceUrl": None},
}


@pytest.mark.parametrize("more", BAD.values(), ids=BAD)
async def test_bad_input_is_refused_and_changes_nothing(start: Start, more: dict[str, object]) -> None:
    bot = await start()
    service = more.get("serviceUrl", bot.fake.url)
    sent = {**activity(text="x"), "serviceUrl": bot.fake.url, **more}
    status, _ = await bot.receives(sent, token=bot.fake.token(serviceurl=service))
    assert 400 <= status < 500
    assert bot.heard.inbound == []
    assert bot.notes.writes == 0
    assert bot.fake.calls == []


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"null", "application/json", 400),
        (b"[" * 200_000, "application/json", 400),
        (b"{}", "text/plain", 415),
        (b'{"text": "' + b"x" * 600_000 + b'"}', "application/json", 413),
    ],
)
async def test_a_body_that_is_no_activity_is_refused(start: Start, body: bytes, kind: str, expected: int) -> None:
    bot = await start()
    headers = {"Content-Type": kind, "Authorization": f"Bearer {bot.fake.token()}"}
    async with bot.client.post("/api/messages", data=body, headers=headers) as answer:
        assert answer.status == expected
    assert bot.heard.inbound == []


async def test_a_body_that_says_it_is_packed_and_is_not_is_refused(start: Start) -> None:
    bot = await start()
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    async with bot.client.post("/api/messages", data=b"not gzip", headers=headers) as answer:
        assert answer.status == 400


@pytest.mark.parametrize("kind", ["messageReaction", "messageUpdate", "messageDelete", "typing", "whatever"])
async def test_what_is_not_for_the_coach_is_ignored(start: Start, kind: str) -> None:
    bot = await start()
    status, _ = await bot.receives(activity(kind))
    assert status == 200
    assert bot.heard.inbound == []


async def test_a_tampered_press_goes_to_the_coach_who_refuses_it(start: Start) -> None:
    bot = await start()
    status, _ = await bot.receives(execute({"press": "\ud800['; DROP TABLE"}))
    assert status == 200
    assert bot.heard.inbound[0].act == Pressed("?['; DROP TABLE")


# --- removed -----------------------------------------------------------------------------------------------


async def test_one_person_removing_the_app_does_not_end_it_for_the_others(start: Start) -> None:
    bot = await start()
    await bot.receives(activity(text="x"))
    await bot.receives(activity(text="x", by="Sam"))
    await bot.receives(activity("installationUpdate", action="remove"))
    assert not any(isinstance(i.act, Removed) for i in bot.heard.inbound)
    await bot.receives(activity("installationUpdate", action="remove", by="Sam"))
    assert isinstance(bot.heard.inbound[-1].act, Removed)


async def test_adding_the_app_again_makes_a_place_live_again(start: Start) -> None:
    bot = await start(always(CASE))
    await bot.receives(activity(text="x"))
    await bot.receives(activity("installationUpdate", action="remove"))
    await bot.receives(activity("installationUpdate", action="add"))
    assert bot.fake.words().count("Acme needs a call.") == 2
    await bot.teams.messenger.send(f"@teams:{TENANT}:aad-Priya", CASE, key="k")


# --- local tools -------------------------------------------------------------------------------------------


async def test_local_tools_need_no_token_and_get_none(start: Start) -> None:
    bot = await start(local=True, app_id="", service_hosts=())
    bot.fake.signed = False
    async with bot.client.post("/api/messages", json={**activity(text="x"), "serviceUrl": bot.fake.url}) as answer:
        assert answer.status == 200
    await settled(bot)
    assert bot.fake.fetched["tokens"] == 0
    assert len(bot.fake.sent["a:Priya"]) == 1


async def test_a_local_bot_never_calls_out(start: Start) -> None:
    bot = await start(local=True, app_id="", service_hosts=())
    async with bot.client.post(
        "/api/messages", json={**activity(text="x"), "serviceUrl": "http://10.0.0.1/"}
    ) as answer:
        assert answer.status == 403


async def test_a_local_bot_answers_only_to_this_machines_name(start: Start) -> None:
    bot = await start(local=True, app_id="", service_hosts=())
    sent = {**activity(text="x"), "serviceUrl": bot.fake.url}
    async with bot.client.post("/api/messages", json=sent, headers={"Host": "rebound.example"}) as answer:
        assert answer.status == 403


async def test_without_an_app_id_there_is_no_endpoint(start: Start) -> None:
    bot = await start(app_id="")
    assert bot.teams.routes() == []


async def settled(bot: object) -> None:
    """Until nothing of the adapter is under way."""
    running = bot.teams._running  # type: ignore[attr-defined]
    while running:
        await asyncio.wait(set(running))


def in_team(team: str, channel: str) -> dict[str, Any]:
    """Words said in a channel, as most activities tell of it: by ids alone."""
    sent = mentioning("x")
    sent["conversation"] = {**sent["conversation"], "id": f"{channel};messageid=1"}
    sent["channelData"] |= {"team": {"id": team}, "channel": {"id": channel}}
    return sent


async def named(bot: Bot, team: str, channel: str) -> str:
    bot.heard.inbound.clear()
    await bot.receives(in_team(team, channel))
    origin = bot.heard.inbound[0].origin
    assert origin
    assert origin.kind is PlaceKind.internal
    return origin.name


async def test_channels_of_one_name_in_two_teams_are_told_apart(start: Start) -> None:
    bot = await start()
    bot.fake.teams["19:north@thread.tacv2"] = "North"
    bot.fake.channels["19:north@thread.tacv2"] = [
        {"id": "19:n1@thread.tacv2", "name": "Accounts", "type": "standard"},
        {"id": "19:n2@thread.tacv2", "name": "ideas", "type": "standard"},
    ]
    assert await named(bot, TEAM, CHANNEL) == "accounts"
    assert await named(bot, "19:north@thread.tacv2", "19:n1@thread.tacv2") == "North > Accounts"
    assert await named(bot, "19:north@thread.tacv2", "19:n2@thread.tacv2") == "ideas"
    del bot.fake.teams["19:north@thread.tacv2"]
    sent = activity("conversationUpdate", where="channel")
    sent["conversation"]["id"] = "19:n1@thread.tacv2"
    sent["channelData"] |= {"team": {"id": "19:north@thread.tacv2"}, "channel": {"id": "19:n1@thread.tacv2"}}
    await bot.receives(sent)
    assert await named(bot, "19:north@thread.tacv2", "19:n1@thread.tacv2") == "Accounts"


async def test_a_teams_first_channel_has_a_name_though_teams_leaves_it_out(start: Start) -> None:
    bot = await start()
    bot.fake.channels[TEAM].append({"id": TEAM, "type": "standard"})
    assert await named(bot, TEAM, TEAM) == "General"


async def test_a_channels_name_that_was_told_once_is_kept(start: Start) -> None:
    bot = await start()
    await named(bot, TEAM, CHANNEL)
    written = bot.notes.writes
    assert await named(bot, TEAM, CHANNEL) == "accounts"
    assert bot.notes.writes == written
