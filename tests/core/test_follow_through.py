"""What keeps a recovery from going quietly wrong: promises watched, check-ins that climb, decisions, the watch."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.coach.hours import Hours
from bot.coach.promises import next_word, warnings
from bot.ports import Pressed
from bot.view import Card
from tests.core.told import STORY, manager, opened, with_wishes
from tests.house import House, Seat

BERLIN = Hours("Europe/Berlin")


def utc(day: int, hour: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


async def until(house: House, moment: datetime) -> None:
    """Let the time pass, an hour at a time within the last day, so that what is due comes when it is due."""
    while house.clock.at < moment:
        far = moment - house.clock.at > timedelta(days=1)
        house.clock.at += min(timedelta(hours=6 if far else 1), moment - house.clock.at)
        await house.engine.drain()


async def news(house: House, name: str, having: str = "") -> list[Card]:
    """What somebody got in private, the newest last."""
    key = f"local:{name.casefold()}"
    return [m.card for m in await house.shown_in(f"@{key}", key) if having in m.card.text]


async def press(seat: Seat, card: Card, label: str) -> str:
    await seat.act(Pressed(next(a.value for a in card.actions if a.label == label)))
    return seat.words


# --- promises ----------------------------------------------------------------------------------------------


def test_a_promise_is_warned_of_at_three_quarters_and_a_business_day_before() -> None:
    made, due = utc(2, 9), utc(12, 14)
    assert warnings(made, due, BERLIN) == (utc(10, 8), utc(11, 14))


def test_the_business_day_before_a_monday_is_a_friday() -> None:
    assert warnings(utc(1, 9, 9), utc(16, 9), BERLIN)[-1] == utc(13, 9)


def test_a_short_promise_is_warned_of_once() -> None:
    assert warnings(utc(2, 8), utc(2, 16), BERLIN) == (utc(2, 14),)
    assert len(warnings(utc(2, 9), utc(4, 9), BERLIN)) == 1


def test_nobody_is_warned_at_night_unless_it_would_be_too_late() -> None:
    assert warnings(utc(2, 14), utc(3, 12), BERLIN) == (utc(3, 8),)
    assert warnings(utc(2, 20), utc(3, 7), BERLIN) == (datetime(2026, 11, 3, 4, 15, tzinfo=UTC),)


def test_after_the_last_warning_comes_the_time_itself_and_then_nothing() -> None:
    made, due = utc(2, 9), utc(12, 14)
    assert next_word(made, due, BERLIN, utc(11, 15)) == due
    assert next_word(made, due, BERLIN, due) is None


async def promised(house: House) -> Seat:
    priya = house.seat()
    await opened(priya)
    await priya.say("edit Acme contact", "Dana", "promise Acme the stock list by 12 November 15:00")
    return priya


async def test_the_owner_hears_of_a_promise_twice_before_and_once_when_it_is_due(house: House) -> None:
    await promised(house)
    await until(house, utc(11, 8))
    assert len(await news(house, "Priya", "Will it hold?")) == 1
    await until(house, utc(12, 13))
    assert [c.text.splitlines()[0] for c in await news(house, "Priya", "Will it hold?")] == [
        "Acme: you promised “the stock list”, due Thursday 15:00. Will it hold?",
        "Acme: you promised “the stock list”, due tomorrow 15:00. Will it hold?",
    ]
    await until(house, utc(20))
    asked = await news(house, "Priya", "Was it kept?")
    assert len(asked) == 1
    assert [a.label for a in asked[0].actions] == ["Kept", "Not kept"]


async def test_a_promise_that_was_kept_is_asked_about_no_more(house: House) -> None:
    priya = await promised(house)
    assert await priya.say("kept 1") == "Kept. That is how trust comes back."
    await until(house, utc(20))
    assert not await news(house, "Priya", "stock list")


async def test_will_slip_drafts_the_word_that_renegotiates_before_it_breaks(house: House) -> None:
    priya = await promised(house)
    await until(house, utc(11, 8))
    await press(priya, (await news(house, "Priya", "Will it hold?"))[-1], "It will slip")
    await priya.say("we found a second fault in the import", "two of us work on it alone", "17 November 12:00")
    assert "I promised you this: “the stock list”. That date will not hold" in priya.words
    assert "You will have it by 12:00 on Tuesday 17 November" in priya.words
    assert "nothing to change" in priya.words
    await priya.say("I sent it")
    assert "I've seen a promise: the stock list, due Tuesday 12:00. Shall I watch it?" in priya.words
    await priya.say("Watch it", "cancel")
    assert "Promises: 1 renegotiated" in await priya.say("Acme")
    await until(house, utc(13))
    assert not await news(house, "Priya", "Was it kept?")


async def test_while_a_promise_is_broken_the_coach_advises_against_a_new_one(house: House) -> None:
    priya = await promised(house)
    assert "Call them before they call you." in await priya.say("broken 1")
    assert priya.labels == ["Help me say it"]
    said = await priya.say("promise Acme a refund by 20 November 15:00")
    assert "Better not to promise more before you have talked about that one" in said
    await priya.say("kept 2")
    assert "Better not" not in await priya.say("promise Acme a report by 27 November 15:00")


async def test_no_news_yet_is_offered_with_the_warning(house: House) -> None:
    priya = await promised(house)
    await until(house, utc(11, 8))
    await press(priya, (await news(house, "Priya", "Will it hold?"))[-1], "No news yet")
    await priya.say("testing the import again", "Thursday 10:00")
    assert "no news" in priya.words.casefold() or "nothing new" in priya.words.casefold()
    assert "Dana, " in priya.words


# --- check-ins that climb ----------------------------------------------------------------------------------


async def check_ins(house: House) -> tuple[Seat, Seat, Seat]:
    """Weekly in #accounts on Mondays; Omar is the backup, Sam the manager."""
    priya, omar, sam = house.seat(place="#accounts"), house.seat("Omar"), manager(house)
    await omar.say("home")
    await sam.say("home")
    await opened(priya)
    await priya.say("edit Acme backup", "Omar", "remind Acme weekly on Monday at 9:00 in #accounts")
    return priya, omar, sam


