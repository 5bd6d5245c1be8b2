"""The six parts of an apology (Lewicki, Polin and Lount 2016) and the order in which a text has them."""

import re

from bot.coach.tone.notation import pattern
from bot.coach.tone.rules import FAMILIES
from bot.coach.tone.text import Sentence
from bot.coach.tone.values import Apology, Part

_PARTS: dict[Part, re.Pattern[str]] = {
    part: pattern(words, FAMILIES)
    for part, words in {
        Part.REGRET: [
            r"sorry(?! (?:no|but))",
            r"apolog(?:ise|ize|ies|y|ising|izing)",
            r"{we} (?:\w+ )?regret",
            r"regret(?:s|fully)?",
        ],
        Part.EXPLANATION: [
            r"because(?! of (?:us|me))",
            r"(?:the|our) (?:reason|cause)",
            r"which is why",
            r"(?:was|were) due to",
            r"what happened (?:was|is)",
            r"(?:happened|failed|broke|slipped) (?:when|after|as)",
            r"{we} (?:had )?(?:mixed|mistook|assumed|thought|misread|forgot|overlooked|sent|missed|lost|booked|left)",
        ],
        Part.RESPONSIBILITY: ["{owned}"],
        Part.REPENTANCE: [
            r"(?:won't|will not|doesn't|does not|can't|cannot) (?:happen|be|occur|recur)(?: \w+)? again",
            r"from now on",
            r"{we}(?:'ve| have| will|'ll)(?: now| also| since)? (?:changed|added|put in place|introduced|learnt|learned|trained|set up|change|add|check every)",
            r"so (?:that )?(?:it|this|that) (?:doesn't|can't|won't|does not|cannot|will not)",
            r"far less likely",
            r"in future",
        ],
        Part.REPAIR: [
            r"{we}(?:'ll| will|'m going to|'re going to|'ve| have|'d like to| would like to)(?: \w+){0,2} (?:refund|replace|repair|fix|pay|paid|credit|send|sent|redo|deliver|bring|call|come|visit|cover|return|correct|restore|finish|collect|cancel|waive|deduct|take|make|give|put|add|refunded|replaced|repaired|fixed|credited|corrected|restored|cancelled|waived|deducted|arranged|booked|ordered|swap|switch|reprint|rebuild|have|be)(?:ed)?",
            r"free of charge|at no cost|no charge|won't be charged|will not be charged|not charge|on the house|at our (?:own )?(?:cost|expense)",
            r"(?:refund|credit|replacement|compensation)(?: \w+){0,4} (?:is|will|has|attached|by|on)",
            r"(?:will|'ll) be (?:with you|there|ready|finished|done|back|delivered|fixed|at|in)",
            r"(?:is|are|has been|have been|it's|it's been) (?:now )?(?:fixed|put right|corrected|refunded|replaced|repaired|restored|credited)",
        ],
        Part.FORGIVENESS: [
            r"forgive (?:us|me)",
            r"forgiveness",
            r"(?:please |hope you(?:'ll| will| can)? )accept (?:our|my|this)",
            r"(?:give|giving) (?:us|me) (?:another|a second) chance",
        ],
    }.items()
}


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
    opening = [n for n, sentence in enumerate(sentences) if len(sentence.words) > 3][:2]
    last = sentences[opening[-1]] if opening else sentences[-1]
    return place < last.start + len(last.text)
