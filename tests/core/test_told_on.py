"""A story is told on while its cause is asked for, and read again with what was added."""

from __future__ import annotations

import pytest

from dialogs.cause import MOST_TOLD_ON
from tests.house import House


async def _asked_for_the_cause(house: House) -> str:
    priya = house.seat()
    return await priya.say("start Acme", "They are upset with us, and I was not there.")


async def test_a_sentence_at_the_cause_goes_on_with_the_story(house: House) -> None:
    priya = house.seat()
    before = await _asked_for_the_cause(house)
    after = await priya.say("We promised the report for Friday and sent it on Tuesday")
    assert "We were late or did not turn up" in after
    assert after != before
    await priya.say("We were late or did not turn up", "that's all")
    shown = await priya.say("SAL-1")
    assert "They are upset with us, and I was not there." in shown
    assert "We promised the report for Friday and sent it on Tuesday" in shown


@pytest.mark.parametrize("words", ["bananas", "what should i write them?"])
async def test_a_word_or_a_question_does_not(house: House, words: str) -> None:
    priya = house.seat()
    before = await _asked_for_the_cause(house)
    after = await priya.say(words)
    assert after.startswith("I can't tell which of these you mean.")
    assert after.endswith(before)


async def test_a_command_at_the_cause_is_one(house: House) -> None:
    priya = house.seat()
    await _asked_for_the_cause(house)
    assert "Acme's case opens after these questions" in await priya.say("draft Acme no news yet")


async def test_who_tells_on_and_on_is_asked_to_pick_one(house: House) -> None:
    priya = house.seat()
    await _asked_for_the_cause(house)
    for n in range(MOST_TOLD_ON):
        assert "I can't tell which" not in await priya.say(f"And then a thing number {n} happened there")
    assert "I can't tell which" in await priya.say("And then one more thing happened there")
    assert "Whose doing was it" in await priya.say("1")


async def test_going_back_takes_the_addition_back(house: House) -> None:
    priya = house.seat()
    before = await _asked_for_the_cause(house)
    await priya.say("We promised the report for Friday and sent it on Tuesday")
    assert await priya.say("back") == before
