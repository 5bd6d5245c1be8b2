"""The coach in a terminal: one line of words in, the cards it causes out, and a JSON mode for other programs."""

from __future__ import annotations

import asyncio
import sys
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TextIO

from adapters.terminal.render import message_json, turn_json, words
from bot.ports import Commanded, Conversations, Inbound, LocalLog, LocalMessage, Notes, Place, Reply, Said, Who
from bot.view import Card, card

LONGEST_LINE = 60_000

SEEN = "terminal"
"""The kind of note that keeps how far somebody has read at a terminal."""

MOST_MISSED = 10
"""So many of the private messages that came while nobody sat here are shown, the newest ones."""

AWAY = "While you were away:"


@dataclass
class Terminal:
    """A seat at the terminal; ``drain`` delivers what is due, ``notes`` keep how far was read until the next time."""

    conversations: Conversations
    log: LocalLog
    drain: Callable[[], Awaitable[object]]
    who: Who
    place: Place
    as_json: bool = False
    out: TextIO = sys.stdout
    colour: bool = False
    notes: Notes | None = None
    turns: int = 0
    mark: int = 0

    async def run(self, lines: AsyncIterator[str], offer: Callable[[], Awaitable[Reply]]) -> None:
        """Talk until the input ends; ``offer`` gives the question that was left open."""
        self.mark = await self._caught_up()
        await self._shown(await offer())
        async for line in lines:
            await self.turn(line)

    async def turn(self, line: str) -> None:
        """One line of words, and everything it causes."""
        self.turns += 1
        if len(line) > LONGEST_LINE:
            most = f"{LONGEST_LINE:,} is the most I can take in one line. Nothing was kept; send it in parts."
            await self._shown(Reply((card(f"That is {len(line):,} characters; {most}"),)))
            return
        act = Commanded(line) if line.lstrip().startswith("/") else Said(line)
        inbound = Inbound(f"terminal:{uuid.uuid4()}", self.who, self.place, act)
        await self._shown(await self.conversations.handle(inbound))

    async def _shown(self, reply: Reply) -> None:
        for shows in reply.cards:
            self._show(self.who.name, self.place.name, shows)
        await self.drain()
        for message in await self.log.since(self.mark, person=self.who.key):
            self.mark = max(self.mark, message.mark)
            if not message.author:
                to = self.who.name if message.to else _name(message.place)
                self._show(to, _name(message.place), message.card)
        if self.notes is not None:
            await self.notes.put(SEEN, self.who.key, {"mark": self.mark})
        if self.as_json:
            self._line(turn_json(self.turns))

    def _show(self, to: str, place: str, shows: Card) -> None:
        if self.as_json:
            self._line(message_json(to, place, shows))
            return
        head = "" if place in ("private", self.place.name) else f"— in {place} —\n"
        self._line(f"\n{head}{words(shows, colour=self.colour)}")

    def _line(self, text: str) -> None:
        self.out.write(text + "\n")
        self.out.flush()

    async def _caught_up(self) -> int:
        """Show a person what came privately since they last read or spoke; gives where the log stands.

        Not as JSON: there a start offers the open question and nothing else (the contract of ``--json``).
        """
        messages = await self.log.since(0, person=self.who.key)
        if self.notes is not None and not self.as_json:
            known = await self.notes.get(SEEN, self.who.key)
            said = max((m.mark for m in messages if m.author and m.to == self.who.key), default=0)
            missed = self._to_them(messages, after=max(known["mark"] if known else 0, said))
            if missed:
                self._line(f"\n{AWAY}")
            for message in missed:
                self._show(self.who.name, "private", message.card)
        return max((m.mark for m in messages), default=0)

    def _to_them(self, messages: Sequence[LocalMessage], *, after: int) -> Sequence[LocalMessage]:
        """The newest of what the coach sent to this person alone, in their private chat."""
        mine = [m for m in messages if m.mark > after and m.place == self.who.private.key and not m.author]
        return mine[-MOST_MISSED:]


def _name(place: str) -> str:
    return "private" if place.startswith("@") else place.removeprefix("local:")


async def typed_lines(source: TextIO, prompt: str = "") -> AsyncIterator[str]:
    """Lines as they are typed or piped in, without their ends; bytes that are no text are replaced."""
    while True:
        if prompt:
            sys.stdout.write(prompt)
            sys.stdout.flush()
        line = await asyncio.to_thread(source.readline)
        if not line:
            return
        yield line.rstrip("\r\n")
