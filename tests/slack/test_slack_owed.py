"""What is still to be shown when Slack has its ack outlives the process that owes it."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from adapters.slack.owed import GRACE, OWED, Owed
from bot.ports import Inbound, Pressed, Reply
from bot.view import Card, Form, Input, card, say
from tests.fakes.notes import MemoryNotes
from tests.fakes.slack import Message
from tests.house import House
from tests.slack.stage import Scripted, Stage, open_stage

LONG = "word " * 8_000
STORY = Input("story", "text", say("What happened?"))


class SharedNotes(MemoryNotes):
    """Notes that several processes keep: between any two steps of one, the others take theirs."""

    async def get(self, kind: str, key: str) -> Mapping[str, Any] | None:
        await asyncio.sleep(0)
        return await super().get(kind, key)

    async def put(self, kind: str, key: str, value: Mapping[str, Any]) -> None:
        await asyncio.sleep(0)
        await super().put(kind, key, value)

    async def drop(self, kind: str, key: str) -> bool:
        await asyncio.sleep(0)
        return await super().drop(kind, key)

    async def all(self, kind: str, prefix: str = "") -> Mapping[str, Mapping[str, Any]]:
        await asyncio.sleep(0)
        return await super().all(kind, prefix)


@pytest.fixture
def notes() -> MemoryNotes:
    return SharedNotes()


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


def a_process(stage: Stage, notes: MemoryNotes, seconds: float = 0) -> Owed:
    """Another process of the same coach, this many seconds later."""
    turns = stage.adapter._turns
    return Owed(notes, turns._messenger, turns._background, lambda: time.time() + seconds)


async def owe(notes: MemoryNotes, *texts: str) -> None:
    messages = [{"text": text, "blocks": []} for text in texts]
    await notes.put(OWED, "slack:T1:c:1", {"place": "@slack:T1:UPRIYA", "at": 0.0, "messages": messages})


@pytest.mark.parametrize("processes", [2, 5])
async def test_processes_that_pay_at_once_show_it_once(stage: Stage, notes: MemoryNotes, processes: int) -> None:
    await owe(notes, "one", "two")
    await asyncio.gather(*(a_process(stage, notes).pay() for _ in range(processes)))
    assert [m.text for m in stage.slack.messages] == ["one", "two"]
    assert not kept(notes)


@pytest.mark.parametrize("head_start", range(1, 16))
async def test_whoever_comes_a_moment_later_shows_none_of_it_again(
    stage: Stage, notes: MemoryNotes, head_start: int
) -> None:
    await owe(notes, "one", "two")
    first = asyncio.ensure_future(a_process(stage, notes).pay())
    for _ in range(head_start):
        await asyncio.sleep(0)
    await a_process(stage, notes).pay()
    await first
    assert [m.text for m in stage.slack.messages] == ["one", "two"]
    assert not kept(notes)


async def test_what_a_dying_payer_had_shown_is_not_shown_again(stage: Stage, notes: MemoryNotes) -> None:
    await owe(notes, "one", "two")
    stage.slack.slow["chat.postMessage"], stage.slack.quick["chat.postMessage"] = 60, 1
    paying = asyncio.ensure_future(a_process(stage, notes).pay())
    await stage.slack.stuck.wait()
    await die(stage)
    await asyncio.gather(paying, return_exceptions=True)
    stage.slack.slow.clear()
    await a_process(stage, notes, GRACE / 2).pay()
    assert [m.text for m in stage.slack.messages] == ["one"], "whoever was at it may be at it still"
    await a_process(stage, notes, GRACE + 1).pay()
    assert [m.text for m in stage.slack.messages] == ["one", "two"]
    assert not kept(notes)


@pytest.mark.parametrize("step", range(1, 30))
async def test_a_payer_that_dies_at_any_step_loses_nothing(stage: Stage, notes: MemoryNotes, step: int) -> None:
    await owe(notes, "one")
    stage.slack.slow["chat.postMessage"] = 60
    paying = asyncio.ensure_future(a_process(stage, notes).pay())
    for _ in range(step):
        await asyncio.sleep(0)
    paying.cancel()
    await asyncio.gather(paying, return_exceptions=True)
    await die(stage)
    # What was on its way when it died has reached Slack once Slack has answered what was asked later.
    await stage.adapter.messenger.audience("slack:T1:COPS")
    stage.slack.slow.clear()
    for rounds in (1, 2, 3):
        await a_process(stage, notes, (GRACE + 1) * rounds).pay()
    assert [m.text for m in stage.slack.messages] == ["one"]
    assert not kept(notes)


async def test_what_slack_refuses_half_way_is_paid_from_there(stage: Stage, notes: MemoryNotes) -> None:
    await owe(notes, "one", "two", "three")
    stage.slack.failing["chat.postMessage"] = [None, 503, 503, 503, 503]
    await a_process(stage, notes).pay()
    assert [m.text for m in stage.slack.messages] == ["one"]
    stage.slack.failing.clear()
    await a_process(stage, notes, GRACE + 1).pay()
    assert [m.text for m in stage.slack.messages] == ["one", "two", "three"]


async def test_a_long_answer_interrupted_between_its_messages_shows_none_of_them_twice(
    stage: Stage, core: Scripted, notes: MemoryNotes
) -> None:
    core.answer = long_answer
    stage.slack.slow["response_url"], stage.slack.quick["response_url"] = 60, 1
    await stage.actor("UPRIYA").command("reminders")
    await stage.slack.stuck.wait()
    await die(stage)
    second = await after_a_restart(core, notes)
    shown = [*stage.slack.messages, *second.slack.messages]
    assert sum(m.text.count("word") for m in shown) == 8_000
    assert not kept(notes)


async def test_what_is_shown_after_the_ack_is_not_owed_any_more(
    stage: Stage, core: Scripted, notes: MemoryNotes
) -> None:
    core.answer = long_answer
    stage.slack.slow["response_url"] = 1.7
    await stage.actor("UPRIYA").command("reminders")
    assert len(kept(notes)) == 1
    stage.slack.stuck.clear()
    await stage.slack.stuck.wait()
    await die(stage)
    second = await after_a_restart(core, notes)
    shown = [*stage.slack.messages, *second.slack.messages]
    assert sum(m.text.count("word") for m in shown) == 8_000


async def test_of_many_who_drop_a_record_in_the_database_one_is_told_so(house: House) -> None:
    await house.notes.put(OWED, "k", {})
    told = await asyncio.gather(*(house.notes.drop(OWED, "k") for _ in range(5)))
    assert sorted(told) == [False] * 4 + [True]
    assert not await house.notes.drop(OWED, "k")
