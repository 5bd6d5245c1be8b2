"""A hurried person's talk: words half told when their case closes, rough days, dated wishes, a name for an answer."""

import pytest

from tests.core.told import STORY, opened
from tests.house import House, Seat

HALF_TOLD = "She says her own staff told her, and wants the fee back."


async def closed(seat: Seat, case: str = "SAL-1", how: str = "healed") -> str:
    """A case closed by the short way; gives what was said at the end."""
    ways = {
        "healed": ("A working door", "She said it is fine again.", "nothing new"),
        "lost": ("They said nothing", "nothing new"),
    }
    return await seat.say(f"close {case}", how, *ways[how])


# --- nothing that was told is lost ---------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["healed", "lost"])
async def test_words_half_told_while_their_case_is_closed_are_kept_with_it(house: House, how: str) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say(f"log Acme {HALF_TOLD}")
    said = await closed(priya, how=how)
    assert "What you had begun to tell me is kept in its history." in said
    assert "How did" not in said
    assert f"told while closing: {HALF_TOLD}" in await priya.say("SAL-1")


async def test_words_typed_to_a_question_are_kept_too_when_a_decision_ends_the_case(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("log Acme", HALF_TOLD)
    said = await priya.say("decide Acme", "accept the loss", "They hired somebody else.", "skip", "nothing new")
    assert "SAL-1 is closed" in said
    assert f"told while closing: {HALF_TOLD}" in await priya.say("SAL-1")


async def test_what_a_colleague_had_half_told_is_kept_when_a_case_is_lost_and_they_hear_of_it(house: House) -> None:
    priya, omar = house.seat(), house.seat("Omar")
    await opened(priya)
    await omar.say(f"log Acme {HALF_TOLD}")
    said = await closed(priya, how="lost")
    assert "had begun to tell" not in said
    assert f"Omar · note: told while closing: {HALF_TOLD}" in await priya.say("SAL-1")
    told = [m.card.text for m in await house.shown_in("@local:omar", "local:omar")]
    assert any("Priya has closed Acme's case (SAL-1). What you had begun to tell me is kept" in t for t in told)


async def test_nothing_is_noted_where_nothing_was_half_told(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("log Acme", "next Acme")
    assert "had begun to tell" not in await closed(priya)
    assert "told while closing" not in await priya.say("SAL-1")


async def test_words_about_a_healed_client_wait_while_a_new_case_is_told(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await closed(priya)
    await priya.say(f"log SAL-1 {HALF_TOLD}")
    assert "SAL-2 is open" in await priya.say(f"start Acme: {STORY}")
    said = await priya.say("cancel")
    assert "Back to what they said for Acme (SAL-1)" in said
    await priya.say("same", "not that")
    assert HALF_TOLD in await priya.say("cancel", "SAL-1")


async def test_words_half_told_about_a_watched_client_are_kept_when_the_watch_is_over(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await closed(priya)
    await priya.say(f"log SAL-1 {HALF_TOLD}", "start Bolt")
    await house.skip(days=120)
    await priya.say("cancel")
    assert HALF_TOLD in await priya.say("SAL-1")
    told = [m.card.text for m in await house.shown_in("@local:priya")]
    assert "Acme's case (SAL-1) is closed. What you had begun to tell me is kept in its history." in told


# --- since when ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("a few weeks ago", "12 October 2026"),
        ("some days ago", "30 October 2026"),
        ("a while ago", "2 October 2026"),
        ("couple of days ago", "31 October 2026"),
        ("since last month", "1 October 2026"),
        ("early March", "5 March 2026"),
    ],
)
async def test_a_rough_since_is_taken_as_a_day_that_is_said_back(house: House, typed: str, day: str) -> None:
    priya = house.seat()
    said = await priya.say("start Acme", STORY, "yes", "ours", "1", "skip", typed)
    assert "Who at Acme is upset?" in said
    assert f"Since {day}" in await priya.say("that's all")


async def test_a_since_that_has_no_day_says_how_to_tell_it(house: House) -> None:
    priya = house.seat()
    said = await priya.say("start Acme", STORY, "yes", "ours", "1", "skip", "ages")
    assert said.startswith("I can't place “ages”. Try last Friday, 3 November or 2 weeks ago. Roughly will do;")
    assert "Who at Acme is upset?" in await priya.say("skip")


# --- wishes told while a case opens --------------------------------------------------------------------------

SIDES = (STORY, "yes", "ours", "1", "skip", "skip", "Dana", "skip", "skip")


async def test_wishes_with_a_date_told_at_the_opening_can_each_be_watched(house: House) -> None:
    priya = house.seat()
    said = await priya.say("start Acme", *SIDES, "report by Friday and a call on Monday")
    assert "SAL-1 is open" in said
    assert "Which of them shall I watch?" in said
    said = await priya.say("both")
    assert "I'll watch it: report by Friday, Friday 17:30." in said
    assert "I'll watch it: a call on Monday" in said
    assert "Next: " in said


async def test_one_dated_wish_told_at_the_opening_is_asked_about_alone(house: House) -> None:
    priya = house.seat()
    said = await priya.say("start Acme", *SIDES, "An apology\nthe report by Friday")
    assert "The second is a promise with a date: Friday 17:30. Shall I watch it?" in said
    said = await priya.say("no")
    assert "I'll watch" not in said
    assert "Next: " in said


async def test_wishes_without_a_date_add_no_question_to_the_opening(house: House) -> None:
    priya = house.seat()
    said = await priya.say("start Acme", *SIDES, "An apology and a written report")
    assert "watch" not in said
    assert "Next: " in said


# --- a name is no sentence -----------------------------------------------------------------------------------


async def test_a_name_alone_is_not_what_happened(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    said = await priya.say("draft apology Acme", "Dana", "dana", "You lost a day.", "We add a person.", "Friday")
    assert "“dana” is only a name. What happened?" in said
    assert "Dana, we moved your migration. You lost a day." in await priya.say("We moved your migration.")


async def test_a_known_name_alone_is_no_answer_in_a_draft(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("edit Acme contact", "Dana Fox", "draft apology Acme")
    assert "“Dana” is only a name. What happened? One plain sentence" in await priya.say("Dana")
    assert "What did it do to" in await priya.say("Late delivery")


@pytest.mark.parametrize("known", [True, False])
async def test_a_name_alone_is_not_how_they_said_that_it_is_fixed(house: House, known: bool) -> None:
    priya = house.seat()
    await opened(priya)
    if known:
        await priya.say("edit Acme contact", "Dana")
    said = await priya.say("close Acme", "healed", "A working door", "Dana")
    known_words = "“Dana” is only a name. What did Dana say? Their own words, please."
    assert (known_words if known else "“Dana” reads like a name. What did Acme say?") in said
    assert "What should we do differently" in await priya.say("all good")


@pytest.mark.parametrize("typed", ["all good", "yes, happy again", "Perfect", "Thanks", "fixed"])
async def test_short_words_of_theirs_are_enough_to_close(house: House, typed: str) -> None:
    priya = house.seat()
    await opened(priya)
    said = await priya.say("close Acme", "healed", "A working door", typed)
    assert "What should we do differently" in said
