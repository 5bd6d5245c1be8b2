"""One client from furious to healed, as the people involved read it; and the side roads they take on the way."""

from itertools import count
from pathlib import Path

import pytest

from bot.ports import Pressed
from bot.view import AnswerPress, press_value
from tests.core.told import STORY, opened
from tests.house import House, Seat, open_house

TOLD = (
    "The migration we promised for Friday slipped to Tuesday and nobody told them. Their warehouse stood still on "
    "Monday. Dana found out from her own staff."
)
HER_WORDS = (
    "Very angry about finding out from her own people. Wants a status mail every Thursday and the migration done by "
    "Tuesday noon."
)


async def diagnosed(priya: Seat) -> None:
    """The long way: everything the coach asks."""
    await priya.say("/salvage start Acme")
    assert "Acme is new to me. What happened?" in priya.words
    await priya.say(TOLD)
    assert "That sounds like they were kept in the dark. Right?" in priya.words
    await priya.say("yes", "Ours", "The account is at risk", "about 2,400 euros, half a day of picking", "last Friday")
    assert "Who at Acme is upset?" in priya.words
    await priya.say("Dana", "Nothing yet", "The same")
    assert "What would have to be true for Dana to say “this is fixed”?" in priya.words
    await priya.say("I need to ask")


async def test_a_furious_client_is_healed_and_the_lesson_serves_the_next_case(house: House) -> None:
    priya = house.seat(place="#accounts")

    # Monday: what went wrong, and the first call.
    await diagnosed(priya)
    assert "SAL-1 · Acme · they were kept in the dark · ours · at risk of leaving" in priya.words
    assert "Next: Call them before you write." in priya.words
    await priya.press("Done")
    assert "What did Dana say?" in priya.words
    await priya.say(HER_WORDS)
    assert "How did Dana sound at the end?" in priya.words
    await priya.say("Colder")
    assert (
        "I've kept two things that would make it right: a status mail every Thursday, the migration done by Tuesday "
        "noon." in priya.words
    )
    await priya.say("Correct")
    assert "These are promises with a date. Which of them shall I watch?" in priya.words
    assert "1. a status mail every Thursday (Thursday 17:30)" in priya.words
    await priya.say("both")
    assert "I'll watch it: a status mail every Thursday, Thursday 17:30." in priya.words
    assert "I'll watch it: the migration done by Tuesday noon, tomorrow 12:00." in priya.words
    assert "Next: Apologise and take it on yourself." in priya.words

    # The apology: asked for what is missing, edited, its tone checked, and sent by Priya herself.
    await priya.press("Draft it")
    await priya.say(
        "we moved your migration to Tuesday and did not tell you", "finish the migration on Monday night",
        "Tuesday 12:00",
    )  # fmt: skip
    assert "It has cost you €2,400." in priya.words
    assert "Tone: nothing to change." in priya.words
    await priya.say("Edit", "Dana, we apologise if you feel the delay was bad. It is done by Tuesday 12:00.")
    assert "Takes the apology back" in priya.words
    await priya.say("Edit")
    await priya.say(
        "Dana, on Friday we moved your migration and did not tell you. That was our failure, and I am sorry. The "
        "migration is finished by Tuesday 12:00; I will call you then myself."
    )
    assert "Tone: nothing to change." in priya.words
    await priya.say("I sent it")
    assert "Noted: you sent it, today 10:00. I never send anything myself." in priya.words
    assert "Shall I watch it?" not in priya.words, "that time is watched already"

    # Status, the fix, and what is offered for the loss.
    for play in ("Tell them where it stands, and when", "Fix it for good, quietly"):
        assert f"Next: {play}." in priya.words
        await priya.press("Done")
    await priya.say("offer Acme", "€2,400", "€2,500")
    assert "more than you may offer by yourself (€500), and nobody here may approve it yet" in priya.words
    await priya.say("cancel", "offer Acme", "€400", "€420", "Half a day of picking, credited")
    assert "Kept: €420, approved by Priya. Tell them yourself; I can help to word it." in priya.words
    await priya.say("kept 1")
    assert "Kept. That is how trust comes back." in priya.words

    # Check-ins every Monday in #accounts, answered by whoever knows.
    await priya.say("remind Acme weekly on Monday at 9:00 in #accounts")
    assert "I'll ask about Acme every Monday at 09:00, in #accounts. First: 9 November 09:00." in priya.words
    for week, reading in ((1, "Same"), (2, "Warmer"), (3, "Warmer")):
        await house.skip(days=7)
        posted = (await house.shown_in("local:#accounts"))[-1].card
        assert f"Acme, week {week}. 0 of 2 wishes met. Priya, how are they?" in posted.text
        await priya.say(reading)
        assert f"Acme: {'the same' if reading == 'Same' else 'warmer'}, noted." in priya.words
    assert "Check-ins are now every second Monday at 09:00." in priya.words
    posted = (await house.shown_in("local:#accounts"))[-1].card
    assert posted.text == "Acme: Warmer. Priya, today 10:00."

    # Too early, then healed in Dana's words.
    await priya.say("close Acme", "Healed", "2")
    assert "One thing is still open in Dana's words: a status mail every Thursday." in priya.words
    await priya.say("Keep open")
    assert "What you ticked is kept. SAL-1 stays open for: a status mail every Thursday." in priya.words
    await priya.say("log Acme The mails come every Thursday, and she thanked us.", "Warmer", "all")
    assert "Every wish of Dana is met. Ask whether it feels fixed, then: close SAL-1." in priya.words
    await priya.press("Close it")
    await priya.say("Healed", "“Now it is fixed, thank you.”", "Tell the client before their own people do.")
    assert "Acme is healed, in Dana's own words. Their requests go back to standard priority." in priya.words
    assert "Learned: Tell the client before their own people do." in priya.words
    assert "I'll ask again after 30, 60 and 90 days" in priya.words
    full = await priya.say("SAL-1")
    assert "Stage: Healed" in full
    assert "✓ a status mail every Thursday\n✓ the migration done by Tuesday noon" in full

    # The next case with the same cause recalls the lesson, and the third one shows the pattern.
    await priya.say("start Globex: We moved the release, nobody told them, they heard it from their own staff.")
    assert "Learned the last time they were kept in the dark:\n– Tell the client before" in priya.words
    assert "This is case" not in priya.words
    await priya.say("cancel", "start Initech: Nobody told them about the outage, they heard nothing from us.")
    assert "This is case 3 in which they were kept in the dark." in priya.words
    assert "Tell the client before their own people do." in await priya.say("lessons client people")


