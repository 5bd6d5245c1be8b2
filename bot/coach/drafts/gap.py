"""One thing a draft still needs to know, and whether an answer will do."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from bot.coach.drafts.words import bare, one_line
from bot.coach.names import as_written
from bot.coach.unknown import knows_not
from bot.view import clip

_SHORT = 160
_ALIKE = 0.85


@dataclass(frozen=True)
class Gap:
    """Something a draft needs and the case does not say.

    ``ends_day``: a day without a time means the end of it. ``unlike``: what the answer must differ from.
    """

    key: str
    kind: Literal["text", "when", "money"]
    prompt: str
    hint: str = ""
    optional: bool = False
    ends_day: bool = False
    unlike: str = ""


class BadDraft(ValueError):
    """A draft that cannot be made; its text is a sentence that says what to do."""


def fits(gap: Gap, words: str) -> str:
    """The answer to a text gap, tidied; raises BadDraft where it says nothing or repeats what failed before."""
    text = one_line(words)
    if not any(c.isalnum() for c in text):
        raise BadDraft(f"I need a few words here. {gap.prompt}")
    if knows_not(text):
        raise BadDraft("This goes into the message, so it has to be known. Type what you know by now, or cancel.")
    if gap.key == "name" and not any(c.isalpha() for c in text):
        raise BadDraft(f"I need a name here. {gap.prompt}")
    if gap.unlike and _alike(text, gap.unlike):
        raise BadDraft(
            f"That is what was done last time (“{clip(bare(gap.unlike), _SHORT)}”), and it did not hold. "
            "What do you do differently now?"
        )
    return as_written(text) if gap.key == "name" else text


def _alike(one: str, other: str) -> bool:
    a, b = (bare(words).casefold() for words in (one, other))
    return SequenceMatcher(None, a, b, autojunk=False).ratio() >= _ALIKE if len(a) + len(b) < 2000 else a == b
