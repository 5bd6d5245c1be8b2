"""The words people type: finding the command in them, or the client, or the story."""

from __future__ import annotations

import difflib
import re
from dataclasses import replace

from bot.commands.about import (
    CASE,
    NoCase,
    WhichCase,
    about,
    name_and_sentence,
    named_within,
    own_cases,
    quoted,
    the_open_case,
)
from bot.commands.buttons import ABOUT_THE_TALK, OF_COMMANDS
from bot.commands.cases import kind_first, show_case
from bot.commands.passing import (
    answers_nothing,
    asked_to_see,
    asked_to_write,
    asks_who_is_at_risk,
    has_spoken,
    is_button,
    is_puzzled,
    is_thanks,
    phrase,
    plain,
)
from bot.commands.stories import LONGEST_BUTTON, NEWS_WORDS, SOMEBODY_KNOWN, THEY, WHOM, news_of, told_in_short, whose
from bot.commands.table import ALSO, BARE, BY_NAME, COMMANDS, Command
from bot.errors import Refusal
from bot.services import cases, clients
from bot.services.people import folded
from bot.services.turn import Begin, Result, Turn, offer, shown, told
from bot.view import Actions, card, clip, say

__all__ = [
    "COMMANDS",
    "LONGEST_BUTTON",
    "Command",
    "NoCase",
    "answers_nothing",
    "bare",
    "is_of_the_talk",
    "is_puzzled",
    "names_one",
    "plain",
    "run",
    "split",
    "surely",
    "wanted_of",
]

_FEW = r"(?!.*\b(?:learn\w*|learnt|from|for|the|we|that|this|was|were|is|are|and|to|of)\b)[^\n.!:;]{1,60}"
_NUMBER = r"#?\d{1,9}"
_LETTER = r"(?:hi|hello|hey|dear|good (?:morning|afternoon|evening))\b.+"

SHAPES = {
    "start": re.compile(r"(?!)"),
    "check": re.compile(rf"[\"“„].+[\"”]|{_LETTER}", re.DOTALL | re.IGNORECASE),
    "lessons": re.compile(rf"(?!(?:\S+\s+){{4}}){_FEW}", re.IGNORECASE),
    "summary": re.compile(r"csv|\d{1,4}", re.IGNORECASE),
    "digest": re.compile(r"(?:off|weekly|biweekly|monthly|on \w+day)\b.*", re.IGNORECASE),
    "zone": re.compile(r"\w+/\w+|[A-Z]\w+(?: [A-Z]\w+)?"),
    "hours": re.compile(r"\d{1,2}[:.]\d{2}\s*(?:to|-|–)\s*\d.*"),
    "role": re.compile(r"(?:\S+\s){1,3}(?:member|manager|admin)", re.IGNORECASE),
    "limit": re.compile(r"(?:member|manager|admin)\s.*\d.*", re.IGNORECASE),
    "reminder": re.compile(rf"{_NUMBER}(?:\s.{{1,40}})?"),
    "snooze": re.compile(rf"{_NUMBER}(?:\s.{{1,40}})?"),
    **dict.fromkeys(("skip", "pause", "resume", "kept", "broken", "slip", "approve", "decline"), re.compile(_NUMBER)),
}
"""What follows the word of a command about no client where free words are asked for; anything else is an answer."""

ALONE = {"waiting", "answered", "offer", "people", "decide", "close", "call", "take", "override"}
"""Commands that take a client and nothing more."""

OF_A_CLIENT = ALONE | {
    "start", "next", "draft", "log", "promise", "remind", "waiting", "answered", "edit", "ask", "handover", "person",
}  # fmt: skip
"""Commands that name a client first."""

OF_ANY_CLIENT = {"promise", "people", "person"}
"""Those of them for which a client needs no case."""

NO_NAMES = {"draft", "edit", "remind", "handover", "decide", "waiting", "answered", "override"}
"""Words that are no answer to a question for one line, such as one for a name."""

A_CALL = "in_person_or_phone"
"""The play that is done by who says that they called."""

NO_QUESTION = "No question of mine is open here. Tell me what happened with a client, or type the client's name."


