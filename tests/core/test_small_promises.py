"""What the coach owes people in small things: ticks that are kept, sums that follow their words, facts on the card."""

from tests.core.told import manager, opened, with_wishes
from tests.house import House


async def test_a_new_cost_in_words_is_a_new_sum(house: House) -> None:
    priya = house.seat()
    await opened(priya, "Acme", "It slipped and cost them 2,400 euros.")
    await priya.say("edit Acme cost", "about CHF 300 of overtime")
    assert "about CHF 300 of overtime" in await priya.say("Acme")
    await priya.say("offer Acme")
    assert "CHF 300" in priya.labels
    await priya.say("cancel", "edit Acme cost", "a lost morning")
    await priya.say("offer Acme")
    assert priya.labels == ["Don't know yet"]
    assert "You wrote: a lost morning" in priya.words


async def test_an_edit_is_kept_in_words_people_read(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("edit Acme cause", "We were late or did not turn up")
    card = await priya.say("Acme")
    assert "edited: cause: a date or an appointment was missed" in card
    assert "missed_deadline" not in card


async def test_two_new_wishes_are_two_to_tick(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("edit Acme wish", "a refund; a written report")
    card = await priya.say("Acme")
    assert "○ a refund\n○ a written report" in card


async def test_wishes_told_while_closing_are_kept_as_met(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("close Acme", "healed", "A working door\nNo bill", "He shook my hand", "nothing new")
    assert "Acme is healed" in priya.words
    assert "✓ A working door\n✓ No bill" in await priya.say("SAL-1")
    assert "Healed. He shook my hand" in priya.words


async def test_ticks_given_on_the_way_are_kept_when_the_case_stays_open(house: House) -> None:
    priya = house.seat()
    await with_wishes(priya, "Acme", "a status mail", "the migration done")
    await priya.say("close Acme", "healed", "1")
    assert "What you ticked is kept." in await priya.say("keep open")
    assert "✓ a status mail\n○ the migration done" in await priya.say("Acme")


async def test_an_unconfirmed_end_keeps_the_ticks_too(house: House) -> None:
    priya = house.seat()
    await with_wishes(priya, "Acme", "a status mail")
    await priya.say("close Acme", "healed", "all", "not yet")
    assert "SAL-1 stays open" in priya.words
    assert "✓ a status mail" in await priya.say("Acme")


async def test_a_call_nobody_answered_is_not_the_clients_words(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("log Acme rang twice and left a message", "no reply")
    assert "in their words" not in priya.words.split("SAL-1")[0]
    card = await priya.say("cancel", "Acme")
    assert "words:" not in card
    assert "rang twice and left a message (no reply)" in card


async def test_a_sum_beyond_the_limit_goes_to_somebody_who_may(house: House) -> None:
    priya, sam = house.seat(), manager(house)
    await sam.say("home")
    await opened(priya)
    await priya.say("offer Acme", "2400 euros", "2600 euros")
    assert "€2,600 is more than you may offer by yourself (€500), so it goes to Sam first." in priya.words
    await priya.say("Two days of picking, credited")
    assert "Sam has it now. Don't name the sum to the client before there is a yes" in priya.words
    asked = (await house.shown_in("@local:sam", "local:sam"))[-1].card
    assert "Priya wants to offer Acme €2,600: Two days of picking, credited (SAL-1)." in asked.text
    await sam.say("Approve")
    assert sam.words == "Approved. Priya is told."
    told = (await house.shown_in("@local:priya"))[-1].card
    assert "Sam approved €2,600 for SAL-1." in told.text


async def test_a_sum_within_the_limit_asks_who_approved_it(house: House) -> None:
    priya = house.seat()
    await manager(house).say("home")
    await opened(priya)
    await priya.say("offer Acme", "400 euros", "420 euros", "A credit note")
    assert "Who approved it?" in priya.words
    assert "Kept: €420, approved by Priya." in await priya.say("I did")


async def test_a_handover_introduces_the_heir_by_name(house: House) -> None:
    priya, omar = house.seat(), house.seat("Omar")
    await omar.say("home")
    await opened(priya)
    await priya.say("edit Acme contact", "Dana", "handover Acme to Omar", "nothing", "not agreed yet")
    assert "Now introduce Omar to Dana." in priya.words
    assert "Who looks after them" not in priya.words
    await priya.say("skip", "Thursday 15:00")
    assert "from now on Omar looks after you here." in priya.words
    assert "we are not the best at it" not in priya.words


async def test_the_case_says_how_promises_ended_and_who_is_there(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("person Acme Dana", "1, 2", "phone")
    for words, end in (("a", "kept"), ("b", "kept"), ("c", "broken")):
        await priya.say(f"promise Acme the {words} list by Friday 15:00")
        number = int(priya.last.cards[0].actions[0].value.split("kept ")[1].rstrip('"]'))
        await priya.say(f"{end} {number}")
    card = await priya.say("Acme")
    assert "Promises: 2 kept, 1 broken" in card
    assert "At the client: Dana (was hurt, decides; by phone)" in card


async def test_promises_are_listed_with_the_numbers_by_which_they_are_marked(house: House) -> None:
    priya = house.seat()
    assert (await priya.say("promises")).startswith("No promise of yours is open. Type: promise CLIENT")
    await opened(priya)
    await priya.say("promise Acme the list by Friday 15:00", "promise Acme a call by Wednesday noon", "cancel")
    said = await priya.say("promises")
    assert said.index("2 · Acme: a call, ") < said.index("1 · Acme: the list, ")
    assert "Kept." in await priya.press("Kept 2")
    assert "a call" not in await priya.say("promises")


async def test_the_promise_of_a_confidential_case_is_not_listed_where_others_read(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("promise Acme the list by Friday 15:00", "edit Acme confidential", "confidential")
    assert "the list" in await priya.say("promises")
    assert "the list" not in await house.seat(place="#accounts").say("promises")
    assert "the list" not in await house.seat("Omar").say("promises")


async def test_a_kept_promise_ticks_the_wish_it_was_made_for_but_not_one_of_every_week(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("log Acme She wants a status mail every Thursday and the migration done by Tuesday noon.")
    said = await priya.say("colder", "correct", "both")
    assert "I'll watch it: a status mail every Thursday" in said
    assert "I'll watch it: the migration done by Tuesday noon" in said
    assert "It was one of their wishes, so that is ticked, too." in await priya.say("kept 2")
    assert "wishes" not in await priya.say("kept 1")
    card = await priya.say("Acme")
    assert "✓ the migration done by Tuesday noon" in card
    assert "○ a status mail every Thursday" in card


async def test_who_has_no_part_any_more_in_a_confidential_case_lists_none_of_its_promises(house: House) -> None:
    priya, omar = house.seat(), house.seat("Omar")
    await opened(priya)
    await omar.say("promise Acme the list by Friday 15:00")
    assert "the list" in await omar.say("promises")
    await priya.say("edit Acme confidential", "confidential")
    assert "No promise of yours is open." in await omar.say("promises")
