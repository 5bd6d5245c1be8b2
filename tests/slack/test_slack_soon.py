"""Within Slack's three seconds, and again where Slack tries again."""

import json
import time

from adapters.slack.people import PERSON_SECONDS
from bot.ports import Inbound, Reply
from bot.view import Card, Form, Input, card, say
from tests.fakes.slack import Message
from tests.slack.stage import Scripted, Stage

STORY = Input("story", "text", say("What happened?"), multiline=True)
ASKED = Reply((Card((), Form(5, "A few words", (STORY,))),))
ACK_SECONDS = 3.0


SILENT = ["conversations.info", "users.conversations", "usergroups.list", "users.info", "views.open", "views.update",
          "chat.postMessage", "views.publish", "conversations.open", "response_url"]  # fmt: skip


async def test_a_slack_that_answers_nothing_in_time_still_gets_every_ack_in_time(stage: Stage, core: Scripted) -> None:
    priya = stage.actor("UPRIYA")
    core.answer = lambda inbound: ASKED
    await priya.command("home")
    opened = priya.submit_payload({"story": "x"})
    button = {"action_id": "p:0", "type": "button", "value": '["c","next Acme"]'}
    pressed = priya.press_payload(Message("C1", "1.1", "", [], "UBOT"), button)
    at_home = {**pressed, "container": {"type": "view"}, "view": {"id": "VX", "type": "home"}}
    stage.slack.slow = dict.fromkeys(SILENT, 6.0)
    waits = {}
    for name, sent in {
        "a command": lambda: priya.command("start Acme <!subteam^SLEADS> <#CFAR|far> #ops <@UOMAR>"),
        "a shortcut": lambda: priya.shortcut("client_unhappy", "Third outage, <@UOMAR>"),
        "a form": lambda: stage.slack.deliver("interactive", opened),
        "a press": lambda: stage.slack.deliver("interactive", pressed),
        "a press at home": lambda: stage.slack.deliver("interactive", at_home),
        "words in private": lambda: priya.say("start Beta <@UOMAR>"),
        "a mention": lambda: priya.mention("next Acme <@UOMAR>"),
        "the home tab": lambda: priya.open_home(),
    }.items():
        stage.adapter._turns._people._kept.pop(("T1", "UOMAR"), None)
        stage.adapter._turns._places.forget_all("T1")
        began = time.monotonic()
        await sent()
        waits[name] = time.monotonic() - began
    assert {name: wait for name, wait in waits.items() if wait >= ACK_SECONDS} == {}
    stage.slack.slow.clear()


def an_event(kind: str = "im") -> str:
    inner = {"type": "message", "channel_type": kind, "channel": "DUPRIYA", "user": "UPRIYA", "text": "start Acme",
             "ts": "170.5", "team": "T1"}  # fmt: skip
    return json.dumps({"type": "event_callback", "team_id": "T1", "event_id": "Ev7", "event": inner})


async def test_an_event_whose_turn_failed_is_taken_when_slack_brings_it_again(stage: Stage, core: Scripted) -> None:
    def away(inbound: Inbound) -> Reply:
        raise OSError("the database is away")

    core.answer = away
    assert (await stage.slack.post(an_event(), json_body=True))[0] == 503
    core.answer = lambda inbound: Reply((card("Noted."),))
    again = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_error"}
    assert (await stage.slack.post(an_event(), json_body=True, **again))[0] == 200
    assert [i.event for i in core.heard] == ["slack:T1:m:DUPRIYA:170.5:UPRIYA"] * 2


async def test_a_name_and_a_zone_that_change_are_taken_over_at_once(stage: Stage, core: Scripted) -> None:
    priya = stage.actor("UPRIYA")
    await priya.command("home")
    record = {**stage.slack.teams["T1"].users["UPRIYA"], "tz": "Asia/Kolkata", "profile": {"display_name": "Pri"}}
    await priya.event({"type": "user_change", "user": record})
    await priya.command("home")
    assert [(i.who.name, i.who.zone) for i in core.heard] == [("Priya", "Europe/Berlin"), ("Pri", "Asia/Kolkata")]


async def test_a_name_that_changed_unheard_is_looked_at_again_after_a_while(stage: Stage, core: Scripted) -> None:
    people, clock = stage.adapter._turns._people, [0.0]
    people._clock = lambda: clock[0]
    await stage.actor("UPRIYA").command("home")
    stage.slack.teams["T1"].person("UPRIYA", "Pri")
    clock[0] = PERSON_SECONDS - 1
    await stage.actor("UPRIYA").command("home")
    clock[0] = PERSON_SECONDS + 1
    await stage.actor("UPRIYA").command("home")
    assert [i.who.name for i in core.heard] == ["Priya", "Priya", "Pri"]


async def test_a_response_address_that_slack_no_longer_takes_is_answered_in_private(
    stage: Stage, core: Scripted
) -> None:
    core.answer = lambda inbound: ASKED
    priya = stage.actor("UPRIYA")
    await priya.command("start Acme", response_url="http://127.0.0.1:9/gone")
    core.answer = lambda inbound: Reply((card("Kept."),))
    await priya.submit(story="It broke")
    await stage.deliver()
    assert (priya.last.channel, priya.last.text) == (priya.chat, "Kept.")
