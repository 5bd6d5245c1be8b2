"""The business hours of a person: when a nudge may come, and how long a client has really waited."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice

from holidays import country_holidays

from bot.coach.cadence import localise, zone_named

_MONDAY_TO_FRIDAY = frozenset(range(5))
_LONGEST_HOLIDAY = 366
_MOST_DAYS = 3_660
_TOO_FAR = "That much working time is too far away."


class BadHours(ValueError):
    """Business hours that nobody could keep; its text says what to do."""


@dataclass(frozen=True)
class Hours:
    """Working days (Monday = 0) and wall times in an IANA zone, without the holidays of a country or a part of it.

    `country` is an ISO 3166 code and `subdivision` one of its parts, as python-holidays knows them; the working
    day includes its first moment and not its last.
    """

    zone: str
    start: time = time(9)
    end: time = time(17, 30)
    days: frozenset[int] = _MONDAY_TO_FRIDAY
    country: str | None = None
    subdivision: str | None = None

    def __post_init__(self) -> None:
        zone_named(self.zone)
        if self.start >= self.end:
            raise BadHours("The working day ends before it begins. Write it like 09:00 to 17:30.")
        if not self.days or not self.days <= set(range(7)):
            raise BadHours("Working days are numbers from 0 (Monday) to 6 (Sunday), at least one.")
        if self.country is not None:
            _holidays(self.country, self.subdivision, 2026)


def working_time(hours: Hours, instant: datetime) -> bool:
    """Whether the person works at that instant."""
    return next_working(hours, instant) == instant


def next_working(hours: Hours, instant: datetime) -> datetime:
    """The instant itself in working time, otherwise the beginning of the next working day (UTC)."""
    opening, _ = next(window for window in _windows(hours, instant) if window[1] > instant)
    return max(opening, instant.astimezone(UTC))


def move_to_working(hours: Hours, due: datetime) -> datetime:
    """When a nudge that is `due` may come: quiet hours and holidays move it on, they never drop it."""
    return next_working(hours, due)


def add_working(hours: Hours, instant: datetime, span: timedelta) -> datetime:
    """The instant (UTC) at which that much working time has passed; a negative span counts back."""
    if span < timedelta():
        return _subtract_working(hours, instant, -span)
    for opening, closing in islice(_windows(hours, instant), _MOST_DAYS):
        begin = max(opening, instant)
        if closing > begin:
            if begin + span <= closing:
                return (begin + span).astimezone(UTC)
            span -= closing - begin
    raise BadHours(_TOO_FAR)


def working_between(hours: Hours, begin: datetime, end: datetime) -> timedelta:
    """The working time from `begin` to `end`; none where `end` is not later."""
    total = timedelta()
    for opening, closing in _windows(hours, begin):
        if opening >= end:
            break
        total += max(min(closing, end) - max(opening, begin), timedelta())
    return total


def add_working_days(hours: Hours, instant: datetime, count: int) -> datetime:
    """The same wall time that many working days later (UTC), or earlier for a negative count."""
    local = instant.astimezone(zone_named(hours.zone))
    day, step = local.date(), 1 if count > 0 else -1
    for _ in range(abs(count)):
        day = _next_working_day(hours, day, step)
    return localise(datetime.combine(day, local.time()), hours.zone) if count else instant.astimezone(UTC)


def working_day(hours: Hours, day: date) -> bool:
    """Whether the person works on that local day at all."""
    return day.weekday() in hours.days and holiday_on(hours, day) is None


def holiday_on(hours: Hours, day: date) -> str | None:
    """The name of the holiday that keeps the person from work on that local day, if one does."""
    if hours.country is None:
        return None
    return _holidays(hours.country, hours.subdivision, day.year).get(day)


def _subtract_working(hours: Hours, instant: datetime, span: timedelta) -> datetime:
    day = _local_day(hours, instant) + timedelta(days=1)
    for _ in range(_MOST_DAYS):
        day = _next_working_day(hours, day, -1)
        opening, end = _opening(hours, day), min(_closing(hours, day), instant)
        if end > opening:
            if end - span >= opening:
                return (end - span).astimezone(UTC)
            span -= end - opening
    raise BadHours(_TOO_FAR)


def _windows(hours: Hours, since: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Working days as (opening, closing) in UTC, from the day before that of `since`.

    From the day before, because a gap in the clock can move a late closing past midnight.
    """
    day = _local_day(hours, since) - timedelta(days=2)
    while True:
        day = _next_working_day(hours, day, +1)
        yield _opening(hours, day), _closing(hours, day)


def _next_working_day(hours: Hours, day: date, step: int) -> date:
    for _ in range(_LONGEST_HOLIDAY):
        day += timedelta(days=step)
        if working_day(hours, day):
            return day
    raise BadHours("Nobody works at these hours: every day is a holiday.")


def _local_day(hours: Hours, instant: datetime) -> date:
    if instant.tzinfo is None:
        raise ValueError("Instants carry a time zone; this one has none.")
    return instant.astimezone(zone_named(hours.zone)).date()


def _opening(hours: Hours, day: date) -> datetime:
    return localise(datetime.combine(day, hours.start), hours.zone)


def _closing(hours: Hours, day: date) -> datetime:
    return localise(datetime.combine(day, hours.end), hours.zone)


@lru_cache(maxsize=512)
def _holidays(country: str, subdivision: str | None, year: int) -> dict[date, str]:
    """The public holidays of one year; raises BadHours for a country or part that python-holidays lacks."""
    try:
        return dict(country_holidays(country.upper(), subdiv=subdivision, years=year).items())
    except NotImplementedError:
        where = f"{country} ({subdivision})" if subdivision else country
        raise BadHours(f"I don't know the holidays of {where[:40]}. Write a country code like DE or US.") from None
