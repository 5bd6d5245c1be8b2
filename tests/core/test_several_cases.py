"""A client with two open cases: which one a word is about is asked, and never guessed."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from bot.ports import Role
from bot.storage.tables import Case, Entry, PromiseRow, Schedule
from tests.core.told import STORY, opened
from tests.house import House, Seat

SECOND = "The invoice was wrong for the third time and nobody answers their mails."


async def two_cases(house: House) -> Seat:
    """SAL-1 and SAL-2, both Acme's, both open."""
    priya = house.seat()
    await opened(priya)
    await priya.say(f"start Acme: {SECOND}", "Something new")
    await priya.say("cancel")
    return priya


async def entries(house: House, number: int, kind: str) -> list[str]:
    async with house.database.reading() as db:
        query = select(Entry.words).join(Case, Case.id == Entry.case_id)
        return list(await db.scalars(query.where(Case.number == number, Entry.kind == kind).order_by(Entry.id)))


async def test_the_question_names_each_case_by_what_went_wrong_and_since_when(house: House) -> None:
    priya = await two_cases(house)
    said = await priya.say("log Acme They called, very angry.")
    assert "Acme has 2 cases open. Which one do you mean?" in said
    assert [label.split(":")[0] for label in priya.labels[:2]] == ["SAL-2", "SAL-1"]
    assert priya.labels[1] == "SAL-1: a date or an appointment was missed, today 10:00"


@pytest.mark.parametrize("answer", ["SAL-1", "2", "sal-1"])
async def test_a_contact_goes_to_the_case_that_was_said(house: House, answer: str) -> None:
    priya = await two_cases(house)
    await priya.say("log Acme They called, very angry.", answer, "Colder", "I still need to ask")
    assert await entries(house, 1, "contact") == ["They called, very angry. (colder)"]
    assert await entries(house, 2, "contact") == []


async def test_a_promise_belongs_to_the_case_that_was_said(house: House) -> None:
    priya = await two_cases(house)
    assert "Which one" in await priya.say("promise Acme the corrected invoice by Friday 15:00")
    assert "I'll watch it: the corrected invoice" in await priya.say("SAL-2")
    await priya.say("promise SAL-1 the migration by Thursday 12:00")
    async with house.database.reading() as db:
        kept = await db.execute(select(PromiseRow.words, Case.number).join(Case, Case.id == PromiseRow.case_id))
        assert dict(kept.all()) == {"the corrected invoice": 2, "the migration": 1}


async def test_a_promise_found_in_what_was_sent_stays_with_its_own_case(house: House) -> None:
    priya = await two_cases(house)
    await priya.say(
        "edit SAL-1 contact",
        "Dana",
        "draft no_news SAL-1",
        "testing the import again",
        "Thursday 10:00",
        "I sent it",
        "Watch it",
    )
    async with house.database.reading() as db:
        kept = await db.scalars(select(Case.number).join(PromiseRow, PromiseRow.case_id == Case.id))
        assert kept.all() == [1]


async def test_a_snooze_survives_a_thanks_and_never_moves_to_the_other_case(house: House) -> None:
    priya = await two_cases(house)
    await priya.say("remind SAL-1 weekly on Monday at 9:00", "remind SAL-2 weekly on Tuesday at 9:00")
    assert "Put off. Next: 12 November 15:00." in await priya.say("snooze 1 12 November 15:00")
    await priya.say("Acme", "SAL-2", "thank you")
    assert await priya.say("Thanks!") == "Any time."
    async with house.database.reading() as db:
        query = select(Case.number, Schedule.next_due_at).join(Case, Case.id == Schedule.case_id)
        due = {number: f"{at:%d %H}" for number, at in await db.execute(query) if at}
    assert due == {1: "12 14", 2: "03 08"}


@pytest.mark.parametrize(
    "words",
    ["Acme", "next Acme", "draft apology Acme", "log Acme", "promise Acme a call by Friday", "remind Acme weekly",
     "waiting Acme", "answered Acme", "offer Acme", "edit Acme", "handover Acme", "decide Acme", "close Acme",
     "ask Acme", "call Acme", "take Acme", "override Acme"],
)  # fmt: skip
async def test_every_word_about_a_case_asks(house: House, words: str) -> None:
    await two_cases(house)
    sam = house.seat("Sam", Role.manager)
    assert "Which one do you mean?" in await sam.say(words)
    assert "Which one do you mean?" not in await sam.say("SAL-2")


async def test_a_case_that_was_closed_meanwhile_leaves_no_question(house: House) -> None:
    priya = await two_cases(house)
    async with house.database.begin() as db:
        await db.execute(update(Case).where(Case.number == 2).values(closed_at=house.clock.at, version=9))
    assert "Which one" not in await priya.say("log Acme They called.")
    await priya.say("Warmer", "I still need to ask")
    assert await entries(house, 1, "contact") == ["They called. (warmer)"]


async def test_whoever_may_read_only_one_is_asked_nothing(house: House) -> None:
    await two_cases(house)
    async with house.database.begin() as db:
        await db.execute(update(Case).where(Case.number == 2).values(confidential=True, version=9))
    omar = house.seat("Omar")
    said = await omar.say("Acme")
    assert "SAL-1" in said
    assert "SAL-2" not in said


async def test_more_trouble_is_told_to_one_of_the_open_cases_or_is_something_new(house: House) -> None:
    priya = await two_cases(house)
    said = await priya.say(f"start Acme: {STORY}")
    assert "Acme has 2 cases open. Is it one of these?" in said
    await priya.say("SAL-1", "Colder", "I still need to ask")
    assert [words.startswith(STORY) for words in await entries(house, 1, "contact")] == [True]
    assert "SAL-3 is open" in await priya.say("start Acme: the site is down again today", "Something new")
