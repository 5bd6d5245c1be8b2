"""Where a platform does not say a person's time zone, it is asked once."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.ports import Who
from bot.storage.tables import Person, Schedule
from tests.house import House, Seat


async def nowhere(house: House, zone: str | None = None) -> Seat:
    """Somebody with a case, on a platform that tells no zone unless one is given."""
    who = Who("teams:T", "teams:T:priya", "Priya", zone=zone)
    seat = Seat(house, who, who.private)
    await seat.say("start Acme", "It slipped and nobody told them.", "1")
    await seat.press("Open the case now, the rest later")
    return seat


async def zone_of(house: House) -> str:
    async with house.database.reading() as db:
        return str(await db.scalar(select(Person.zone).where(Person.key == "teams:T:priya")))


async def test_it_is_asked_before_the_first_time_of_day_is_kept_and_the_words_are_carried_out_then(
    house: House,
) -> None:
    priya = await nowhere(house)
    assert "Which city's time" in await priya.say("remind Acme weekly on Monday at 9:00 in private")
    assert "every Monday at 09:00" in await priya.say("Madrid")
    assert await zone_of(house) == "Europe/Madrid"
    async with house.database.reading() as db:
        due = await db.scalar(select(Schedule.next_due_at))
    assert isinstance(due, datetime)
    assert due.replace(tzinfo=due.tzinfo or UTC).astimezone(ZoneInfo("Europe/Madrid")).hour == 9


async def test_it_is_asked_once(house: House) -> None:
    priya = await nowhere(house)
    await priya.say("remind Acme weekly on Monday at 9:00 in private")
    await priya.press("UTC")
    assert "Which city" not in await priya.say("promise Acme a status mail by Thursday 15:00")
    assert await zone_of(house) == "UTC"


async def test_who_has_said_it_is_not_asked(house: House) -> None:
    priya = await nowhere(house)
    await priya.say("zone London")
    assert "every Monday at 09:00" in await priya.say("remind Acme weekly on Monday at 9:00 in private")
    assert await zone_of(house) == "Europe/London"


async def test_who_stops_the_question_is_not_asked_again(house: House) -> None:
    priya = await nowhere(house)
    await priya.say("promise Acme a status mail by Thursday 15:00", "cancel")
    assert "Which city" not in await priya.say("promise Acme a status mail by Thursday 15:00")


async def test_a_town_nobody_knows_is_asked_again_with_what_is_near(house: House) -> None:
    priya = await nowhere(house)
    await priya.say("remind Acme weekly on Monday at 9:00 in private")
    assert "Europe/Berlin" in await priya.say("Berlni")
    assert "every Monday" in await priya.say("Berlin")


async def test_a_platform_that_tells_the_zone_is_believed(house: House) -> None:
    priya = await nowhere(house, "Europe/Paris")
    assert "every Monday at 09:00" in await priya.say("remind Acme weekly on Monday at 9:00 in private")
    assert await zone_of(house) == "Europe/Paris"


async def test_the_local_tools_know_their_machine(house: House) -> None:
    who = Who("local", "local:kim", "Kim")
    kim = Seat(house, who, who.private)
    await kim.say("start Acme", "It slipped and nobody told them.", "1")
    await kim.press("Open the case now, the rest later")
    assert "every Monday at 09:00" in await kim.say("remind Acme weekly on Monday at 9:00 in private")
