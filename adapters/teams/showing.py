"""Putting a reply before a person: in their private chat, or where they are; patiently where Teams is busy."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import ParamSpec

import structlog

from adapters.teams import answers
from adapters.teams.client import TeamsMessenger, message_pages
from adapters.teams.parse import Turn
from bot.errors import TryLater, Undeliverable
from bot.view import Card, card

log = structlog.get_logger()
P = ParamSpec("P")

TRIES = 5
LONGEST_PAUSE = 30.0
"""Seconds between two tries, whatever Teams asks for: somebody is waiting."""


class Showing:
    """Shows what a turn answered."""

    def __init__(self, messenger: TeamsMessenger) -> None:
        self._messenger = messenger

    async def show(self, turn: Turn, shown: answers.Shown) -> None:
        """Post a reply; what cannot reach the person is said where they are."""
        key = turn.inbound.event
        try:
            for n, own in enumerate(shown.private):
                await _patiently(self._messenger.send, turn.inbound.who.private.key, own, key=f"{key}:{n}")
            await self.here(turn, shown.here)
        except Undeliverable as never:
            log.warning("teams.reply_undeliverable", reason=never.reason)
            if shown.private and turn.reference.scope != "personal":
                await self.here(turn, (card(answers.NO_CHAT),))
        except TryLater:
            log.warning("teams.reply_given_up")

    async def here(self, turn: Turn, cards: tuple[Card, ...]) -> None:
        """Post cards in the conversation the turn came from; for the person alone where they spoke for themselves."""
        query = {"isTargetedActivity": "true"} if turn.targeted and turn.reference.scope != "personal" else None
        for page in (page for shows in cards for page in message_pages(shows)):
            addressed = {**page, "recipient": {"id": turn.user}} if query else page
            await _patiently(self._messenger.reply, turn.reference, [addressed], query)


async def _patiently(send: Callable[P, Awaitable[object]], *args: P.args, **named: P.kwargs) -> None:
    """Send, and where Teams is busy wait as long as it asks for, a few times."""
    for tried in range(1, TRIES + 1):
        try:
            await send(*args, **named)
            return
        except TryLater as busy:
            if tried == TRIES:
                raise
            await asyncio.sleep(min(busy.after + 0.1, LONGEST_PAUSE))
