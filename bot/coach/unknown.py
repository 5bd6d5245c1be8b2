"""How people say that they do not know."""

from __future__ import annotations

import re

DONT_KNOW = frozenset(
    {
        f"{who}{how} know{yet}"
        for who in ("", "i ", "i really ", "we ")
        for how in ("don't", "dont", "do not")
        for yet in ("", " yet")
    }
    | {f"{who}not sure{yet}" for who in ("", "i'm ", "im ", "i am ") for yet in ("", " yet")}
    | {"no idea", "no clue", "not known", "not known yet", "unknown", "unsure", "dunno", "idk", "tbd"}
)
"""The words of somebody who does not know, in small letters and without a mark at the end."""

_NOT_YET = re.compile(r"no|not yet|nothing yet|(?:i )?(?:still )?(?:need|have|must) to ask(?: (?:her|him|them|first))*")


def knows_not(words: str) -> bool:
    """Whether words say that somebody does not know."""
    return _plain(words) in DONT_KNOW


def has_no_answer(words: str) -> bool:
    """Whether words say that there is no answer yet: that it isn't known, or has to be asked first."""
    return knows_not(words) or _NOT_YET.fullmatch(_plain(words)) is not None


def _plain(words: str) -> str:
    return " ".join(words.casefold().replace("’", "'").split()).strip(" .!")
