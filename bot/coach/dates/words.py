"""The words that dates are made of, and typed text made plain enough to find them in."""

import re
import unicodedata

from bot.coach.cadence import MONTHS, WEEKDAYS

_LONGEST = 120
_EXAMPLE = "Try Tuesday 15:00, 3 December or in 3 days."
PAST_EXAMPLE = "Try last Friday, 3 November or 2 weeks ago."
_COUNTS = {
    "a": 1, "an": 1, "half a": 0.5, "half an": 0.5, "a couple of": 2, "one": 1, "two": 2, "three": 3, "four": 4,
    "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
_SPELLINGS = (
    (r"\btonight\b", "today night"),
    (r"\bthis (?=(?:morning|afternoon|evening)\b)", "today "),
    (r"\b(?:tomm?orr?ow|tmrw?|tmw)\b", "tomorrow"),
    (r"\bend of (today|tomorrow|[a-z]+day)\b", r"\1 17:30"),
    (r"(?<=\d)t(?=\d\d:)", " "),
)


class BadDate(ValueError):
    """A date that cannot be read or cannot be meant; its text is a sentence that says what to do."""


def names(words: tuple[str, ...], group: str, prose: bool = False) -> str:
    """Full names and short forms, as one named group; in prose "sat", "sun" and "may" need their capital."""
    more = {"Tuesday": ("Tues",), "Wednesday": ("Weds",), "Thursday": ("Thurs", "Thur"), "September": ("Sept",)}
    short = [form for word in words for form in (*more.get(word, ()), word[:3])]
    full = "|".join(f"{word}s?" if word.endswith("day") else word for word in words)
    if prose:
        sure = full.replace("March", "(?-i:March)").replace("May", "(?-i:May)")
        return rf"(?:{sure}|(?-i:{'|'.join(short)}))(?![^\W_])\.?"
    return rf"(?P<{group}>{full}|{'|'.join(short)})(?![^\W_])\.?"


WEEKDAY, MONTH = names(WEEKDAYS, "w"), names(MONTHS, "m")
COUNT = rf"(?:\d{{1,4}}(?:[.,]\d{{1,2}})?|{'|'.join(sorted(_COUNTS, key=len, reverse=True))})"


def unnamed(pattern: str) -> str:
    """The pattern without the names of its groups, so that it can stand in another more than once."""
    return re.sub(r"\(\?P<\w+>", "(?:", pattern)


def weekday_number(name: str) -> int:
    """Monday = 0."""
    return [day[:3].lower() for day in WEEKDAYS].index(name[:3].lower())


def month_number(name: str) -> int:
    """January = 1."""
    return [month[:3].lower() for month in MONTHS].index(name[:3].lower()) + 1


def number_of(written: str) -> float:
    """The number that a match of `COUNT` is: "2", "1,5", "a couple of", "half an"."""
    return _COUNTS[written] if written in _COUNTS else float(written.replace(",", "."))


def tidy(text: str) -> str:
    """Lower case, plain spaces and quotes, and one spelling for words that have several. Raises BadDate."""
    if len(text) > _LONGEST:
        raise BadDate(f"That is too long for a date. {_EXAMPLE}")
    plain = " ".join(_printable(unicodedata.normalize("NFKC", text)).lower().replace("’", "'").split())
    for pattern, spelling in _SPELLINGS:
        plain = re.sub(pattern, spelling, plain)
    plain = plain.strip(" ,;!?")
    if not plain:
        raise BadDate(f"I need a date. {_EXAMPLE}")
    return plain


def unreadable(text: str, *, past: bool = False) -> BadDate:
    """What to say of a text in which there is no date."""
    return BadDate(f"I could not read “{quoted(text)}” as a date. {PAST_EXAMPLE if past else _EXAMPLE}")


def more_than_a_date(text: str, *, past: bool = False) -> BadDate:
    """What to say of a text that holds a day, and words beside it that are no time of day."""
    return BadDate(f"“{quoted(text)}” says more than a date. {PAST_EXAMPLE if past else _EXAMPLE}")


def quoted(text: str) -> str:
    """A person's words short enough to stand in a sentence."""
    short = " ".join(_printable(text[:200]).split())
    return short if len(short) < 40 else f"{short[:39]}…"


def _printable(text: str) -> str:
    return "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
