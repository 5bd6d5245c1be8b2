"""People's names as they are written, however they were typed."""

from __future__ import annotations

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
