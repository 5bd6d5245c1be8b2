"""Reading a day: one rule for each way to write one, tried in order."""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta

from dateutil.relativedelta import relativedelta

from bot.coach.cadence import MONTHS, WEEKDAYS, ordinal
from bot.coach.dates.clock import END_OF_DAY
from bot.coach.dates.saying import say_date
from bot.coach.dates.words import COUNT, MONTH, WEEKDAY, BadDate, month_number, number_of, weekday_number

WEEK = timedelta(days=7)
_FARTHEST_YEARS, _OLDEST_YEAR = 20, 1900
_TOO_FAR = "That is too far away to keep an eye on. When should it be?"
_UNIT = r"(?P<u>(?:(?:business|working|work) )?days?|weeks?|fortnights?|months?|quarters?|years?|d|w)(?!\w)"
_YEAR = r"(?P<y>(?:19|20|21)\d\d)(?![\d:])"


@dataclass(frozen=True)
class Frame:
    """Where a day is read from: today, and whether what lies behind may be meant."""

    today: date
    past: bool


@dataclass(frozen=True)
class Rule:
    """One way to write a day; `prose` is its stricter form in running text, None where it is none there."""

    pattern: str
    read: Callable[[re.Match[str], Frame], date]
    prose: str | None = ""


@dataclass(frozen=True)
class Found:
    """A day that was read, and the tidy text without it."""

    day: date
    rest: str
    at: time | None  # the end of the day where the words say "end of"
    may_be_today: bool  # a bare weekday, whose time may be still to come


def day_in(plain: str, frame: Frame) -> Found | None:
    """The day that a tidy text names and what remains of the text without it; BadDate where it cannot be meant."""
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
            return Found(day, _without_weekday(rest, day), at, rule.read is _on_weekday and not match["q"])
    return None


def _without_weekday(rest: str, day: date) -> str:
    match = re.search(rf"(?<!\w){WEEKDAY}", rest, re.IGNORECASE)
    if match and weekday_number(match["w"]) != day.weekday():
        said, real = WEEKDAYS[weekday_number(match["w"])], WEEKDAYS[day.weekday()]
        raise BadDate(f"{say_date(day)} is a {real}, not a {said}. Which one is it?")
    return rest.replace(match[0], " ", 1) if match else rest


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


def _in_year(year: str | None, month: int, day: int, frame: Frame) -> date:
    """That day in the year given (two digits are 20xx), else in the nearest year that has it and fits."""
    if year:
        return _calendar(int(year) + (2000 if len(year) == 2 else 0), month, day)
    if (month, day) != (2, 29):
        _calendar(frame.today.year, month, day)
    step = -1 if frame.past else 1
    years = (frame.today.year + step * ahead for ahead in range(9))
    days = (date(y, month, day) for y in years if 1 <= month <= 12 and day <= monthrange(y, month)[1])
    return next(d for d in days if (d <= frame.today if frame.past else d >= frame.today))


def _iso(match: re.Match[str], _: Frame) -> date:
    return _calendar(int(match["y"]), int(match["b"]), int(match["a"]))


def _numeric(match: re.Match[str], frame: Frame) -> date:
    first, second = int(match["a"]), int(match["b"])
    if match["sep"] == "." or first > 12 or first == second:
        return _in_year(match["y"], second, first, frame)
    if second > 12:
        return _in_year(match["y"], first, second, frame)
    one, other = (f"{d} {MONTHS[m - 1]}" for d, m in ((first, second), (second, first)))
    raise BadDate(f"Is {match[0]} {one} or {other}? Write the month as a word.")


def _named(match: re.Match[str], frame: Frame) -> date:
    return _in_year(match["y"], month_number(match["m"]), int(match["d"]), frame)


