"""Whom a command is about: a case by number, a client by name, and the words that follow."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, literal, select

from bot.errors import NotFound, Refusal
from bot.services import access, cases, clients, people
from bot.services.people import folded
from bot.services.turn import Turn
from bot.storage.tables import Case, Client, Person
from bot.view import clip

CASE = re.compile(r"^\s*sal[-\s]?(\d{1,9})\b[:,]?\s*", re.IGNORECASE)


_QUOTED = tuple(
    re.compile(rf"^\s*{opens}(.{{1,300}}?)[{closes}](?=[\s:,–-]|$)\s*[:,–-]?\s*")
    for opens, closes in (('"', '"'), ("“", "”"), ("„", "“”"), ("'", "'"))
)


_SET_APART = re.compile(r"^(.{1,300}?)(?::\s+|\s[–—-]\s+|\n)(.+)$", re.DOTALL)


NAME_WORDS = 4
"""How many words of an unknown name are looked at, and said back."""


_BETWEEN = re.compile(r"[^\w&]+")

LONGEST_LOOKED_AT, SHORTEST_HELD, MOST_HELD = 2_000, 3, 20
"""How much of a story is searched for clients' names, how long these are at least, and how many are looked at."""


class WhichCase(Refusal):
    """The client named has several open cases, and none of them is guessed at."""

    def __init__(self, client: Client) -> None:
        super().__init__(f"{clip(client.name, 60)} has more than one open case. Type its number, such as SAL-1.")
        self.client_id = client.id


class NoCase(NotFound):
    """The client named is not known, or has no case."""


def quoted(words: str) -> tuple[str, str] | None:
    """The name in quotes that words begin with, which may hold others, and what follows it."""
    match = next((m for pattern in _QUOTED if (m := pattern.match(words))), None)
    return (match.group(1).strip(), words[match.end() :].strip()) if match and match.group(1).strip() else None


@dataclass(frozen=True)
class About:
    """Whom a command is about, and the words that follow."""

    case: Case | None
    client: Client | None
    rest: str


async def about(turn: Turn, words: str, *, any_case: bool = False) -> About:
    """The case or client a command names; raises NotFound with near names where there is none.

    Of a client with several open cases the one meant has to be said (:class:`WhichCase`), unless any of them will do.
    """
    case_match = CASE.match(words)
    if case_match:
        case = await cases.by_number(turn, int(case_match.group(1)))
        return About(case, await turn.db.get_one(Client, case.client_id), words[case_match.end() :].strip())
    in_quotes = quoted(words)
    if in_quotes is not None:
        client = await clients.exact(turn, in_quotes[0])
        if client is None:
            raise await _unknown(turn, in_quotes[0])
        return await _with_case(turn, client, in_quotes[1], any_case=any_case)
    found = await clients.starts_with(turn, words)
    if found is None:
        raise await _unknown(turn, words)
    return await _with_case(turn, *found, any_case=any_case)


async def _with_case(turn: Turn, client: Client, rest: str, *, any_case: bool) -> About:
    case = await the_open_case(turn, client, any_case=any_case) or await cases.newest_of(turn, client.id)
    if case is not None:
        await cases.allow(turn, case)
    return About(case, client, rest)


async def the_open_case(turn: Turn, client: Client, *, any_case: bool = False) -> Case | None:
    """The open case of a client: the one said to be meant, else the only one this person may see."""
    found = await cases.open_cases_of(turn, client.id)
    seen = [case for case in found if access.may_read(turn, case)]
    if turn.meant is not None and turn.meant in {case.number for case in seen}:
        return next(case for case in seen if case.number == turn.meant)
    if len(seen) > 1 and not any_case:
        raise WhichCase(client)
    return next(iter(seen or found), None)


async def named_within(turn: Turn, words: str) -> Client | None:
    """The one known client whose name stands somewhere in a story; None where there is none, or several."""
    story = folded(words[:LONGEST_LOOKED_AT], LONGEST_LOOKED_AT)
    query = select(Client).where(
        Client.workspace_id == turn.workspace.id,
        func.length(Client.folded) >= SHORTEST_HELD,
        literal(story).contains(Client.folded),
    )
    found = [c for c in await turn.db.scalars(query.limit(MOST_HELD)) if _as_words(c.folded) in _as_words(story)]
    whole = [c for c in found if not any(c is not other and c.folded in other.folded for other in found)]
    return whole[0] if len(whole) == 1 else None


def _as_words(name: str) -> str:
    return f" {_BETWEEN.sub(' ', name).strip()} "


async def _unknown(turn: Turn, words: str) -> Refusal:
    tokens = words.split()
    name = clip(" ".join(tokens[:NAME_WORDS]), 60)
    alike: Sequence[Client] = ()
    for n in range(min(len(tokens), NAME_WORDS), 0, -1):
        alike = alike or await clients.near(turn, " ".join(tokens[:n]))
    if alike:
        names = ", ".join(clip(c.name, 60) for c in alike)
        return NoCase(f"I don't know a client called {name}. Did you mean {names}?")
    return NoCase(f"I don't know a client called {name}. Open a case with: start {name}.")


async def needs_case(turn: Turn, words: str, command: str) -> About:
    """The case a command is about; without words the person's only one. Raises a Refusal that says what to type."""
    if not words.strip():
        mine = await own_cases(turn)
        if len(mine) == 1:
            return About(mine[0], await turn.db.get_one(Client, mine[0].client_id), "")
        raise Refusal(
            f"Which client? Type {command} and the name, or a number such as {await _named_cases(turn, mine)}."
        )
    found = await about(turn, words)
    if found.case is None and found.client is not None:
        raise NoCase(f"{clip(found.client.name, 60)} has no case. Open one with: start {clip(found.client.name, 60)}.")
    return found


