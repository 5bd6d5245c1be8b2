"""What must still be shown when Slack has its ack: kept until it is, so that it outlives this process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

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

    async def until(self, showing: asyncio.Task[bool], key: str, place: str, shown: Sequence[Message]) -> None:
        """Keep messages until the task that shows them has done so."""
        kept = [{"text": m.text, "blocks": list(m.blocks)} for m in shown]
        try:
            await self._notes.put(OWED, key, {"place": place, "at": self._now(), "messages": kept})
        except Exception:  # it is being shown all the same
            log.exception("slack.owed_not_kept")
            return
        self._background.later(self._settle(showing, key))

    async def _settle(self, showing: asyncio.Task[bool], key: str) -> None:
        if await showing:
            await self._notes.drop(OWED, key)

    async def pay(self) -> None:
        """Show what a process that died, or a Slack that was away, left unshown."""
        for key in await self._notes.all(OWED):
            note = await self._notes.get(OWED, key)
            if note is None or self._now() - float(note["at"]) < GRACE:
                continue
            await self._notes.put(OWED, key, {**note, "at": self._now()})  # so that no other process shows it as well
            try:
                shown = [Message(m["text"], tuple(m["blocks"])) for m in note["messages"]]
                await self._messenger.post(note["place"], shown)
            except Undeliverable as never:
                log.info("slack.owed_dropped", because=never.reason)
            except UNSENT as no:
                log.info("slack.owed_later", because=why(no))
                continue
            await self._notes.drop(OWED, key)

    async def keep_paying(self) -> None:
        """Pay at once and then every minute."""
        while True:
            try:
                await self.pay()
            except Exception:
                log.exception("slack.owed_failed")
            await asyncio.sleep(GRACE)
