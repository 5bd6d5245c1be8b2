"""A story as words: small, tolerant tokens with sides (we, they), numbers and rough stems."""

import re

_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)?|[0-9][0-9.,:]*|[£$€%?!\"]|[.;\n]")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "«": '"', "»": '"', "–": ".", "—": "."})

WE = frozenset(
    [
        "we",
        "us",
        "our",
        "ours",
        "i",
        "me",
        "my",
        "mine",
        "we're",
        "we've",
        "we'd",
        "we'll",
        "i'm",
        "i've",
        "i'd",
        "i'll",
        "ourselves",
        "myself",
    ]
)
THEY = frozenset(
    [
        "they",
        "them",
        "their",
        "theirs",
        "he",
        "him",
        "his",
        "she",
        "her",
        "hers",
        "they're",
        "they've",
        "they'd",
        "they'll",
        "he's",
        "he'd",
        "he'll",
        "she's",
        "she'd",
        "she'll",
        "client",
        "clients",
        "client's",
        "customer",
        "customers",
        "customer's",
    ]
)
NOT = frozenset(
    [
        "not",
        "no",
        "never",
        "nobody",
        "none",
        "nothing",
        "without",
        "cannot",
        "neither",
        "nor",
        "noone",
        "cant",
        "dont",
        "didnt",
        "wont",
    ]
)
NUMBERS = frozenset(
    [
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "fifteen",
        "twenty",
        "thirty",
        "forty",
        "fifty",
        "sixty",
        "eighty",
        "ninety",
        "hundred",
        "thousand",
        "dozen",
        "couple",
        "several",
        "few",
        "half",
    ]
)
BREAKS = frozenset(".;\n?!")

_MOST = 6000  # characters that are read; a longer story says what it is about at its start and its end


def clipped(story: str) -> str:
    """The part of a story that is read: all of it, or the start and the end of a very long one."""
    return story if len(story) <= _MOST else story[: _MOST * 3 // 4] + "\n" + story[-_MOST // 4 :]


def words(story: str) -> list[str]:
    """Lower-case tokens, with sentence ends, quotes and money signs as tokens of their own."""
    return _TOKEN.findall(clipped(story).lower().translate(_QUOTES))


def plain(token: str) -> str:
    """A token as concepts see it: numbers are one word, everything else stays."""
    return "num" if token[0].isdigit() or token in NUMBERS else token


def side(token: str) -> str:
    """`we`, `they` or an empty string."""
    return "we" if token in WE else "they" if token in THEY else ""


def negates(token: str) -> bool:
    """Whether this word turns what follows into its opposite."""
    return token in NOT or token.endswith("n't")


_ENDINGS = (
    "ations",
    "ation",
    "ments",
    "ment",
    "ingly",
    "edly",
    "ings",
    "ness",
    "ing",
    "ies",
    "ied",
    "ers",
    "est",
    "ed",
    "er",
    "es",
    "ly",
    "s",
    "e",
    "y",
)


def stem(token: str) -> str:
    """A rough stem: enough to bring `delays`, `delayed` and `delaying` together."""
    for ending in _ENDINGS:
        if token.endswith(ending) and len(token) - len(ending) >= 3:
            short = token[: -len(ending)]
            return short[:-1] if len(short) > 3 and short[-1] == short[-2] else short
    return token
