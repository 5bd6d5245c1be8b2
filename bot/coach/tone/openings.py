"""With which letters a pattern of the notation can begin, so that most patterns need not be tried on a sentence.

An opening is up to four letters in lower case. None stands for "could be anything": such a pattern is always tried.
"""

import re
from collections.abc import Iterable

Openings = frozenset[str] | None

_LENGTH = 4
_TOKEN = re.compile(
    r"\(\?:|\(\?P<\w+>|\(\?<?[=!]|\(|\)|\||\\.|\[(?:\\.|[^\]])*\]|[?*+]\??|\{\d*,?\d*\}\??|.", re.DOTALL
)
_LOOK = ("(?=", "(?!", "(?<=", "(?<!")


def openings(source: str) -> Openings:
    """Return the openings of an expanded pattern source, before its spaces are turned into word breaks."""
    tokens = _TOKEN.findall(source)
    found, end = _alternatives(tokens, 0)
    if end != len(tokens) or any(not prefix.strip("~") for prefix in found):
        return None
    return frozenset(prefix.rstrip("~").lower() for prefix in found)


def of_words(words: Iterable[str]) -> frozenset[str]:
    """Return every opening that a sentence of these words offers."""
    return frozenset(word[:length] for word in words for length in range(1, _LENGTH + 1))


def _alternatives(tokens: list[str], at: int) -> tuple[set[str], int]:
    found: set[str] = set()
    while True:
        prefixes, at = _sequence(tokens, at)
        found |= prefixes
        if at >= len(tokens) or tokens[at] != "|":
            return found, at
        at += 1


def _sequence(tokens: list[str], at: int) -> tuple[set[str], int]:
    """Read one alternative; a prefix that can grow no further ends in `~`."""
    prefixes = {""}
    while at < len(tokens) and tokens[at] not in ("|", ")"):
        element, at = _element(tokens, at)
        if at < len(tokens) and re.fullmatch(r"[?*+]\??|\{.*", tokens[at]):
            if not tokens[at].startswith(("+", "{1", "{2")):
                element = element | {""}
            at += 1
        prefixes = {_grown(prefix, more) for prefix in prefixes for more in element}
    return prefixes, at


def _element(tokens: list[str], at: int) -> tuple[set[str], int]:
    token = tokens[at]
    if token in _LOOK:
        _, end = _alternatives(tokens, at + 1)
        return {""}, end + 1
    if token.startswith("("):
        inside, end = _alternatives(tokens, at + 1)
        return inside, end + 1
    if token == "^":
        return {""}, at + 1
    if token.isalnum() or token == "'":
        return {token}, at + 1
    return {"~"}, at + 1


def _grown(prefix: str, more: str) -> str:
    if prefix.endswith("~") or len(prefix) >= _LENGTH:
        return prefix
    joined = prefix + more
    return joined if len(joined) <= _LENGTH or joined[_LENGTH:] == "~" else joined[:_LENGTH]
