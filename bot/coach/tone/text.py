"""A text cut into sentences, with its typography made plain and every position kept."""

import re
from dataclasses import dataclass
from functools import cached_property

from bot.coach.tone.openings import of_words

LONGEST = 400
"""No piece is longer than this many characters, so no pattern can take more than linear time on a text."""

_PLAIN = {
    **dict.fromkeys(map(ord, "‘’‛`´ʼ"), "'"),
    **dict.fromkeys(map(ord, "“”„«»"), '"'),
    **dict.fromkeys(map(ord, "–—―−"), "-"),
    **dict.fromkeys(map(ord, "\u00a0\u2009\u202f\t\r\f\v"), " "),
}
_END = re.compile(r"(?:[.!?…]+[\"')\]]*(?=\s|$)|\n+)")
_ABBREVIATION = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|prof|st|no|vs|approx|inc|ltd|e\.g|i\.e|etc|a\.m|p\.m)|\b[a-z])\.$", re.I
)


@dataclass(frozen=True)
class Sentence:
    """A stretch of the text, at most `LONGEST` characters, with its place in the whole and its number."""

    text: str
    start: int
    index: int

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The sentence's words in lower case, apostrophes kept."""
        return tuple(word.lower() for word in re.findall(r"[\w']+", self.text))

    @cached_property
    def openings(self) -> frozenset[str]:
        """The first letters of its words, by which patterns are chosen."""
        return of_words(self.words)


def plain(text: str) -> str:
    """Return the text with curly quotes, dashes and odd spaces made plain; its length stays the same."""
    return text.translate(_PLAIN)


def sentences(text: str) -> tuple[Sentence, ...]:
    """Cut a plain text into sentences, in order, leaving out those without a letter or digit."""
    pieces = [piece for start, end in _bounds(text) for piece in _short(text, start, end)]
    spoken = [(start, end) for start, end in pieces if any(c.isalnum() for c in text[start:end])]
    return tuple(Sentence(text[start:end], start, n) for n, (start, end) in enumerate(spoken))


def _bounds(text: str) -> list[tuple[int, int]]:
    bounds, start, last = [], 0, len(text.rstrip())
    for match in _END.finditer(text):
        if match.end() < last and _abbreviated(text, match):
            continue
        bounds.append((start, match.end()))
        start = match.end()
    return [*bounds, (start, len(text))]


def _abbreviated(text: str, end: re.Match[str]) -> bool:
    before = text[max(0, end.start() - 8) : end.start() + 1]
    return end[0].startswith(".") and _ABBREVIATION.search(before) is not None


def _short(text: str, start: int, end: int) -> list[tuple[int, int]]:
    pieces = []
    while start < end and text[start].isspace():
        start += 1
    while end - start > LONGEST:
        space = text.rfind(" ", start + LONGEST // 2, start + LONGEST)
        cut = space if space > 0 else start + LONGEST
        pieces.append((start, cut))
        start = cut
    return [*pieces, (start, end)] if end > start else pieces
