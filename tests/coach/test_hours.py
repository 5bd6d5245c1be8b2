from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.coach.hours import (
    BadHours,
    Hours,
    add_working,
    add_working_days,
    holiday_on,
    move_to_working,
    next_working,
    working_between,
    working_day,
    working_time,
)

BERLIN = Hours("Europe/Berlin", country="DE", subdivision="BE")
ZONES = sorted(available_timezones())


def berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo("Europe/Berlin"))  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("instant", "works"),
    [
        (berlin(2026, 11, 18, 9), True),
        (berlin(2026, 11, 18, 17, 29), True),
        (berlin(2026, 11, 18, 17, 30), False),
        (berlin(2026, 11, 18, 8, 59), False),
        (berlin(2026, 11, 21, 12), False),
        (berlin(2026, 12, 25, 12), False),
        (berlin(2027, 3, 8, 12), False),  # a holiday in Berlin alone
    ],
)
def test_work_is_done_in_business_hours_only(instant: datetime, works: bool) -> None:
    assert working_time(BERLIN, instant) is works


def test_a_nudge_at_night_comes_in_the_morning() -> None:
    assert move_to_working(BERLIN, berlin(2026, 11, 18, 22)) == berlin(2026, 11, 19, 9)
    assert move_to_working(BERLIN, berlin(2026, 11, 19, 3)) == berlin(2026, 11, 19, 9)


def test_a_nudge_at_christmas_comes_on_the_monday_after() -> None:
    assert move_to_working(BERLIN, berlin(2026, 12, 25, 9)) == berlin(2026, 12, 28, 9)
    assert holiday_on(BERLIN, date(2026, 12, 25)) is not None
    assert holiday_on(Hours("Europe/Berlin"), date(2026, 12, 25)) is None


def test_a_nudge_in_working_time_stays_where_it_is() -> None:
    due = berlin(2026, 11, 18, 11, 17)
    assert move_to_working(BERLIN, due) == due


def test_a_reply_target_of_four_hours_runs_over_the_weekend() -> None:
    friday = berlin(2026, 11, 20, 16)
    assert add_working(BERLIN, friday, timedelta(hours=4)) == berlin(2026, 11, 23, 11, 30)
    assert working_between(BERLIN, friday, berlin(2026, 11, 23, 11, 30)) == timedelta(hours=4)


def test_a_full_day_of_work_ends_the_same_evening() -> None:
    assert add_working(BERLIN, berlin(2026, 11, 18, 9), timedelta(hours=8.5)) == berlin(2026, 11, 18, 17, 30)


def test_working_time_can_be_counted_back() -> None:
    assert add_working(BERLIN, berlin(2026, 11, 23, 10), timedelta(hours=-2)) == berlin(2026, 11, 20, 16, 30)


def test_one_business_day_before_a_monday_is_the_friday() -> None:
    assert add_working_days(BERLIN, berlin(2026, 11, 23, 15), -1) == berlin(2026, 11, 20, 15)
    assert add_working_days(BERLIN, berlin(2026, 12, 23, 15), 2) == berlin(2026, 12, 28, 15)
    assert add_working_days(BERLIN, berlin(2026, 11, 21, 15), 0) == berlin(2026, 11, 21, 15)


def test_a_working_day_over_a_clock_change_keeps_its_wall_time() -> None:
    assert add_working_days(BERLIN, berlin(2026, 10, 23, 9), 1) == berlin(2026, 10, 26, 9)
    assert next_working(BERLIN, datetime(2026, 10, 23, 20, tzinfo=UTC)) == datetime(2026, 10, 26, 8, tzinfo=UTC)


def test_nobody_has_waited_before_the_message_came() -> None:
    assert working_between(BERLIN, berlin(2026, 11, 20, 12), berlin(2026, 11, 18, 12)) == timedelta()


def test_a_sunday_to_thursday_week_is_kept() -> None:
    cairo = Hours("Africa/Cairo", days=frozenset({6, 0, 1, 2, 3}))
    assert working_day(cairo, date(2026, 11, 22))
    assert not working_day(cairo, date(2026, 11, 20))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"start": time(18), "end": time(9)}, "09:00 to 17:30"),
        ({"days": frozenset()}, "at least one"),
        ({"days": frozenset({7})}, "0 .Monday."),
        ({"country": "XX"}, "holidays of XX"),
        ({"country": ""}, "country code"),
        ({"country": "DE", "subdivision": "ZZ"}, "DE .ZZ."),
    ],
)
def test_hours_that_nobody_could_keep_are_refused(fields: dict[str, object], sentence: str) -> None:
    with pytest.raises(BadHours, match=sentence):
        Hours("Europe/Berlin", **fields)  # type: ignore[arg-type]


def test_an_endless_span_and_an_instant_without_a_zone_are_refused() -> None:
    with pytest.raises(BadHours, match="too far"):
        add_working(BERLIN, berlin(2026, 11, 18), timedelta(days=9_000))
    with pytest.raises(BadHours, match="too far"):
        add_working(BERLIN, berlin(2026, 11, 18), timedelta(days=-9_000))
    with pytest.raises(ValueError, match="carry a time zone"):
        next_working(BERLIN, datetime(2026, 11, 18))  # noqa: DTZ001 - the very mistake


def reckon_works(hours: Hours, instant: datetime) -> bool:
    local = instant.astimezone(ZoneInfo(hours.zone))
    return local.weekday() in hours.days and hours.start <= local.time() < hours.end


def test_every_zone_moves_a_nudge_to_the_first_quarter_hour_that_is_worked() -> None:
    for number, zone in enumerate(ZONES):
        hours = Hours(zone)
        due = datetime(2026, 1 + number % 12, 1 + number % 28, number % 24, 15 * (number % 4), tzinfo=UTC)
        expected = due
        while not reckon_works(hours, expected):
            expected += timedelta(minutes=15)
        assert move_to_working(hours, due) == expected, zone


instants = st.integers(0, 3 * 365 * 24 * 4).map(
    lambda quarters: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * quarters)
)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(ZONES), instants, st.integers(0, 10 * 24 * 4))
def test_waiting_time_is_the_sum_of_the_worked_quarter_hours(zone: str, begin: datetime, quarters: int) -> None:
    hours = Hours(zone)
    moments = (begin + timedelta(minutes=15 * n) for n in range(quarters))
    waited = sum((timedelta(minutes=15) for moment in moments if reckon_works(hours, moment)), timedelta())
    assert working_between(hours, begin, begin + timedelta(minutes=15 * quarters)) == waited


@settings(deadline=None)
@given(st.sampled_from(ZONES), instants, st.integers(1, 200))
def test_adding_working_time_and_measuring_it_agree(zone: str, begin: datetime, quarters: int) -> None:
    hours, span = Hours(zone, country="DE"), timedelta(minutes=15 * quarters)
    end = add_working(hours, begin, span)
    assert working_between(hours, begin, end) == span
    back = add_working(hours, end, -span)
    assert working_between(hours, back, end) == span


@settings(deadline=None)
@given(st.sampled_from(ZONES), instants)
def test_a_nudge_is_never_early_never_dropped_and_lands_in_working_time(zone: str, due: datetime) -> None:
    hours = Hours(zone, country="US")
    moved = move_to_working(hours, due)
    assert moved >= due
    assert working_time(hours, moved)
    assert working_between(hours, due, moved) == timedelta()
