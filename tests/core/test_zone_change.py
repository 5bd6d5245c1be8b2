"""Somebody moves to another time zone: their check-ins keep the time of day, in the new one."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.ports import Who
from bot.storage.tables import Schedule
from tests.house import House, Seat

PRIYA = Who("teams:T", "teams:T:priya", "Priya", zone="Europe/Berlin")


async def with_check_in(house: House) -> Seat:
    seat = Seat(house, PRIYA, PRIYA.private)
    await seat.say("start Acme: it slipped and nobody told them", "remind Acme weekly on Monday at 9:00 in private")
    return seat


async def due_in(house: House, zone: str) -> datetime:
    async with house.database.reading() as db:
        due = await db.scalar(select(Schedule.next_due_at))
    assert due is not None
    return due.astimezone(ZoneInfo(zone))


async def test_a_platform_that_tells_another_zone_takes_the_check_ins_along(house: House) -> None:
    priya = await with_check_in(house)
    before = await due_in(house, "Europe/Berlin")
    assert (before.weekday(), before.hour) == (0, 9)
    moved = replace(priya, who=replace(PRIYA, zone="America/New_York"))
    assert "every Monday at 09:00" in await moved.say("reminders")
    after = await due_in(house, "America/New_York")
    assert (after.date(), after.hour, after.minute) == (before.date(), 9, 0)


async def test_who_says_a_new_zone_is_told_what_moved(house: House) -> None:
    priya = replace(await with_check_in(house), who=replace(PRIYA, zone=None))
    assert "your check-in keeps its time of day" in await priya.say("zone Kolkata")
    assert (await due_in(house, "Asia/Kolkata")).hour == 9


async def test_who_says_another_zone_than_their_platform_hears_where_to_change_it(house: House) -> None:
    priya = await with_check_in(house)
    said = await priya.say("zone Kolkata")
    assert "Your times are in Europe/Berlin" in said
    assert "your chat's settings" in said
    assert (await due_in(house, "Europe/Berlin")).hour == 9
    assert "zone Europe/London" not in await priya.say("zone")


async def test_a_check_in_put_off_stays_put_off(house: House) -> None:
    priya = await with_check_in(house)
    await priya.say("reminders")
    await priya.press("Skip 1")
    before = await due_in(house, "Europe/Berlin")
    await replace(priya, who=replace(PRIYA, zone="Asia/Tokyo")).say("home")
    after = await due_in(house, "Asia/Tokyo")
    assert (after.date(), after.hour) == (before.date(), 9)


async def test_the_check_ins_of_somebody_else_stay(house: House) -> None:
    await with_check_in(house)
    before = await due_in(house, "UTC")
    omar = Who("teams:T", "teams:T:omar", "Omar", zone="Europe/Berlin")
    seat = Seat(house, omar, omar.private)
    await seat.say("home")
    await replace(seat, who=replace(omar, zone="Asia/Tokyo")).say("home")
    assert await due_in(house, "UTC") == before
