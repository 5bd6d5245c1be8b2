"""Reading a length of time."""

import re
from datetime import timedelta

from bot.coach.dates.words import COUNT, BadDate, number_of, quoted, tidy, unnamed

_LONGEST = timedelta(days=366 * 20)
_LENGTHS = {
    "s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1),
    "w": timedelta(days=7), "f": timedelta(days=14), "mo": timedelta(days=30), "y": timedelta(days=365),
}  # fmt: skip
_UNIT = (
    r"(?P<u>s|sec|secs|seconds?|m|min|mins|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?|fortnights?|mo|months?|y|"
    r"years?)(?!\w)"
)
_PART = rf"(?P<n>{COUNT}) ?{_UNIT}(?:,? and |,? |$)"
_WHOLE = rf"(?:{unnamed(_PART)})+"


def parse_span(text: str) -> timedelta:
    """The length of time that `text` is: 7 days, 2 weeks, 3h, an hour and a half. Raises BadDate.

    A month counts 30 days and a year 365.
    """
    plain = re.sub(r"^(\S+) (\w+?) and a half$", r"\1 \2 half a \2", tidy(text))
    if not re.fullmatch(_WHOLE, plain):
        raise BadDate(f"I could not read “{quoted(text)}” as a length of time. Write it like 7 days or 3 hours.")
    span = timedelta()
    for part in re.finditer(_PART, plain):
        span += number_of(part["n"]) * _LENGTHS["mo" if part["u"].startswith("mo") else part["u"][0]]
    if not timedelta() < span <= _LONGEST:
        raise BadDate("That length of time makes no sense here. Write it like 7 days or 3 hours.")
    return span


def hours_from_now(plain: str) -> timedelta | None:
    """What "in 3 hours", "2h from now" and "20 minutes" count; None where a tidy text counts no hours or minutes."""
    bare = re.sub(r"^(?:in|within) | from now$", "", plain)
    alone = re.fullmatch(rf"{COUNT} ?(?:hours?|hrs?|minutes?|mins?)", bare)
    counted = re.fullmatch(_WHOLE, bare) and re.search(r"hour|hr|min|\d ?[hm]\b", bare)
    return parse_span(bare) if alone or (counted and bare != plain) else None
