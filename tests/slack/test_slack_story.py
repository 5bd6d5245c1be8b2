"""The whole story in Slack, with the real core, over HTTP and over Socket Mode."""

from collections.abc import AsyncIterator

import pytest

from tests.house import House
from tests.slack.actor import Actor, words
from tests.slack.stage import Stage, open_stage

STORY = (
    "The migration we promised for Friday slipped to Tuesday and nobody told them. Dana found out from her own staff."
)


@pytest.fixture(params=["http", "socket"])
async def stage(request: pytest.FixtureRequest, house: House) -> AsyncIterator[Stage]:
    async with open_stage(house.conversation, over_socket=request.param == "socket", house=house) as opened:
        yield opened


@pytest.fixture
async def http(house: House) -> AsyncIterator[Stage]:
    async with open_stage(house.conversation, house=house) as opened:
        yield opened


async def open_case(somebody: Actor, client: str = "Acme") -> None:
    """Fill in the forms of a new case, each with the first thing that fits."""
    await somebody.command(f"start {client}")
    await somebody.submit(story=STORY)
    while somebody.user in somebody.slack.modals:
        await somebody.submit(**first_answers(somebody))


def first_answers(somebody: Actor) -> dict[str, object]:
    answers: dict[str, object] = {}
    for block_id, block in somebody.modal.inputs.items():
        kind, _, key = block_id.partition(":")
        if "options" in block["element"]:
            answers[key if kind == "q" else f"{key}_pick"] = block["element"]["options"][0]["text"]["text"]
    return answers


async def test_an_unhappy_client_becomes_a_case(stage: Stage) -> None:
    priya = stage.actor("UPRIYA")
    await priya.command("start Acme")
    await priya.submit(story=STORY)
    assert "That sounds like" in words(priya.modal.payload)
    await priya.submit(cause="They were kept in the dark")
    await priya.submit(fault="Ours")
    wrong = await priya.submit(severity="Serious", cost="about 2,400 euros", since="31 February")
    assert isinstance(wrong, dict)
    assert list(wrong["errors"]) == ["q:since"]
    await priya.submit(severity="Serious", cost="about 2,400 euros", since="last Friday")
    while "UPRIYA" in stage.slack.modals:
        await priya.submit(**first_answers(priya))
    await stage.deliver()
    assert "SAL-1 is open" in priya.reads()
    assert "kept in the dark · ours · serious" in priya.reads()
    assert "Why now:" in priya.reads()
    assert "SAL-1" not in stage.actor("UOMAR").reads(), "only the person who asked sees the answer"


async def test_back_in_a_form_asks_the_question_before_again(http: Stage) -> None:
    priya = http.actor("UPRIYA")
    await priya.command("start Acme")
    await priya.submit(story=STORY)
    await priya.press_view("Back")
    assert "q:story" in priya.modal.inputs


async def with_check_in(stage: Stage, place: str = "#accounts") -> Actor:
    """An open case of Priya's with a weekly check-in."""
    priya = stage.actor("UPRIYA")
    await open_case(priya)
    await priya.command(f"remind Acme weekly on Monday at 09:00 in {place}")
    while "UPRIYA" in stage.slack.modals:
        await priya.submit(**first_answers(priya))
    assert "every Monday at 09:00" in priya.reads()
    return priya


async def test_the_check_in_comes_to_the_channel_and_shows_who_answered(stage: Stage) -> None:
    assert stage.house
    priya, omar = await with_check_in(stage), stage.actor("UOMAR")
    await stage.house.skip(days=7)
    (nudge,) = [m for m in stage.slack.messages if m.channel == "C1" and not m.only]
    assert "Acme" in nudge.text
    stale = next(b for b in nudge.buttons if b["text"]["text"] == "Colder")
    await priya.press("Warmer", nudge)
    await stage.deliver()
    assert "Warmer. Priya" in nudge.text
    assert nudge.edits == 1
    await stage.slack.deliver("interactive", omar.press_payload(nudge, stale))
    await stage.deliver()
    assert nudge.edits == 1
    assert "Priya" in omar.last.text, "the second to press sees who was first"
    assert omar.last.only == "UOMAR"


