"""What newcomers and people in a hurry type: half sentences, a change of mind, a plea, a command in the wrong place."""

import pytest

from tests.core.told import STORY, manager, opened, with_wishes
from tests.house import House

# --- where no question is open -----------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["what do I do now", "What do I do now?", "i'm stuck", "what's next", "what now?"])
async def test_who_is_lost_sees_what_needs_them_today(house: House, typed: str) -> None:
    assert (await house.seat().say(typed)).startswith("Good to see you, Priya")


@pytest.mark.parametrize("typed", ["what?", "???", "I need help", "where do I start?"])
async def test_a_puzzled_word_shows_what_can_be_typed(house: House, typed: str) -> None:
    assert "What I can do" in await house.seat().say(typed)


@pytest.mark.parametrize("typed", ["no", "yes", "ok", "🙂", "😡😡", "...", "later"])
async def test_an_answer_to_nothing_is_no_clients_name(house: House, typed: str) -> None:
    said = await house.seat().say(typed)
    assert said.startswith("No question of mine is open here.")
    assert "Start a case for" not in said


async def test_a_client_named_in_the_middle_of_an_outburst_is_offered(house: House) -> None:
    priya = house.seat()
    await opened(priya, "Northwind Traders")
    await opened(priya, "Wind")
    said = await priya.say("THEY SCREAMED AT ME AT 6AM AND I AM SO DONE. NORTHWIND TRADERS, OF COURSE")
    assert "Which client is it?" in said
    assert priya.labels[0] == "Northwind Traders"


@pytest.mark.parametrize("typed", ["acme she screams", "ACME THEY SCREAM", "acme, they are angry"])
async def test_a_short_cry_after_a_name_is_no_part_of_it(house: House, typed: str) -> None:
    priya = house.seat()
    said = await priya.say(f"start {typed}")
    assert "is new to me" not in said
    await priya.say("cancel", f"start {typed}", "something else", "1", "open the case now, the rest later")
    assert "· acme" in (await priya.say("SAL-1")).casefold()


async def test_a_name_with_a_capital_we_in_it_stays_whole(house: House) -> None:
    assert "Before We Begin is new to me" in await house.seat().say("start Before We Begin")


async def test_two_clients_named_in_a_story_are_not_guessed_between(house: House) -> None:
    priya = house.seat()
    await opened(priya, "Acme")
    await opened(priya, "Bolt")
    await priya.say("they both shouted at me today, Acme as well as Bolt, about the same invoice")
    assert sorted(priya.labels[:2]) == ["Acme", "Bolt"]


@pytest.mark.parametrize("typed", ["Tell them the day we know", "Call her the moment we have it"])
async def test_whom_a_sentence_is_about_is_no_clients_name(house: House, typed: str) -> None:
    priya = house.seat()
    await priya.say(typed)
    assert not {"Tell them", "Call her"} & set(priya.labels)


async def test_an_unknown_kind_of_draft_asks_for_the_kind(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    assert "What do you want to tell Acme?" in await priya.say("draft haiku Acme")


async def test_a_promise_alone_is_about_the_only_client(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    assert "What did you promise Acme?" in await priya.say("promise")


# --- in the middle of a question ---------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["what?", "??", "I don't understand", "what do I do now"])
async def test_a_plea_is_no_answer_to_a_free_question(house: House, typed: str) -> None:
    priya = house.seat()
    await priya.say("start Acme")
    said = await priya.say(typed)
    assert "back returns to the question before, cancel stops" in said
    assert "What happened?" in said


async def test_who_is_lost_at_the_next_step_reads_the_step_again(house: House) -> None:
    priya = house.seat()
    await priya.say(f"start Acme: {STORY}")
    said = await priya.say("what do I do now?")
    assert "Next: " in said
    assert "Why now: " in said


@pytest.mark.parametrize("typed", ["none", "ok", "🙂", "maybe"])
async def test_no_answer_to_the_next_step_is_not_told_that_nothing_is_open(house: House, typed: str) -> None:
    priya = house.seat()
    await priya.say(f"start Acme: {STORY}")
    said = await priya.say(typed)
    assert said.startswith("I can't tell which of these you mean.")
    assert "What do you do with it?" in said


@pytest.mark.parametrize("typed", ["wait, it was theirs", "no, theirs", "theirs I think", "It's theirs."])
async def test_an_option_among_little_words_is_that_option(house: House, typed: str) -> None:
    priya = house.seat()
    await priya.say("start Acme", STORY, "yes")
    assert "How bad is it?" in await priya.say(typed)


@pytest.mark.parametrize("typed", ["not theirs", "was it theirs?", "ours or theirs", "Theirs have failed us all along"])
async def test_an_option_that_is_denied_asked_or_told_about_is_not_taken(house: House, typed: str) -> None:
    priya = house.seat()
    await priya.say("start Acme", STORY, "yes")
    assert "I can't tell which of these you mean" in await priya.say(typed)


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("lessons migration", "No lessons about"),
        ("zone Europe/Berlin", "Berlin"),
        ("summary csv", "as a file"),
        ("role Omar manager", "I know nobody called Omar"),
        ("limit member 500", "Only an admin"),
        ("digest off", "No summary was set"),
        ("call Acme", "You call"),
    ],
)
async def test_a_command_with_words_is_no_answer_to_a_free_question(house: House, command: str, says: str) -> None:
    sam = manager(house)
    await opened(sam)
    await sam.say("draft apology Acme", "Dana")
    said = await sam.say(command)
    assert says in said
    assert "Back to the draft for Acme (SAL-1):\nWhat happened?" in said