MOST_NAMED = 5
"""How many of a person's cases are named where one has to be said."""


async def own_cases(turn: Turn) -> Sequence[Case]:
    """The open cases of this person, the riskiest first."""
    query = select(Case).where(Case.owner_id == turn.person.id, Case.closed_at.is_(None))
    return (await turn.db.scalars(query.order_by(Case.risk.desc(), Case.id).limit(MOST_NAMED))).all()


async def _named_cases(turn: Turn, mine: Sequence[Case]) -> str:
    """'SAL-1 (Acme), SAL-3 (Bolt)'; a confidential case is not named, since others may read along."""
    seen = [case for case in mine if not case.confidential]
    named = [f"SAL-{c.number} ({clip((await turn.db.get_one(Client, c.client_id)).name, 40)})" for c in seen]
    return ", ".join(named) or "SAL-1"


_LITTLE = {
    "the",
    "they",
    "their",
    "we",
    "our",
    "he",
    "she",
    "his",
    "her",
    "it",
    "i",
    "is",
    "are",
    "was",
    "were",
    "has",
    "have",
    "had",
    "because",
    "says",
    "said",
    "wants",
    "got",
    "a",
    "an",
    "this",
    "that",
    "there",
    "no",
    "not",
    "nobody",
    "my",
    "who",
    "when",
    "after",
    "since",
    "today",
    "yesterday",
    "just",
    "wont",
    "won't",
    "hates",
    "hate",
    "threatens",
    "complains",
    "complained",
    "feels",
    "keeps",
    "never",
}


_WHO = frozenset({"she", "he", "they", "we", "i"})
"""Who does something in a sentence."""


async def client_and_story(turn: Turn, words: str) -> tuple[str, str]:
    """The client's name and what happened: a known name, quotes, a colon or a dash tell them apart."""
    if not words.strip():
        return "", ""
    in_quotes = quoted(words)
    if in_quotes is not None:
        return in_quotes
    found = await clients.starts_with(turn, words)
    if found is not None and not _longer_name(words, found[1]):
        return found[0].name, found[1]
    apart = _SET_APART.match(words)
    if apart and len(apart.group(1).split()) <= 8:
        return apart.group(1).strip(), apart.group(2).strip()
    return _name_then_sentence(words)


def _longer_name(words: str, rest: str) -> bool:
    """Whether a known name goes on: 'Acme Nordic GmbH' is no news about Acme."""
    more = rest.split()
    if not more or len(more) > 3 or not words.endswith(rest) or words[: -len(rest)].rstrip().endswith((":", "-", "–")):
        return False
    return all(w.strip(",.").casefold() in _FIRMS or (w[0].isupper() and w.casefold() not in _LITTLE) for w in more)


_FIRMS = frozenset({
    "ltd", "limited", "inc", "llc", "plc", "corp", "co", "gmbh", "ag", "kg", "ug", "se", "sa", "sas", "sarl",
    "bv", "nv", "ab", "as", "oy", "srl", "spa", "pty",
})  # fmt: skip
"""What firms end their names with."""

ASKING = frozenset({
    "who", "what", "how", "why", "when", "where", "which", "can", "could", "do", "does", "did", "is", "are",
    "should", "shall", "would", "will", "help",
})  # fmt: skip
"""What a question to the coach begins with; nobody's client is called so."""


def name_and_sentence(words: str, least: int = 2) -> tuple[str, str]:
    """'Northwind is furious': a name, and a sentence of at least so many words; ('', '') where there is none."""
    tokens = words.split()
    if not tokens or tokens[0].casefold().strip("?!.,") in ASKING | _LITTLE:
        return "", ""
    for n, token in enumerate(tokens[1:6], 1):
        if token.casefold().strip(",.;") in _LITTLE and len(tokens) - n >= least:
            joint = difflib.get_close_matches(tokens[n - 1].casefold(), ["because", "that", "says"], 1, 0.75)
            name = tokens[: n - 1] if joint and n > 1 else tokens[:n]
            return " ".join(name).rstrip(",;"), " ".join(tokens[n:])
    return "", ""


def _name_then_sentence(words: str) -> tuple[str, str]:
    """'Acme they are furious about the delay': the name ends where a plain sentence of four words or more begins.

    'Acme she screams' is two words after a name already, since no name holds a small 'she'.
    """
    name, sentence = name_and_sentence(words, least=4)
    if name:
        return name, sentence
    tokens = words.split()
    for n, token in enumerate(tokens[1:5], 1):
        if len(tokens) - n >= 2 and (token in _WHO or (words.isupper() and token.casefold() in _WHO)):
            return " ".join(tokens[:n]).rstrip(",;"), " ".join(tokens[n:])
    return words.strip(), ""


async def colleague(turn: Turn, name: str) -> Person:
    """The colleague a name means; raises NotFound where it means nobody or several."""
    if folded(name) in ("me", "myself"):
        return turn.person
    rows = await people.by_name(turn.db, turn.workspace, name)
    if not rows:
        raise NotFound(
            f"I don't know anyone in the team called {clip(name, 60)}. A case can only go to a colleague; "
            "ask them to say hello to me first."
        )
    if len(rows) > 1:
        raise NotFound(f"More than one colleague fits {clip(name, 60)}. Type the full name.")
    return rows[0]


def number(words: str, which: str) -> int:
    """The number a button's command carries; ``which`` is the sentence said where there is none."""
    if not words.strip().lstrip("#").isdecimal():
        raise Refusal(which)
    return int(words.strip().lstrip("#")[:12])