async def test_a_channel_that_becomes_shared_gets_no_check_in(http: Stage) -> None:
    assert http.house
    priya = await with_check_in(http)
    http.slack.teams["T1"].channels["C1"]["is_ext_shared"] = True
    await priya.event({"type": "channel_shared", "channel": "C1", "connected_team_id": "T9"})
    await http.house.skip(days=7)
    assert not [m for m in http.slack.messages if m.channel == "C1" and not m.only]
    private = [m.text for m in http.slack.messages if m.channel == "DUPRIYA"]
    assert any("shared with people outside" in text for text in private), private


async def test_a_channel_that_becomes_shared_moves_its_check_ins_before_the_next_is_due(http: Stage) -> None:
    priya = await with_check_in(http)
    await priya.event({"type": "channel_shared", "channel": "C1", "connected_team_id": "T9"})
    await http.deliver()
    assert any("check-ins come to you here instead" in m.text for m in http.slack.messages if m.channel == "DUPRIYA")
    await priya.command("reminders")
    assert "every Monday at 09:00, in your private chat" in priya.reads()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("channel_not_found", "Invite me there"),
        ("not_in_channel", "Invite me there"),
        ("is_archived", "archived. Pick another channel"),
        ("account_inactive", "install Salvage again"),
        ("token_revoked", "install Salvage again"),
    ],
)
async def test_a_channel_that_cannot_be_posted_in_ends_in_a_note_to_the_owner(
    http: Stage, wrong: str, says: str
) -> None:
    assert http.house
    priya = await with_check_in(http)
    http.slack.failing["chat.postMessage"] = [wrong]
    await http.house.skip(days=7)
    await http.deliver()
    (note,) = [m for m in priya.mine if m.channel == "DUPRIYA"]
    assert "I didn't post Acme's check-in." in note.text
    assert says in note.text
    await priya.press("Warmer", note)
    await http.deliver()
    assert "Warmer" in note.text, "it can be answered there"


async def test_a_check_in_waits_where_slack_is_busy_and_then_comes_to_its_channel(http: Stage) -> None:
    assert http.house
    priya = await with_check_in(http)
    http.adapter._turns._places.forget_all("T1")
    http.slack.failing["conversations.info"] = [("429", 30)]
    await http.house.skip(days=7)
    assert not [m for m in http.slack.messages if not m.only], "unknown is refused for as long as it is unknown"
    await http.house.skip(minutes=1)
    assert [m.channel for m in http.slack.messages if not m.only] == ["C1"]
    assert "how are they?" in priya.last.text


async def test_a_private_chat_is_a_conversation(stage: Stage) -> None:
    priya = stage.actor("UPRIYA")
    await priya.say("start Acme")
    await stage.deliver()
    await priya.say(STORY)
    await stage.deliver()
    asked = priya.last
    await priya.press("They were kept in the dark")
    await stage.deliver()
    assert "They were kept in the dark" in asked.text
    assert not [b for b in asked.buttons if b["action_id"].startswith("a:")], "an answered question is not asked again"
    assert "Whose doing was it" in priya.last.text
    assert all(not m.only for m in priya.mine), "a private chat keeps its messages"


async def test_the_home_tab_shows_what_needs_me_and_its_buttons_open_a_modal(http: Stage) -> None:
    priya = http.actor("UPRIYA")
    await open_case(priya)
    await priya.open_home()
    assert "Acme" in words(priya.home.payload)
    label = priya.home.buttons[0]["text"]["text"]
    await priya.press_view(label, priya.home)
    await http.deliver()
    assert "Acme" in words(priya.modal.payload)


async def test_the_home_tab_of_a_manager_shows_who_is_at_risk_with_others_and_a_members_does_not(http: Stage) -> None:
    priya, omar, sam = http.actor("UPRIYA"), http.actor("UOMAR"), http.actor("USAM")
    await open_case(priya)
    await open_case(sam, "Beta")
    for somebody in (omar, sam):
        await somebody.open_home()
    assert "At risk in the team" in words(sam.home.payload)
    assert "Acme" in words(sam.home.payload)
    assert "Priya" in words(sam.home.payload)
    assert words(sam.home.payload).count("Beta") == 2, "one's own case stands there once, and on its button"
    assert "Acme" not in words(omar.home.payload)
    assert "Every client at risk" in words(omar.home.payload)


