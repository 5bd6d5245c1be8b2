"""The small notation in which the rulebook's word patterns are written.

A space stands for the break between two words, ` ~ ` for up to three words in between, ` ~~ ` for up to eight, and
`{name}` for a family of words. Everything else is a regular expression. Every gap is bounded and every sentence is
short (`text.LONGEST`), so a pattern takes time linear in the text whatever it is given.
"""

import re
from collections.abc import Mapping, Sequence

_BREAK = r"(?:\W{1,3})"
_SHORT = r"(?:(?:\W{1,3}[\w']{1,20}){0,3}?\W{1,3})"
_LONG = r"(?:(?:\W{1,3}[\w']{1,20}){0,8}?\W{1,3})"
_FAMILY = re.compile(r"\{([a-z_]+)\}")
_DEEPEST = 4

Families = Mapping[str, Sequence[str]]


def pattern(alternatives: Sequence[str], families: Families) -> re.Pattern[str]:
    """Compile alternatives of this notation into one pattern of whole words; `families` may use each other."""
    source = expanded("|".join(alternatives), families)
    source = source.replace(" ~~ ", _LONG).replace(" ~ ", _SHORT).replace(" ", _BREAK)
    return re.compile(rf"(?<!\w)(?:{source})(?!\w)", re.IGNORECASE)


def expanded(source: str, families: Families) -> str:
    """Put the words of each family in the place of its name."""
    for _ in range(_DEEPEST):
        source = _FAMILY.sub(lambda name: f"(?:{'|'.join(families[name[1]])})", source)
    return source
