"""Who is told that a case changed hands, and that the client is named to them alone."""

from tests.core.told import manager, opened
from tests.house import House


async def test_who_loses_a_case_to_a_manager_reads_which_client_it_is(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await manager(house).say("take Acme")
    said = [m.card.text for m in await house.shown_in(priya.place.key)]
    assert "Sam has taken Acme (SAL-1) over. You are its backup now." in said
    everywhere = [m.card.text for m in await house.log.since(0, person="local:omar")]
    assert not any("taken Acme" in words for words in everywhere)


async def test_who_is_given_a_case_in_the_review_reads_which_client_it_is(house: House) -> None:
    priya, omar = house.seat(), house.seat("Omar")
    await opened(priya)
    await omar.say("hello")
    sam = manager(house)
    await sam.say("review", "reassign", "Omar")
    given = [m.card.text for m in await house.shown_in(omar.place.key, person=omar.who.key)]
    assert any(words.startswith("Sam has given you Acme (SAL-1).") for words in given)
    taken = [m.card.text for m in await house.shown_in(priya.place.key)]
    assert "Sam has given Acme (SAL-1) to Omar." in taken


async def test_who_is_asked_reads_which_client_it_is_and_nobody_asks_themselves(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    sam = manager(house)
    await sam.say("ask Acme how is she", "ask Acme")
    asked = [m.card.text for m in await house.shown_in(priya.place.key)]
    assert any(words.startswith("Sam asks: how is she (Acme, SAL-1).") for words in asked)
    assert any(words.startswith("Sam asks: how is Acme? (SAL-1).") for words in asked)
    await sam.say("take Acme")
    assert (await sam.say("ask Acme")).startswith("SAL-1 is yours, so there is nobody to ask.")
