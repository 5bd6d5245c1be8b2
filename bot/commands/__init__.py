"""The words people type: finding the command in them, or the client, or the story."""

from __future__ import annotations

import difflib
import re

from bot.commands.about import CASE, WhichCase, about, the_open_case
from bot.commands.cases import kind_first, show_case
from bot.commands.table import ALSO, BARE, BY_NAME, COMMANDS, Command
from bot.errors import Refusal
from bot.services import cases, clients
from bot.services.people import folded
from bot.services.turn import Begin, Result, Turn, offer, shown, told
from bot.view import Actions, card, clip, say

__all__ = ["COMMANDS", "Command", "bare", "run", "split", "surely"]


THANKS = {
    "thanks",
    "thanks a lot",
    "many thanks",
    "thank you",
    "thank you very much",
    "thanks so much",
    "thx",
    "ta",
    "cheers",
}
"""Polite words that ask for nothing, and change nothing."""


def is_thanks(words: str) -> bool:
    """Whether words only thank."""
    return folded(words).strip(" .,!") in THANKS


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


async def surely(turn: Turn, words: str, *, free_text: bool) -> bool:
    """Whether words typed into an open question are a command for certain, and no answer to it."""
    if not words:
        return False
    command, rest = split(words)
    if command is None and not free_text:
        return bool(CASE.fullmatch(words)) or is_thanks(words) or await _is_client(turn, words)
    if command is None or words.split()[0].casefold() in ALSO:
        return False
    if not rest:
        return command.name in BARE or (command.shown and not free_text)
    if not free_text:
        return True
    if command.name in ("start", "check") or len(words) > 400:
        return False
    kind, after = kind_first(rest) if command.name == "draft" else (None, rest)
    if kind is not None and not after:
        return True
    try:
        await about(turn, after)
    except WhichCase:
        return True
    except Refusal:
        return False
    return True


async def run(turn: Turn, words: str) -> Result:
    """Carry out a command, show a client or case named alone, or say what is near.

    Where a client has several open cases, the person is asked which one is meant, and the same words run again.
    """
    try:
        return await _run(turn, words)
    except WhichCase as several:
        return Result(begin=Begin("which", {"command": words, "client_id": several.client_id}))


async def _run(turn: Turn, words: str) -> Result:
    command, rest = split(words)
    if command is not None and not (await _is_client(turn, words) and command.name not in BARE):
        return await command.run(turn, rest)
    return await _named(turn, words)


async def _is_client(turn: Turn, words: str) -> bool:
    return len(words) <= clients.LONGEST_NAME and await clients.exact(turn, words) is not None


async def _named(turn: Turn, words: str) -> Result:
    """A case by number, a client by name; else a story to be told, or a word that is nearly a command."""
    by_number = CASE.match(words)
    if by_number and not words[by_number.end() :].strip():
        return await show_case(turn, await cases.by_number(turn, int(by_number.group(1))))
    client = await clients.exact(turn, words)
    if client is None and is_thanks(words):
        return told("Any time.")
    if client is not None:
        case = await the_open_case(turn, client)
        if case is not None:
            await cases.allow(turn, case)
            return await show_case(turn, case)
        return told(f"{client.name} has no open case.", offer("Start one", f"start {client.name}"))
    nearest = difflib.get_close_matches(folded(words.split()[0]), [c.name for c in COMMANDS if c.shown], 1, 0.7)
    if nearest and len(words.split()) <= 6:
        rest = " ".join(words.split()[1:])
        meant = f"{nearest[0]} {rest}".strip()
        return told(
            f"I don't know “{clip(words.split()[0], 40)}”. Did you mean {nearest[0]}?",
            offer(f"Yes, {nearest[0]}", meant),
            offer("Help", "help"),
        )
    if len(words.split()) >= 6 or len(words) > clients.LONGEST_NAME:
        return Result(begin=Begin("diagnose", {"story": "", "told": words}))
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
