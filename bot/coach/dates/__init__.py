"""Dates and times as people type them, and as the coach says them back."""

from bot.coach.dates.clock import END_OF_DAY, MORNING, parse_time
from bot.coach.dates.prose import find_dates
from bot.coach.dates.saying import say_day, say_when
from bot.coach.dates.since import parse_since
from bot.coach.dates.spans import parse_span
from bot.coach.dates.when import parse_date, parse_weekday, parse_when
from bot.coach.dates.words import BadDate

__all__ = [
    "END_OF_DAY",
    "MORNING",
    "BadDate",
    "find_dates",
    "parse_date",
    "parse_since",
    "parse_span",
    "parse_time",
    "parse_weekday",
    "parse_when",
    "say_day",
    "say_when",
]
