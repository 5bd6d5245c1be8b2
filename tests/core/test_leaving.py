"""Somebody hands a case over or leaves: nothing stays with them, and whoever steps in knows what they need."""

from dataclasses import replace

from sqlalchemy import select

from bot.ports import PersonLeft, Who
from bot.storage.tables import Case, Person, PromiseRow, Schedule
from tests.core.told import manager, with_wishes
from tests.house import House

SLACK = Who("local", "local:priya", "Slack")
"""As a platform tells of somebody who left: under their key, in its own name."""


async def at_work(house: House) -> None:
    """Priya has a case with a promise, private check-ins and something to be brought up again; Omar stands behind."""
    priya, omar = house.seat(), house.seat("Omar")
    await omar.say("home")
    await with_wishes(priya, "Acme", "a status mail")
    await priya.say("edit Acme contact", "Dana", "edit Acme backup", "Omar")
    await priya.say("promise Acme the list by Friday 15:00")
    await priya.say("remind Acme weekly on Monday at 9:00 in private")
    await priya.say("next Acme", "later", "tomorrow 9:00")


async def leaves(house: House) -> None:
    await replace(house.seat(), who=SLACK).act(PersonLeft("local:priya"))


async def test_when_the_owner_leaves_the_backup_has_everything_on_one_page(house: House) -> None:
    await at_work(house)
    await leaves(house)
    page = (await house.shown_in("@local:omar", "local:omar"))[-1].card
    assert "SAL-1 · Acme is yours" in page.text
    assert "From: Priya, who has left the team" in page.text
    assert "Who is hurt: Dana" in page.text
    assert "Promised: the list, Friday 15:00" in page.text
    assert "○ a status mail" in page.text
    assert [a.label for a in page.actions] == ["Next step", "Introduce yourself", "See the case"]
    async with house.database.begin() as db:
        omar = await db.scalar(select(Person.id).where(Person.name == "Omar"))
        assert await db.scalar(select(Case.owner_id)) == omar
        assert await db.scalar(select(PromiseRow.owner_id)) == omar
        assert await db.scalar(select(Schedule.place)) == "@local:omar"


async def test_nothing_more_is_sent_to_who_has_left(house: House) -> None:
    await at_work(house)
    before = len(await house.shown_in("@local:priya"))
    await leaves(house)
    await house.skip(days=14)
    assert len(await house.shown_in("@local:priya")) == before
    said = [m.card.text for m in await house.shown_in("@local:omar", "local:omar")]
    assert any("You asked me to bring this up again" in words for words in said)
    assert any("you promised “the list”" in words for words in said)
    assert any("Omar, how are they?" in words for words in said)


async def test_who_left_keeps_their_name_and_is_offered_to_nobody(house: House) -> None:
    await at_work(house)
    await leaves(house)
    omar = house.seat("Omar")
    assert "handed over: Priya left; Omar takes it over" in await omar.say("Acme")
    assert "don't know anyone in the team called Priya" in await omar.say("handover Acme to Priya")
    async with house.database.begin() as db:
        assert (await db.scalars(select(Person.name).order_by(Person.id))).all() == ["Omar", "Priya"]


async def test_without_backup_a_manager_gets_the_case_and_without_one_somebody_who_is_there(house: House) -> None:
    priya, sam = house.seat(), manager(house)
    await sam.say("home")
    await with_wishes(priya, "Acme", "a status mail")
    await leaves(house)
    assert "is yours" in (await house.shown_in("@local:sam", "local:sam"))[-1].card.text
    omar = house.seat("Omar")
    await omar.say("home")
    await sam.act(PersonLeft("local:sam"))
    assert "is yours" in (await house.shown_in("@local:omar", "local:omar"))[-1].card.text


async def test_a_backup_who_leaves_is_missed_by_the_owner(house: House) -> None:
    await at_work(house)
    priya = house.seat()
    await priya.act(PersonLeft("local:omar"))
    note = (await house.shown_in("@local:priya"))[-1].card
    assert "Omar has left, so Acme (SAL-1) has no backup any more." in note.text
    assert "Backup: nobody yet" in await priya.say("SAL-1")


async def test_a_promise_without_a_case_finds_a_new_keeper(house: House) -> None:
    priya, sam = house.seat(), manager(house)
    await sam.say("home")
    await with_wishes(priya, "Acme", "x")
    await priya.say("close Acme", "lost", "They said nothing", "nothing new")
    await priya.say("promise Acme the last files by Friday 15:00")
    await leaves(house)
    note = (await house.shown_in("@local:sam", "local:sam"))[-1].card
    assert "Priya has left. A promise to Acme is yours now: “the last files”, due Friday 15:00." in note.text


async def test_an_event_without_a_speaker_adds_nobody_to_the_team(house: House) -> None:
    await at_work(house)
    await replace(house.seat(), who=Who("local", "local:app", "Slack")).act(PersonLeft("local:nobody"))
    async with house.database.begin() as db:
        assert "Slack" not in (await db.scalars(select(Person.name))).all()


async def test_a_handover_tells_the_heir_what_must_not_be_said(house: House) -> None:
    await at_work(house)
    priya, omar = house.seat(), house.seat("Omar")
    await priya.say("handover Acme to Omar", "the word migration", "Thursday 15:00, a call from Omar")
    page = (await house.shown_in("@local:omar", "local:omar"))[-1].card.text
    assert "Do not say: the word migration" in page
    assert "Next touch: Thursday 15:00, a call from Omar" in page
    assert "Owner: you. Backup: Priya" in await omar.say("SAL-1")


async def test_who_takes_over_can_introduce_themselves(house: House) -> None:
    await at_work(house)
    await leaves(house)
    omar = house.seat("Omar")
    await omar.say("draft introduction Acme", "me", "skip", "Thursday 15:00")
    assert "Dana, from now on I look after you here." in omar.words
    assert "I have told" not in omar.words
