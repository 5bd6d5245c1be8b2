"""Answers that several dialogs offer in the same words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.coach.dates import BadDate, parse_date, parse_when
from bot.coach.money import Money, parse_money
from bot.coach.names import is_one_of, reads_as_one
from bot.dialog import BadAnswer, Moment, Text
from bot.view import Option, clip

LATER = "later"
"""The value of every 'I don't know yet' button."""

TEMPERATURES = (
    Option("Warmer", "warmer"),
    Option("Same", "same"),
    Option("Colder", "colder"),
    Option("No reply", "no_reply"),
)
FAULTS = (
    Option("Ours", "ours"),
    Option("Theirs", "theirs"),
    Option("Shared", "shared"),
    Option("Not clear yet", "unclear"),
)
SEVERITIES = (
    Option("Mild", "low", "A grumble; no loss"),
    Option("Serious", "medium", "Upset, or it cost them time"),
    Option("The account is at risk", "high", "A loss, legal or safety matter, or they may leave"),
)


@dataclass(frozen=True)
class Colleague:
    """Somebody of the team who can be named."""

    key: str
    name: str


def colleagues(data: Any) -> tuple[Colleague, ...]:
    """The team as it was looked up."""
    return tuple(Colleague(p["key"], p["name"]) for p in data)


def people_options(team: Iterable[Colleague], *, but: str = "") -> tuple[Option, ...]:
    """The team as answers; ``but`` leaves one key out."""
    return tuple(Option(p.name, p.key) for p in team if p.key != but)


@dataclass(frozen=True)
class Name(Text):
    """A question for a name; a sentence told in its place is not kept as one."""

    multiline: bool = False

    def read(self, words: str, at: Moment) -> str:
        """The name; raises BadAnswer where it is a sentence."""
        if words.casefold().strip(" .!") in AGREED | PUT_OFF:
            raise BadAnswer("I need a name here. Type it, or type cancel to stop.")
        if _is_a_day(words, at):
            raise BadAnswer("That reads like a date, and I need a name here. Type it, or type cancel to stop.")
        parts = words.split()
        small = any(not part[0].isupper() for part in parts)
        if len(parts) > LONGEST_NAME or (len(parts) > 2 and small and parts[0].casefold() in WE_AND_THEY):
            raise BadAnswer("That reads like a sentence. I need only a name here; the rest comes after it.")
        return words


def _is_a_day(words: str, at: Moment) -> bool:
    """Whether words are a day and nothing else: 'next week'; 'April' names a month, or somebody."""
    try:
        parse_date(words, at.now.date(), past=True)
    except BadDate:
        return False
    return True


@dataclass(frozen=True)
class Sentence(Text):
    """A question whose answer is kept and read again, so that a yes alone is none."""

    def read(self, words: str, at: Moment) -> str:
        """The words; raises BadAnswer where they only agree."""
        if words.casefold().strip(" .!") in AGREED:
            raise BadAnswer(self.nothing())
        return words


@dataclass(frozen=True)
class Saying(Sentence):
    """A question for what ``who`` said; a name, among them those of ``names``, is none of it."""

    who: str = ""
    names: tuple[str, ...] = ()

    def read(self, words: str, at: Moment) -> str:
        """The words; raises BadAnswer where they only agree, or are a name."""
        if is_one_of(words, (self.who, *self.names)):
            raise BadAnswer(f"{only_a_name(words)} What did {self.who} say? Their own words, please.")
        if reads_as_one(words):
            like = f"“{clip(words.strip(), 60)}” reads like a name."
            raise BadAnswer(f"{like} What did {self.who} say? A few words of theirs, please.")
        return super().read(words, at)


def only_a_name(words: str) -> str:
    """'“Dana” is only a name.'"""
    return f"“{clip(words.strip(), 60)}” is only a name."


LONGEST_NAME = 10
"""The most words a name has."""

WE_AND_THEY = frozenset({"we", "they", "she", "he", "i", "it", "our", "their", "my", "nobody", "somebody", "you"})
"""What sentences begin with; 'We Are Social', with capitals, is a name."""

PUT_OFF = frozenset({"no", "nope", "later", "not now", "done"})
"""What nobody is called."""

AGREED = frozenset({"yes", "y", "yep", "yeah", "ok", "okay", "sure", "right", "correct"})


def read_money(words: str, at: Moment) -> dict[str, Any]:
    """A typed sum as JSON; raises ValueError with what to do."""
    money = parse_money(words)
    return {"cents": money.cents, "currency": money.currency}


def made_money(recorded: Any) -> Money:
    """A recorded sum."""
    return Money(int(recorded["cents"]), str(recorded["currency"]))


def read_when(words: str, at: Moment) -> str:
    """A typed time to come as JSON; raises ValueError with what to do."""
    return parse_when(words, at.now, at.zone).isoformat()


def argument(args: Mapping[str, Any], name: str) -> str:
    """A word the dialog was started with, '' where it was not given."""
    value = args.get(name)
    return value if isinstance(value, str) else ""