def bare(text: str) -> str:
    """A command without its slash word."""
    return (
        re.sub(r"^\s*/(?:salvage\b)?\s*", "", text, count=1).strip() if text.lstrip().startswith("/") else text.strip()
    )


def split(words: str) -> tuple[Command | None, str]:
    """The command a text begins with, and what follows it."""
    parts = words.strip().split(None, 1)
    if not parts:
        return BY_NAME["home"], ""
    name = parts[0].casefold().rstrip(":,")
    command = BY_NAME.get(ALSO.get(name, name))
    return command, parts[1].strip() if len(parts) > 1 else ""


async def surely(turn: Turn, words: str, kind: str, *, one_line: bool = False) -> bool:
    """Whether words typed into an open question of that kind are a command for certain, and no answer to it.

    A question for one line asks for no story, so that one can be begun in its place. A day that does not fit is no
    command either, though it may begin like one: 'next Friday'.
    """
    free_text = kind == "text"
    if not words or (is_button(words) and (free_text or plain(words) not in OF_COMMANDS)):
        return False
    if asks_who_is_at_risk(words):
        return True
    command, rest = split(words)
    if command is None and not free_text:
        return is_thanks(words) or await names_one(turn, words) or await _to_write(turn, words) is not None
    if command is None or words.split()[0].casefold() in ALSO:
        return False
    if not rest:
        return command.name in BARE or (command.shown and not free_text) or (one_line and command.name in NO_NAMES)
    if not free_text and kind != "date":
        return True
    if command.name in SHAPES:
        begun = command.name == "start" and (one_line or not free_text)
        return begun or SHAPES[command.name].fullmatch(rest) is not None
    return len(words) <= 400 and await _about_a_client(turn, command, rest)


async def _about_a_client(turn: Turn, command: Command, rest: str) -> bool:
    """Whether what follows a command's word names a client or case, as that command takes it.

    'Call Acme every Thursday until it is fixed' is what somebody will do, since ``call`` takes a client alone.
    """
    kind, after = kind_first(rest) if command.name == "draft" else (None, rest)
    if kind is not None and not after:
        return True
    try:
        found = await about(turn, after)
    except WhichCase:
        return True
    except Refusal:
        return False
    return not found.rest or command.name not in ALONE


def wanted_of(words: str, name: str, *, known: bool) -> str | None:
    """The command that words ask for about the client of that name, whose case is not open; None where they are none.

    ``known`` says that the client itself is known, so that some commands can be carried out already.
    """
    to_write = asked_to_write(bare(words))
    command, rest = (BY_NAME["draft"], to_write) if to_write else split(bare(words))
    if command is None or command.name not in OF_A_CLIENT or (known and command.name in OF_ANY_CLIENT):
        return None
    if command.name == "draft":
        rest = kind_first(rest)[1]
    in_quotes = quoted(rest)
    if in_quotes is not None:
        whom, after = in_quotes
    else:
        size = len(name.split())
        whom, after = " ".join(rest.split()[:size]).rstrip(":,"), " ".join(rest.split()[size:])
    if folded(whom) != folded(name) or (after and command.name in ALONE | {"start"}):
        return None
    return command.name


def is_of_the_talk(words: str) -> bool:
    """Whether words are those of a button that answers no question for free words: 'Keep open', 'Colder'."""
    return plain(words) in ABOUT_THE_TALK


async def names_one(turn: Turn, words: str) -> bool:
    """Whether words are a case's number, or a client's name, and nothing else; or ask to see one."""
    return any([bool(CASE.fullmatch(w)) or await _is_client(turn, w) for w in (words, asked_to_see(words)) if w])


async def run(turn: Turn, words: str) -> Result:
    """Carry out a command, show a client or case named alone, or say what is near.

    Where a client has several open cases, the person is asked which one is meant, and the same words run again.
    """
    try:
        return await _run(turn, words)
    except WhichCase as several:
        return Result(begin=Begin("which", {"command": words, "client_id": several.client_id}))


async def _run(turn: Turn, words: str) -> Result:
    draft = await _to_write(turn, words)
    if draft is not None:
        return await BY_NAME["draft"].run(turn, draft)
    command, rest = split(words)
    if (
        command is not None
        and not is_button(words)
        and not (command.name not in BARE and await _is_client(turn, words))
    ):
        return await command.run(turn, rest)
    return await _seen(turn, words) or await _named(turn, words)


