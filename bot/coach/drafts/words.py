"""Fitting a person's free words into a message, so that every sentence stays whole."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from bot.coach.cadence import MONTHS, WEEKDAYS, zone_named
from bot.coach.drafts.vocabulary import (
    AFTER_NOUNS,
    AMOUNTS,
    AUXILIARIES,
    DETERMINERS,
    PAST,
    SINGULAR,
    SMALL_WORDS,
    SUBJECTS,
    TENSE,
    VERBS,
)

_ENDS = ".!?…。！？؟।"
_CLOSERS = "\"'”’»)]}"
_LOOSE_ENDS = ",;:-–—· "

_DONE = re.compile(r"\b(?:have|has|had|was|were|did|already|\w+(?:'|’)ve)\b", re.IGNORECASE)


def one_line(words: str) -> str:
    """Words without line breaks and double blanks."""
    return " ".join(words.split())


def sentence(words: str) -> str:
    """Free words as a whole sentence: a capital in front, a mark at the end; '' stays ''."""
    text = one_line(words).rstrip(_LOOSE_ENDS)
    return _capital(text) + _stop(text) if text else ""


def clause(words: str) -> str:
    """Free words to stand at the end of a sentence, with its mark."""
    text = one_line(words).rstrip(_LOOSE_ENDS)
    return text + _stop(text) if text else ""


def bare(words: str) -> str:
    """Free words to stand inside a sentence: no mark at the end."""
    return one_line(words).rstrip(_ENDS + _LOOSE_ENDS)


def quoted(words: str) -> str:
    """Somebody's own words in quotation marks, as they were said, ending a sentence."""
    text = one_line(words).strip('"“”„«» ')
    return f"“{text}”" if text[-1:] in _ENDS else f"“{text}”."


def listed(items: Sequence[str]) -> str:
    """Several people's words, each in quotation marks: “a”, “b” and “c”."""
    marked = [f"“{bare(item)}”" for item in items]
    return " and ".join(filter(None, [", ".join(marked[:-1]), marked[-1]])) if marked else ""


def greeted(name: str, text: str) -> str:
    """A message that begins with a name: 'Dana, on Friday …', or a line of its own before an unknown capital."""
    first = _first(text)
    name = bare(name)
    if first.lower() in SMALL_WORDS and first[1:] == first[1:].lower():
        return f"{name}, {text[0].lower()}{text[1:]}"
    if first in ("I", "I'm", "I’m", "I'd", "I’d") or text[:1] == text[:1].lower() != text[:1].upper():
        return f"{name}, {text}"
    return f"{name},\n\n{text}"


def action(words: str) -> str:
    """What we do as a sentence with a subject, however it was typed: 'fix it', 'fixing it', 'it is fixed'."""
    text = re.sub(r"^(?:to|will|going to) (?=\w)", "", one_line(words), flags=re.IGNORECASE)
    first = _first(text).lower()
    if first in SUBJECTS and (first not in DETERMINERS or _has_verb(text)):
        return sentence(text)
    start = _start_for(first) if _first(" ".join(text.split()[1:])).lower() not in AFTER_NOUNS else ""
    if start:
        return f"{start} {_small(clause(text))}"
    told = _small(clause(text)) if _is_verb(first) or first in SMALL_WORDS else clause(text)
    return f"This is what we do: {told}" if text else ""


def _is_verb(word: str) -> bool:
    return word in VERBS or _is_ing(word) or _is_past(word)


def _start_for(verb: str) -> str:
    if verb in VERBS:
        return "We will"
    if _is_ing(verb):
        return "We are"
    return "We have" if _is_past(verb) else ""


def told_of(who: str, words: str) -> str:
    """What somebody did as a sentence, also where they were left out: 'missed the date' becomes 'We missed …'."""
    return f"{who} {_small(clause(words))}" if _is_deed(one_line(words)) else sentence(words)


def cost_of(words: str) -> str:
    """What it did to the client as a sentence, also where it was typed as a thing: 'half a day of work'."""
    text = one_line(words)
    first = _first(text).lower()
    is_sum = first[:1].isdigit() or unicodedata.category(first[:1] or " ") == "Sc"
    if (first in AMOUNTS or is_sum) and not _has_verb(text):
        return f"It has cost you {_small(clause(text))}"
    return told_of("You", text)


def is_done(words: str) -> bool:
    """Whether what we do is told as something done already."""
    return bool(_DONE.search(words)) or _is_past(_first(one_line(words)).lower())


def reason(words: str) -> str:
    """Why a rule exists, as a sentence, whether it was typed as 'because …', 'to …' or whole."""
    text = one_line(words)
    if re.match(r"(?:because of|so that|in order to|to|for) ", text, re.IGNORECASE):
        return f"It is there {_small(clause(text))}"
    return sentence(re.sub(r"^because,? ", "", text, flags=re.IGNORECASE))


def client_when(instant: datetime, zone: str, now: datetime) -> str:
    """An instant that stays true on any day: '12:00 on Tuesday 25 November', with its year where it differs."""
    local, today = instant.astimezone(zone_named(zone)), now.astimezone(zone_named(zone))
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local:%H:%M} on {client_day(instant, zone)}{year}"


def client_day(instant: datetime, zone: str) -> str:
    """A day for the client: 'Tuesday 25 November'."""
    local = instant.astimezone(zone_named(zone))
    return f"{WEEKDAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]}"


def _first(text: str) -> str:
    return text.split(maxsplit=1)[0].strip(',.;:!?"“”()').replace("’", "'") if text.split() else ""


def _small(text: str) -> str:
    """The text with its first letter small; only for a first word known to be an ordinary one."""
    return text[:1].lower() + text[1:]


def _capital(text: str) -> str:
    word = text.split(maxsplit=1)[0]
    own_spelling = word[1:] != word[1:].lower() or any(c in word for c in "@/_0123456789")
    first = text[0].upper()
    return text if own_spelling or len(first) != 1 else first + text[1:]


def _stop(text: str) -> str:
    return "" if text.rstrip(_CLOSERS)[-1:] in _ENDS else "."


def _stems(cut: str) -> set[str]:
    """The verbs that a form without its ending may come from: mak(ing), runn(ing), tri(ed)."""
    doubled = cut[:-1] if len(cut) > 2 and cut[-1] == cut[-2] else cut
    return {cut, cut + "e", doubled, cut[:-1] + "y"}


def _has_verb(text: str) -> bool:
    words = [_first(word).lower() for word in text.split()]
    nouns_follow = DETERMINERS | AFTER_NOUNS - {"and", "or", "will", "was", "were", "is"}
    later = [word for before, word in pairwise(words[1:]) if before not in nouns_follow]
    doing = {verb + "s" for verb in VERBS} | (frozenset() if words[0] in SINGULAR else VERBS)
    return any(word in AUXILIARIES | TENSE | doing or _is_past(word) for word in later)


def _is_deed(text: str) -> bool:
    """Whether it begins with what was done, and nobody who did it: 'missed the date', 'forgot your call'."""
    first, second = (_first(word).lower() for word in [*text.split(maxsplit=2)[:2], "", ""][:2])
    return first in TENSE or _is_past(first) or (first.endswith("ed") and second in DETERMINERS | {"you", "to"})


def _is_ing(word: str) -> bool:
    return word.endswith("ing") and bool(_stems(word[:-3]) & VERBS)


def _is_past(word: str) -> bool:
    return word in PAST or (word.endswith("ed") and word not in VERBS and bool(_stems(word[:-2]) & VERBS))
