"""Reading an instant: a day, a time of day, and what is meant where one of them is left out."""

import re
from datetime import UTC, date, datetime, time, timedelta

from bot.coach.cadence import localise, zone_named
from bot.coach.dates.clock import END_OF_DAY, ENDS_DAY, LAST_MINUTE, MORNING, NoTime, clock_in
from bot.coach.dates.days import WEEK, Found, Frame, day_in
from bot.coach.dates.saying import say_date, say_when
from bot.coach.dates.spans import hours_from_now
from bot.coach.dates.words import WEEKDAY, BadDate, more_than_a_date, quoted, tidy, unreadable, weekday_number


def parse_when(text: str, now: datetime, zone: str, *, past: bool = False, at: time = MORNING) -> datetime:
    """The instant (UTC) that `text` means to somebody in `zone`; a day without a time is taken `at` that time.

    With `past` what lies behind is allowed, and preferred where the year or the week is left open. Raises BadDate.
    """
    plain = tidy(text)
    if plain in ("now", "right now"):
        return now.astimezone(UTC)
    if re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:?\d\d\S*(?:z|[+-]\d\d:?\d\d)", plain):
        return _not_past(_iso_instant(plain), now, zone, past)
    if span := hours_from_now(plain):
        return now.astimezone(UTC) + span
    today = now.astimezone(zone_named(zone)).date()
    found = day_in(plain, Frame(today, past))
    clock = _clock(text, plain, found, past)
    if found is None and clock is None:
        raise unreadable(text, past=past)
    if found is None:
        return _bare_time(plain, clock or at, now, zone, past)
    when = _instant(found.day, clock or found.at or at, now, zone)
    if found.may_be_today and clock and found.day - WEEK == today:
        earlier = _instant(today, clock, now, zone)
        return earlier if earlier > now else when
    if found.day == today and (clock is None or re.search(ENDS_DAY, plain)):
        when = min(when, now.astimezone(UTC)) if past else _still_today(when, now, zone)
    return _not_past(when, now, zone, past)


def parse_date(text: str, today: date, *, past: bool = False) -> date:
    """The day that `text` means on `today`; a time in it is left aside. Raises BadDate."""
    found = day_in(tidy(text), Frame(today, past))
    if found is None:
        raise unreadable(text, past=past)
    _clock(text, text, found, past)  # words that are neither day nor time are refused here too
    if found.day < today and not past:
        raise _is_past(say_date(found.day))
    return found.day


def _clock(text: str, plain: str, found: Found | None, past: bool) -> time | None:
    """The time of day beside a day, or alone; where there are other words, BadDate says which or quotes the text."""
    try:
        return clock_in(found.rest if found else plain)
    except NoTime:
        raise (more_than_a_date(text, past=past) if found else unreadable(text, past=past)) from None


def parse_weekday(text: str) -> int:
    """The weekday that `text` names, Monday = 0. Raises BadDate."""
    match = re.fullmatch(rf"(?:on |every |each )?{WEEKDAY}", tidy(text), re.IGNORECASE)
    if match is None:
        raise BadDate(f"I could not read “{quoted(text)}” as a weekday. Write Monday, or Mon.")
    return weekday_number(match["w"])


def _instant(day: date, clock: time, now: datetime, zone: str) -> datetime:
    """That wall time as UTC; of two in an overlap the first that is still to come."""
    wall = datetime.combine(day, clock)
    first, second = localise(wall, zone), wall.replace(tzinfo=zone_named(zone), fold=1).astimezone(UTC)
    return second if first <= now < second else first


def _bare_time(plain: str, clock: time, now: datetime, zone: str, past: bool) -> datetime:
    today = now.astimezone(zone_named(zone)).date()
    when = _instant(today, clock, now, zone)
    if when > now or past:
        return when
    if re.search(ENDS_DAY, plain):
        return _still_today(when, now, zone)
    return _instant(today + timedelta(days=1), clock, now, zone)


def _still_today(when: datetime, now: datetime, zone: str) -> datetime:
    """That instant, or where it is over the end of the working day, or of the day."""
    today = now.astimezone(zone_named(zone)).date()
    later = (when, _instant(today, END_OF_DAY, now, zone), _instant(today, LAST_MINUTE, now, zone))
    return next((instant for instant in later if instant > now), when)


def _not_past(when: datetime, now: datetime, zone: str, past: bool) -> datetime:
    if when >= now or past:
        return when
    local, today = when.astimezone(zone_named(zone)), now.astimezone(zone_named(zone)).date()
    raise _is_past(say_when(when, now, zone) if local.date() == today else say_date(local.date()))


def _is_past(said: str) -> BadDate:
    return BadDate(f"That is in the past ({said}). When should it be?")


def _iso_instant(plain: str) -> datetime:
    try:
        return datetime.fromisoformat(plain.replace(" ", "T", 1).upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise unreadable(plain) from None
