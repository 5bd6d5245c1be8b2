"""Who asks to see a client, a case or a list in plain words sees it."""

from __future__ import annotations

import pytest

from tests.core.told import opened
from tests.house import House

TO_SEE = (
    "show Acme", "Show me Acme", "show the Acme case", "view acme", "status of Acme", "status Acme", "Acme status",
    "How is Acme doing?", "how's Acme", "what about Acme", "What’s happening with Acme?", "where are we with Acme",
    "tell me about Acme", "the Acme case", "can you show me Acme please",
    "who owns Acme?", "open SAL-1", "show SAL-1", "show me case SAL-1",
)  # fmt: skip


@pytest.mark.parametrize("words", TO_SEE)
async def test_who_asks_to_see_a_client_sees_its_case(house: House, words: str) -> None:
    priya = house.seat()
    await opened(priya)
    shown = await priya.say("SAL-1")
    assert await priya.say(words) == shown


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("my cases", "clients"),
        ("show me everything", "clients"),
        ("show my promises", "promises"),
        ("show the reminders", "reminders"),
        ("status", "home"),
    ],
)
async def test_who_asks_to_see_a_list_sees_it(house: House, words: str, command: str) -> None:
    priya = house.seat()
    await opened(priya)
    listed = await priya.say(command)
    assert await priya.say(words) == listed


@pytest.mark.parametrize("words", ["we showed them the case", "What about the money they owe us", "show me Bolt"])
async def test_what_is_no_client_is_not_shown(house: House, words: str) -> None:
    priya = house.seat()
    await opened(priya)
    assert "SAL-1" not in (await priya.say(words)).split("Still open")[0]


async def test_to_ask_how_a_client_is_does_not_answer_the_question_that_is_open(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    asked = await priya.say("start Bolt")
    said = await priya.say("how is Acme doing?")
    assert "SAL-1" in said or "is that your answer" in said
    assert asked.splitlines()[0] in await priya.say("/salvage home")


@pytest.mark.parametrize("question", [("remind Acme weekly",), ("log Acme She called", "same")])
async def test_who_is_at_risk_is_asked_in_the_middle_of_any_question(house: House, question: tuple[str, ...]) -> None:
    priya = house.seat()
    await opened(priya)
    asked = await priya.say(*question)
    said = await priya.say("who's at risk?")
    assert "1 client at risk" in said
    assert said.endswith(asked)


async def test_that_is_all_once_nothing_is_asked_is_no_client(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    assert (await priya.say("that's all")).startswith("Any time.")
