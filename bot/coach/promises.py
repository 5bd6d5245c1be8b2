"""Commitments in running text, and when their owner is warned."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.coach.dates import find_dates
from bot.coach.hours import Hours, add_working_days, next_working

WARN_AT = 0.75
"""The share of a promise's time after which its owner is warned."""

CLOSE_TOGETHER = timedelta(hours=12)
"""Two warnings within this time would be one too many."""

_SENTENCE = re.compile(r"[^.!?\n]+(?:\.(?=\d)[^.!?\n]+)*[.!?]?")
_AHEAD = re.compile(
    r"\b(?:will|shall|going to|promise[sd]?|guarantee|you(?:'ll| get| have)|(?:i|we|it|they|he|she)[’']ll"
    r"|is (?:finished|done|ready|fixed) by|by|every|from this|no later than|until)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Found:
    """A sentence that tells the client to expect something, and by when."""

    words: str
    due: datetime


def commitments(text: str, now: datetime, zone: str) -> tuple[Found, ...]:
    """The promises in a text: sentences that look ahead and name a time; what already happened is none."""
    found: list[Found] = []
    for sentence in _SENTENCE.finditer(text):
        words = sentence.group().strip()
        dates = find_dates(words, now, zone) if _AHEAD.search(words) else ()
        if dates:
            found.append(Found(words, dates[-1][2]))
    return tuple(found)


def warnings(made: datetime, due: datetime, hours: Hours) -> tuple[datetime, ...]:
    """When the owner is warned: three quarters through, and one business day before; soon after each other is once."""
    share, day_before = made + (due - made) * WARN_AT, add_working_days(hours, due, -1)
    moments = sorted((share, day_before)) if day_before > made else [share]
    first, last = (_kindly(hours, moment, due) for moment in (moments[0], moments[-1]))
    close = min(moments[-1] - moments[0], last - first) <= CLOSE_TOGETHER
    return (first,) if close else (first, last)


def _kindly(hours: Hours, moment: datetime, due: datetime) -> datetime:
    """The moment, or the beginning of the next working day where that is still in time."""
    at_work = next_working(hours, moment)
    return at_work if at_work < due else moment


def next_word(made: datetime, due: datetime, hours: Hours, after: datetime) -> datetime | None:
    """When the owner next hears of a promise: a warning, or the time itself; None once that has passed."""
    return next((moment for moment in (*warnings(made, due, hours), due) if moment > after), None)
