from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.coach.cadence import (
    BadCadence,
    Cadence,
    Rhythm,
    after_reading,
    catch_up,
    faster,
    first_due,
    from_json,
    in_words,
    localise,
    missed,
    next_due,
    slower,
    to_json,
    zone_named,
)

MONDAY, THURSDAY, SUNDAY = 0, 3, 6


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


def local(due: datetime | None, zone: str) -> str:
    assert due is not None
    return f"{due.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def weekly(weekday: int = MONDAY, zone: str = "Europe/Berlin", at: time = time(9)) -> Cadence:
    return Cadence(Rhythm.weekly, at, weekday=weekday, zone=zone)


def monthly(monthday: int, zone: str = "Europe/Berlin") -> Cadence:
    return Cadence(Rhythm.monthly, time(9), monthday=monthday, zone=zone)


def days_of(cadence: Cadence, after: datetime, count: int) -> list[str]:
    days = []
    for _ in range(count):
        due = next_due(cadence, after, anchor=after if days else None)
        days.append(local(due, cadence.zone)[:10])
        assert due is not None
        after = due
    return days


def test_monday_nine_stays_nine_when_berlin_falls_back() -> None:
    before = utc(2026, 10, 19, 7)  # 09:00 in summer
    assert next_due(weekly(), before) == utc(2026, 10, 26, 8)


def test_monday_nine_stays_nine_when_berlin_springs_forward() -> None:
    assert next_due(weekly(), utc(2026, 3, 23, 8)) == utc(2026, 3, 30, 7)


def test_a_time_that_the_clock_skips_comes_an_hour_later_and_only_that_week() -> None:
    cadence = weekly(SUNDAY, at=time(2, 30))
    due = next_due(cadence, utc(2026, 3, 25))
    assert local(due, "Europe/Berlin") == "2026-03-29 03:30"
    assert due is not None
    assert local(next_due(cadence, due), "Europe/Berlin") == "2026-04-05 02:30"


def test_a_time_that_the_clock_shows_twice_comes_once_at_the_first() -> None:
    cadence = weekly(SUNDAY, at=time(2, 30))
    due = next_due(cadence, utc(2026, 10, 24))
    assert due == utc(2026, 10, 25, 0, 30)
    assert local(next_due(cadence, due), "Europe/Berlin") == "2026-11-01 02:30"


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("Asia/Kolkata", (2026, 11, 23, 3, 30)), ("Asia/Kathmandu", (2026, 11, 23, 3, 15))],
)
def test_zones_with_odd_offsets_are_kept_to_the_minute(zone: str, expected: tuple[int, ...]) -> None:
    assert next_due(weekly(zone=zone), utc(2026, 11, 20)) == utc(*expected)


def test_the_last_day_stays_the_last_day_through_february() -> None:
    expected = ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]
    assert days_of(monthly(31), utc(2027, 1, 5), 4) == expected
    assert days_of(monthly(-1), utc(2027, 1, 5), 4) == expected


def test_the_thirtieth_gives_way_in_february_and_comes_back_in_march() -> None:
    assert days_of(monthly(30), utc(2027, 1, 5), 3) == ["2027-01-30", "2027-02-28", "2027-03-30"]


def test_a_leap_day_is_used_when_there_is_one() -> None:
    assert days_of(monthly(29), utc(2028, 2, 1), 2) == ["2028-02-29", "2028-03-29"]
    assert days_of(monthly(29), utc(2027, 2, 1), 2) == ["2027-02-28", "2027-03-29"]


def test_every_second_thursday_keeps_its_fortnight_from_the_last_one() -> None:
    cadence = Cadence(Rhythm.biweekly, time(15), weekday=THURSDAY, zone="Europe/Berlin")
    last = utc(2026, 11, 5, 14)
    assert local(next_due(cadence, utc(2026, 11, 6), anchor=last), cadence.zone) == "2026-11-19 15:00"
    assert local(next_due(cadence, utc(2026, 11, 25), anchor=last), cadence.zone) == "2026-12-03 15:00"


def test_a_fortnight_without_an_anchor_goes_on_from_its_own_occurrence() -> None:
    cadence = Cadence(Rhythm.biweekly, time(15), weekday=THURSDAY, zone="Europe/Berlin")
    assert days_of(cadence, utc(2026, 11, 4), 3) == ["2026-11-05", "2026-11-19", "2026-12-03"]


