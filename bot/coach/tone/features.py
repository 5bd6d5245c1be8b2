"""What the learned weights look at: words, neighbours, kinds of words and the shape of a text.

Neighbouring words are generalised (pronouns, negations, numbers, weekdays … become their kind, other words their
stem), so that "we never" and "I won't" count as the same thing.
"""

import re
from dataclasses import dataclass

from bot.coach.tone.notation import pattern
from bot.coach.tone.rules import FAMILIES
from bot.coach.tone.text import plain

Span = tuple[int, int]

_WORD = re.compile(r"[a-z']+|\d+|[!?]+")
_CAPITALS = re.compile(r"\b[A-Z]{2,}s?\b")
_ENDINGS = ("ingly", "edly", "ing", "ies", "ed", "es", "ly", "s")
_KINDS = {
    "YOU": "you your yours yourself you'd you'll you've you're yourselves",
    "WE": "we i us me our my mine ours we'll i'll we've i've we're i'm we'd i'd myself ourselves",
    "THEY": "he she they him her them his their it's",
    "NEG": "not never no nothing nobody none don't didn't doesn't can't won't couldn't wouldn't"
    " isn't wasn't aren't weren't hasn't haven't cannot without nor hardly shouldn't hadn't",
    "ALL": "always ever every everything everyone all anything any anyone anybody everybody whatever whenever"
    " completely absolutely entirely forever",
    "SMALL": "just only simply merely little small bit minor tiny slight slightly few mere quite rather",
    "WILL": "will you'll it'll they'll shall going there'll",
    "MODAL": "should could would might may must ought should've could've would've can",
    "NUMBER": "one two three four five six seven eight nine ten twelve twenty thirty forty fifty hundred half",
    "TIME": "monday tuesday wednesday thursday friday saturday sunday today tomorrow tonight morning noon week month"
    " year day days weeks hours hour minutes minute evening weekend night",
    "SORRY": "sorry apologise apologies apology regret apologize",
    "KIND": "please thank thanks glad happy grateful",
    "ASK": "what why how who which where when whose",
}
_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words.split()}
_FAMILIES = {
    name: pattern(FAMILIES[name], FAMILIES)
    for name in (
        "trouble", "tiny", "hurt", "feel", "sorry", "superb", "role", "outsider", "colleague",
        "policy_word", "slip", "all", "moment", "mend", "owned", "reasoned",
    )
}  # fmt: skip


@dataclass(frozen=True)
class Feature:
    """One feature of a text, how strongly it counts, and where in the text it stands (None: everywhere)."""

    name: str
    value: float
    place: Span | None


def features(text: str, scope: str) -> list[Feature]:
    """Return each feature of a text once, at its first place, with positions into the text."""
    even = plain(text)
    found: dict[str, Feature] = {}
    for feature in (*_words(even), *_families(even), *_shape(even, scope)):
        found.setdefault(feature.name, feature)
    return list(found.values())


def _words(even: str) -> list[Feature]:
    tokens = [(match[0], match.span()) for match in _WORD.finditer(_lower(even))]
    words = ["0" if word.isdigit() else word for word, _ in tokens]
    kinds = [_KIND_OF.get(word, _stem(word)) for word in words]
    spans = [span for _, span in tokens]
    found = [Feature(f"w {word}", 1.0, span) for word, span in zip(words, spans, strict=True)]
    for prefix, names in (("b", words), ("c", kinds)):
        found += _pairs(prefix, ["^", *names, "$"], [spans[:1], *[[s] for s in spans], spans[-1:]], 1)
    found += _pairs("d", kinds, [[span] for span in spans], 2)
    return found


def _pairs(prefix: str, names: list[str], spans: list[list[Span]], step: int) -> list[Feature]:
    found = []
    for n in range(len(names) - step):
        if spans[n] and spans[n + step]:
            place = (spans[n][0][0], spans[n + step][0][1])
            found.append(Feature(f"{prefix} {names[n]} {names[n + step]}", 1.0, place))
    return found


def _families(even: str) -> list[Feature]:
    found = ((name, sign.search(even)) for name, sign in _FAMILIES.items())
    return [Feature(f"f {name}", 2.0, match.span()) for name, match in found if match]


def _shape(even: str, scope: str) -> list[Feature]:
    capitals = [match.span() for match in _CAPITALS.finditer(even)]
    found = [Feature(f"scope {scope}", 1.0, None)]
    if capitals:
        found.append(Feature("capitals", 2.0, capitals[0]))
    if len(capitals) > 1:
        found.append(Feature("more capitals", 3.0, capitals[1]))
    found += [Feature(f"has {mark}", 1.0, None) for mark in "!?" if mark in even]
    return found


def _lower(text: str) -> str:
    return "".join(c.lower() if c.isascii() else c for c in text)


def _stem(word: str) -> str:
    if "'" in word:
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
