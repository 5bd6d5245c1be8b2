"""What is still to be shown when Slack has its ack outlives the process that owes it."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from adapters.slack.owed import GRACE, OWED, Owed
from bot.ports import Inbound, Pressed, Reply
from bot.view import Card, Form, Input, card, say
from tests.fakes.notes import MemoryNotes
from tests.fakes.slack import Message
from tests.slack.stage import Scripted, Stage, open_stage

LONG = "word " * 8_000
STORY = Input("story", "text", say("What happened?"))


@pytest.fixture
def notes() -> MemoryNotes:
    return MemoryNotes()


@pytest.fixture
async def stage(core: Scripted, notes: MemoryNotes) -> AsyncIterator[Stage]:
    async with open_stage(core, notes=notes) as opened:
        yield opened


def kept(notes: MemoryNotes) -> list[str]:
    return [key for kind, key in notes.kept if kind == OWED]


async def die(stage: Stage) -> None:
    """The process is killed: whatever it was about to show is gone."""
    behind = stage.adapter._turns._background
    for task in list(behind._running):
        task.cancel()
    await asyncio.gather(*behind._running, return_exceptions=True)


async def after_a_restart(core: Scripted, notes: MemoryNotes, seconds: float = GRACE + 1) -> Stage:
    """What another process shows of it, this long after the first one died."""
    async with open_stage(core, notes=notes) as second:
        adapter = second.adapter
        owed = Owed(notes, adapter._turns._messenger, adapter._turns._background, lambda: time.time() + seconds)
        await owed.pay()
        await owed.pay()
        return second


async def test_a_long_answer_is_shown_by_the_next_process(stage: Stage, core: Scripted, notes: MemoryNotes) -> None:
    core.answer = lambda inbound: Reply((card(LONG),))
    stage.slack.slow["response_url"] = 60
    await stage.actor("UPRIYA").command("reminders", response_url=stage.slack.api_url + "response_url")
    await die(stage)
    assert len(kept(notes)) == 1
    second = await after_a_restart(core, notes)
    private = [m for m in second.slack.messages if m.channel == "DUPRIYA"]
    assert "".join(m.text for m in private).count("word") == 8_000
    assert not kept(notes)


async def test_what_a_press_answered_is_shown_by_the_next_process(
    stage: Stage, core: Scripted, notes: MemoryNotes
) -> None:
    core.answer = lambda inbound: Reply((card("The next step: call Dana."),))
    stage.slack.slow["chat.postMessage"] = 60
    priya = stage.actor("UPRIYA")
    button = {"action_id": "p:0", "type": "button", "value": '["c","next"]'}
    body = priya.press_payload(Message("C1", "1.1", "", [], "UBOT"), button)
    await stage.slack.deliver("interactive", {**body, "response_url": ""})
    await die(stage)
    assert isinstance(core.heard[-1].act, Pressed)
    second = await after_a_restart(core, notes)
    assert [m.text for m in second.slack.messages] == ["The next step: call Dana."]


async def test_what_slack_did_not_take_is_shown_once_it_does(stage: Stage, core: Scripted, notes: MemoryNotes) -> None:
    core.answer = lambda inbound: Reply((Card((), Form(5, "", (STORY,))),))
    priya = stage.actor("UPRIYA")
    await priya.command("start Acme")
    core.answer = lambda inbound: Reply((card("Kept."),))
    stage.slack.failing["chat.postMessage"] = [503]
    body = priya.submit_payload({"story": "It broke"})
    body["view"]["private_metadata"] = '[5,"@slack:T1:UPRIYA",""]'
    await stage.slack.deliver("interactive", body)
    await stage.adapter.settled()
    assert len(kept(notes)) == 1
    second = await after_a_restart(core, notes)
    assert [m.text for m in second.slack.messages] == ["Kept."]


async def test_nothing_is_kept_of_what_was_shown_in_time(stage: Stage, core: Scripted, notes: MemoryNotes) -> None:
    core.answer = lambda inbound: Reply((card("Noted." if not isinstance(inbound.act, Pressed) else "Next."),))
    priya = stage.actor("UPRIYA")
    await priya.command("home")
    button = {"action_id": "p:0", "type": "button", "value": '["c","next"]'}
    writes = notes.writes
    await stage.slack.deliver("interactive", priya.press_payload(Message("C1", "1.1", "", [], "UBOT"), button))
    assert notes.writes == writes, "no write where Slack is quick"
    core.answer = long_answer
    await priya.command("reminders")
    await stage.adapter.settled()
    assert not kept(notes)
    assert sum(m.text.count("word") for m in stage.slack.messages) == 8_000


def long_answer(inbound: Inbound) -> Reply:
    return Reply((card(LONG),))


async def test_nobody_pays_while_whoever_owes_it_is_at_it(stage: Stage, core: Scripted, notes: MemoryNotes) -> None:
    core.answer = long_answer
    stage.slack.slow["response_url"] = 60
    await stage.actor("UPRIYA").command("reminders", response_url=stage.slack.api_url + "response_url")
    second = await after_a_restart(core, notes, seconds=GRACE / 2)
    assert not second.slack.messages
    assert len(kept(notes)) == 1
    await die(stage)


async def test_what_can_never_be_shown_is_not_tried_for_ever(stage: Stage, core: Scripted, notes: MemoryNotes) -> None:
    gone = {"place": "@slack:T9:UGONE", "at": 0.0, "messages": [{"text": "x", "blocks": []}]}
    await notes.put(OWED, "slack:T9:c:1", gone)
    await after_a_restart(core, notes)
    assert not kept(notes)
