"""Every zone and rhythm against a reckoning that walks day by day and knows nothing of rrule or dateutil."""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.coach.cadence import Cadence, Rhythm, catch_up, first_due, localise, missed, next_due

ZONES = sorted(available_timezones())
YEARS = (2010, 2031)


def reckon_instant(wall: datetime, zone: str) -> datetime:
    """Try every offset in force around that day; in a gap clocks have not yet moved."""
    info, utc_wall = ZoneInfo(zone), wall.replace(tzinfo=UTC)
    nearby = [utc_wall + timedelta(hours=hours) for hours in range(-48, 49, 12)]
    candidates = sorted({utc_wall - (instant.astimezone(info).utcoffset() or timedelta()) for instant in nearby})
    real = [instant for instant in candidates if instant.astimezone(info).replace(tzinfo=None) == wall]
    return real[0] if real else candidates[-1]


def reckon_is_day(cadence: Cadence, day: date, anchor_day: date | None) -> bool:
    if cadence.rhythm is Rhythm.once:
        return day == cadence.on
    if cadence.rhythm is Rhythm.weekly:
        return day.weekday() == cadence.weekday
    if cadence.rhythm is Rhythm.biweekly:
        assert anchor_day is not None
        return day.weekday() == cadence.weekday and (day - anchor_day).days % 14 == 0
    if cadence.monthday is None:
        return day.weekday() == cadence.weekday and day.day <= 7
    month_end = calendar.monthrange(day.year, day.month)[1]
    return day.day == (month_end if cadence.monthday == -1 else min(cadence.monthday, month_end))


def reckon_next(cadence: Cadence, after: datetime, anchor_day: date | None) -> datetime | None:
    day = after.date() - timedelta(days=4)
    for _ in range(80):
        if reckon_is_day(cadence, day, anchor_day):
            due = reckon_instant(datetime.combine(day, cadence.at), cadence.zone)
            if due > after:
                return due
        day += timedelta(days=1)
    return None


def transitions(zone: str, first_year: int, last_year: int) -> list[datetime]:
    """Instants at which the zone's offset changes, found by halving; to the minute."""
    info, found = ZoneInfo(zone), []
    here = datetime(first_year, 1, 1, tzinfo=UTC)
    while here.year < last_year:
        there = here + timedelta(days=5)
        if here.astimezone(info).utcoffset() != there.astimezone(info).utcoffset():
            low, high = here, there
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) / 2
                changed = middle.astimezone(info).utcoffset() != low.astimezone(info).utcoffset()
                low, high = (low, middle) if changed else (middle, high)
            found.append(high.replace(second=0, microsecond=0))
        here = there
    return found


def test_a_wall_time_near_any_clock_change_in_any_zone_becomes_the_right_instant() -> None:
    checked = 0
    for zone in ZONES:
        for change in transitions(zone, 2023, 2027):
            seen = change.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
            for minutes in (-90, -45, -15, 0, 15, 45, 90):
                wall = seen + timedelta(minutes=minutes)
                assert localise(wall, zone) == reckon_instant(wall, zone), (zone, wall)
                checked += 1
    assert checked > 5_000


@pytest.mark.parametrize(
    "cadence",
    [
        Cadence(Rhythm.weekly, time(2, 30), weekday=6),
        Cadence(Rhythm.biweekly, time(0, 0), weekday=6),
        Cadence(Rhythm.monthly, time(9, 0), monthday=31),
        Cadence(Rhythm.monthly, time(23, 45), monthday=29),
        Cadence(Rhythm.monthly, time(0, 15), monthday=-1),
        Cadence(Rhythm.monthly, time(1, 30), weekday=6),
    ],
    ids=["weekly", "biweekly", "31st", "29th", "last day", "first Sunday"],
)
def test_ten_occurrences_in_a_row_agree_with_the_reckoning_in_every_zone(cadence: Cadence) -> None:
    for number, zone in enumerate(ZONES):
        local = Cadence(cadence.rhythm, cadence.at, cadence.weekday, cadence.monthday, zone)
        due = first_due(local, datetime(2023 + number % 5, 1 + number % 12, 20, 12, tzinfo=UTC))
        assert due is not None
        anchor_day = nearest(due.astimezone(ZoneInfo(zone)).date(), cadence.weekday)
        for _ in range(10):
            following = next_due(local, due, anchor=due)
            assert following == reckon_next(local, due, anchor_day), (zone, due)
            assert following is not None
            due = following