async def test_a_name_and_a_sentence_are_enough(house: House) -> None:
    priya = house.seat()
    await priya.say(f"start Acme: {STORY}")
    assert "SAL-1 is open" in priya.words
    assert "Next:" in priya.words


async def test_a_story_alone_is_enough_to_begin(house: House) -> None:
    priya = house.seat()
    assert "Which client is it?" in await priya.say(TOLD)
    assert "That sounds like they were kept in the dark. Right?" in await priya.say("Acme")


async def test_where_nobody_knows_why_the_opening_line_is_given_and_the_answer_awaited(house: House) -> None:
    priya = house.seat()
    await priya.say("start Acme")
    await priya.press("I don't know why")
    await priya.say("Dana")
    assert "I get the sense that we haven't lived up to your expectations recently." in priya.words
    assert "Listen to the end before explaining anything." in priya.words
    assert "Next: Ask them what is wrong." in priya.words
    await priya.press("Done")
    assert "What did Dana say?" in priya.words


async def test_where_nothing_is_wrong_the_coach_says_so_and_opens_nothing(house: House) -> None:
    priya = house.seat()
    await priya.say("start Acme", "They sent us a lovely thank you note and want to order more.")
    assert "That sounds like nothing is wrong. Right?" in priya.words
    assert "Then there is nothing to repair with Acme." in await priya.say("yes")
    assert "SAL-" not in await priya.say("clients")


