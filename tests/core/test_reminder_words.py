"""Where, when and how often, as people type it behind ``remind CLIENT``."""

import pytest

from bot.commands.reminding import reminder_words
from bot.ports import Place, PlaceKind
from bot.services import people
from tests.house import House

WEEKLY = {"rhythm": "weekly", "day": "Monday", "time": "9:00"}


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("weekly on Monday at 9:00 in General Accounts", "General Accounts"),
        ("weekly in General Accounts on Monday at 9:00", "General Accounts"),
        ("in General Accounts weekly on Monday at 9:00", "General Accounts"),
        ("weekly on Monday in “General Accounts” at 9:00", "General Accounts"),
        ("weekly on Monday at 9:00 in General", "General"),
        ("weekly on Monday at 9:00 in #accounts", "#accounts"),
        ("weekly on Monday in #accounts at 9:00", "#accounts"),
        ("weekly on Monday at 9:00 here", "here"),
        ("weekly on Monday at 9:00 in here", "here"),
        ("weekly here on Monday at 9:00", "here"),
        ("weekly on Monday at 9:00 in private", "private"),
    ],
)
def test_a_place_may_stand_anywhere_and_hold_blanks(typed: str, place: str) -> None:
    assert reminder_words(typed) == WEEKLY | {"place": place}


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("weekly on Monday at 9:00 in Sales on tour", "Sales on tour"),
        ("weekly in Life at Acme on Monday at 9:00", "Life at Acme"),
        ("weekly in #sales ON tour on Monday at 9:00", "#sales ON tour"),
        ("weekly on Monday at 9:00 in Over here", "Over here"),
    ],
)
def test_a_known_place_is_found_whatever_words_it_holds(typed: str, place: str) -> None:
    assert reminder_words(typed, ["Sales", "Sales on tour", "Life at Acme", "#over here"]) == WEEKLY | {"place": place}


@pytest.mark.parametrize("typed", ["once on Thursday in the morning", "once on Thursday in 3 weeks"])
def test_a_span_of_time_is_no_place(typed: str) -> None:
    assert "place" not in reminder_words(typed)


async def test_a_check_in_is_set_for_a_channel_with_blanks_in_its_name(house: House) -> None:
    priya = house.seat()
    await priya.say("start Acme", "It slipped and nobody told them.", "1")
    await priya.press("Open the case now, the rest later")
    async with house.database.begin() as db:
        workspace = await people.workspace_of(db, priya.who.tenant, house.clock.now())
        accounts = Place(priya.who.tenant, "local:#general", PlaceKind.internal, "General Accounts")
        await people.place_seen(db, workspace, accounts)
    said = await priya.say("remind Acme weekly on Monday at 9:00 in general accounts")
    assert "every Monday at 09:00" in said
    assert "General Accounts" in said


async def test_a_check_in_can_be_set_for_here(house: House) -> None:
    priya = house.seat()
    await priya.say("start Acme", "It slipped and nobody told them.", "1")
    await priya.press("Open the case now, the rest later")
    in_channel = house.seat(place="#accounts")
    said = await in_channel.say("remind Acme weekly on Monday at 9:00 here")
    assert "every Monday at 09:00" in said
    assert "#accounts" in said
