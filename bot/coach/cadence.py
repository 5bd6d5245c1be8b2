"""When a check-in is due: a rhythm at local wall time, correct over daylight saving and month ends."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from dateutil.rrule import MONTHLY, WEEKLY, rrule, weekday
from dateutil.tz import resolve_imaginary

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_LAST_DAY = -1
_SHORTEST_MONTH = 28


class BadCadence(ValueError):
    """A cadence that cannot be kept; its text says what is missing."""


class Rhythm(StrEnum):
    """How often a check-in comes."""

    weekly = "weekly"
    biweekly = "biweekly"
    monthly = "monthly"
    once = "once"


_BY_PACE = (Rhythm.weekly, Rhythm.biweekly, Rhythm.monthly)


@dataclass(frozen=True)
class Cadence:
    """A rhythm at a local wall time in an IANA zone.

    `weekday` counts from Monday = 0; `monthday` is 1..31 or -1, and a day past the month's end means its last
    day; a monthly cadence without a `monthday` comes on the month's first such weekday. `on` is for `once`.
    """

    rhythm: Rhythm
    at: time
    weekday: int | None = None
    monthday: int | None = None
    zone: str = "UTC"
    on: date | None = None

    def __post_init__(self) -> None:
        zone_named(self.zone)
        if self.at.tzinfo is not None or self.at.microsecond:
            raise BadCadence("A cadence's time is a wall time in whole seconds, without a zone of its own.")
        if self.weekday is not None and not 0 <= self.weekday <= 6:
            raise BadCadence("A weekday is a number from 0 (Monday) to 6 (Sunday).")
        if self.monthday is not None and self.monthday != _LAST_DAY and not 1 <= self.monthday <= 31:
            raise BadCadence("A day of the month is a number from 1 to 31, or -1 for the last day.")
        if self.rhythm in (Rhythm.weekly, Rhythm.biweekly) and self.weekday is None:
            raise BadCadence(f"A {self.rhythm} check-in needs a weekday.")
        if self.rhythm is Rhythm.monthly and self.monthday is None and self.weekday is None:
            raise BadCadence("A monthly check-in needs a day of the month, or a weekday.")
        if self.rhythm is Rhythm.once and self.on is None:
            raise BadCadence("A check-in that comes once needs a date.")


def zone_named(name: str) -> ZoneInfo:
    """The IANA zone of that name; raises BadCadence where there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # A folder of zones ("America") or an overlong name is an OSError on some Pythons.
        raise BadCadence(f"I don't know the time zone {name[:60]!r}. Write one like Europe/Berlin.") from None


def localise(wall: datetime, zone: str) -> datetime:
    """The UTC instant at which clocks in the zone show the naive `wall` time.

    In an overlap the first of the two; in a gap the wall time moves on by the gap (02:30 becomes 03:30).
    """
    return resolve_imaginary(wall.replace(tzinfo=zone_named(zone))).astimezone(UTC)


def next_due(cadence: Cadence, after: datetime, anchor: datetime | None = None) -> datetime | None:
    """The first due instant (UTC) strictly after `after`; None when a `once` is past.

    A biweekly cadence keeps its phase from `anchor`, its last occurrence as scheduled (not as snoozed); without
    one, `after` is the anchor where it is itself an occurrence, otherwise the nearest weekday to come begins it.
    """
    return next(_due_after(cadence, after, anchor), None)


def first_due(cadence: Cadence, now: datetime) -> datetime | None:
    """Where a new schedule begins: the first day that fits, strictly after `now`."""
    if cadence.rhythm is Rhythm.biweekly:
        return next_due(replace(cadence, rhythm=Rhythm.weekly), now)
    return next_due(cadence, now)


def missed(cadence: Cadence, last_due: datetime, now: datetime) -> int:
    """How many occurrences fell after `last_due` and not later than `now`."""
    count = 0
    for due in _due_after(cadence, last_due, last_due):
        if due > now:
            break
        count += 1
    return count


def catch_up(
    cadence: Cadence, due: datetime, now: datetime, anchor: datetime | None = None
) -> tuple[datetime | None, datetime | None]:
    """The one occurrence to deliver now (the latest that is due) and the next one after it.

    Missed ticks are caught up once, not replayed. While `due` is still to come there is nothing to deliver.
    """
    if due > now:
        return None, due
    latest = due
    for occurrence in _due_after(cadence, due, anchor or due):
        if occurrence > now:
            return latest, occurrence
        latest = occurrence
    return latest, None


def slower(rhythm: Rhythm) -> Rhythm:
    """One step rarer; monthly and once stay."""
    return _step(rhythm, +1)


def faster(rhythm: Rhythm) -> Rhythm:
    """One step more often; weekly and once stay."""
    return _step(rhythm, -1)


def after_reading(cadence: Cadence, readings: Sequence[str]) -> Cadence:
    """The cadence after the newest (last) of the readings: up at once on colder, down on two warmer in a row.

    The same evidence is not used twice: a third warmer changes nothing, a fourth steps down again.
    """
    if readings and readings[-1] == "colder":
        return _with_rhythm(cadence, faster(cadence.rhythm))
    warmer_in_a_row = 0
    for reading in reversed(readings):
        if reading != "warmer":
            break
        warmer_in_a_row += 1
    if warmer_in_a_row and warmer_in_a_row % 2 == 0:
        return _with_rhythm(cadence, slower(cadence.rhythm))
    return cadence


def in_words(cadence: Cadence, reader_zone: str | None = None, today: date | None = None) -> str:
    """The cadence as a person says it; the zone is named unless the reader is in it.

    With `today` a single date in another year carries its year.
    """
    when = f"{_day_in_words(cadence, today)} at {cadence.at:%H:%M}"
    return when if cadence.zone == reader_zone else f"{when} ({zone_in_words(cadence.zone)})"


