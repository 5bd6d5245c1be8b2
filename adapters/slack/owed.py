"""What must still be shown when Slack has its ack: kept until it is, so that it outlives this process.

The order is the outbox's: kept, claimed, shown, forgotten, and what is shown is struck off one by one. Two processes
that are alive never show the same words. Of one that dies, its last message may be shown twice; none is lost.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog

from adapters.slack.asking import UNSENT, why
from adapters.slack.background import Background
from adapters.slack.client import SlackMessenger
from adapters.slack.render import Message
from bot.errors import Undeliverable
from bot.ports import Notes

log = structlog.get_logger()

OWED = "slack_owed"
GRACE = 60.0
"""Seconds in which whoever owes it shows it; after them it is taken to be dead, and anybody does."""


class Owing:
    """Messages for one person's private chat that are shown one after the other; what is kept is what is ``left``.

    ``instead_of`` is the key of the record whose claimed copy this is.
    """

    def __init__(
        self, notes: Notes, now: Callable[[], float], key: str, place: str, shown: Sequence[Message], of: str = ""
    ) -> None:
        self.key = key
        self.place = place
        self.left = deque(shown)
        self._notes = notes
        self._now = now
        self._of = of
        self._kept = False
        self._one_at_a_time = asyncio.Lock()

    async def keep(self) -> bool:
        """Keep what is left, from now on also while it shrinks; False where somebody else shows it."""
        async with self._one_at_a_time:
            if not self.left:
                return True
            if self._kept and await self._notes.get(OWED, self.key) is None:
                return False
            rest = [{"text": m.text, "blocks": list(m.blocks)} for m in self.left]
            note = {"place": self.place, "at": self._now(), "messages": rest}
            await self._notes.put(OWED, self.key, {**note, "of": self._of} if self._of else note)
            self._kept = True
            return True

    async def shown(self) -> bool:
        """The first of what was left is shown; False where somebody else shows the rest."""
        self.left.popleft()
        async with self._one_at_a_time:
            kept = self._kept
        if not kept:
            return True
        try:
            if self.left:
                return await self.keep()
            await self.forget()
        except Exception:  # it is being shown all the same
            log.exception("slack.owed_not_kept")
        return True

    async def forget(self) -> None:
        """Keep it no longer."""
        await self._notes.drop(OWED, self.key)


class Owed:
    """Messages for one person's private chat, by the event they answer."""

    def __init__(
        self,
        notes: Notes,
        messenger: SlackMessenger,
        behind: Background,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._notes = notes
        self._messenger = messenger
        self._background = behind
        self._now = now

    def owing(self, key: str, place: str, shown: Sequence[Message], *, of: str = "") -> Owing:
        """Messages that are about to be shown; nothing is kept yet."""
        return Owing(self._notes, self._now, key, place, shown, of)

    async def show(self, owing: Owing) -> None:
        """Show what is left, in the private chat it is for."""
        while owing.left:
            await self._messenger.post(owing.place, [owing.left[0]])
            if not await owing.shown():
                return

    async def until(self, showing: asyncio.Task[bool], owing: Owing) -> None:
        """Keep what is left until the task that shows it has done so."""
        try:
            await owing.keep()
        except Exception:  # it is being shown all the same
            log.exception("slack.owed_not_kept")
            return
        self._background.later(self._held(showing, owing))

    async def _held(self, showing: asyncio.Task[bool], owing: Owing) -> None:
        """Say from time to time that somebody is still at it: a slow Slack may take longer than the grace."""
        while not (await asyncio.wait([showing], timeout=GRACE / 3))[0]:
            await owing.keep()

    async def pay(self) -> None:
        """Show what a process that died, or a Slack that was away, left unshown."""
        owed = await self._notes.all(OWED)
        for key in owed:
            note = await self._notes.get(OWED, key)
            if note is None or self._now() - float(note["at"]) < GRACE or note.get("of") in owed:
                continue
            owing = await self._claimed(key, note)
            if owing is not None:
                await self._paid(owing)

    async def _claimed(self, key: str, note: Mapping[str, Any]) -> Owing | None:
        """A record as this process's own; None where another was first.

        A copy is kept before the record is dropped, so that dying in between loses nothing, and whoever's drop
        succeeds shows its copy. A copy whose record is still there is nobody's: it goes with the record.
        """
        event = key.partition("~")[0]
        shown = [Message(m["text"], tuple(m["blocks"])) for m in note["messages"]]
        mine = self.owing(f"{event}~{uuid.uuid4().hex}", note["place"], shown, of=key)
        await mine.keep()
        if not await self._notes.drop(OWED, key):
            await mine.forget()
            return None
        for other, copy in (await self._notes.all(OWED, f"{event}~")).items():
            if other != mine.key and copy.get("of") == key:
                await self._notes.drop(OWED, other)
        return mine

    async def _paid(self, owing: Owing) -> None:
        showing = self._background.later(self._settled(owing))
        self._background.later(self._held(showing, owing))
        await asyncio.shield(showing)

    async def _settled(self, owing: Owing) -> None:
        try:
            await self.show(owing)
        except Undeliverable as never:
            log.info("slack.owed_dropped", because=never.reason)
            await owing.forget()
        except UNSENT as no:
            log.info("slack.owed_later", because=why(no))

    async def keep_paying(self) -> None:
        """Pay at once and then every minute."""
        while True:
            try:
                await self.pay()
            except Exception:
                log.exception("slack.owed_failed")
            await asyncio.sleep(GRACE)
