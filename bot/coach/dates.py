"""Dates and times as people type them, and as the coach says them back."""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from bot.coach.cadence import MONTHS, WEEKDAYS, localise, ordinal, zone_named

MORNING = time(9)
END_OF_DAY = time(17, 30)
_LAST_MINUTE = time(23, 59)
_LONGEST, _FARTHEST_YEARS, _OLDEST_YEAR = 120, 20, 1900
_WEEK = timedelta(days=7)
_TOO_FAR = "That is too far away to keep an eye on. When should it be?"
_EXAMPLE = "Try Tuesday 15:00, 3 December or in 3 days."
_PARTS = {"morning": MORNING, "afternoon": time(14), "evening": time(18), "night": time(20)}
_CLOCK_WORDS = {"noon": time(12), "midday": time(12), "lunchtime": time(12), "midnight": _LAST_MINUTE}
_COUNTS = {
    "a": 1, "an": 1, "half a": 0.5, "half an": 0.5, "a couple of": 2, "one": 1, "two": 2, "three": 3, "four": 4,
    "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
_SPANS = {
    "s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1),
    "w": _WEEK, "f": 2 * _WEEK, "mo": timedelta(days=30), "y": timedelta(days=365),
}  # fmt: skip


def _names(words: tuple[str, ...], group: str, prose: bool = False) -> str:
    """Full names and short forms, as one named group; in prose "sat", "sun" and "may" need their capital."""
    more = {"Tuesday": ("Tues",), "Wednesday": ("Weds",), "Thursday": ("Thurs", "Thur"), "September": ("Sept",)}
    short = [form for word in words for form in (*more.get(word, ()), word[:3])]
    full = "|".join(f"{word}s?" if word.endswith("day") else word for word in words)
    if prose:
        sure = full.replace("March", "(?-i:March)").replace("May", "(?-i:May)")
        return rf"(?:{sure}|(?-i:{'|'.join(short)}))(?![^\W_])\.?"
    return rf"(?P<{group}>{full}|{'|'.join(short)})(?![^\W_])\.?"


_DAY, _MONTH = _names(WEEKDAYS, "w"), _names(MONTHS, "m")
_COUNT = rf"(?:\d{{1,4}}(?:[.,]\d{{1,2}})?|{'|'.join(sorted(_COUNTS, key=len, reverse=True))})"
_SHORT_UNIT = (
    r"(?P<u>s|sec|secs|seconds?|m|min|mins|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?|fortnights?|mo|months?|y|"
    r"years?)(?!\w)"
)
_UNIT = r"(?P<u>(?:(?:business|working|work) )?days?|weeks?|fortnights?|months?|quarters?|years?|d|w)(?!\w)"
_SPAN = rf"(?P<n>{_COUNT}) ?{_SHORT_UNIT}(?:,? and |,? |$)"
_YEAR = r"(?P<y>(?:19|20|21)\d\d)(?![\d:])"
_CLOCK = r"(?P<h>\d{1,2})(?:[:.h](?P<min>\d\d))? ?(?:(?P<half>[ap])\.?m\.?|h|hrs|uhr|o'clock)?"
_ENDS_DAY = r"\b(?:end of (?:the )?(?:day|business)|close of business|eod|cob)\b"
_FILLERS = (
    r"\b(?:by|on|at|before|until|till|around|about|the|latest|no later than|please|from|for|due|of|in|sharp|later|"
    r"early|every|each|then|since|first thing)\b|[,;@()]"
)
_SPELLINGS = (
    (r"\btonight\b", "today night"),
    (r"\bthis (?=(?:morning|afternoon|evening)\b)", "today "),
    (r"\b(?:tomm?orr?ow|tmrw?|tmw)\b", "tomorrow"),
    (r"\bend of (today|tomorrow|[a-z]+day)\b", r"\1 17:30"),
    (r"(?<=\d)t(?=\d\d:)", " "),
)


class BadDate(ValueError):
    """A date that cannot be read or cannot be meant; its text is a sentence that says what to do."""


def parse_when(text: str, now: datetime, zone: str, *, past: bool = False, at: time = MORNING) -> datetime:
    """The instant (UTC) that `text` means to somebody in `zone`; a day without a time is taken `at` that time.

    With `past` what lies behind is allowed, and preferred where the year or the week is left open. Raises BadDate.
    """
    plain = _tidy(text)
    if plain in ("now", "right now"):
        return now.astimezone(UTC)
    if re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:?\d\d\S*(?:z|[+-]\d\d:?\d\d)", plain):
        return _not_past(_iso_instant(plain), now, zone, past)
    if span := _hours_from_now(plain):
        return now.astimezone(UTC) + parse_span(span)
    today = now.astimezone(zone_named(zone)).date()
    found = _take_date(plain, _Frame(today, past))
    clock = _clock(found.rest if found else plain)
    if found is None and clock is None:
        raise BadDate(_unreadable(text))
    if found is None:
        return _bare_time(plain, clock or at, now, zone, past)
    when = _instant(found.day, clock or found.at or at, now, zone)
    if found.may_be_today and clock and found.day - _WEEK == today:
        earlier = _instant(today, clock, now, zone)
        return earlier if earlier > now else when
    if found.day == today and (clock is None or re.search(_ENDS_DAY, plain)):
        when = min(when, now.astimezone(UTC)) if past else _still_today(when, now, zone)
    return _not_past(when, now, zone, past)


def parse_date(text: str, today: date, *, past: bool = False) -> date:
    """The day that `text` means on `today`; a time in it is left aside. Raises BadDate."""
    found = _take_date(_tidy(text), _Frame(today, past))
    if found is None:
        raise BadDate(_unreadable(text))
    _clock(found.rest)
    if found.day < today and not past:
        raise BadDate(f"That is in the past ({_full(found.day)}). When should it be?")
    return found.day


def parse_time(text: str) -> time:
    """The local wall time that `text` means: 15:00, 3pm, 9.30, noon, end of day. Raises BadDate."""
    clock = _clock(_tidy(text))
    if clock is None:
        raise BadDate("I need a time of day. Write it like 15:00 or 3pm.")
    return clock


def parse_weekday(text: str) -> int:
    """The weekday that `text` names, Monday = 0. Raises BadDate."""
    match = re.fullmatch(rf"(?:on |every |each )?{_DAY}", _tidy(text), re.IGNORECASE)
    if match is None:
        raise BadDate(f"I could not read “{_quoted(text)}” as a weekday. Write Monday, or Mon.")
    return _weekday(match["w"])


def parse_span(text: str) -> timedelta:
    """The length of time that `text` is: 7 days, 2 weeks, 3h, an hour and a half. Raises BadDate.

    A month counts 30 days and a year 365.
    """
    plain = re.sub(r"^(\S+) (\w+?) and a half$", r"\1 \2 half a \2", _tidy(text))
    if not re.fullmatch(rf"(?:{_unnamed(_SPAN)})+", plain):
        raise BadDate(f"I could not read “{_quoted(text)}” as a length of time. Write it like 7 days or 3 hours.")
    span = timedelta()
    for part in re.finditer(_SPAN, plain):
        span += _count(part["n"]) * _SPANS["mo" if part["u"].startswith("mo") else part["u"][0]]
    if not timedelta() < span <= timedelta(days=366 * _FARTHEST_YEARS):
        raise BadDate("That length of time makes no sense here. Write it like 7 days or 3 hours.")
    return span


def find_dates(text: str, now: datetime, zone: str) -> tuple[tuple[int, int, datetime], ...]:
    """Dates to come in running text, as (start, end, instant in UTC).

    A day without a time means its end. A leading "by" or "every" belongs to what is found.
    """
    found = []
    for match in _PROSE.finditer(text):
        try:
            when = parse_when(match[0], now, zone, at=END_OF_DAY)
        except BadDate:
            continue
        found.append((match.start(), match.start() + len(match[0].rstrip(". ")), when))
    return tuple(found)


def say_when(when: datetime, now: datetime, zone: str) -> str:
    """'today 15:00', 'tomorrow 09:00', 'Tuesday 15:00' within the week to come, '3 December 09:00' beyond."""
    local, today = when.astimezone(zone_named(zone)), now.astimezone(zone_named(zone)).date()
    return f"{say_day(local.date(), today)} {local:%H:%M}"


def say_day(day: date, today: date) -> str:
    """'today', 'tomorrow', 'yesterday', 'Tuesday', '3 December', and with its year where that is another."""
    ahead = (day - today).days
    if ahead in (-1, 0, 1):
        return ("today", "tomorrow", "yesterday")[ahead]
    if 1 < ahead < 7:
        return WEEKDAYS[day.weekday()]
    return _full(day) if day.year != today.year else f"{day.day} {MONTHS[day.month - 1]}"


@dataclass(frozen=True)
class _Frame:
    today: date
    past: bool


@dataclass(frozen=True)
class _Rule:
    """One way to write a day; `prose` is its stricter form in running text, None where it is none there."""

    pattern: str
    read: Callable[[re.Match[str], _Frame], date]
    prose: str | None = ""


@dataclass(frozen=True)
class _Found:
    day: date
    rest: str
    at: time | None  # the end of the day where the words say "end of"
    may_be_today: bool  # a bare weekday, whose time may be still to come


def _take_date(plain: str, frame: _Frame) -> _Found | None:
    """The day that the text names and what remains of the text without it."""
    for pattern, rule in _COMPILED:
        if match := pattern.search(plain):
            try:
                day = rule.read(match, frame)
            except BadDate:
                raise
            except (OverflowError, ValueError):
                raise BadDate(_TOO_FAR) from None
            if not _OLDEST_YEAR <= day.year <= frame.today.year + _FARTHEST_YEARS:
                raise BadDate(_TOO_FAR)
            rest = f"{plain[: match.start()]} {plain[match.end() :]}"
            at = END_OF_DAY if re.match(r"(?:the )?(?:end|close|eo)", match[0]) else None
            return _Found(day, _without_weekday(rest, day), at, rule.read is _on_weekday and not match["q"])
    return None


def _without_weekday(rest: str, day: date) -> str:
    match = re.search(rf"(?<!\w){_DAY}", rest, re.IGNORECASE)
    if match and _weekday(match["w"]) != day.weekday():
        said, real = WEEKDAYS[_weekday(match["w"])], WEEKDAYS[day.weekday()]
        raise BadDate(f"{_full(day)} is a {real}, not a {said}. Which one is it?")
    return rest.replace(match[0], " ", 1) if match else rest


def _clock(rest: str) -> time | None:
    """The time of day in what is left of a text; None where nothing is left, BadDate where it is no time."""
    rest = re.sub(r"\b(?:end of (?:the )?(?:day|business)|close of business|eod|cob)\b", "17:30", rest)
    part = re.search(r"\b(morning|afternoon|evening|night)\b", rest)
    rest = rest.replace(part[0], " ", 1) if part else rest
    rest = " ".join(re.sub(_FILLERS, " ", rest).split()).strip(" .")
    if not rest:
        return _PARTS[part[0]] if part else None
    match = re.fullmatch(_CLOCK, rest)
    if rest in _CLOCK_WORDS or match is None:
        if rest not in _CLOCK_WORDS:
            raise BadDate(_unreadable(rest))
        return _CLOCK_WORDS[rest]
    half = match["half"] or ((part and ("a" if part[0] == "morning" else "p")) or "")
    hour, minute = int(match["h"]), int(match["min"] or 0)
    if hour > 23 or minute > 59:
        raise BadDate(f"A day has no {hour}:{minute:02d}. Write a time like 09:00 or 3pm.")
    if 1 <= hour <= 6 and not half and not match["h"].startswith("0"):
        raise BadDate(f"Is that {hour:02d}:{minute:02d} or {hour + 12}:{minute:02d}? Write the one you mean.")
    return time(hour % 12 + (12 if half == "p" else 0) if half and hour <= 12 else hour, minute)


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
    if re.search(_ENDS_DAY, plain):
        return _still_today(when, now, zone)
    return _instant(today + timedelta(days=1), clock, now, zone)


def _still_today(when: datetime, now: datetime, zone: str) -> datetime:
    """That instant, or where it is over the end of the working day, or of the day."""
    today = now.astimezone(zone_named(zone)).date()
    later = (when, _instant(today, END_OF_DAY, now, zone), _instant(today, _LAST_MINUTE, now, zone))
    return next((instant for instant in later if instant > now), when)


def _not_past(when: datetime, now: datetime, zone: str, past: bool) -> datetime:
    if when >= now or past:
        return when
    local, today = when.astimezone(zone_named(zone)), now.astimezone(zone_named(zone)).date()
    said = say_when(when, now, zone) if local.date() == today else _full(local.date())
    raise BadDate(f"That is in the past ({said}). When should it be?")


def _calendar(year: int, month: int, day: int) -> date:
    if not 1 <= month <= 12:
        raise BadDate(f"There is no month {month}. Write the date like 3 December or 2026-12-03.")
    if day < 1:
        raise BadDate("There is no day 0. Write the date like 3 December or 2026-12-03.")
    last, name, following = monthrange(year, month)[1], MONTHS[month - 1], MONTHS[month % 12]
    if day > last:
        which = f"{name} {year}" if (month, day) == (2, 29) else name
        raise BadDate(f"{which} has no {ordinal(day)}. Try {last} {name} or 1 {following}.")
    return date(year, month, day)


def _in_year(year: str | None, month: int, day: int, frame: _Frame) -> date:
    """That day in the year given (two digits are 20xx), else in the nearest year that has it and fits."""
    if year:
        return _calendar(int(year) + (2000 if len(year) == 2 else 0), month, day)
    if (month, day) != (2, 29):
        _calendar(frame.today.year, month, day)
    step = -1 if frame.past else 1
    years = (frame.today.year + step * ahead for ahead in range(9))
    days = (date(y, month, day) for y in years if 1 <= month <= 12 and day <= monthrange(y, month)[1])
    return next(d for d in days if (d <= frame.today if frame.past else d >= frame.today))


def _iso(match: re.Match[str], _: _Frame) -> date:
    return _calendar(int(match["y"]), int(match["b"]), int(match["a"]))


def _numeric(match: re.Match[str], frame: _Frame) -> date:
    first, second = int(match["a"]), int(match["b"])
    if match["sep"] == "." or first > 12 or first == second:
        return _in_year(match["y"], second, first, frame)
    if second > 12:
        return _in_year(match["y"], first, second, frame)
    one, other = (f"{d} {MONTHS[m - 1]}" for d, m in ((first, second), (second, first)))
    raise BadDate(f"Is {match[0]} {one} or {other}? Write the month as a word.")


def _named(match: re.Match[str], frame: _Frame) -> date:
    return _in_year(match["y"], _month(match["m"]), int(match["d"]), frame)


def _on_weekday(match: re.Match[str], frame: _Frame) -> date:
    """The coming one; "next Friday" is the one in next week, counted from Monday."""
    number, today, which = _weekday(match["w"]), frame.today, match["q2"] or match["q"] or ""
    this_week = today + timedelta(days=number - today.weekday())
    if which == "next":
        return this_week + _WEEK
    if match["q2"] or match["week"]:
        return this_week - (_WEEK if which == "last" else timedelta())
    if which == "last" or (frame.past and not which):
        return this_week - (_WEEK if this_week >= today else timedelta())
    return this_week + (_WEEK if this_week <= today else timedelta())


def _week_after(match: re.Match[str], frame: _Frame) -> date:
    return frame.today + timedelta(days=(_weekday(match["w"]) - frame.today.weekday() - 1) % 7 + 1) + _WEEK


def _named_day(match: re.Match[str], frame: _Frame) -> date:
    ahead = {"day before yesterday": -2, "yesterday": -1, "today": 0, "tomorrow": 1, "day after tomorrow": 2}
    return frame.today + timedelta(days=ahead.get(match["day"], 0))


def _relative(match: re.Match[str], frame: _Frame) -> date:
    count, unit = _count(match["n"]), match["u"]
    count = -count if "ago" in match[0] else count
    if " " in unit:
        return _working_days(frame.today, int(count))
    if unit[0] in "dwf":
        return frame.today + count * {"d": timedelta(days=1), "w": _WEEK, "f": 2 * _WEEK}[unit[0]]
    return frame.today + relativedelta(months=int(count * {"m": 1, "q": 3, "y": 12}[unit[0]]))


def _working_days(day: date, count: int) -> date:
    """Monday to Friday; a person's holidays are the business of `hours`."""
    while count:
        day += timedelta(days=1 if count > 0 else -1)
        count -= (day.weekday() < 5) * (1 if count > 0 else -1)
    return day


def _period(match: re.Match[str], frame: _Frame) -> date:
    """The first day, or for "end of" the last (a week's is Friday), of this or the next period."""
    today, ends = frame.today, re.search(r"\b(?:end|close|eo\w)\b|^this", match[0])
    day = today
    for ahead in (1,) if "next" in match[0] else (-1,) if "last" in match[0] else (0, 1):
        if match["unit"][0] == "w":
            monday = today + timedelta(days=-today.weekday()) + ahead * _WEEK
            day = monday + timedelta(days=4) if ends else monday
        else:
            months = {"m": 1, "q": 3, "y": 12}[match["unit"][0]]
            first = today.replace(day=1, month=(today.month - 1) // months * months + 1)
            first += relativedelta(months=months * ahead)
            day = first + relativedelta(months=months, days=-1) if ends else first
        if day >= today or frame.past:
            break
    return day


def _edge_of_month(match: re.Match[str], frame: _Frame) -> date:
    first = _in_year(match["y"], _month(match["m"]), 1, _Frame(frame.today.replace(day=1), frame.past))
    return first + relativedelta(months=1, days=-1) if "end of" in match[0] else first


def _weekend(match: re.Match[str], frame: _Frame) -> date:
    saturday = frame.today + timedelta(days=(5 - frame.today.weekday()) % 7)
    return saturday + (_WEEK if "next" in match[0] else timedelta())


def _day_of_month(match: re.Match[str], frame: _Frame) -> date:
    """The next month (with `past` the last) that has that day."""
    number, month = int(match["d"]), frame.today.replace(day=1)
    if not 1 <= number <= 31:
        raise BadDate(f"No month has a {ordinal(number)}. Write the date like 3 December or 2026-12-03.")
    while True:
        if number <= monthrange(month.year, month.month)[1]:
            day = month.replace(day=number)
            if day == frame.today or (day < frame.today) == frame.past:
                return day
        month += relativedelta(months=-1 if frame.past else 1)


def _which_day(match: re.Match[str], _: _Frame) -> date:
    name = MONTHS[_month(match["m"]) - 1]
    raise BadDate(f"Which day in {name}? Write it like 3 {name}.")


def _hours_from_now(plain: str) -> str | None:
    """The span in "in 3 hours", "2h from now" and "20 minutes"; None where the text counts no hours or minutes."""
    bare = re.sub(r"^(?:in|within) | from now$", "", plain)
    long = re.fullmatch(rf"{_COUNT} ?(?:hours?|hrs?|minutes?|mins?)", bare)
    is_span = re.fullmatch(rf"(?:{_unnamed(_SPAN)})+", bare) and re.search(r"hour|hr|min|\d ?[hm]\b", bare)
    return bare if long or (is_span and bare != plain) else None


def _iso_instant(plain: str) -> datetime:
    try:
        return datetime.fromisoformat(plain.replace(" ", "T", 1).upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadDate(_unreadable(plain)) from None


def _weekday(name: str) -> int:
    return [day[:3].lower() for day in WEEKDAYS].index(name[:3].lower())


def _month(name: str) -> int:
    return [month[:3].lower() for month in MONTHS].index(name[:3].lower()) + 1


def _count(written: str) -> float:
    return _COUNTS[written] if written in _COUNTS else float(written.replace(",", "."))


def _full(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _quoted(text: str) -> str:
    short = " ".join(_printable(text[:200]).split())
    return short if len(short) < 40 else f"{short[:39]}…"


def _unreadable(text: str) -> str:
    return f"I could not read “{_quoted(text)}” as a date. {_EXAMPLE}"


def _printable(text: str) -> str:
    return "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)


def _tidy(text: str) -> str:
    """Lower case, plain spaces and quotes, and one spelling for words that have several."""
    if len(text) > _LONGEST:
        raise BadDate(f"That is too long for a date. {_EXAMPLE}")
    plain = " ".join(_printable(unicodedata.normalize("NFKC", text)).lower().replace("’", "'").split())
    for pattern, spelling in _SPELLINGS:
        plain = re.sub(pattern, spelling, plain)
    plain = plain.strip(" ,;!?")
    if not plain:
        raise BadDate(f"I need a date. {_EXAMPLE}")
    return plain


def _unnamed(pattern: str) -> str:
    return re.sub(r"\(\?P<\w+>", "(?:", pattern)


_RULES = (
    _Rule(r"(?P<y>\d{4})[-/.](?P<b>\d{1,2})[-/.](?P<a>\d{1,2})", _iso),
    _Rule(r"(?P<a>\d{1,2})(?P<sep>[./-]) ?(?P<b>\d{1,2})[./-] ?(?P<y>\d{4}|\d\d)", _numeric),
    _Rule(
        r"(?P<a>\d{1,2})(?P<sep>\.) ?(?P<b>0?[1-9]|1[0-2])\.(?P<y>)",
        _numeric,
        prose=r"(?:(?<=\bby\s)|(?<=\bon\s))\d{1,2}\. ?(?:0?[1-9]|1[0-2])\.",
    ),
    _Rule(r"(?P<a>\d{1,2})(?P<sep>\.)(?P<b>0?[1-9]|1[0-2])(?P<y>)", _numeric, prose=None),
    _Rule(r"(?P<a>\d{1,2})(?P<sep>/)(?P<b>\d{1,2})(?P<y>)", _numeric, prose=None),
    _Rule(rf"(?:end|start|beginning) of {_MONTH}(?: {_YEAR})?", _edge_of_month),
    _Rule(rf"(?:the )?(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)? (?:of )?{_MONTH}(?:,? {_YEAR})?", _named),
    _Rule(rf"{_MONTH} (?:the )?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|[:.]\d| ?[ap]\.?m)(?:,? {_YEAR})?", _named),
    _Rule(rf"(?:a )?week (?:on|from) {_DAY}", _week_after),
    _Rule(rf"{_DAY} week", _week_after, prose=None),
    _Rule(
        rf"(?:(?P<q>next|this coming|this|coming|last|every second|every other|every|each)(?: (?P<week>week)"
        rf"(?: on)?,?)? )?{_DAY}(?: (?:of )?(?P<q2>next|this|last) week)?",
        _on_weekday,
    ),
    _Rule(
        r"(?:the )?(?P<day>day before yesterday|day after tomorrow|yesterday|today|tomorrow)",
        _named_day,
        prose=r"(?:the )?day after tomorrow|today|tonight|tomm?orr?ow|this (?:afternoon|evening)",
    ),
    _Rule(
        rf"(?:(?:in|within)(?: the next)? )?(?P<n>{_COUNT}) ?{_UNIT}(?:'? time| later| ago| from (?:now|today))?",
        _relative,
        prose=rf"(?:in|within)(?: the next)? {_COUNT} ?{_UNIT}|{_COUNT} ?{_UNIT} from (?:now|today)",
    ),
    _Rule(
        r"(?:(?:the )?(?:end|close|start|beginning) of (?:the )?(?:(?:next|last|this) )?|next |last |this |eo)"
        r"(?P<unit>week|month|quarter|year|[wmqy])",
        _period,
        prose=r"(?:the )?end of (?:the |this )?(?:next )?(?:week|month|quarter|year)|(?-i:EO[WMQY])",
    ),
    _Rule(r"(?:(?:the|this|next|at the) )?weekend", _weekend, prose=None),
    _Rule(
        r"(?:the )?(?P<d>\d{1,2})(?:st|nd|rd|th)",
        _day_of_month,
        prose=r"(?:(?<=\bby\s)|(?<=\bon\s))the \d{1,2}(?:st|nd|rd|th)(?=\W*$|[.,;:!?)]| (?:and|at|we|i|you|or)\b)",
    ),
    _Rule(_MONTH, _which_day, prose=None),
)
_COMPILED = tuple((re.compile(rf"(?<!\w){rule.pattern}(?!\w)", re.IGNORECASE), rule) for rule in _RULES)


def _prose() -> re.Pattern[str]:
    """Every rule's stricter form as one pattern, with a time before or after it and a leading "by"."""
    strict = "|".join(_unnamed(rule.prose or rule.pattern) for rule in _RULES if rule.prose is not None)
    for names, group in ((WEEKDAYS, "w"), (MONTHS, "m")):
        strict = strict.replace(_unnamed(_names(names, group)), _names(names, group, prose=True))
    weekday, month = _names(WEEKDAYS, "w", prose=True), _names(MONTHS, "m", prose=True)
    day = rf"(?:{weekday},? (?:the )?(?=\d|{month}))?(?:{strict})(?!\w)"
    clock = (
        r"(?:\d{1,2}(?:[:.]\d\d)? ?[ap]\.?m\b\.?|\d{1,2}:\d\d|noon|midday|midnight|(?-i:EOD|COB)|"
        r"(?:in the )?(?:morning|afternoon|evening)|(?:the )?(?:end of (?:the )?(?:day|business)|"
        r"close of business))(?!\w)"
    )
    lead = r"(?:by|before|until|till|no later than|at)"
    either = rf"{day}(?:,?(?: {lead})?(?: the)? {clock})?|{clock},?(?: on)? {day}"
    whole = rf"(?<!\w)(?:(?:(?:{lead}|on|due) )?(?:{either})|{lead} {clock})"
    return re.compile(whole.replace(" ", r"(?:\s{1,3})"), re.IGNORECASE)


_PROSE = _prose()