async def test_an_ignored_check_in_climbs_in_business_hours_and_its_message_says_so(house: House) -> None:
    await check_ins(house)
    await until(house, utc(9, 15))
    assert not await news(house, "Omar", "has not answered")
    await until(house, utc(9, 17))
    asked = await news(house, "Omar", "has not answered")
    assert [c.text.splitlines()[0] for c in asked] == [
        "Priya has not answered about Acme (SAL-1). Do you know how they are?"
    ]
    (posted,) = await house.shown_in("local:#accounts")
    assert "No answer yet, so I've asked Omar too." in posted.card.text
    await until(house, utc(12))
    assert len(await news(house, "Sam", "has not answered")) == 1
    (posted,) = await house.shown_in("local:#accounts")
    assert "asked Sam too" in posted.card.text
    for name in ("Omar", "Sam"):
        sent = [m for m in await house.shown_in(f"@local:{name.casefold()}", f"local:{name.casefold()}")
                if "has not answered" in m.card.text]  # fmt: skip
        assert all(7 <= m.shown_at.hour < 17 and m.shown_at.weekday() < 5 for m in sent)


async def test_the_backups_answer_ends_the_climb_and_edits_the_message(house: House) -> None:
    _, omar, _ = await check_ins(house)
    await until(house, utc(9, 17))
    await press(omar, (await news(house, "Omar", "has not answered"))[-1], "Same")
    await until(house, utc(14))
    assert not await news(house, "Sam", "has not answered")
    (posted,) = await house.shown_in("local:#accounts")
    assert posted.card.text == "Acme: The same. Omar, today 18:00."


async def test_a_contact_logged_meanwhile_ends_the_climb(house: House) -> None:
    priya, _, _ = await check_ins(house)
    await until(house, utc(9, 12))
    await priya.say("log Acme She is calmer now.", "same", "I still need to ask", "cancel")
    await until(house, utc(14))
    assert not await news(house, "Omar", "has not answered")
    assert not await news(house, "Sam", "has not answered")


async def test_two_missed_check_ins_stop_the_chasing_and_ask_for_another_way(house: House) -> None:
    priya, _, _ = await check_ins(house)
    await until(house, utc(30, 12))
    (asked,) = await news(house, "Priya", "went by without an answer")
    assert [a.label for a in asked.actions] == ["Another way", "Another person", "Log a contact", "Start them again"]
    assert len([m for m in await house.shown_in("local:#accounts") if "how are they?" in m.card.text]) == 2
    private = house.seat()
    assert "On again. Next: 7 December 09:00." in await press(private, asked, "Start them again")
    assert priya.who.key == private.who.key


async def test_a_snooze_survives_a_thanks(house: House) -> None:
    priya, _, _ = await check_ins(house)
    assert "Put off. Next: 12 November 15:00." in await priya.say("snooze 1 12 November 15:00")
    await priya.say("thanks")
    await until(house, utc(11))
    assert not await house.shown_in("local:#accounts")
    await until(house, utc(12, 15))
    assert len([m for m in await house.shown_in("local:#accounts") if "how are they?" in m.card.text]) == 1


# --- second failure, decision, watch -----------------------------------------------------------------------