def zone_in_words(zone: str) -> str:
    """'Berlin time' for Europe/Berlin, 'UTC' for UTC."""
    area, _, city = zone.rpartition("/")
    if zone in ("UTC", "Etc/UTC") or not area or area == "Etc":
        return zone.removeprefix("Etc/")
    return f"{city.replace('_', ' ')} time"


def to_json(cadence: Cadence) -> dict[str, str | int | None]:
    """A JSON-ready record of the cadence, for `from_json`."""
    return {
        "rhythm": cadence.rhythm.value,
        "at": cadence.at.isoformat(),
        "weekday": cadence.weekday,
        "monthday": cadence.monthday,
        "zone": cadence.zone,
        "on": cadence.on.isoformat() if cadence.on else None,
    }


def from_json(record: Mapping[str, str | int | None]) -> Cadence:
    """The cadence that `to_json` recorded; raises ValueError for anything else."""
    weekday_number, monthday, on = record.get("weekday"), record.get("monthday"), record.get("on")
    return Cadence(
        rhythm=Rhythm(str(record.get("rhythm"))),
        at=time.fromisoformat(str(record.get("at"))),
        weekday=None if weekday_number is None else int(weekday_number),
        monthday=None if monthday is None else int(monthday),
        zone=str(record.get("zone")),
        on=None if on is None else date.fromisoformat(str(on)),
    )


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 11th, 31st."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def _due_after(cadence: Cadence, after: datetime, anchor: datetime | None) -> Iterator[datetime]:
    """Due instants strictly after `after`, oldest first."""
    if after.tzinfo is None:
        raise ValueError("Instants carry a time zone; this one has none.")
    # Two days back: a gap can move a wall time into the next day, and Samoa once skipped a whole one.
    start = after.astimezone(zone_named(cadence.zone)).date() - timedelta(days=2)
    for wall in _walls(cadence, start, _phase(cadence, after, anchor)):
        due = localise(wall, cadence.zone)
        if due > after:
            yield due


def _walls(cadence: Cadence, start: date, phase: date) -> Iterator[datetime]:
    """Naive wall times from `start` on; weeks are counted from `phase`."""
    match cadence.rhythm:
        case Rhythm.once:
            return iter([datetime.combine(cadence.on or phase, cadence.at)])
        case Rhythm.monthly:
            return _monthly(cadence, datetime.combine(start, cadence.at))
        case Rhythm.weekly | Rhythm.biweekly:
            weeks = 2 if cadence.rhythm is Rhythm.biweekly else 1
            begin = start + timedelta(days=(phase - start).days % (7 * weeks))
            return iter(rrule(WEEKLY, interval=weeks, dtstart=datetime.combine(begin, cadence.at)))


def _monthly(cadence: Cadence, start: datetime) -> Iterator[datetime]:
    day = cadence.monthday
    if day is None:
        return iter(rrule(MONTHLY, dtstart=start, byweekday=weekday(cadence.weekday or 0, +1)))
    if day <= _SHORTEST_MONTH:
        return iter(rrule(MONTHLY, dtstart=start, bymonthday=day))
    # The last of the days 28..31 that the month has and that are not past the one asked for.
    return iter(rrule(MONTHLY, dtstart=start, bymonthday=range(_SHORTEST_MONTH, day + 1), bysetpos=-1))


def _phase(cadence: Cadence, after: datetime, anchor: datetime | None) -> date:
    """The day from which weeks are counted: the cadence's weekday nearest to the anchor.

    Nearest, because quiet hours, a gap or a change of zone move an occurrence by a day or two either way.
    """
    day = (anchor or after).astimezone(zone_named(cadence.zone)).date()
    if cadence.weekday is None:
        return day
    if anchor is not None:
        return day + timedelta(days=(cadence.weekday - day.weekday() + 3) % 7 - 3)
    coming = day + timedelta(days=(cadence.weekday - day.weekday()) % 7)
    is_over = localise(datetime.combine(coming, cadence.at), cadence.zone) < after
    return coming + timedelta(days=7) if is_over else coming


def _step(rhythm: Rhythm, by: int) -> Rhythm:
    if rhythm is Rhythm.once:
        return rhythm
    return _BY_PACE[min(max(_BY_PACE.index(rhythm) + by, 0), len(_BY_PACE) - 1)]


def _with_rhythm(cadence: Cadence, rhythm: Rhythm) -> Cadence:
    """The same cadence at another rhythm; one that never had a weekday gets Monday."""
    if rhythm in (Rhythm.weekly, Rhythm.biweekly) and cadence.weekday is None:
        return replace(cadence, rhythm=rhythm, weekday=0)
    return replace(cadence, rhythm=rhythm)


def _day_in_words(cadence: Cadence, today: date | None) -> str:
    day = WEEKDAYS[cadence.weekday or 0]
    match cadence.rhythm:
        case Rhythm.weekly:
            return f"every {day}"
        case Rhythm.biweekly:
            return f"every second {day}"
        case Rhythm.once:
            on = cadence.on or date.max
            year = f" {on.year}" if today and today.year != on.year else ""
            return f"once, on {on.day} {MONTHS[on.month - 1]}{year}"
        case Rhythm.monthly:
            return f"on the {_monthday_in_words(cadence.monthday, day)} of each month"


def _monthday_in_words(monthday: int | None, day: str) -> str:
    if monthday is None:
        return f"first {day}"
    if monthday in (_LAST_DAY, 31):
        return "last day"
    return f"{ordinal(monthday)} (or the last day)" if monthday > _SHORTEST_MONTH else ordinal(monthday)
