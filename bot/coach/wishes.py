"""What a client asks for, found in their words: the things that would make it right again."""

import re
from datetime import datetime

from bot.coach.dates import find_dates

MOST_WISHES = 8
"""More than this in one message is a list to be talked over, not a set of exit criteria."""
MIN_WISH, LONGEST_WISH = 3, 300
_READ = 10_000

_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+")
_LISTED = re.compile(r"(?<![.!?\s])[ \t]*\n[ \t]*[-*•–][ \t]+")
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")
_REFUSED = re.compile(
    r"(?:\bnot|\bnever|\bnobody|\bnothing|\bno longer|n['’]t|\bwithout)(?:\s+(?:really|even|actually))?\s*$",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"\b(?:(?P<who>I|we|you|she|he|they)\s+)?(?:(?:also|now|just|still|only|really|then|at least)\s+)?"
    r"(?:(?P<duty>needs?|needed|have to|must)"
    r"|wants?|wanted|expects?|expected|insists?\s+on|insisted\s+on|demands?|demanded|requires?|required"
    r"|would\s+like|['’]d\s+like|wish(?:es)?\s+for|ask(?:s|ed|ing)?\s+for"
    r"|ask(?:s|ed|ing)?\s+(?:us|me|you|him|her|them)\s+(?=to\b)|asking\s+(?=that\b))\b\s*",
    re.IGNORECASE,
)
_SUBJECT = re.compile(r"^(?:is|was)\s+(?:that\s+)?", re.IGNORECASE)
_LEAD = re.compile(r"^(?:(?:from us|of us)\s+)?(?:(?:us|me|you)\s+to\s+|that\s+(?=\w+\s+\w)|to\s+)", re.IGNORECASE)
_END = re.compile(
    r"\b(?:because|since|otherwise|although|though|whereas|but|while)\b|\bor\s+(?:else|she|he|they|we|I)\b"
    r"|\band\s+(?:she|he|they|we|I|nobody|somebody|is|was|are|were|said|says|told)\b|\s[–—-]\s",
    re.IGNORECASE,
)
# "bread and butter" is one wish; a new one begins with an article, an amount, an infinitive or the like.
_STARTER = (
    r"(?:an?|the|our|your|their|his|her|its|this|these|all|more|less|fewer|better|faster|clearer|no|one|two|three|"
    r"somebody|someone|some|every|each|daily|weekly|monthly|full|half|to|that|us\s+to|me\s+to|you\s+to|"
    r"[€$£¥]?\d[\d.,]*)\b"
)
_APART = re.compile(
    rf";\s*(?:and\s+)?|,\s*(?:and\s+|plus\s+)?(?={_STARTER})|\s(?:and|plus)\s+(?={_STARTER})", re.IGNORECASE
)
_AND = re.compile(r",?\s+(?:and|plus)\s+", re.IGNORECASE)
# What clients do themselves: to know, to complain, to leave.
_OWN_DOING = re.compile(
    r"(?:know|say|tell|hear|ask|see|understand|leave|quit|cancel|terminate|end|stop|think|talk|complain|out)\b",
    re.IGNORECASE,
)
_WHOLLY = frozenset(
    {"nothing", "anything", "everything", "that", "this", "them", "him", "her", "more", "less", "better"}
)


def wishes_in(words: str) -> tuple[str, ...]:
    """What the client wants, needs, expects or asks for, each in the very words of the text, in their order.

    A wish to know, to say or to leave is none that could be ticked, and what is refused ("doesn't want") is left out.
    """
    found: list[str] = []
    for sentence in _SENTENCES.split(_LISTED.sub("; ", words[:_READ])):
        found += _wishes_of(sentence)
    return tuple({wish.casefold(): wish for wish in reversed(found)}.values())[::-1][:MOST_WISHES]


def split_wishes(words: str) -> tuple[str, ...]:
    """Exit criteria, one a line or between semicolons, without bullets; the words themselves stay as they are."""
    lines = (_BULLET.sub("", part).strip() for part in re.split(r"[\n;]+", words))
    return tuple(dict.fromkeys(line for line in lines if line))


def each_dated(wish: str, now: datetime, zone: str) -> tuple[str, ...]:
    """One wish as several where each has a time to come of its own: 'a report by Friday and a call on Monday'."""
    for between in (_APART, _AND):
        parts = tuple(part.strip(" ,") for part in between.split(wish))
        if len(parts) > 1 and all(_says_what_and_when(part, now, zone) for part in parts):
            return parts
    return (wish,)


def _says_what_and_when(part: str, now: datetime, zone: str) -> bool:
    found = find_dates(part, now, zone)
    return bool(found) and any(c.isalpha() for c in part[: found[0][0]] + part[found[0][1] :])


def _wishes_of(sentence: str) -> list[str]:
    """The wishes of one sentence: from each word of asking to the next one or to the clause's end."""
    found: list[str] = []
    asks = list(_ASKING.finditer(sentence))
    for n, ask in enumerate(asks):
        end = asks[n + 1].start() if n + 1 < len(asks) else len(sentence)
        if _is_wish(sentence, ask):
            clause = _SUBJECT.sub("", sentence[ask.end() : end])
            told = (ask["who"] or "").casefold() == "you"
            found += [w for w in (_trimmed(part, told) for part in _APART.split(_without_end(clause))) if w]
    return found


def _is_wish(sentence: str, ask: re.Match[str]) -> bool:
    """Not one that is refused ("doesn't want"), and not a duty of the speaker's own ("I need to call her")."""
    if _REFUSED.search(sentence[max(0, ask.start() - 40) : ask.start()]):
        return False
    if not ask["duty"]:
        return True
    who, is_duty = (ask["who"] or "").casefold(), ask["duty"].casefold() in ("have to", "must")
    to_do = is_duty or sentence[ask.end() :].casefold().startswith("to ")
    return who == "you" if is_duty else not (to_do and who in ("i", "we"))


def _without_end(clause: str) -> str:
    """A clause without its reason, its threat or what comes after it."""
    match = _END.search(clause)
    return clause[: match.start()] if match else clause


def _trimmed(part: str, told: bool) -> str:
    """A wish without the words that tie it to its sentence, '' where it is none; ``told`` is "you need to …"."""
    wish = part.strip(' \t,;:.!?–—-"“”„')
    if len(wish) > LONGEST_WISH:
        return ""
    wish = re.sub(r"\s+(?:and|or|also|plus)$", "", wish, flags=re.IGNORECASE).strip(" ,;:.")
    bare = _LEAD.sub("", wish)
    told = told or bool(re.match(r"(?:us|me|you)\s+to\s", wish, re.IGNORECASE))
    if len(bare) < MIN_WISH or not any(c.isalpha() for c in bare) or bare.casefold() in _WHOLLY:
        return ""
    return "" if not told and _OWN_DOING.match(bare) else bare