def nearest(day: date, weekday: int | None) -> date:
    around = [day + timedelta(days=shift) for shift in (0, -1, 1, -2, 2, -3, 3)]
    return next(other for other in around if weekday is None or other.weekday() == weekday)


instants = st.integers(0, (YEARS[1] - YEARS[0]) * 365 * 24 * 60).map(
    lambda minutes: datetime(YEARS[0], 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
wall_times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))


@st.composite
def cadences(draw: st.DrawFn) -> Cadence:
    rhythm = draw(st.sampled_from(list(Rhythm)))
    weekly = rhythm in (Rhythm.weekly, Rhythm.biweekly)
    on_weekday = weekly or (rhythm is Rhythm.monthly and draw(st.booleans()))
    return Cadence(
        rhythm,
        draw(wall_times),
        weekday=draw(st.integers(0, 6)) if on_weekday else None,
        monthday=draw(st.integers(1, 31) | st.just(-1)) if not on_weekday else None,
        zone=draw(st.sampled_from(ZONES)),
        on=draw(st.dates(date(YEARS[0], 1, 1), date(YEARS[1], 1, 1))) if rhythm is Rhythm.once else None,
    )


@settings(max_examples=1_000, deadline=None)
@given(cadences(), instants, st.integers(-40, 40))
def test_any_cadence_after_any_instant_agrees_with_the_reckoning(
    cadence: Cadence, after: datetime, anchor_days: int
) -> None:
    anchor = after - timedelta(days=anchor_days)
    anchor_day = nearest(anchor.astimezone(ZoneInfo(cadence.zone)).date(), cadence.weekday)
    if cadence.rhythm is Rhythm.once:
        assert cadence.on is not None
        only = reckon_instant(datetime.combine(cadence.on, cadence.at), cadence.zone)
        assert next_due(cadence, after) == (only if only > after else None)
    else:
        assert next_due(cadence, after, anchor) == reckon_next(cadence, after, anchor_day)


@settings(max_examples=500, deadline=None)
@given(cadences(), instants)
def test_the_local_clock_shows_the_agreed_time_unless_that_time_does_not_exist(
    cadence: Cadence, after: datetime
) -> None:
    due = next_due(cadence, after)
    if due is None:
        return
    shown = due.astimezone(ZoneInfo(cadence.zone))
    if shown.time() != cadence.at:
        before = (due - timedelta(hours=26)).astimezone(ZoneInfo(cadence.zone)).utcoffset()
        assert before != shown.utcoffset(), "only a gap may move the wall time"


@settings(max_examples=200, deadline=None)
@given(cadences(), instants, st.integers(0, 500))
def test_catching_up_delivers_the_latest_missed_one_and_counts_the_rest(
    cadence: Cadence, start: datetime, days: int
) -> None:
    due, now = first_due(cadence, start), start + timedelta(days=days)
    if due is None:
        return
    latest, following = catch_up(cadence, due, now)
    if due > now:
        assert (latest, following) == (None, due)
        return
    replayed = [due]
    while (step := next_due(cadence, replayed[-1], anchor=replayed[-1])) is not None and step <= now:
        replayed.append(step)
    assert (latest, following) == (replayed[-1], step)
    assert missed(cadence, due, now) == len(replayed) - 1


@settings(max_examples=300, deadline=None)
@given(cadences(), instants, st.sampled_from(ZONES))
def test_an_owner_who_changes_zone_keeps_the_wall_time_and_the_fortnight(
    cadence: Cadence, after: datetime, new_zone: str
) -> None:
    last = first_due(cadence, after)
    if last is None or cadence.rhythm is not Rhythm.biweekly:
        return
    moved = Cadence(cadence.rhythm, cadence.at, cadence.weekday, zone=new_zone)
    old_next, new_next = next_due(cadence, last, last), next_due(moved, last + timedelta(days=2), last)
    assert old_next is not None
    assert new_next is not None
    assert abs(new_next - old_next) <= timedelta(hours=28)