def _on_weekday(match: re.Match[str], frame: Frame) -> date:
    """The coming one; "next Friday" is the one in next week, counted from Monday."""
    number, today, which = weekday_number(match["w"]), frame.today, match["q2"] or match["q"] or ""
    this_week = today + timedelta(days=number - today.weekday())
    if which == "next":
        return this_week + WEEK
    if match["q2"] or match["week"]:
        return this_week - (WEEK if which == "last" else timedelta())
    if which == "last" or (frame.past and not which):
        return this_week - (WEEK if this_week >= today else timedelta())
    return this_week + (WEEK if this_week <= today else timedelta())


def _week_after(match: re.Match[str], frame: Frame) -> date:
    return frame.today + timedelta(days=(weekday_number(match["w"]) - frame.today.weekday() - 1) % 7 + 1) + WEEK


def _named_day(match: re.Match[str], frame: Frame) -> date:
    ahead = {"day before yesterday": -2, "yesterday": -1, "today": 0, "tomorrow": 1, "day after tomorrow": 2}
    return frame.today + timedelta(days=ahead.get(match["day"], 0))


def _earlier_today(_: re.Match[str], frame: Frame) -> date:
    if not frame.past:
        raise BadDate("That is in the past. When should it be?")
    return frame.today


def _relative(match: re.Match[str], frame: Frame) -> date:
    count, unit = number_of(match["n"]), match["u"]
    ahead = re.match(r"in |within ", match[0]) or re.search(r"from|time|later", match[0])
    back = "ago" in match[0] or re.match(r"(?:the )?(?:last|past) ", match[0]) or (frame.past and not ahead)
    if unit[0] == "d" and count % 1 and not ahead and "ago" not in match[0]:
        raise BadDate(f"“{match[0]}” is a length of time, not a day. Which day is it?")
    count = -count if back else count
    if " " in unit:
        return _working_days(frame.today, int(count))
    if unit[0] in "dwf":
        return frame.today + count * {"d": timedelta(days=1), "w": WEEK, "f": 2 * WEEK}[unit[0]]
    return frame.today + relativedelta(months=int(count * {"m": 1, "q": 3, "y": 12}[unit[0]]))


def _working_days(day: date, count: int) -> date:
    """Monday to Friday; a person's holidays are the business of `hours`."""
    while count:
        day += timedelta(days=1 if count > 0 else -1)
        count -= (day.weekday() < 5) * (1 if count > 0 else -1)
    return day


