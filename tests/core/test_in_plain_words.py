"""What newcomers say first, in the words they have for it."""

from __future__ import annotations

import pytest

from tests.core.told import opened
from tests.house import House


@pytest.mark.parametrize(
    "words",
    [
        "our client Meridian is unhappy",
        "My client Meridian is really angry with us",
        "One of our clients Meridian is unhappy",
    ],
)
async def test_our_client_is_no_command_and_no_part_of_the_name(house: House, words: str) -> None:
    priya = house.seat()
    assert await priya.say(words) == "Which client is it?\n1. Meridian"


@pytest.mark.parametrize(
    ("words", "when"),
    [
        ("remind me on Friday to call Acme", "Friday"),
        ("remind me to call Acme on Friday", "Friday"),
        ("remind me about Acme on Friday at 9", "Friday at 9:00"),
        ("remind me on Friday", "Friday"),
        ("remind me to call them on Friday at 9:00", "Friday at 9:00"),
    ],
)
async def test_who_asks_to_be_reminded_is_asked_the_rest(house: House, words: str, when: str) -> None:
    priya = house.seat()
    await opened(priya)
    said = await priya.say(words)
    assert said == await _said_to(
        house, "remind Acme once on Friday at 9" if "9" in words else "remind Acme once on Friday"
    )


async def _said_to(house: House, words: str) -> str:
    sam = house.seat("Sam")
    return await sam.say(words)


async def test_who_is_to_be_reminded_every_week_is(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    assert await priya.say("remind me every Friday to call Acme") == await _said_to(
        house, "remind Acme weekly on Friday"
    )


async def test_a_case_is_assigned(house: House) -> None:
    priya = house.seat()
    await house.seat("Sam").say("hello")
    await opened(priya)
    assert "must not be said to Acme" in await priya.say("assign Acme to Sam")


@pytest.mark.parametrize(
    "words",
    [
        "write an apology to Acme",
        "can you write me an apology?",
        "Please help me write an apology for Acme",
        "apologise to Acme",
        "draft apology Acme",
        "I need to write her an apology",
    ],
)
async def test_who_asks_for_an_apology_in_plain_words_is_helped_with_one(house: House, words: str) -> None:
    priya = house.seat()
    await opened(priya)
    assert await priya.say(words) == await _said_to(house, "draft apology Acme")


async def test_what_is_to_be_written_is_asked_for_in_the_middle_of_a_choice(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("remind Acme weekly")
    assert "call" in (await priya.say("help me prepare the call with Acme")).casefold()


@pytest.mark.parametrize(
    "words", ["it's fixed", "they replied", "She wants a refund", "I sent the mail", "they’re ok now"]
)
async def test_a_few_words_about_somebody_are_news_of_the_only_case(house: House, words: str) -> None:
    priya = house.seat()
    await opened(priya)
    said = await priya.say(words)
    assert "Shall I keep that as news of Acme (SAL-1)?" in said
    assert "How did Acme sound" in await priya.press("Keep it")


async def test_with_several_cases_it_is_asked_whose_news_it_is(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await opened(priya, "Bolt")
    assert "Which client is it?" in await priya.say("they replied")


async def test_a_draft_asked_for_before_the_case_is_open_waits_for_it(house: House) -> None:
    priya = house.seat()
    await priya.say("start Acme")
    said = await priya.say("write an apology to Acme")
    assert "Acme's case opens after these questions. I offer that again then." in said


async def test_a_client_nobody_knows_is_named_as_it_was_typed(house: House) -> None:
    assert "I don't know a client called Acme." in await house.seat().say("write an apology to Acme")


async def test_a_confidential_case_is_not_named_by_a_guess(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("edit Acme confidential", "confidential")
    assert "news of Acme" not in await house.seat(place="#accounts").say("they replied")
