"""What a story shows: words, word pairs, and the concepts of concepts.toml with who and whether not."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.coach.causes.words import BREAKS, clipped, negates, plain, side, stem, words

_CONCEPTS = Path(__file__).with_name("concepts.toml")
_QUOTED = re.compile(r"[\"“]([^\"“”\n]{2,160})[\"”]")
_ACRONYM = re.compile(r"\b[A-Z]{2,6}\b")
_REACH = 4  # how many words a “not” reaches forward


@dataclass(frozen=True)
class Mention:
    """A concept met in a story: where it stands, who it is about, and whether it is denied."""

    concept: str
    start: int
    end: int
    actor: str
    denied: bool


class Concepts:
    """The lexicon, arranged so that every token is looked up once."""

    def __init__(self, entries: dict[str, list[str]]) -> None:
        self._words: dict[str, set[str]] = defaultdict(set)
        self._prefixes: dict[str, set[str]] = defaultdict(set)
        self._phrases: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        for concept, phrases in entries.items():
            for phrase in phrases:
                self._add(concept, phrase.split())

    def _add(self, concept: str, parts: list[str]) -> None:
        if len(parts) > 1:
            self._phrases[parts[0].rstrip("*")].append((tuple(parts), concept))
        elif parts[0].endswith("*"):
            self._prefixes[parts[0][:-1]].add(concept)
        else:
            self._words[parts[0]].add(concept)

    def at(self, tokens: list[str], start: int) -> Iterator[tuple[str, int]]:
        """Each concept that begins at this token, with the token where it ends."""
        token = tokens[start]
        for concept in self._words.get(token, ()):
            yield concept, start + 1
        for length in range(2, len(token) + 1):
            for concept in self._prefixes.get(token[:length], ()):
                yield concept, start + 1
        for length in range(1, len(token) + 1):
            for parts, concept in self._phrases.get(token[:length], ()):
                if _matches(tokens, start, parts):
                    yield concept, start + len(parts)


def _matches(tokens: list[str], start: int, parts: tuple[str, ...]) -> bool:
    if start + len(parts) > len(tokens):
        return False
    return all(
        token.startswith(part[:-1]) if part.endswith("*") else token == part
        for token, part in zip(tokens[start:], parts, strict=False)
    )


@cache
def lexicon() -> Concepts:
    """The concepts of concepts.toml, read once."""
    return Concepts(tomllib.loads(_CONCEPTS.read_text(encoding="utf-8"))["concept"])


def mentions(tokens: list[str]) -> list[Mention]:
    """Every concept a story mentions, in order."""
    seen = [plain(token) for token in tokens]
    found: list[Mention] = []
    actor, not_until = "", -1
    for here, token in enumerate(seen):
        if token in BREAKS:
            actor, not_until = "", -1
            continue
        found += [Mention(concept, here, end, actor, here < not_until) for concept, end in lexicon().at(seen, here)]
        actor = side(token) or actor
        if negates(token):
            not_until = here + 1 + _REACH
    return found


def features(story: str) -> frozenset[str]:
    """The names of everything a story shows, for the linear model."""
    tokens = words(story)
    found = mentions(tokens)
    return frozenset([*_word_features(tokens), *_concept_features(found), *_shape(clipped(story), tokens)])


def _word_features(tokens: list[str]) -> Iterator[str]:
    last = "^"
    for token in tokens:
        if token in BREAKS:
            last = "^"
            continue
        now = side(token).upper() or ("NOT" if negates(token) else stem(plain(token)))
        yield "w:" + now
        yield f"b:{last} {now}"
        last = now


def _concept_features(found: list[Mention]) -> Iterator[str]:
    for mention in found:
        yield ("n:" if mention.denied else "c:") + mention.concept
        if mention.actor:
            yield f"a:{mention.actor} {mention.concept}"


def _shape(story: str, tokens: list[str]) -> Iterator[str]:
    length = len(tokens)
    yield f"s:length {0 if length < 12 else 1 if length < 25 else 2 if length < 60 else 3}"
    if '"' in tokens:
        yield "s:quote"
    for quoted in _QUOTED.findall(story):
        yield "s:quoted " + ("word" if len(quoted.split()) <= 3 else "sentence")
    if "?" in tokens:
        yield "s:question"
    if "!" in tokens:
        yield "s:exclaims"
    if len(set(_ACRONYM.findall(story))) >= 3:
        yield "s:acronyms"
    if any(token in "£$€%" for token in tokens):
        yield "s:money"
    sides = [side(token) for token in tokens]
    ours, theirs = sides.count("we"), sides.count("they")
    if not ours or not theirs:
        yield "s:without " + ("anybody" if ours == theirs else "us" if theirs else "them")
    elif ours >= 2 * theirs or theirs >= 2 * ours:
        yield "s:mostly " + ("us" if ours > theirs else "them")