async def test_a_message_handed_over_opens_the_questions_with_its_words(http: Stage) -> None:
    priya = http.actor("UPRIYA", "CSHARED")
    await priya.shortcut("client_unhappy", "This is the third outage, &lt;and&gt; we are losing patience")
    assert priya.modal.payload["type"] == "modal"
    assert not [m for m in http.slack.messages if m.channel == "CSHARED"], "nothing shows in the shared channel"


async def test_a_mention_gets_a_neutral_line_there_and_the_details_in_private(http: Stage) -> None:
    priya = http.actor("UPRIYA", "CSHARED")
    await open_case(http.actor("UPRIYA"))
    await priya.mention("next Acme")
    await http.deliver()
    (there,) = [m for m in http.slack.messages if m.channel == "CSHARED"]
    assert there.text == "I've answered you in our private chat."
    assert any("SAL-1" in m.text for m in http.slack.messages if m.channel == "DUPRIYA")


async def test_a_command_in_a_shared_channel_is_answered_in_private(http: Stage) -> None:
    await open_case(http.actor("UPRIYA"))
    priya = http.actor("UPRIYA", "CSHARED")
    ack = await priya.command("clients")
    await http.deliver()
    assert isinstance(ack, dict)
    assert "Acme" not in ack["text"]
    assert any("Acme" in m.text for m in http.slack.messages if m.channel == "DUPRIYA")


async def test_another_workspace_never_reads_or_changes_a_case(http: Stage) -> None:
    priya = await with_check_in(http)
    thief = http.actor("UTHIEF", "C9", "T2")
    other = http.slack.team("T2", "xoxb-two")
    other.person("UTHIEF", "Thea")
    other.channel("C9", "theirs", ["UTHIEF"])
    before = list(http.slack.messages)
    for text in ("next SAL-1", "SAL-1", "summary", "clients", "close Acme", "remind Acme weekly", "lessons", ""):
        await thief.command(text)
        assert "not installed" in thief.last.text
    for message in [m for m in before if m.buttons]:
        for button in message.buttons:
            if button["type"] == "button":
                await http.slack.deliver("interactive", thief.press_payload(message, button))
    await http.deliver()
    fresh = [m for m in http.slack.messages if m not in before]
    assert not [m for m in fresh if "Acme" in m.text or "SAL-1" in m.text]
    assert priya.last in before


async def test_an_outsider_who_presses_a_check_in_is_refused_and_sees_nothing(http: Stage) -> None:
    assert http.house
    await with_check_in(http)
    await http.house.skip(days=7)
    (nudge,) = [m for m in http.slack.messages if m.channel == "C1" and not m.only]
    http.slack.team("T2", "xoxb-two").person("UDANA", "Dana")
    dana = http.actor("UDANA")
    for button in nudge.buttons:
        payload = dana.press_payload(nudge, button)
        payload["user"]["team_id"] = "T2"
        await http.slack.deliver("interactive", payload)
    await http.deliver()
    seen = [m.text for m in http.slack.messages if m.only == "UDANA"]
    assert seen
    assert set(seen) == {"I only talk with the team that runs me. Please speak to your contact there."}
    assert nudge.edits == 0


async def test_after_the_app_was_removed_no_check_in_comes(http: Stage) -> None:
    assert http.house
    priya = await with_check_in(http)
    before = len(http.slack.messages)
    await priya.event({"type": "app_uninstalled"})
    calls = len(http.slack.calls)
    await http.house.skip(days=7)
    await http.deliver()
    assert len(http.slack.messages) == before
    assert len(http.slack.calls) == calls, "nobody is even asked"


async def test_everything_that_was_shown_has_the_published_shape(http: Stage) -> None:
    priya = await with_check_in(http)
    for text in ("", "help", "summary", "clients", "reminders", "next Acme", "check You must understand", "lessons"):
        await priya.command(text)
    from tests.slack.checks import schema_problems

    for blocks in http.slack.payloads:
        known = [b for b in blocks if b["type"] != "data_visualization"]
        assert not schema_problems(known, "MessageBlocks.schema.json")
