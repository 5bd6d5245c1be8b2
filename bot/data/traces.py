"""What tells of a client in words that are kept elsewhere: names, and the texts their cases were told in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

ERASED = "[erased]"
SHORTEST, LONGEST = 16, 80
"""Characters from which a text is no everyday phrase, and as many of its first as are looked for."""

_EVERYDAY_WORDS = (
    "all april ask august back call check clients close draft edit everyone faith fine grace hand help home hope "
    "ideal it joy june later lessons log mark may next now nothing open other our page plan promise remind result "
    "rose same send skip start status step summary team target the they us warm watch we will yes you"
)
_EVERYDAY = frozenset(_EVERYDAY_WORDS.split())
"""Names that are also words of everyday sentences: only as they are spelled do they count as a name."""


@dataclass(frozen=True)
class Traces:
    """``spared`` are longer names of others that hold one of these names, such as another client's."""

    names: frozenset[str]
    spared: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    pattern: re.Pattern[str] | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pattern", _pattern(self.names, self.spared))

    def named(self, words: str) -> bool:
        """Whether one of the names stands in the words."""
        return self.pattern is not None and any(match["gone"] for match in self.pattern.finditer(words))

    def told(self, words: str) -> bool:
        """Whether the words hold a name, or the beginning of one of the texts."""
        if self.named(words):
            return True
        if not self.texts or len(words) < SHORTEST:
            return False
        plain = _plain(words)
        return any(text in plain for text in self.texts)

    def blanked(self, data: Any) -> Any:
        """The same words or JSON, with each name replaced."""
        if isinstance(data, str):
            if self.pattern is None:
                return data
            return self.pattern.sub(lambda match: ERASED if match["gone"] else match[0], data)
        if isinstance(data, list):
            return [self.blanked(item) for item in data]
        if isinstance(data, dict):
            return {self.blanked(key): self.blanked(value) for key, value in data.items()}
        return data


def texts_of(words: Iterable[str]) -> frozenset[str]:
    """The beginnings by which texts are found again."""
    plain = (_plain(re.sub(r"\s\([^()]*\)$", "", text)) for text in words)
    return frozenset(text[:LONGEST] for text in plain if len(text) >= SHORTEST)


def strings(data: Any) -> Iterator[str]:
    """Every string in a value, keys included."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, list):
        for item in data:
            yield from strings(item)
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from strings(key)
            yield from strings(value)


def _plain(words: str) -> str:
    return " ".join(words.casefold().split())


def _pattern(names: Iterable[str], spared: Iterable[str]) -> re.Pattern[str] | None:
    gone = [_one(name) for name in sorted(names, key=len, reverse=True) if name.strip()]
    if not gone:
        return None
    kept = "|".join(_one(name) for name in sorted(spared, key=len, reverse=True)) or r"(?!)"
    # Outside "word" characters on both sides; a possessive or plural s goes with the name.
    return re.compile(rf"(?<!\w)(?:(?P<kept>{kept})|(?P<gone>{'|'.join(gone)}))(?:[’']?s)?(?!\w)")


def _one(name: str) -> str:
    words = r"\s+".join(re.escape(part) for part in name.split())
    return f"(?:{words})" if name.casefold() in _EVERYDAY else f"(?i:{words})"
