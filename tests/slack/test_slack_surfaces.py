"""Where the coach is met in Slack, with the real core: a message's menu, the assistant pane, an edit, a mention."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from adapters.slack.showing import PROMPTS
from bot.storage.tables import Case, Entry
from tests.house import House
from tests.slack.actor import Actor, words
from tests.slack.stage import Stage, open_stage
from tests.slack.test_slack_story import STORY, first_answers, open_case

CRY = "Third outage this month, &lt;and&gt; nobody called. <@UOMAR|omar> promised <!channel> a report"
PLAIN = "Third outage this month, <and> nobody called. @Omar promised @channel a report"


@pytest.fixture
async def stage(house: House) -> AsyncIterator[Stage]:
    async with open_stage(house.conversation, house=house) as opened:
        yield opened


async def finish(somebody: Actor, **known: object) -> None:
    while somebody.user in somebody.slack.modals:
        asked = {k.partition(":")[2] for k in somebody.modal.inputs}
        await somebody.submit(**{**first_answers(somebody), **{k: v for k, v in known.items() if k in asked}})


async def test_a_message_that_was_handed_over_is_kept_in_the_clients_words(stage: Stage) -> None:
    assert stage.house
    priya = stage.actor("UPRIYA", "CSHARED")
    await priya.shortcut("client_unhappy", CRY)
    await priya.submit(client="Acme")
    assert PLAIN in words(priya.modal.payload)
    await finish(priya, story=STORY)
    await stage.deliver()
    async with stage.house.database.reading() as db:
        kept = " ".join(map(str, (await db.execute(select(Case.client_words, Case.story))).one()))
        kept += " ".join(await db.scalars(select(Entry.words)))
    assert PLAIN in kept
    shown = [m for m in stage.slack.messages if m.channel == "CSHARED" and m.only != "UPRIYA"]
    assert not shown, "in the shared channel nobody sees a word of it"


async def test_a_message_is_logged_as_contact_from_its_menu(stage: Stage) -> None:
    assert stage.house
    await open_case(stage.actor("UPRIYA"))
    priya = stage.actor("UPRIYA", "CSHARED")
    await priya.shortcut("log_contact", "Thank you &amp; see you on Monday")
    await finish(priya, client="Acme", words="Thank you & see you on Monday")
    await stage.deliver()
    async with stage.house.database.reading() as db:
        lines = " ".join(await db.scalars(select(Entry.words)))
    assert "Thank you & see you on Monday" in lines
    assert "&amp;" not in lines


async def test_the_pane_offers_prompts_that_work_and_goes_on_in_its_thread(stage: Stage) -> None:
    priya = stage.actor("UPRIYA")
    pane = {"user_id": "UPRIYA", "channel_id": "DUPRIYA", "thread_ts": "5.5", "context": {}}
    await priya.event({"type": "assistant_thread_started", "assistant_thread": pane})
    offered = stage.slack.prompts[0]["prompts"]
    assert [(p["title"], p["message"]) for p in offered] == list(PROMPTS)
    for prompt in offered:
        before = len(priya.mine)
        await priya.say(prompt["message"], thread="5.5")
        await stage.deliver()
        assert len(priya.mine) > before, prompt
        assert "I don't know" not in priya.last.text
        await priya.say("cancel", thread="5.5")
        await stage.deliver()
    assert {m.thread_ts for m in priya.mine} == {"5.5"}
    assert {(s["channel_id"], s["thread_ts"]) for s in stage.slack.statuses} == {("DUPRIYA", "5.5")}
    assert len(stage.slack.statuses) == 2 * len(offered), "every time an answer is on its way"
    await priya.say("start Acme", thread="5.5")
    await priya.say(STORY, thread="5.5")
    await stage.deliver()
    await priya.press("They were kept in the dark")
    await stage.deliver()
    assert "Whose doing was it" in priya.last.text
    assert priya.last.thread_ts == "5.5"


async def test_what_is_kept_is_edited_by_a_menu_and_a_form_that_says_what_is_kept(stage: Stage) -> None:
    assert stage.house
    priya = stage.actor("UPRIYA")
    await open_case(priya)
    for contact in ("Dana", "Hendrika"):
        await priya.command("edit Acme")
        menu = next(b for b in priya.last.buttons if b["type"] == "static_select")
        chosen = next(o for o in menu["options"] if o["text"]["text"] == "Contact")
        body = priya.press_payload(priya.last, {**menu, "options": [chosen]})
        await stage.slack.deliver("interactive", body)
        (asked,) = priya.modal.inputs
        assert ("Dana" in words(priya.modal.payload)) is (contact == "Hendrika"), "what is kept now is said"
        await priya.submit(**{asked.partition(":")[2]: contact})
        await stage.deliver()
        assert contact in priya.last.text
    async with stage.house.database.reading() as db:
        assert await db.scalar(select(Case.contact)) == "Hendrika"


async def test_a_mention_in_a_team_channel_answers_there_in_a_line_and_tells_the_rest_in_private(stage: Stage) -> None:
    await open_case(stage.actor("UPRIYA"))
    priya = stage.actor("UPRIYA")
    before = len(stage.slack.messages)
    await priya.mention("next Acme")
    await stage.deliver()
    fresh = stage.slack.messages[before:]
    (there,) = [m for m in fresh if m.channel == "C1"]
    assert there.text == "I've answered you in our private chat."
    assert there.thread_ts, "beside the message that asked, and not in everybody's way"
    assert any("SAL-1" in m.text for m in fresh if m.channel == "DUPRIYA")