def test_a_fortnight_is_not_begun_anew_at_its_own_occurrence() -> None:
    cadence = Cadence(Rhythm.biweekly, time(15), weekday=THURSDAY, zone="Europe/Berlin")
    assert local(next_due(cadence, utc(2026, 11, 5, 14)), cadence.zone) == "2026-11-19 15:00"


def test_a_snooze_of_ten_days_does_not_move_the_fortnight() -> None:
    cadence = Cadence(Rhythm.biweekly, time(15), weekday=THURSDAY, zone="Europe/Berlin")
    scheduled, snoozed = utc(2026, 11, 5, 14), utc(2026, 11, 15, 14)
    assert catch_up(cadence, snoozed, snoozed, anchor=scheduled) == (snoozed, utc(2026, 11, 19, 14))


def test_a_gap_before_midnight_moves_the_check_in_into_the_next_day() -> None:
    cadence = weekly(5, zone="America/Nuuk", at=time(23, 30))
    assert next_due(cadence, utc(2026, 3, 29, 1, 10)) == utc(2026, 3, 29, 1, 30)


def test_a_check_in_moved_over_a_weekend_does_not_move_the_fortnight() -> None:
    cadence = Cadence(Rhythm.biweekly, time(9), weekday=SUNDAY, zone="Europe/Berlin")
    delivered_on_monday = utc(2026, 11, 9, 8)
    assert local(next_due(cadence, delivered_on_monday, delivered_on_monday), cadence.zone) == "2026-11-22 09:00"


def test_a_new_fortnightly_schedule_begins_this_week() -> None:
    cadence = Cadence(Rhythm.biweekly, time(15), weekday=THURSDAY, zone="Europe/Berlin")
    assert local(first_due(cadence, utc(2026, 11, 4)), cadence.zone) == "2026-11-05 15:00"
    assert local(first_due(cadence, utc(2026, 11, 5, 14)), cadence.zone) == "2026-11-12 15:00"


def test_once_comes_once() -> None:
    cadence = Cadence(Rhythm.once, time(9), zone="Europe/Berlin", on=date(2026, 12, 3))
    assert next_due(cadence, utc(2026, 12, 1)) == utc(2026, 12, 3, 8)
    assert next_due(cadence, utc(2026, 12, 3, 8)) is None


def test_three_missed_weeks_are_caught_up_with_one_check_in() -> None:
    due, now = utc(2026, 11, 2, 8), utc(2026, 11, 18)
    assert catch_up(weekly(), due, now) == (utc(2026, 11, 16, 8), utc(2026, 11, 23, 8))
    assert missed(weekly(), due, now) == 2


def test_nothing_is_delivered_before_it_is_due() -> None:
    due = utc(2026, 11, 23, 8)
    assert catch_up(weekly(), due, due - timedelta(seconds=1)) == (None, due)
    assert catch_up(weekly(), due, due) == (due, utc(2026, 11, 30, 8))


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="carry a time zone"):
        next_due(weekly(), datetime(2026, 11, 20))  # noqa: DTZ001 - the very mistake


def test_steps_end_at_weekly_and_monthly() -> None:
    assert [slower(r) for r in Rhythm] == [Rhythm.biweekly, Rhythm.monthly, Rhythm.monthly, Rhythm.once]
    assert [faster(r) for r in Rhythm] == [Rhythm.weekly, Rhythm.weekly, Rhythm.biweekly, Rhythm.once]


@pytest.mark.parametrize(
    ("readings", "rhythm"),
    [
        ([], Rhythm.biweekly),
        (["warmer"], Rhythm.biweekly),
        (["warmer", "warmer"], Rhythm.monthly),
        (["colder", "warmer", "warmer"], Rhythm.monthly),
        (["warmer", "warmer", "warmer"], Rhythm.biweekly),
        (["warmer", "same", "warmer"], Rhythm.biweekly),
        (["warmer", "no_reply", "warmer"], Rhythm.biweekly),
        (["warmer", "warmer", "same"], Rhythm.biweekly),
        (["warmer", "warmer", "colder"], Rhythm.weekly),
        (["colder"], Rhythm.weekly),
    ],
)
def test_the_cadence_steps_down_on_evidence_and_up_at_once(readings: list[str], rhythm: Rhythm) -> None:
    cadence = Cadence(Rhythm.biweekly, time(9), weekday=MONDAY)
    assert after_reading(cadence, readings).rhythm is rhythm


