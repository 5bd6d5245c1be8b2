"""Several people and events at once: each thing happens once, and whoever comes second is told what changed."""

import asyncio
from dataclasses import replace

from sqlalchemy import func, select

from bot.ports import Inbound, Pressed, Reply, Said, Submitted
from bot.storage.tables import Case, Entry, Occurrence, Outgoing, PromiseRow, Reading, Reparation, Step
from tests.core.told import STORY, manager, opened, with_wishes
from tests.house import House, Seat


async def count(house: House, table: type) -> int:
    async with house.database.begin() as db:
        return int(await db.scalar(select(func.count()).select_from(table)) or 0)


def words_of(reply: Reply) -> str:
    return "\n".join(c.text for c in reply.cards)


async def nudged(house: House) -> tuple[Seat, Seat]:
    """A check-in posted in #accounts, where Priya and Omar read."""
    priya, omar = house.seat(place="#accounts"), house.seat("Omar", place="#accounts")
    await opened(priya)
    await omar.say("home")
    await priya.say("remind Acme weekly on Monday at 9:00 in #accounts")
    await house.skip(days=7)
    return priya, omar


# --- two people on one case --------------------------------------------------------------------------------


async def test_a_step_done_twice_is_kept_once_and_the_second_is_told_who_was_first(house: House) -> None:
    priya, omar = house.seat(), house.seat("Omar")
    await opened(priya)
    await priya.say("next Acme")
    await omar.say("next Acme")
    await priya.press("Done")
    said = await omar.press("Done")
    assert "Priya was first:" in said
    assert "Nothing was changed by you." in said
    assert await count(house, Step) == 1


async def test_another_step_meanwhile_is_told_and_both_are_kept(house: House) -> None:
    priya, omar = house.seat(), house.seat("Omar")
    await opened(priya)
    await omar.say("next Acme")
    await priya.say("log Acme She wants a status mail every Thursday.", "colder", "Correct", "No")
    said = await omar.press("Done")
    assert "Meanwhile Priya: She wants a status mail every Thursday. (colder)" in said


async def test_a_case_is_not_closed_over_what_a_colleague_has_just_logged(house: House) -> None:
    priya, omar = house.seat(), house.seat("Omar")
    await with_wishes(priya, "Acme", "a status mail")
    await priya.say("close Acme", "healed", "all", "She said it is fixed")
    await omar.say("log Acme It broke again this morning.", "colder", "none", "cancel")
    said = await priya.say("nothing new")
    assert "Omar changed SAL-1 a moment ago" in said
    assert "It broke again this morning." in said
    assert "What should we do differently next time" in said
    assert "SAL-1 is closed" in await priya.say("nothing new")


async def test_a_wish_added_meanwhile_has_to_be_ticked_before_the_case_is_closed(house: House) -> None:
    priya, omar = house.seat(), house.seat("Omar")
    await with_wishes(priya, "Acme", "a status mail")
    await priya.say("close Acme", "healed", "all", "She said it is fixed")
    await omar.say("edit Acme wish", "a refund")
    await priya.say("nothing new")
    assert "Omar changed SAL-1 a moment ago" in priya.words
    await priya.say("nothing new")
    async with house.database.begin() as db:
        case = (await db.scalars(select(Case))).one()
        assert case.closed_at is None or "a refund" not in str(case.outcome)
    assert "a refund" in priya.words


async def test_the_same_fact_set_by_two_people_is_not_overwritten_in_silence(house: House) -> None:
    priya, omar = house.seat(), house.seat("Omar")
    await opened(priya)
    await priya.say("edit Acme contact")
    await omar.say("edit Acme contact", "Dana")
    said = await priya.say("Lena")
    assert "Omar changed the same a moment ago: contact: Dana." in said
    assert "Who at Acme is it about? Now kept: Dana." in said
    assert "Contact: Lena" in await priya.say("Lena")


async def test_different_facts_set_by_two_people_are_both_kept(house: House) -> None:
    priya, omar = house.seat(), house.seat("Omar")
    await opened(priya)
    await priya.say("edit Acme contact")
    await omar.say("edit Acme severity", "Mild")
    await priya.say("Lena")
    card = await priya.say("Acme")
    assert "mild" in card
    assert "At the client: Lena" in card


async def test_two_readings_of_one_check_in_keep_the_first(house: House) -> None:
    priya, omar = await nudged(house)
    posted = (await house.shown_in("local:#accounts"))[-1].card
    values = {a.label: a.value for a in posted.actions}
    await omar.act(Pressed(values["Colder"]))
    await priya.act(Pressed(values["Warmer"]))
    assert "Omar answered this first: colder" in priya.words
    assert await count(house, Reading) == 1
    assert "Colder. Omar" in (await house.shown_in("local:#accounts"))[-1].card.text


async def test_an_offer_is_approved_once(house: House) -> None:
    priya, sam, kim = house.seat(), manager(house), manager(house, "Kim")
    await sam.say("home")
    await kim.say("home")
    await opened(priya)
    await priya.say("offer Acme", "2000 euros", "2100 euros", "A credit")
    assert "Approved." in await sam.say("approve 1")
    assert await kim.say("decline 1") == "That offer is already approved. Nothing was changed."


async def test_a_promise_is_settled_once(house: House) -> None:
    priya, omar = house.seat(), house.seat("Omar")
    await opened(priya)
    await priya.say("promise Acme the list by Friday 15:00")
    await priya.say("kept 1")
    assert await omar.say("broken 1") == "That promise is already kept. Nothing was changed."


# --- the same thing twice ----------------------------------------------------------------------------------


