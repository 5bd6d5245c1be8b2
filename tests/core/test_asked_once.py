"""A question is asked once, and where it is asked again it says what it is about."""

from tests.core.told import opened
from tests.house import House


async def test_whom_a_draft_is_for_is_asked_once(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    assert "Whom at Acme do you write to?" in await priya.say("draft apology Acme")
    assert "I need a name here." in await priya.say("2")
    await priya.say("Dana", "We moved your migration and did not tell you.", "skip", "finish it over the weekend")
    await priya.say("tomorrow 17:00", "keep it")
    assert "Whom at Acme" not in await priya.say("draft status Acme")
    await priya.say("cancel")
    assert "At the client" in await priya.say("Acme")


async def test_not_knowing_does_not_get_into_a_letter(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    said = await priya.say("draft apology Acme", "Dana", "dunno")
    assert "This goes into the message, so it has to be known." in said
    assert "What happened?" in said


async def test_a_question_asked_again_says_what_it_is_about(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("draft apology Acme")
    said = await priya.say("clients")
    assert "Back to the draft for Acme (SAL-1):\nWhom at Acme" in said
    await priya.say("cancel", "start Bolt")
    assert "Back to the new case:" in await priya.say("reminders")