def test_a_weekly_monday_slows_to_the_first_monday_and_back() -> None:
    cadence = Cadence(Rhythm.biweekly, time(9), weekday=MONDAY, zone="Europe/Berlin")
    rare = after_reading(cadence, ["warmer", "warmer"])
    assert local(next_due(rare, utc(2026, 11, 20)), rare.zone) == "2026-12-07 09:00"
    assert after_reading(rare, ["colder"]) == cadence


def test_a_month_day_that_grows_colder_becomes_every_second_monday() -> None:
    assert in_words(after_reading(monthly(15), ["colder"]), "Europe/Berlin") == "every second Monday at 09:00"


@pytest.mark.parametrize(
    ("cadence", "words"),
    [
        (weekly(), "every Monday at 09:00 (Berlin time)"),
        (Cadence(Rhythm.biweekly, time(15), weekday=THURSDAY), "every second Thursday at 15:00 (UTC)"),
        (monthly(31), "on the last day of each month at 09:00 (Berlin time)"),
        (monthly(-1), "on the last day of each month at 09:00 (Berlin time)"),
        (monthly(22), "on the 22nd of each month at 09:00 (Berlin time)"),
        (monthly(30), "on the 30th (or the last day) of each month at 09:00 (Berlin time)"),
        (
            Cadence(Rhythm.monthly, time(9), weekday=MONDAY, zone="America/Argentina/Buenos_Aires"),
            "on the first Monday of each month at 09:00 (Buenos Aires time)",
        ),
        (Cadence(Rhythm.once, time(9), on=date(2026, 12, 3)), "once, on 3 December at 09:00 (UTC)"),
    ],
)
def test_a_cadence_reads_as_people_say_it(cadence: Cadence, words: str) -> None:
    assert in_words(cadence) == words
    assert in_words(cadence, reader_zone=cadence.zone) == words.rsplit(" (", 1)[0]


def test_a_single_date_in_another_year_says_the_year() -> None:
    cadence = Cadence(Rhythm.once, time(9), on=date(2027, 1, 3))
    assert in_words(cadence, "UTC", today=date(2026, 11, 20)) == "once, on 3 January 2027 at 09:00"


@pytest.mark.parametrize(
    "cadence",
    [
        weekly(),
        monthly(-1),
        Cadence(Rhythm.monthly, time(9, 30), weekday=4, zone="Asia/Kolkata"),
        Cadence(Rhythm.once, time(23, 59, 59), on=date(2028, 2, 29)),
    ],
)
def test_a_recorded_cadence_comes_back_the_same(cadence: Cadence) -> None:
    assert from_json(to_json(cadence)) == cadence


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "America", "../etc/passwd", "x" * 300, "Europe/Berlin\0"])
def test_an_unknown_zone_is_refused_with_an_example(zone: str) -> None:
    with pytest.raises(BadCadence, match="Europe/Berlin"):
        zone_named(zone)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"rhythm": Rhythm.weekly}, "needs a weekday"),
        ({"rhythm": Rhythm.biweekly}, "needs a weekday"),
        ({"rhythm": Rhythm.monthly}, "needs a day of the month"),
        ({"rhythm": Rhythm.once}, "needs a date"),
        ({"rhythm": Rhythm.weekly, "weekday": 7}, "0 .Monday. to 6"),
        ({"rhythm": Rhythm.monthly, "monthday": 0}, "1 to 31"),
        ({"rhythm": Rhythm.monthly, "monthday": 32}, "1 to 31"),
        ({"rhythm": Rhythm.weekly, "weekday": 1, "at": time(9, tzinfo=UTC)}, "wall time"),
    ],
)
def test_a_cadence_that_cannot_be_kept_says_what_is_missing(fields: dict[str, object], sentence: str) -> None:
    with pytest.raises(BadCadence, match=sentence):
        Cadence(**({"at": time(9)} | fields))  # type: ignore[arg-type]


def test_localise_is_the_only_place_that_needs_to_know_about_gaps() -> None:
    assert localise(datetime(2026, 3, 29, 2, 30), "Europe/Berlin") == utc(2026, 3, 29, 1, 30)  # noqa: DTZ001
