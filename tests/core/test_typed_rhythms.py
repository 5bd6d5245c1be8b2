"""How often, when and where, in the words people have for it; nothing typed is dropped without a word."""

import pytest

from bot.commands.reminding import reminder_words
from tests.core.told import manager, opened
from tests.house import House


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("every friday at 15:00", {"rhythm": "weekly", "day": "friday", "time": "15:00"}),
        ("every week on Monday at 9:00", {"rhythm": "weekly", "day": "Monday", "time": "9:00"}),
        ("once a week on Monday", {"rhythm": "weekly", "day": "Monday"}),
        ("every other week on fri 9:00", {"rhythm": "biweekly", "day": "fri 9:00"}),
        ("fortnightly friday 9:00", {"rhythm": "biweekly", "day": "friday", "time": "9:00"}),
        ("montly on the 15th", {"rhythm": "monthly", "day": "the 15th"}),
        (
            "once in two weeks at 3pm in #accounts",
            {"rhythm": "once", "day": "in two weeks", "time": "3pm", "place": "#accounts"},
        ),
        ("once tomorrow at noon", {"rhythm": "once", "day": "tomorrow", "time": "noon"}),
        ("every day", {"rhythm": "every day"}),
        ("every 3 weeks", {"rhythm": "every 3 weeks"}),
        ("quarterly", {"rhythm": "quarterly"}),
    ],
)
def test_a_rhythm_is_read_in_the_words_people_have(typed: str, parts: dict[str, str]) -> None:
    assert reminder_words(typed) == parts


async def test_once_in_two_weeks_is_set_at_once(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    assert "once, on 16 November at 15:00" in await priya.say("remind Acme once in two weeks at 3pm in private")


async def test_a_rhythm_that_is_not_kept_is_said(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    said = await priya.say("remind Acme every day")
    assert "I can't ask “every day”. Pick one of these." in said
    assert "Every second week" in priya.labels


async def test_nine_is_a_time_and_what_is_none_is_not_called_a_date(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    said = await priya.say("remind Acme weekly on Monday", "sometime")
    assert "I could not read “sometime” as a time. Try 9:00, 3pm or noon." in said
    assert "every Monday at 09:00" in await priya.say("nine")


async def test_a_digest_is_never_quietly_sent_in_another_rhythm(house: House) -> None:
    sam = manager(house)
    said = await sam.say("digest every day")
    assert "I can't send it every day" in said
    assert "digest weekly on Monday at 9:00" in said
    assert "every second Monday" in await sam.say("digest fortnightly")


async def test_setting_check_ins_is_no_step_for_the_client(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("remind Acme weekly on Tuesday at 9:00 in private")
    await house.skip(days=2)
    [posted] = [m for m in await house.shown_in("@local:priya") if "week 1" in m.card.text]
    assert posted.card.text.startswith("Acme, week 1. Priya, how are they?")


async def test_what_fixed_means_is_said_back_when_the_case_opens(house: House) -> None:
    priya = house.seat()
    said = await priya.say(
        "start Acme", "We missed the deadline again.", "1", "ours", "serious", "no idea", "no idea", "Dana",
        '"You let us down"', "the same", "delivery by Friday; a call first",
    )  # fmt: skip
    assert "Fixed means: delivery by Friday; a call first" in said
    await priya.say("cancel")
    card = await priya.say("Acme")
    assert "“You let us down”" in card
    assert '“"You' not in card
    assert card.count("We missed the deadline again.") == 1


def test_a_wish_holds_no_half_of_a_quotation() -> None:
    from bot.coach.wishes import wishes_in

    assert wishes_in('"I want my money back by next Friday, and a single contact person."') == (
        "my money back by next Friday",
        "a single contact person",
    )


async def test_who_has_told_wishes_is_not_told_they_are_missing(house: House) -> None:
    priya = house.seat()
    await priya.say(
        "start Acme", "They overpaid; the invoice was wrong twice.", "A bill, a fee or a rule", "ours", "serious",
        "no idea", "no idea", "Dana", "You cheated us", "the same", "money back by Friday",
    )  # fmt: skip
    assert "not yet what would make it right" not in priya.words