async def test_the_same_event_twice_is_one_turn_and_the_second_says_nothing(house: House) -> None:
    priya = house.seat()
    first = await priya.act(Said(f"start Acme: {STORY}"), event="evt-1")
    again = await priya.act(Said(f"start Acme: {STORY}"), event="evt-1")
    assert first.cards
    assert not again.cards
    assert await count(house, Case) == 1


async def test_a_double_click_is_one_answer(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("next Acme")
    done = next(a.value for c in priya.last.cards for a in c.actions if a.label == "Done")
    await priya.act(Pressed(done))
    await priya.act(Pressed(done))
    assert "That question is already answered. Nothing was changed." in priya.words
    assert await count(house, Step) == 1


async def test_a_form_sent_twice_is_taken_once(house: House) -> None:
    priya = house.seat()
    await priya.say("start Acme", "They waited for a week and nobody called them back.", "1", "Ours")
    form = next(c.form for c in priya.last.cards if c.form)
    sent = Submitted(form.conversation, {"severity": {"pick": "high"}, "cost": "€300", "since": "last Friday"})
    await priya.act(sent)
    assert "Who at Acme is upset?" in priya.words
    await priya.act(sent)
    assert "Who at Acme is upset?" in priya.words
    await priya.say("Dana")
    form2 = next(c.form for c in priya.last.cards if c.form)
    sent2 = Submitted(form2.conversation, {"client_words": "Nobody called.", "our_words": "True.", "wishes": "a call"})
    await priya.act(sent2)
    await priya.act(sent2)
    assert await count(house, Case) == 1


# --- really at once ----------------------------------------------------------------------------------------


async def at_once(house: House, *turns: Inbound) -> list[str]:
    return [words_of(r) for r in await asyncio.gather(*(house.conversation.handle(t) for t in turns))]


async def test_the_same_event_at_once_is_taken_once(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    same = [Inbound("evt-9", priya.who, priya.place, Said("promise Acme the list by Friday 15:00")) for _ in range(6)]
    said = await at_once(house, *same)
    assert len([words for words in said if words]) == 1
    assert await count(house, PromiseRow) == 1


async def test_ten_people_opening_cases_at_once_get_ten_numbers(house: House) -> None:
    names = ["Acme", "Globex", "Initech", "Umbrella", "Hooli", "Wonka", "Stark", "Tyrell", "Vandelay", "Oceanic"]
    seats = [house.seat(f"Person {n}") for n in range(10)]
    said = await at_once(
        house,
        *(Inbound(f"e{n}", s.who, s.place, Said(f"start {names[n]}: {STORY}")) for n, s in enumerate(seats)),
    )
    assert all("is open" in words for words in said), said
    async with house.database.begin() as db:
        assert sorted((await db.scalars(select(Case.number))).all()) == list(range(1, 11))


async def test_two_people_pressing_done_at_once_keep_one_step(house: House) -> None:
    priya, omar = house.seat(), house.seat("Omar")
    await opened(priya)
    await priya.say("next Acme")
    await omar.say("next Acme")
    presses = [
        Inbound(f"p{n}", s.who, s.place, Pressed(next(a.value for c in s.last.cards for a in c.actions)))
        for n, s in enumerate((priya, omar))
    ]
    said = await at_once(house, *presses)
    assert await count(house, Step) == 1
    assert len([words for words in said if "was first:" in words]) == 1


async def test_five_readings_of_one_check_in_at_once_keep_one(house: House) -> None:
    await nudged(house)
    people = [house.seat(f"Person {n}") for n in range(5)]
    for seat in people:
        await seat.say("home")
    said = await at_once(
        house,
        *(Inbound(f"r{n}", s.who, s.place, Said("reading 1 colder")) for n, s in enumerate(people)),
    )
    assert len([words for words in said if "colder, noted" in words]) == 1
    assert await count(house, Reading) == 1
    async with house.database.begin() as db:
        assert (await db.scalars(select(Occurrence.answer))).all() == ["colder"]


async def test_one_person_typing_faster_than_the_answers_loses_nothing(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    texts = [f"promise Acme thing {n} by Friday 15:00" for n in range(8)]
    await at_once(house, *(Inbound(f"t{n}", priya.who, priya.place, Said(t)) for n, t in enumerate(texts)))
    async with house.database.begin() as db:
        kept = set((await db.scalars(select(PromiseRow.words))).all())
    assert kept == {f"thing {n}" for n in range(8)}


async def test_an_approval_and_a_refusal_at_once_give_one_result(house: House) -> None:
    priya, sam, kim = house.seat(), manager(house), manager(house, "Kim")
    await sam.say("home")
    await kim.say("home")
    await opened(priya)
    await priya.say("offer Acme", "2000 euros", "2100 euros", "A credit")
    await at_once(
        house,
        Inbound("a1", sam.who, sam.place, Said("approve 1")),
        Inbound("a2", kim.who, kim.place, Said("decline 1")),
    )
    async with house.database.begin() as db:
        offers = (await db.scalars(select(Reparation))).all()
        told = (await db.scalars(select(Outgoing.key).where(Outgoing.key.startswith("approved:")))).all()
        lines = (await db.scalars(select(Entry.words).where(Entry.kind == "offer"))).all()
    assert [o.state for o in offers] in (["approved"], ["declined"])
    assert len(told) == 1
    assert len([line for line in lines if line.startswith(("approved", "declined"))]) == 1


async def test_a_stranger_to_the_seat_is_never_given_its_answers(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("close Acme")
    elsewhere = replace(priya, place=house.seat(place="#accounts").place)
    assert "There is nothing open to cancel" in await elsewhere.say("cancel")
    assert "how does it end?" in await priya.say("help")
