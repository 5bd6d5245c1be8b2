"""What is typed in a hurry: numbers, skip, half a date, a thank-you, where a question is open."""

from tests.core.told import STORY, manager, opened, with_wishes
from tests.house import House

WISHES = "Very angry. She wants a status mail every Thursday and the migration done by Tuesday noon."


async def test_a_typed_number_is_the_button_of_that_number(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    asked = await priya.say(f"log Acme {WISHES}", "colder", "1")
    assert "Which of them shall I watch?" in asked
    assert "I'll watch it: a status mail every Thursday" in await priya.say("1")


async def test_typed_numbers_tick_the_wishes_they_stand_beside(house: House) -> None:
    priya = house.seat()
    await with_wishes(priya, "Bolt", "a refund", "a call")
    await with_wishes(priya, "Acme", "a new door", "a status mail", "no bill")
    await priya.say("log Acme she is pleased", "warmer", "1, 3", "cancel")
    card = await priya.say("Acme")
    assert "✓ a new door\n○ a status mail\n✓ no bill" in card


async def test_skip_is_never_kept_as_the_clients_words(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("log Acme she cried", "colder", "skip", "cancel")
    assert "skip" not in await priya.say("Acme")
    said = await priya.say("log Acme", "skip")
    assert "I can't go on without this one" in said
    assert "What did Acme say?" in said


async def test_not_knowing_is_the_way_out_of_a_question_that_has_one(house: House) -> None:
    priya = house.seat()
    await priya.say("start Acme", STORY, "yes", "ours", "serious", "dunno", "no idea", "I don't know yet")
    await priya.say("nothing yet", "same", "i need to ask her", "cancel")
    card = await priya.say("Acme")
    for words in ("dunno", "no idea", "don't know", "need to ask"):
        assert words not in card


async def test_next_friday_is_a_date_where_a_date_is_asked_for(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    assert "By when is it due?" in await priya.say("promise Acme a call")
    assert "I'll watch it: a call" in await priya.say("next friday")


async def test_a_command_alone_is_a_command_where_one_of_a_few_is_asked_for(house: House) -> None:
    sam = manager(house)
    await sam.say("start Acme", STORY)
    said = await sam.say("zone")
    assert "Your times are in Europe/Berlin" in said
    assert "which of these" not in said


async def test_a_thank_you_in_the_middle_is_no_wrong_answer(house: House) -> None:
    priya = house.seat()
    await priya.say("start Acme", STORY)
    said = await priya.say("thanks!")
    assert said.startswith("Any time.")
    assert "That sounds like" in said


async def test_stop_and_never_mind_end_a_question(house: House) -> None:
    priya = house.seat()
    await priya.say("start Acme", STORY)
    assert "Stopped." in await priya.say("never mind")
    await priya.say("start Acme", STORY)
    assert "Stopped." in await priya.say("stop")


async def test_who_stops_over_an_open_case_reads_that_the_case_stays(house: House) -> None:
    priya = house.seat()
    await priya.say(f"start Acme: {STORY}")
    assert "SAL-1 stays as it was" in await priya.say("cancel")


async def test_skip_at_the_end_of_a_case_is_no_lesson(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    said = await priya.say("close Acme", "They left us", "skip", "skip")
    assert "SAL-1 is closed" in said
    assert "Learned" not in said
