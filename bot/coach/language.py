"""Whether a text is in the language that the coach reads."""

from __future__ import annotations

import re

FEWEST = 8
"""In fewer words nobody can tell."""

SHARE = 0.12
"""From which share of little English words a text is English; English prose has about half, other languages few."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_LITTLE = frozenset(
    {
        "the", "and", "of", "to", "is", "are", "were", "be", "been", "it", "this", "that", "these", "we", "you", "i",
        "she", "they", "our", "your", "my", "their", "them", "for", "with", "at", "by", "from", "not", "have", "has",
        "had", "would", "can", "could", "did", "what", "when", "how", "please", "sorry", "thank", "thanks", "but",
        "if", "or", "about", "up", "out", "don", "isn", "any", "all", "there", "which", "who",
    }
)  # fmt: skip


def is_english(text: str) -> bool:
    """Whether a text reads as English; where it is too short to tell, it counts as English."""
    words: list[str] = [w.casefold().replace("’", "'") for w in _WORD.findall(text[:4000])]
    if len(words) < FEWEST:
        return sum(w.isascii() for w in words) * 2 >= len(words)
    little = len([w for w in words if w.split("'")[0] in _LITTLE])
    return little >= SHARE * len(words)
