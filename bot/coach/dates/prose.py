"""Finding dates in running text, where a word must look like a date to be taken for one."""

import re
from datetime import datetime

from bot.coach.cadence import MONTHS, WEEKDAYS
from bot.coach.dates.clock import END_OF_DAY
from bot.coach.dates.days import RULES
from bot.coach.dates.when import parse_when
from bot.coach.dates.words import BadDate, names, unnamed


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


def _prose() -> re.Pattern[str]:
    """Every rule's stricter form as one pattern, with a time before or after it and a leading "by"."""
    strict = "|".join(unnamed(rule.prose or rule.pattern) for rule in RULES if rule.prose is not None)
    for words, group in ((WEEKDAYS, "w"), (MONTHS, "m")):
        strict = strict.replace(unnamed(names(words, group)), names(words, group, prose=True))
    weekday, month = names(WEEKDAYS, "w", prose=True), names(MONTHS, "m", prose=True)
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
