"""What stays: the pane's thread over a restart, what was said before a question, what was typed on an earlier page."""

from collections.abc import AsyncIterator

import pytest

from adapters.slack.render import in_place_of, messages, words_of
from adapters.slack.threads import KEEP_SECONDS, Threads
from bot.ports import Inbound, Reply
from bot.view import Card, Form, Heading, Input, Option, card, say
from tests.fakes.notes import MemoryNotes
from tests.house import House
from tests.slack.stage import Scripted, Stage, open_stage
from tests.slack.test_slack_story import STORY

FAULT = Input("fault", "choice", say("Whose doing?"), options=(Option("Ours", "ours"), Option("Theirs", "theirs")))
ASKED = Card((Heading("SAL-1 is open"), *card("Owner: you.").elements), Form(5, "", (FAULT,)))


@pytest.fixture
async def http(house: House) -> AsyncIterator[Stage]:
    async with open_stage(house.conversation, house=house) as opened:
        yield opened


# --- the pane's thread -------------------------------------------------------------------------------------


async def test_after_a_restart_private_messages_still_go_to_the_thread_of_the_pane(house: House) -> None:
    async with open_stage(house.conversation, house=house) as stage:
        await stage.actor("UPRIYA").say("start Acme", thread="5.5")
        await stage.deliver()
        assert stage.slack.messages[-1].thread_ts == "5.5"
    async with open_stage(house.conversation, house=house) as stage:
        await stage.adapter.messenger.send("@slack:T1:UPRIYA", card("Good morning"), key="k")
        await stage.adapter.messenger.send("@slack:T1:UOMAR", card("Good morning"), key="k2")
        assert [m.thread_ts for m in stage.slack.messages] == ["5.5", ""]
        await stage.actor("UPRIYA").say("help")
        await stage.adapter.messenger.send("@slack:T1:UPRIYA", card("Good morning"), key="k3")
        assert stage.slack.messages[-1].thread_ts == "", "who talks outside of the pane is answered there"


async def test_another_process_hears_of_a_new_thread_within_a_minute() -> None:
    notes, clock = MemoryNotes(), [0.0]
    one, other = Threads(notes), Threads(notes, lambda: clock[0])
    assert await other.of("T1", "U1") == ""
    await one.talked("T1", "U1", "5.5")
    clock[0] = KEEP_SECONDS + 1
    assert await other.of("T1", "U1") == "5.5"
    assert await other.of("T1", "") == ""


# --- what was said before a question -----------------------------------------------------------------------


def test_an_answer_takes_the_place_of_its_question_and_of_nothing_else() -> None:
    (asked,) = messages(ASKED)
    answered = in_place_of(list(asked.blocks), card("Whose doing? Ours"))
    assert answered.text == "SAL-1 is open\nOwner: you.\nWhose doing? Ours"
    assert words_of(list(answered.blocks)) == "SAL-1 is openOwner: you.Whose doing? Ours"
    assert not [b for b in answered.blocks if b["type"] == "actions"]


def test_a_question_that_slack_does_not_show_us_is_only_replaced() -> None:
    assert in_place_of((), card("Whose doing? Ours")).text == "Whose doing? Ours"


def test_more_than_a_message_holds_is_cut_to_the_answer() -> None:
    full = [{"type": "divider"}] * 50
    assert in_place_of(full, card("Ours")).text == "Ours"


def test_names_that_would_ping_stay_words_in_the_message_that_was_answered() -> None:
    shown = [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [
        {"type": "text", "text": "<!channel> is unhappy"}]}]}]  # fmt: skip
    assert in_place_of(shown, card("Ours")).text.startswith("&lt;!channel&gt; is unhappy")


@pytest.mark.parametrize("private", [True, False])
async def test_what_was_said_before_a_question_is_still_there_after_the_press(private: bool) -> None:
    core = Scripted(lambda inbound: Reply((ASKED,)))
    async with open_stage(core) as stage:
        priya = stage.actor("UPRIYA")
        if private:
            stage.slack.teams["T1"].channel(priya.chat, "", ["UPRIYA"], is_im=True, user="UPRIYA")
            await priya.say("start Acme")
        else:
            await priya.command("start Acme")
        await stage.deliver()
        core.answer = answered
        await priya.press("Ours")
        await stage.deliver()
        told = priya.reads()
        assert "SAL-1 is open\nOwner: you." in told
        assert "Whose doing? Ours" in told
        assert told.endswith("Next.")
        assert not [b for m in priya.mine for b in m.buttons], "an answered question is not asked again"


def answered(inbound: Inbound) -> Reply:
    return Reply((card("Next."),), pressed=card("Whose doing? Ours"))


# --- what was typed ----------------------------------------------------------------------------------------


async def test_back_in_a_modal_shows_what_was_typed_on_the_page_before(http: Stage) -> None:
    priya = http.actor("UPRIYA")
    await priya.command("start Acme")
    await priya.submit(story=STORY)
    await priya.press_view("Back")
    assert priya.modal.inputs["q:story"]["element"]["initial_value"] == STORY
    await priya.submit()
    await priya.submit(cause="They were kept in the dark")
    await priya.press_view("Back")
    begun = priya.modal.inputs["q:cause"]["element"]["initial_option"]
    assert begun["text"]["text"] == "They were kept in the dark"
