"""Commitments in running text, and when their owner is warned."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.coach.dates import find_dates

WARN_AT = 0.75
"""The share of a promise's time after which its owner is warned."""

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


def warn_time(made: datetime, due: datetime) -> datetime:
    """When the owner is warned: three quarters through, and a day before where there is that much time."""
    share = made + (due - made) * WARN_AT
    return min(share, due - timedelta(days=1)) if due - made > timedelta(days=2) else share