async def test_parting_keeps_the_reasons_and_what_goes_back_and_drafts_the_farewell(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("edit Acme contact", "Dana", "close Acme", "We part ways", "1, 2")
    await priya.say("They shout at our people in every call.", "1", "The files, to Dana, by Friday", "Draft it")
    await priya.say("Say no earlier.")
    assert "You and Acme part ways." in priya.words
    assert "On which day does the work end?" in priya.words
    await priya.say("30 November", "skip", "the files and the domain", "skip", "Thursday 15:00")
    assert "our work together ends on Monday 30 November" in priya.words
    card = await priya.say("I sent it", "SAL-1")
    assert "They are abusive to our people, It is always put down to us" in card
    assert "To hand back: files and documents. The files, to Dana, by Friday" in card


async def test_a_client_who_left_is_closed_with_their_last_words(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("close Acme", "They left us", "“We waited long enough.”", "Call on the first day.")
    assert "Acme has left. What happened is kept, so that it helps the next one." in priya.words
    assert "Lost. “We waited long enough.”" in await priya.say("SAL-1")


# --- side roads --------------------------------------------------------------------------------------------


async def test_a_summary_in_the_middle_comes_back_to_the_question(house: House) -> None:
    priya = house.seat()
    await opened(priya, "Globex")
    await priya.say("start Acme", TOLD)
    await priya.say("/salvage summary")
    assert "1 client at risk" in priya.words
    assert "That sounds like they were kept in the dark. Right?" in priya.words
    assert "Whose doing was it" in await priya.say("yes")


async def test_what_was_said_before_a_question_comes_back_with_it(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("draft apology Acme", "Dana", "we were late", "skip", "fix it tonight", "Thursday 15:00")
    await priya.say("/salvage clients")
    assert "Dana, we were late." in priya.words
    assert "What now?" in priya.words


async def test_a_suggestion_is_not_repeated_after_every_word(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("next Acme", "clients")
    assert "Why now" not in priya.words
    assert "Still open: the next step for Acme (SAL-1)." in priya.words
    assert "Why now" in await priya.press("Next step")


async def test_another_dialog_parks_the_first_and_gives_it_back(house: House) -> None:
    priya = house.seat()
    await priya.say("start Acme", TOLD)
    assert "Which text?" in await priya.say("/salvage check")
    await priya.say("I am sorry. I call you on Friday at 15:00.")
    assert "Tone" in priya.words
    assert "That sounds like they were kept in the dark. Right?" in priya.words


async def test_back_goes_through_every_question_to_the_first(house: House) -> None:
    priya = house.seat()
    await priya.say("start Acme", TOLD, "yes", "Ours", "Serious")
    for asked in ("How bad is it?", "Whose doing was it", "That sounds like", "What happened?"):
        assert asked in await priya.say("back")
    assert "This is the first question." in await priya.say("back")
    assert "What happened?" in priya.words


async def test_an_old_button_of_an_open_dialog_edits_that_answer(house: House) -> None:
    priya = house.seat()
    await priya.say("start Acme", TOLD, "yes")
    theirs = next(a.value for c in priya.last.cards for a in c.actions if a.label == "Theirs")
    await priya.say("Ours", "Serious", "€300", "last Friday", "Dana")
    await priya.act(Pressed(theirs))
    assert "What did Dana say?" in priya.words, "the question that was open is still open"
    await priya.say("Nothing yet", "The same", "I need to ask")
    assert "· theirs ·" in priya.words


async def test_a_button_of_a_finished_dialog_changes_nothing_and_says_so(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("close Acme")
    lost = next(a.value for c in priya.last.cards for a in c.actions if a.label == "They left us")
    await priya.press("They left us")
    await priya.say("They said nothing", "nothing new")
    await priya.act(Pressed(lost))
    assert "That question is already answered. Nothing was changed." in priya.words


async def test_a_restart_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'salvage.db'}"
    async with open_house(url) as house:
        priya = house.seat()
        await priya.say("start Acme", TOLD, "yes", "Ours")
        serious = next(a.value for c in priya.last.cards for a in c.actions if a.label == "Serious")
    async with open_house(url) as house:
        house.numbers = count(100)
        priya = house.seat()
        await priya.act(Pressed(serious))
        assert "What has it cost Acme so far?" in priya.words
        assert "Since when?" in await priya.say("€300")
    async with open_house(url) as house:
        house.numbers = count(200)
        priya = house.seat()
        await priya.say("last Friday", "Dana", "Nothing yet", "The same", "I need to ask")
        assert "SAL-1 · Acme · they were kept in the dark · ours · serious" in priya.words


async def test_what_comes_due_while_the_coach_is_down_comes_once_when_it_is_back(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'salvage.db'}"
    async with open_house(url) as house:
        priya = house.seat(place="#accounts")
        await opened(priya)
        await priya.say("remind Acme weekly on Monday at 9:00 in #accounts")
        later = house.clock.at
    async with open_house(url) as house:
        house.clock.at = later
        await house.skip(days=23)
        assert len(await house.shown_in("local:#accounts")) == 1


async def test_help_in_a_question_says_how_to_answer_and_asks_again(house: House) -> None:
    priya = house.seat()
    await priya.say("start Acme", TOLD)
    said = await priya.say("help")
    assert said.startswith("Press a button, or type its words or number. back returns to the question before")
    assert "Right?" in said


async def test_cancel_keeps_nothing_and_says_so(house: House) -> None:
    priya = house.seat()
    await priya.say("start Acme", TOLD, "yes")
    assert await priya.say("cancel") == "Stopped. Nothing from these questions was kept."
    assert "SAL-" not in await priya.say("clients")


@pytest.mark.parametrize("typed", ["1", "ours", "OURS.", "Ours", "our", "us", "we"])
async def test_an_option_can_be_typed_by_number_label_or_another_word(house: House, typed: str) -> None:
    priya = house.seat()
    await priya.say("start Acme", TOLD, "yes")
    assert "How bad is it?" in await priya.say(typed)


async def test_words_that_are_no_option_say_how_to_answer_and_name_the_options_once(house: House) -> None:
    priya = house.seat()
    await priya.say("start Acme", TOLD, "yes")
    said = await priya.say("the weather")
    assert said.startswith("I can't tell which of these you mean. Press one, or type its number.")
    assert said.count("Not clear yet") == 1


async def test_the_label_of_an_older_button_is_no_answer_to_a_free_question(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("edit Acme contact", "Dana", "next Acme", "log Acme")
    assert "How did Dana sound at the end?" in await priya.say("Done")
    assert "Done" in await priya.say("same", "I still need to ask", "cancel", "Acme")


async def test_a_clients_name_in_the_middle_of_a_choice_shows_its_case(house: House) -> None:
    priya = house.seat()
    await opened(priya, "Globex")
    await priya.say("start Acme", TOLD)
    said = await priya.say("Globex")
    assert "SAL-1 · Globex" in said
    assert "That sounds like they were kept in the dark. Right?" in said


async def test_each_place_has_its_own_open_question(house: House) -> None:
    private, channel = house.seat(), house.seat(place="#accounts")
    await private.say("start Acme", TOLD)
    await channel.say("start Globex")
    assert "Whose doing was it" in await private.say("yes")
    assert "Right?" in await channel.say("Nobody called them back for two weeks and they are upset.")


async def test_the_same_trouble_told_again_is_logged_with_the_case_that_is_open(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    assert "Acme already has SAL-1 open. Is this the same trouble?" in await priya.say("start Acme: They called again.")
    assert "How did Acme sound at the end?" in await priya.say("Same trouble")


async def test_a_press_that_nobody_could_have_made_is_refused(house: House) -> None:
    priya = house.seat()
    await priya.say("start Acme", TOLD)
    number = next(c.form for c in priya.last.cards if c.form).conversation
    await priya.act(Pressed(press_value(AnswerPress(number, "owner", "local:sam"))))
    assert "That question is no longer open. Nothing was changed." in priya.words


async def test_a_step_put_aside_is_answered_by_its_button_s_words(house: House) -> None:
    priya = house.seat()
    await priya.say("/salvage start Acme: nobody told them that the migration slipped")
    await priya.say("who is this")
    assert "I don't know a client called who is this." in priya.words
    await priya.say("Done")
    assert "What did Acme say?" in priya.words


async def test_trouble_told_without_a_name_offers_the_clients_at_hand(house: House) -> None:
    priya = house.seat()
    await priya.say("/salvage start Acme: nobody told them that the migration slipped")
    await priya.say("/salvage start Brickworks: the invoice was wrong for the third time")
    await priya.say("They rang an hour ago and shouted at us about the invoice, and then they hung up on Tom.")
    assert "Which client is it?" in priya.words
    assert priya.labels[:2] == ["Brickworks", "Acme"]
    await priya.say("Brickworks")
    assert "Brickworks already has SAL-2 open. Is this the same trouble?" in priya.words


@pytest.mark.parametrize("words", ["draft no news SAL-1", "draft no_news Acme", "draft apology", "next Acme"])
async def test_a_command_is_none_of_the_words_asked_for(house: House, words: str) -> None:
    priya = house.seat()
    await priya.say("/salvage start Acme: nobody told them that the migration slipped")
    await priya.say("Done")
    assert "What did Acme say?" in priya.words
    await priya.say(words)
    assert "Noted, in their words" not in priya.words