async def _to_write(turn: Turn, words: str) -> str | None:
    """The kind and client of the draft that words ask for, in place of the command; None where they ask for none."""
    what = asked_to_write(words) if len(words) <= LONGEST_BUTTON and split(words)[0] is not BY_NAME["draft"] else ""
    if not what:
        return None
    kind, whom = kind_first(what)
    client = await named_within(turn, what)
    if kind is None and client is None:
        return None
    if kind is not None and client is None and whom.split()[:1] in ([w] for w in WHOM):
        whom = ""
    return f"{kind.value if kind else ''} {client.name if client else whom}".strip()


async def _seen(turn: Turn, words: str) -> Result | None:
    """What words ask to see: a client, a case or a list; None where they ask for none of these."""
    what = asked_to_see(words)
    command, rest = split(what)
    if what and command is not None and command.name in BARE and not rest:
        return await command.run(turn, "")
    return await _named(turn, what) if what and await names_one(turn, what) else None


async def _is_client(turn: Turn, words: str) -> bool:
    return len(words) <= clients.LONGEST_NAME and await clients.exact(turn, words) is not None


async def _named(turn: Turn, words: str) -> Result:
    """A case by number, a client by name; else a story to be told, or a word that is nearly a command."""
    by_number = CASE.match(words)
    if by_number and not words[by_number.end() :].strip():
        return await show_case(turn, await cases.by_number(turn, int(by_number.group(1))))
    if by_number:
        return await news_of(turn, await cases.by_number(turn, int(by_number.group(1))), words[by_number.end() :])
    client = await clients.exact(turn, words)
    if client is None and is_thanks(words):
        return told("Any time.")
    if client is None and has_spoken(words):
        found = await BY_NAME["log"].run(turn, "")
        return replace(found, begin=found.begin and replace(found.begin, args={**found.begin.args, "play": A_CALL}))
    if client is None and phrase(words):
        return await BY_NAME[phrase(words)].run(turn, "")
    if client is None and answers_nothing(words):
        return told(NO_QUESTION, offer("What needs me today", "home"), offer("Help", "help"))
    if client is not None:
        case = await the_open_case(turn, client)
        if case is not None:
            await cases.allow(turn, case)
            return await show_case(turn, case)
        return told(f"{client.name} has no open case.", offer("Start one", f"start {client.name}"))
    spoken_of = SOMEBODY_KNOWN.fullmatch(words) is not None and len(words.split()) <= NEWS_WORDS
    mine = await own_cases(turn) if spoken_of else ()
    if len(mine) == 1 and not mine[0].confidential:  # others may read along where nobody has named the client
        return await news_of(turn, mine[0], words)
    of_them = spoken_of or (folded(words).split()[0] in THEY and len(words.split()) >= 3)
    nearest = difflib.get_close_matches(folded(words.split()[0]), [c.name for c in COMMANDS if c.shown], 1, 0.7)
    if nearest and not of_them and len(words.split()) <= 6:
        rest = " ".join(words.split()[1:])
        meant = f"{nearest[0]} {rest}".strip()
        return told(
            f"I don't know “{clip(words.split()[0], 40)}”. Did you mean {nearest[0]}?",
            offer(f"Yes, {nearest[0]}", meant),
            offer("Help", "help"),
        )
    if of_them or len(words.split()) >= 6 or len(words) > clients.LONGEST_NAME:
        return Result(begin=Begin("diagnose", {"story": "", "told": words, **await whose(turn, words)}))
    name, sentence = name_and_sentence(words)
    if sentence:
        return await told_in_short(turn, name, words)
    alike = await clients.near(turn, words)
    if alike:
        return shown(
            card(
                say("I don't know **{name}**. Did you mean one of these?", name=clip(words, 80)),
                Actions((*(offer(clip(c.name, 60), c.name) for c in alike), offer("A new client", f"start {words}"))),
            )
        )
    return told(
        f"I don't know a client called {clip(words, 80).rstrip('.,!?')}.",
        offer(f"Start a case for {clip(words, 40)}", f"start {words}"),
        offer("Help", "help"),
    )
