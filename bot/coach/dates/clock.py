"""Reading a time of day."""

import re
from datetime import time

from bot.coach.dates.words import BadDate, quoted, tidy

MORNING = time(9)
END_OF_DAY = time(17, 30)
LAST_MINUTE = time(23, 59)
ENDS_DAY = r"\b(?:end of (?:the )?(?:day|business)|close of business|eod|cob)\b"
_PARTS = {"morning": MORNING, "afternoon": time(14), "evening": time(18), "night": time(20)}
_CLOCK_WORDS = {"noon": time(12), "midday": time(12), "lunchtime": time(12), "midnight": LAST_MINUTE}
_CLOCK = r"(?P<h>\d{1,2})(?:[:.h](?P<min>\d\d))? ?(?:(?P<half>[ap])\.?m\.?|h|hrs|uhr|o'clock)?"
_FILLERS = (
    r"\b(?:by|on|at|before|until|till|around|about|the|latest|no later than|please|from|for|due|of|in|sharp|later|"
    r"early|every|each|then|since|first thing|more than|over|nearly|almost|roughly|maybe|probably|now|already)\b"
    r"|[,;@()]"
)


class NoTime(BadDate):
    """Words that are no time of day, where one may stand."""

    def __init__(self, words: str) -> None:
        super().__init__(f"I could not read “{quoted(words)}” as a time. Try 9:00, 3pm or noon.")


def parse_time(text: str) -> time:
    """The local wall time that `text` means: 15:00, 3pm, 9.30, noon, end of day. Raises BadDate."""
    try:
        clock = clock_in(tidy(text))
    except NoTime:
        raise NoTime(text) from None
    if clock is None:
        raise BadDate("I need a time of day. Write it like 15:00 or 3pm.")
    return clock


def clock_in(rest: str) -> time | None:
    """The time of day in what is left of a tidy text; None where nothing is left, BadDate where it is no time."""
    rest = re.sub(ENDS_DAY, "17:30", rest)
    part = re.search(r"\b(morning|afternoon|evening|night)\b", rest)
    rest = rest.replace(part[0], " ", 1) if part else rest
    rest = " ".join(re.sub(_FILLERS, " ", rest).split()).strip(" .")
    if not rest:
        return _PARTS[part[0]] if part else None
    if rest in _CLOCK_WORDS:
        return _CLOCK_WORDS[rest]
    match = re.fullmatch(_CLOCK, rest)
    if match is None:
        raise NoTime(rest)
    half = match["half"] or ((part and ("a" if part[0] == "morning" else "p")) or "")
    return _wall_time(match, half)


def _wall_time(match: re.Match[str], half: str) -> time:
    """The time a clock face shows; `half` is "a" before noon, "p" after it, "" where nobody said."""
    hour, minute = int(match["h"]), int(match["min"] or 0)
    if hour > 23 or minute > 59:
        raise BadDate(f"A day has no {hour}:{minute:02d}. Write a time like 09:00 or 3pm.")
    if 1 <= hour <= 6 and not half and not match["h"].startswith("0"):
        raise BadDate(f"Is that {hour:02d}:{minute:02d} or {hour + 12}:{minute:02d}? Write the one you mean.")
    return time(hour % 12 + (12 if half == "p" else 0) if half and hour <= 12 else hour, minute)