def _period(match: re.Match[str], frame: Frame) -> date:
    """The first day, or for "end of" the last (a week's is Friday), of this or the next period."""
    today, ends = frame.today, re.search(r"\b(?:end|close|eo\w)\b|^this", match[0])
    day = today
    for ahead in (1,) if "next" in match[0] else (-1,) if "last" in match[0] else (0, 1):
        if match["unit"][0] == "w":
            monday = today + timedelta(days=-today.weekday()) + ahead * WEEK
            day = monday + timedelta(days=4) if ends else monday
        else:
            months = {"m": 1, "q": 3, "y": 12}[match["unit"][0]]
            first = today.replace(day=1, month=(today.month - 1) // months * months + 1)
            first += relativedelta(months=months * ahead)
            day = first + relativedelta(months=months, days=-1) if ends else first
        if day >= today or frame.past:
            break
    return day


def _edge_of_month(match: re.Match[str], frame: Frame) -> date:
    first = _in_year(match["y"], month_number(match["m"]), 1, Frame(frame.today.replace(day=1), frame.past))
    return first + relativedelta(months=1, days=-1) if "end of" in match[0] else first


def _weekend(match: re.Match[str], frame: Frame) -> date:
    saturday = frame.today + timedelta(days=(5 - frame.today.weekday()) % 7)
    return saturday + (WEEK if "next" in match[0] else timedelta())


def _day_of_month(match: re.Match[str], frame: Frame) -> date:
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


def _which_day(match: re.Match[str], _: Frame) -> date:
    name = MONTHS[month_number(match["m"]) - 1]
    raise BadDate(f"Which day in {name}? Write it like 3 {name}.")


RULES = (
    Rule(r"(?P<y>\d{4})[-/.](?P<b>\d{1,2})[-/.](?P<a>\d{1,2})", _iso),
    Rule(r"(?P<a>\d{1,2})(?P<sep>[./-]) ?(?P<b>\d{1,2})[./-] ?(?P<y>\d{4}|\d\d)", _numeric),
    Rule(
        r"(?P<a>\d{1,2})(?P<sep>\.) ?(?P<b>0?[1-9]|1[0-2])\.(?P<y>)",
        _numeric,
        prose=r"(?:(?<=\bby\s)|(?<=\bon\s))\d{1,2}\. ?(?:0?[1-9]|1[0-2])\.",
    ),
    Rule(r"(?P<a>\d{1,2})(?P<sep>\.)(?P<b>0?[1-9]|1[0-2])(?P<y>)", _numeric, prose=None),
    Rule(r"(?P<a>\d{1,2})(?P<sep>/)(?P<b>\d{1,2})(?P<y>)", _numeric, prose=None),
    Rule(rf"(?:end|start|beginning) of {MONTH}(?: {_YEAR})?", _edge_of_month),
    Rule(rf"(?:the )?(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)? (?:of )?{MONTH}(?:,? {_YEAR})?", _named),
    Rule(rf"{MONTH} (?:the )?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|[:.]\d| ?[ap]\.?m)(?:,? {_YEAR})?", _named),
    Rule(rf"(?:a )?week (?:on|from) {WEEKDAY}", _week_after),
    Rule(rf"{WEEKDAY} week", _week_after, prose=None),
    Rule(
        rf"(?:(?P<q>next|this coming|this|coming|last|every second|every other|every|each)(?: (?P<week>week)"
        rf"(?: on)?,?)? )?{WEEKDAY}(?: (?:of )?(?P<q2>next|this|last) week)?",
        _on_weekday,
    ),
    Rule(
        r"(?:the )?(?P<day>day before yesterday|day after tomorrow|yesterday|today|tomorrow)",
        _named_day,
        prose=r"(?:the )?day after tomorrow|today|tonight|tomm?orr?ow|this (?:afternoon|evening)",
    ),
    Rule(
        rf"(?:(?:in|within)(?: the next)? |(?:the )?(?:last|past) )?(?P<n>{COUNT}) ?{_UNIT}"
        r"(?:'? time| later| ago| from (?:now|today))?",
        _relative,
        prose=rf"(?:in|within)(?: the next)? {COUNT} ?{_UNIT}|{COUNT} ?{_UNIT} from (?:now|today)",
    ),
    Rule(rf"{COUNT} ?(?:hours?|hrs?|minutes?|mins?) ago", _earlier_today, prose=None),
    Rule(
        r"(?:(?:the )?(?:end|close|start|beginning) of (?:the )?(?:(?:next|last|this) )?|next |last |this |eo)"
        r"(?P<unit>week|month|quarter|year|[wmqy])",
        _period,
        prose=r"(?:the )?end of (?:the |this )?(?:next )?(?:week|month|quarter|year)|(?-i:EO[WMQY])",
    ),
    Rule(r"(?:(?:the|this|next|at the) )?weekend", _weekend, prose=None),
    Rule(
        r"(?:the )?(?P<d>\d{1,2})(?:st|nd|rd|th)",
        _day_of_month,
        prose=r"(?:(?<=\bby\s)|(?<=\bon\s))the \d{1,2}(?:st|nd|rd|th)(?=\W*$|[.,;:!?)]| (?:and|at|we|i|you|or)\b)",
    ),
    Rule(MONTH, _which_day, prose=None),
)
_COMPILED = tuple((re.compile(rf"(?<!\w){rule.pattern}(?!\w)", re.IGNORECASE), rule) for rule in RULES)
