"""Reading since when something goes on: a day that has been, also where it is told only roughly."""

import re
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from bot.coach.dates.days import WEEK, Frame, day_in
from bot.coach.dates.when import parse_date
from bot.coach.dates.words import COUNT, MONTH, PAST_EXAMPLE, BadDate, month_number, number_of, quoted, tidy

_LEADS = re.compile(r"^(?:(?:since|for|from|about|around|roughly|maybe|probably|like|over|it's been|been|the) )+")
_TRAILS = re.compile(r"(?: (?:now|already|or so|i think|i guess|maybe|roughly|ago|back|before))+$")
_ROUGH_DAYS = {
    "now": 0, "just": 0, "few hours": 0, "couple of hours": 0, "couple hours": 0,
    "recently": 7, "just recently": 7, "lately": 7, "not long": 7, "not so long": 7, "not too long": 7,
}  # fmt: skip
_A_WHILE = re.compile(r"(?:(?:a |some )?(?:while|time)|sometime)")
_FEW = {"couple": 2, "few": 3, "some": 3, "handful": 4, "several": 4, "": 3}
_SOME_UNITS = re.compile(
    r"(?:(?:the )?(?:last|past) )?(?:a |quite a )?(?P<few>couple|few|some|handful|several|)(?: of)? ?"
    r"(?P<unit>day|week|month|year)s"
)
_UNIT = r"(?P<unit>day|week|month|year)s?"
_ONE_OR_TWO = re.compile(
    rf"(?P<n>{COUNT}) ?(?:(?P<first>day|week|month|year)s? )?(?:or|to|-|–) ?(?P<m>{COUNT})(?: {_UNIT})?"
)
_AND_A_HALF = re.compile(rf"(?P<n>{COUNT}) {_UNIT} and a half")
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_PART = (
    r"(?:in )?(?P<part>early|earlier|beginning of|start of|mid|middle of|halfway through|late|later|end of)?"
    r"[ -]?(?:in )?(?:the )?"
)
_PARTS = {"e": "early", "b": "first", "s": "first", "m": "mid", "h": "mid", "l": "late"}
_OF_MONTH = re.compile(rf"{_PART}{MONTH}(?: (?:of )?(?P<y>(?:19|20)\d\d))?", re.IGNORECASE)
_OF_YEAR = re.compile(rf"{_PART}(?P<y>(?:19|20)\d\d)")
_OF_PERIOD = re.compile(rf"{_PART}(?P<which>last|this) (?P<unit>week|month|year)")
_DAY_OF_MONTH = {"first": 1, "early": 5, "mid": 15, "late": 25}
_DAY_OF_WEEK = {"first": 0, "early": 0, "mid": 2, "late": 4}
_MONTH_OF_YEAR = {"first": 1, "early": 2, "mid": 7, "late": 11}


def parse_since(text: str, today: date) -> date:
    """The day that has been which `text` means, a reasonable one where it is told roughly. Raises BadDate.

    A few are three, a while is a month, early in a month is its 5th, and a month alone is its first day.
    """
    plain = tidy(text)
    bare = _TRAILS.sub("", _LEADS.sub("", plain)).strip()
    for read in (_counted, _within):
        day = read(bare, today)
        if day is not None:
            return day
    if day_in(plain, Frame(today, past=True)) is None:
        raise BadDate(f"I can't place “{quoted(text)}”. {PAST_EXAMPLE} Roughly will do; if you can't say, type skip.")
    return parse_date(text, today, past=True)


def _counted(bare: str, today: date) -> date | None:
    """So long ago as was said, roughly."""
    if bare.removeprefix("a ") in _ROUGH_DAYS:
        return today - timedelta(days=_ROUGH_DAYS[bare.removeprefix("a ")])
    if _A_WHILE.fullmatch(bare):
        return today - relativedelta(months=1)
    if match := _SOME_UNITS.fullmatch(bare):
        return _back(_FEW[match["few"]], match["unit"], today)
    match = _ONE_OR_TWO.fullmatch(bare)
    unit = match and (match["unit"] or match["first"])
    if match and unit:
        return today - timedelta(days=round((number_of(match["n"]) + number_of(match["m"])) / 2 * _DAYS[unit]))
    if match := _AND_A_HALF.fullmatch(bare):
        return today - timedelta(days=round((number_of(match["n"]) + 0.5) * _DAYS[match["unit"]]))
    return None


def _back(count: int, unit: str, today: date) -> date:
    return today - {
        "day": relativedelta(days=count), "week": relativedelta(weeks=count), "month": relativedelta(months=count),
        "year": relativedelta(years=count),
    }[unit]  # fmt: skip


def _within(bare: str, today: date) -> date | None:
    """A day within the month, week or year that was named; None where its end was, which is exact."""
    for pattern, read in ((_OF_MONTH, _in_month), (_OF_YEAR, _in_year), (_OF_PERIOD, _in_period)):
        match = pattern.fullmatch(bare)
        if match and match["part"] != "end of":
            part = match["part"] or ""
            return read(match, "first" if part == "earlier" else _PARTS.get(part[:1], "first"), today)
    return None


def _in_month(match: re.Match[str], part: str, today: date) -> date:
    month, day = month_number(match["m"]), _DAY_OF_MONTH[part]
    if match["y"]:
        return date(int(match["y"]), month, day)
    this_year = date(today.year, month, day)
    if month == today.month and part in ("first", "early"):
        return min(this_year, today)
    return this_year if this_year <= today else this_year.replace(year=today.year - 1)


def _in_year(match: re.Match[str], part: str, today: date) -> date:
    return date(int(match["y"]), _MONTH_OF_YEAR[part], 1)


def _in_period(match: re.Match[str], part: str, today: date) -> date:
    ago = 1 if match["which"] == "last" else 0
    if match["unit"] == "week":
        day = today - timedelta(days=today.weekday()) - ago * WEEK + timedelta(days=_DAY_OF_WEEK[part])
    elif match["unit"] == "month":
        day = (today - relativedelta(months=ago)).replace(day=_DAY_OF_MONTH[part])
    else:
        day = date(today.year - ago, _MONTH_OF_YEAR[part], 1)
    return min(day, today)