async def test_a_second_failure_is_graver_and_wants_another_remedy_and_a_sponsor(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("offer Acme", "400 euros", "420 euros", "Two free days", "cancel")
    await priya.say("close Acme", "healed", "works", "It works", "nothing new")
    await house.skip(days=40)
    await priya.say(f"start Acme: {STORY}")
    assert "SAL-2 · Acme · a date or an appointment was missed · ours · at risk of leaving" in priya.words
    assert "second failure with Acme within 90 days" in priya.words
    assert "Last time it was: Two free days." in priya.words
    assert "Name a sponsor" in priya.labels
    await priya.say("cancel", "draft apology Acme", "Dana", "the import failed again", "skip")
    assert "what is different this time?" in priya.words
    assert "That is what was done last time" in await priya.say("Two free days")


async def test_after_ninety_days_it_is_a_first_failure_again(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("close Acme", "lost", "They said nothing", "nothing new")
    await house.skip(days=100)
    await priya.say(f"start Acme: {STORY}")
    assert "second failure" not in priya.words


async def test_after_four_weeks_without_improvement_owner_and_manager_must_decide(house: House) -> None:
    priya, sam = house.seat(), manager(house)
    await sam.say("home")
    await opened(priya)
    await until(house, utc(30, 8))
    assert not await news(house, "Priya", "has not got better")
    await until(house, utc(30, 12))
    for name in ("Priya", "Sam"):
        (asked,) = await news(house, name, "has not got better for 4 weeks")
        assert [a.label for a in asked.actions] == ["Decide", "See the case"]
    await press(sam, (await news(house, "Sam", "has not got better"))[-1], "Decide")
    assert "Last contact: none since it was opened, 28 days ago" in sam.words
    await sam.say("Make a new plan", "A second pair of hands from Monday")
    assert "Decided for SAL-1: a new plan. Your reason is kept with the case." in sam.words
    assert "decision: a new plan: A second pair of hands from Monday" in await priya.say("SAL-1")
    await until(house, utc(10, 12, 12))
    assert len(await news(house, "Priya", "has not got better")) == 1


async def test_improvement_puts_the_decision_off(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await until(house, utc(20, 9))
    await priya.say("log Acme Much better now, she said.", "warmer", "I still need to ask", "cancel")
    await until(house, utc(5, 9, 12))
    assert not await news(house, "Priya", "has not got better")


@pytest.mark.parametrize(("choice", "leads"), [
    ("Accept the loss", "What did Acme say when they left?"), ("Part ways", "Which of these are true?"),
    ("Escalate to a sponsor", "Which manager stands behind SAL-1?"), ("Make a new plan", "Next:"),
])  # fmt: skip
async def test_each_decision_leads_on(house: House, choice: str, leads: str) -> None:
    priya = house.seat()
    await manager(house).say("home")
    await opened(priya)
    await priya.say("decide Acme", choice, "We have tried it all")
    assert leads in priya.words


async def healed(house: House) -> Seat:
    priya = house.seat(place="#accounts")
    await with_wishes(priya, "Acme", "a status mail")
    await priya.say("remind Acme weekly on Monday at 9:00 in #accounts")
    await priya.say("close Acme", "healed", "all", "She said it is fixed", "nothing new")
    return priya


async def test_after_healing_it_is_said_that_priority_is_standard_and_the_watch_begins(house: House) -> None:
    priya = await healed(house)
    assert "Their requests go back to standard priority." in priya.words
    assert "I'll ask again after 30, 60 and 90 days" in priya.words
    await until(house, utc(20, 12, 12))
    posts = [m.shown_at.date() for m in await house.shown_in("local:#accounts") if "how are they?" in m.card.text]
    assert [(day - utc(2).date()).days for day in posts] == [30]
    await house.skip(days=20)
    await house.skip(days=30)
    await house.skip(days=60)
    posts = [m for m in await house.shown_in("local:#accounts") if "how are they?" in m.card.text]
    assert len(posts) == 3


async def test_a_colder_answer_opens_the_case_again_with_weekly_check_ins(house: House) -> None:
    priya = await healed(house)
    await until(house, utc(2, 12, 12))
    await press(priya, (await house.shown_in("local:#accounts"))[-1].card, "Colder")
    assert "SAL-1 is open again and goes first. I'll ask every week again." in priya.words
    card = await priya.say("Acme")
    assert "○ a status mail" in card
    assert "Check-in: every Wednesday at 09:00, in #accounts" in card
    await until(house, utc(9, 12, 12))
    assert "how are they?" in (await house.shown_in("local:#accounts"))[-1].card.text


async def test_a_warmer_answer_leaves_it_healed(house: House) -> None:
    priya = await healed(house)
    await until(house, utc(2, 12, 12))
    await press(priya, (await house.shown_in("local:#accounts"))[-1].card, "Warmer")
    assert "open again" not in priya.words
    assert "Stage: Healed" in await priya.say("SAL-1")


async def test_what_a_client_says_during_the_watch_can_be_logged(house: House) -> None:
    priya = await healed(house)
    await priya.say("log Acme All good, thank you.", "same")
    assert "Kept, in their words." in priya.words
    await priya.say("log Acme It broke again!", "colder")
    assert "SAL-1 is open again and goes first." in priya.words


async def test_a_client_who_waits_is_answered_in_business_hours(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    assert "Answer by today 14:00" in await priya.say("waiting Acme")
    await until(house, utc(2, 14))
    (late,) = await news(house, "Priya", "is still waiting for an answer")
    assert "It was late; say so to them before they do." in await press(priya, late, "Answered")


async def test_a_client_who_was_answered_in_time_is_not_mentioned_again(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("waiting Acme", "answered Acme")
    await until(house, utc(3, 14))
    assert not await news(house, "Priya", "is still waiting")
