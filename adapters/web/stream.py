"""Server-sent events: what is new since a mark, for one person, until the page goes away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from time import time

from adapters.web.bell import Bell
from adapters.web.chat import Chat
from adapters.web.places import Seat, places
from adapters.web.render import message_html
from bot.ports import Clock, LocalMessage

LOOK_EVERY = 1.0
"""Seconds between looks at the log when nobody rings: what another process delivers is seen then."""

BREATH_EVERY = 15.0
"""Seconds after which a quiet stream sends a comment, so that a page that left is noticed."""

Write = Callable[[bytes], Awaitable[None]]


class Stream:
    """One page's stream. Every message goes out once, and again when it has changed."""

    def __init__(self, chat: Chat, bell: Bell, clock: Clock, seat: Seat, after: int) -> None:
        self._chat = chat
        self._bell = bell
        self._clock = clock
        self._seat = seat
        self._mark = after
        self._words = {place.key: word for word, place in places(seat.who).items()}
        self._ahead: timedelta | None = None
        self._breath = 0.0

    async def run(self, write: Write) -> None:
        """Write events until writing fails or the task is cancelled."""
        await write(b"retry: 1000\n\n")
        while True:
            heard = self._bell.count
            for event in await self.news():
                await write(event)
            await self._breathe(write)
            await self._bell.wait(heard, at_most=LOOK_EVERY)

    async def news(self) -> list[bytes]:
        """The events due now: changed messages, and the time where the clock was moved."""
        messages = await self._chat.readable(self._seat.who, after=self._mark)
        events = [self._event(m) for m in messages]
        self._mark = max([self._mark, *(m.mark for m in messages)])
        return self._time() + events

    def _event(self, message: LocalMessage) -> bytes:
        told = {
            "id": message.id,
            "place": self._words[message.place],
            "html": message_html(message, self._seat),
            "text": message.card.text[:200],
            "own": bool(message.author),
        }
        return event("message", told, number=message.mark)

    def _time(self) -> list[bytes]:
        now = self._clock.now()
        ahead = now - datetime.fromtimestamp(time(), now.tzinfo)
        if self._ahead is not None and abs(ahead - self._ahead) < timedelta(seconds=5):
            return []
        self._ahead = ahead
        return [event("clock", {"now": now.isoformat()})]

    async def _breathe(self, write: Write) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._breath > BREATH_EVERY:
            self._breath = now
            await write(b": still here\n\n")


def event(name: str, data: object, *, number: int | None = None) -> bytes:
    """One server-sent event; JSON keeps it on a single line."""
    told = f"id: {number}\n" if number is not None else ""
    return f"{told}event: {name}\ndata: {json.dumps(data)}\n\n".encode()
