"""How fast one conversation is written to; a busy one never holds up another."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable

from adapters.teams import limits
from bot.errors import TryLater

LONGEST_WAIT = 2.0
"""Seconds a send waits for its turn; beyond that the delivery engine is told when to come back."""

_THREADS = 10_000


class Pace:
    """Sliding windows of sends, one set a thread (``limits.SENDS_A_THREAD``)."""

    def __init__(
        self,
        windows: tuple[tuple[int, float], ...] = limits.SENDS_A_THREAD,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._windows = windows
        self._now = now
        self._sleep = sleep
        self._sent: OrderedDict[str, deque[float]] = OrderedDict()
        self._held: dict[str, float] = {}

    async def turn(self, thread: str) -> None:
        """Wait until this thread may be written to; raises TryLater where that is too long."""
        slot = self._reserve(thread)
        wait = slot - self._now()
        if wait > 0:
            await self._sleep(wait)

    def hold(self, thread: str, seconds: float) -> None:
        """Teams asked for quiet in this thread."""
        self._held[thread] = self._now() + seconds

    def _reserve(self, thread: str) -> float:
        """The instant of this send, taken at once so that the next one reckons with it."""
        now = self._now()
        sent = self._sent.setdefault(thread, deque(maxlen=max(n for n, _ in self._windows)))
        slot = max(now, self._held.get(thread, now))
        if sent:
            slot = max(slot, sent[-1])
        for most, span in self._windows:
            if len(sent) >= most:
                slot = max(slot, sent[-most] + span)
        if slot - now > LONGEST_WAIT:
            raise TryLater("Teams takes only so many messages in one conversation.", after=slot - now)
        sent.append(slot)
        self._sent.move_to_end(thread)
        self._forget(now)
        return slot

    def _forget(self, now: float) -> None:
        while len(self._sent) > _THREADS:
            thread, _ = self._sent.popitem(last=False)
            self._held.pop(thread, None)
        if self._held.get(next(iter(self._sent)), now) < now:
            self._held.pop(next(iter(self._sent)), None)