@pytest.mark.parametrize(
    "answer",
    [
        "Lessons were learned, and we have changed how we plan.",
        "lessons from this go into the handbook",
        "Call Acme every Thursday until it is fixed",
        "Take Acme through the plan on Monday",
        "Check every invoice before it goes out",
        "Start the migration again on Monday",
        "Hours of work went into it, and we add two people",
        "Pause the roll-out for two weeks",
        "Role and access are cleared up with every member",
        "Zone by zone, beginning in the north",
    ],
)
async def test_an_answer_that_begins_like_a_command_is_kept(house: House, answer: str) -> None:
    sam = manager(house)
    await opened(sam)
    await sam.say("draft apology Acme", "Dana", "We moved your migration and did not tell you.", "skip")
    assert "By when is that done?" in await sam.say(answer)


async def test_a_commands_word_is_no_name(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("person Acme")
    said = await priya.say("remind")
    assert "How often shall I ask how Acme is?" in said


async def test_a_place_met_while_the_question_stood_is_found(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    assert "Where shall I ask?" in await priya.say("remind Acme weekly on Monday at 9:00 in Key Accounts")
    await house.seat(place="#key-accounts").say("hello")
    said = await priya.say("key-accounts")
    assert "I'll ask about Acme every Monday at 09:00, in #key-accounts" in said


async def test_a_colleague_met_while_the_question_stood_is_found(house: House) -> None:
    priya = house.seat()
    await house.seat("Omar").say("hello")
    await opened(priya)
    assert "Who takes Acme?" in await priya.say("handover Acme")
    await house.seat("Lena").say("hello")
    assert "must not be said" in await priya.say("lena")


async def test_a_sentence_is_no_name(house: House) -> None:
    priya = house.seat()
    said = await priya.say("start", "they went to a competitor")
    assert said.startswith("That reads like a sentence. I need only a name here")
    assert (await priya.say("later")).startswith("I need a name here.")
    assert "They Might Be Giants is new to me" in await priya.say("They Might Be Giants")
    said = await priya.say(STORY, "yes", "ours", "serious", "skip", "don't know", "we must call within a day")
    assert said.startswith("That reads like a sentence.")


@pytest.mark.parametrize("typed", ["next week", "tomorrow", "Friday", "3 December"])
async def test_a_day_is_nobodys_name(house: House, typed: str) -> None:
    priya = house.seat()
    await priya.say("start Acme", STORY, "yes", "ours", "serious", "skip", "skip")
    said = await priya.say(typed)
    assert said.startswith("That reads like a date, and I need a name here.")
    assert "What did April say?" in await priya.say("April")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("half a day", "“half a day” is a length of time, not a day. Which day is it?"),
        ("next week", "That is still to come (9 November). I need a day that has been."),
        ("ages", "Try last Friday, 3 November or 2 weeks ago."),
    ],
)
async def test_since_when_takes_only_a_day_that_has_been(house: House, typed: str, says: str) -> None:
    priya = house.seat()
    await priya.say("start Acme", STORY, "yes", "ours", "serious", "skip")
    said = await priya.say(typed)
    assert says in said
    assert "Since when?" in said
    assert "Who at Acme is upset?" in await priya.say("for two weeks")


