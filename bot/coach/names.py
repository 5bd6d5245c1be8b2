"""People's names as they are written, however they were typed."""

from __future__ import annotations

from collections.abc import Iterable

_INSIDE = frozenset({
    "van", "von", "der", "den", "de", "del", "di", "da", "dos", "la", "le", "el", "al", "bin", "ibn", "zu", "ten", "y",
})  # fmt: skip
"""What stays small inside a name."""

_NO_NAME = frozenset({
    "the", "a", "an", "their", "our", "his", "her", "my", "someone", "somebody", "everyone", "everybody", "nobody",
    "they", "them", "at", "from", "of", "in", "and", "or",
})  # fmt: skip
"""What stands in a description, such as 'the lady at the desk'."""

MOST_WORDS = 4


def as_written(name: str) -> str:
    """'dana weiss' is Dana Weiss, since a name goes into messages; where there is a capital it was typed with care."""
    parts = name.split()
    if name != name.lower() or len(parts) > MOST_WORDS or not _NO_NAME.isdisjoint(parts):
        return name
    if not all(c.isalpha() or c in " -'’." for c in name):
        return name
    return " ".join(part if n and part in _INSIDE else part[:1].upper() + part[1:] for n, part in enumerate(parts))


_SAID_IN_A_WORD = frozenset({
    "agreed", "all", "amazing", "awesome", "better", "brilliant", "cheers", "content", "cool", "delighted", "done",
    "excellent", "fantastic", "finally", "fine", "fixed", "glad", "good", "gorgeous", "great", "happy", "healed",
    "lovely", "marvellous", "mended", "nice", "okay", "perfect", "pleased", "relieved", "resolved", "satisfied",
    "settled", "solved", "sorted", "splendid", "super", "superb", "terrific", "thanks", "thrilled", "top", "works",
    "wonderful", "yay", "yes",
})  # fmt: skip
"""What a content client may say in one word, with a capital at its beginning."""


def is_one_of(words: str, names: Iterable[str]) -> bool:
    """Whether words are one of these names and nothing else, or a part of one: 'dana' is of 'Dana Fox'."""
    typed = _bare(words)
    parts = {part for name in names for part in (_bare(name), *_bare(name).split())}
    return bool(typed) and typed in parts - _NO_NAME - _INSIDE


def reads_as_one(words: str) -> bool:
    """Whether words look like a name rather than like what a content client says: 'Dana', not 'Perfect'."""
    name = words.strip()
    return name.istitle() and name.isalpha() and name.casefold() not in _SAID_IN_A_WORD


def _bare(words: str) -> str:
    return " ".join(words.casefold().split()).strip(" .!?,;:\"“”'’")
