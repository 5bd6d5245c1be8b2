"""One outcome, however often and however many ways something arrives."""

import asyncio

from sqlalchemy import func, select

from bot.ports import PlaceKind
from bot.storage.tables import Case, Reading, Schedule
from tests.house import House
from tests.slack.actor import Actor
from tests.slack.stage import Scripted, Stage, open_stage, second_adapter
from tests.slack.test_slack_story import open_case, with_check_in


async def clients(stage: Stage, somebody: Actor) -> str:
    before = len(stage.slack.messages)
    await somebody.command("clients")
    return "\n".join(m.text for m in stage.slack.messages[before:])


async def test_an_event_that_slack_sends_again_is_answered_once(house: House) -> None:
    async with open_stage(house.conversation, house=house) as stage:
        priya = stage.actor("UPRIYA")
        for again in range(3):
            await priya.say("start Acme", ts="170.5", event_id=f"Ev{again}")
            await stage.deliver()
        assert len([m for m in stage.slack.messages if m.channel == "DUPRIYA"]) == 1


async def test_two_connections_that_both_receive_are_one_outcome(house: House) -> None:
    async with open_stage(house.conversation, over_socket=True, house=house) as stage, second_adapter(stage, house):
        assert stage.slack.sockets == 2
        stage.slack.to_all = True
        priya = stage.actor("UPRIYA")
        await priya.say("start Acme", ts="170.5")
        await stage.deliver()
        assert len([m for m in stage.slack.messages if m.channel == "DUPRIYA"]) == 1
        await open_case(priya, "Beta")
        stage.slack.to_all = False
        assert (await clients(stage, priya)).count("Client: Beta") == 1


async def test_commands_forms_and_presses_that_two_connections_receive_are_one_outcome(house: House) -> None:
    async with open_stage(house.conversation, over_socket=True, house=house) as stage, second_adapter(stage, house):
        stage.slack.to_all = True
        priya = stage.actor("UPRIYA")
        await open_case(priya)
        await stage.deliver()
        await priya.command("remind Acme weekly on Monday at 09:00 in #accounts")
        await stage.deliver()
        await house.skip(days=7)
        (nudge,) = [m for m in stage.slack.messages if m.channel == "C1" and not m.only]
        await priya.press("Warmer", nudge)
        await stage.deliver()
        async with house.database.reading() as db:
            kept = {table.__name__: await db.scalar(select(func.count()).select_from(table)) or 0
                    for table in (Case, Schedule, Reading)}  # fmt: skip
        assert kept == {"Case": 1, "Schedule": 1, "Reading": 1}
        assert nudge.text.count("Warmer. Priya") == 1


async def test_a_button_clicked_twice_is_one_answer(house: House) -> None:
    async with open_stage(house.conversation, house=house) as stage:
        priya = stage.actor("UPRIYA")
        await priya.say("start Acme")
        await stage.deliver()
        asked = priya.last
        button = next(b for b in asked.buttons if b["text"]["text"] == "Something broke")
        twice = [stage.slack.deliver("interactive", priya.press_payload(asked, button)) for _ in range(2)]
        await asyncio.gather(*twice)
        await stage.deliver()
        asking = [m.text for m in stage.slack.messages if m.channel == "DUPRIYA"]
        assert asking[0].endswith("Something broke")
        assert len(asking) <= 3, asking


async def test_a_connection_that_slack_refreshes_is_made_anew() -> None:
    core = Scripted()
    async with open_stage(core, over_socket=True) as stage:
        await stage.actor("UPRIYA").command("home")
        await stage.slack.disconnect()
        await asyncio.wait_for(stage.slack.connected.wait(), 20)
        await stage.actor("UPRIYA").command("home")
        assert len(core.heard) == 2


async def test_a_worker_sends_without_listening() -> None:
    async with open_stage(Scripted(), over_socket=True, listen=False) as stage:
        assert stage.slack.sockets == 0
        assert (await stage.adapter.messenger.audience("slack:T1:C1")).kind is PlaceKind.internal


async def test_two_people_who_answer_at_once_are_told_who_was_first(house: House) -> None:
    async with open_stage(house.conversation, house=house) as stage:
        priya = await with_check_in(stage)
        omar = stage.actor("UOMAR")
        await house.skip(days=7)
        (nudge,) = [m for m in stage.slack.messages if m.channel == "C1" and not m.only]
        by_label = {b["text"]["text"]: b for b in nudge.buttons}
        await asyncio.gather(
            stage.slack.deliver("interactive", priya.press_payload(nudge, by_label["Warmer"])),
            stage.slack.deliver("interactive", omar.press_payload(nudge, by_label["Colder"])),
        )
        await stage.deliver()
        first, other = ("Priya", omar) if "Priya" in nudge.text else ("Omar", priya)
        assert first in nudge.text
        assert first in other.last.text
