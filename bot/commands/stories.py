"""A story, or news, typed without a command: whose it seems to be, and what is offered to do with it."""

from __future__ import annotations

import re

from bot.commands.about import name_and_sentence, named_within, the_open_case
from bot.services import clients
from bot.services.turn import Begin, Result, Turn, offer, told
from bot.storage.tables import Case, Client
from bot.view import clip

WHOM = {"them", "him", "her", "us", "me", "you", "it", "everyone"}
"""No name ends in one of these: 'Tell them the day we know' names no client."""

OUR_CLIENT = re.compile(r"(?:(?:one of )?(?:our|my|the) )?(?:clients?|customers?) (?-i:(?=[A-Z0-9]))", re.IGNORECASE)
"""What may stand before a client's name."""

LONGEST_BUTTON = 800
"""So many characters of what was told fit behind a button on every platform."""

THEY = {"they", "she", "he", "we", "their", "our", "my", "nobody", "somebody"}
"""What a sentence about a client begins with, and no client's name of three words or more."""

SOMEBODY_KNOWN = re.compile(r"(?:she|he|they|it|i)(?:['’](?:s|re|ve|d|ll|m))? .+", re.IGNORECASE | re.DOTALL)
"""News of whom one has just been talking about: 'it's fixed', 'they replied'."""

NEWS_WORDS = 5
"""So few words are news of the only case, and not the beginning of another story."""


async def whose(turn: Turn, words: str) -> dict[str, str]:
    """The client a story begins with where it is known; else the name it seems to begin with, as a guess."""
    known = await clients.starts_with(turn, words)
    if known is not None:
        return {"client": known[0].name}
    within = await named_within(turn, words)
    if within is not None:
        return {"guess": within.name}
    name, _ = name_and_sentence(OUR_CLIENT.sub("", words))
    parts = name.split()
    named = parts and parts[0][0].isupper() and len(parts) <= 3 and parts[-1].casefold() not in WHOM
    return {"guess": name} if named else {}


async def told_in_short(turn: Turn, name: str, words: str) -> Result:
    """'Acme is furious': offered as news of an open case, or as the start of one."""
    known = await clients.exact(turn, name)
    case = await the_open_case(turn, known, any_case=True) if known is not None else None
    if known is not None and case is not None:
        return told(
            f"Shall I keep that as news of {known.name}?",
            offer("Keep it", f"log {known.name} {words}"),
            offer("Next step", f"next {known.name}"),
            offer("A new trouble", f"start {known.name}: {words}"),
        )
    who = known.name if known is not None else name
    return told(
        f"{clip(who, 60)} has no open case yet. Shall I open one with these words?",
        offer(f"Start a case for {clip(who, 40)}", f"start {who}: {words}"),
        offer("Help", "help"),
    )


async def news_of(turn: Turn, case: Case, words: str) -> Result:
    """'SAL-7: she called': offered as news of that case."""
    if len(words) > LONGEST_BUTTON:
        return Result(begin=Begin("log", {"case": case.number, "words": words}, case.id))
    client = await turn.db.get_one(Client, case.client_id)
    return told(
        f"Shall I keep that as news of {clip(client.name, 60)} (SAL-{case.number})?",
        offer("Keep it", f"log SAL-{case.number} {words}"),
        offer("Next step", f"next SAL-{case.number}"),
    )
