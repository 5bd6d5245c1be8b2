"""The six parts of an apology (Lewicki, Polin and Lount 2016) and the order in which a text has them."""

import re

from bot.coach.tone.rules import signs
from bot.coach.tone.text import Sentence
from bot.coach.tone.values import Apology, Part

_PARTS: dict[Part, re.Pattern[str]] = {Part(name): sign for name, sign in signs("apology").items()}

SHORT = 3
"""A sentence of so few words, such as a greeting, does not count as an opening."""


def find_apology(sentences: tuple[Sentence, ...]) -> Apology | None:
    """Return the apology in a text, or None where nobody says sorry or owns anything."""
    places = {part: place for part, sign in _PARTS.items() if (place := _place(sign, sentences)) is not None}
    if Part.REGRET not in places and Part.RESPONSIBILITY not in places:
        return None
    parts = tuple(sorted(places, key=lambda part: places[part]))
    missing = tuple(part for part in Part if part not in places and part is not Part.FORGIVENESS)
    lead = min(places[part] for part in (Part.REGRET, Part.RESPONSIBILITY) if part in places)
    return Apology(parts, missing, first=_leads(lead, sentences))


def regret_at(sentence: Sentence) -> tuple[int, int] | None:
    """Return where the sentence says sorry, if it does."""
    match = _PARTS[Part.REGRET].search(sentence.text)
    return match.span() if match else None


def owns(sentence: Sentence) -> bool:
    """Whether the sentence takes responsibility."""
    return _PARTS[Part.RESPONSIBILITY].search(sentence.text) is not None


def _place(sign: re.Pattern[str], sentences: tuple[Sentence, ...]) -> int | None:
    for sentence in sentences:
        if match := sign.search(sentence.text):
            return sentence.start + match.start()
    return None


def _leads(place: int, sentences: tuple[Sentence, ...]) -> bool:
    """Whether a place is in the opening: the first two sentences, of a long text the first three."""
    spoken = [sentence for sentence in sentences if len(sentence.words) > SHORT] or list(sentences)
    last = spoken[: max(2, min(3, len(spoken) // 2))][-1]
    return place < last.start + len(last.text)