async def test_a_date_that_cannot_be_read_is_quoted_as_it_was_typed(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    said = await priya.say("promise Acme", "the migration", "finish the migration by Friday")
    assert "“finish the migration by Friday” says more than a date. Try Tuesday 15:00" in said
    assert "I could not read “Finish the migration”" in await priya.say("Finish the migration")


async def test_a_yes_is_neither_their_words_nor_a_lesson(house: House) -> None:
    priya = house.seat()
    await with_wishes(priya, "Acme", "a status mail")
    said = await priya.say("close Acme", "healed", "1", "yes")
    assert "I need a few words here. Type them, or press what fits." in said
    said = await priya.say("She said we are good again.", "ok")
    assert "I need a few words here." in said
    assert "SAL-1 is closed" in await priya.say("Nothing new")


# --- a newer question in place of an older one -------------------------------------------------------------


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("remind Acme", "remind Acme weekly"),
        ("edit Acme", "edit Acme contact"),
        ("edit Acme contact", "edit Acme what it cost them"),
    ],
)
async def test_a_newer_question_about_the_same_thing_replaces_the_older(house: House, older: str, newer: str) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say(older, newer)
    said = await priya.say("cancel")
    assert said.startswith("Stopped.")
    assert "Back to" not in said


async def test_a_check_in_that_was_changed_is_not_asked_about_as_it_was(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("remind Acme weekly on Monday at 9:00 in private", "reminder 1")
    said = await priya.say("pause 1")
    assert "Paused." in said
    assert "What shall change?" not in said
    assert "already" not in await priya.say("resume 1")
    assert "I ask about Acme every Monday at 09:00 already." in await priya.say("resume 1")


async def test_questions_about_two_check_ins_stand_side_by_side(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    for time in ("9:00", "14:00"):
        await priya.say(f"remind Acme weekly on Monday at {time} in private")
    await priya.say("reminder 1", "reminder 2")
    assert "Back to the check-in for Acme (SAL-1):" in await priya.say("cancel")


# --- what comes later --------------------------------------------------------------------------------------


async def test_a_step_put_off_comes_back_with_the_clients_name(house: House) -> None:
    priya = house.seat()
    await priya.say(f"start Acme: {STORY}", "later", "tomorrow")
    await house.skip(days=2)
    said = [m.card.text for m in await house.shown_in(priya.place.key)]
    assert any("You asked me to bring this up again for Acme (SAL-1): " in words for words in said)


async def test_an_apology_put_off_and_then_sent_is_not_brought_up_again(house: House) -> None:
    priya = house.seat()
    await priya.say(f"start Acme: {STORY}", "another step", "apologise and take it on yourself", "she waits", "later")
    await priya.say("tomorrow", "draft apology Acme", "Dana", "We moved your migration and did not tell you.")
    await priya.say("skip", "we finish the migration", "tuesday 12:00", "I sent it", "cancel")
    assert "overdue" not in await priya.say("home")
    await house.skip(days=2)
    said = [m.card.text for m in await house.shown_in(priya.place.key)]
    assert not any("bring this up again" in words for words in said)
    assert "overdue" not in await priya.say("home")


# --- help and the ways out ---------------------------------------------------------------------------------


async def test_the_whole_help_is_to_be_had_in_the_middle_of_a_question(house: House) -> None:
    priya = house.seat()
    await priya.say("start Acme")
    assert "Everything else: /salvage help." in await priya.say("help")
    said = await priya.say("/salvage help")
    assert "What I can do" in said
    assert "Back to the new case:" in said


async def test_the_rest_can_wait_in_the_middle_too_and_what_was_told_is_kept(house: House) -> None:
    priya = house.seat()
    await priya.say("start Acme", STORY, "yes", "shared", "the account is at risk", "2,400 euros", "don't know")
    said = await priya.say("open the case now, the rest later")
    assert "SAL-1 is open" in said
    assert "shared · at risk of leaving" in said
    assert "€2,400" in await priya.say("Acme") or "2,400 euros" in priya.words
