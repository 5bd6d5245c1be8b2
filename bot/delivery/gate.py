"""How many messages a process sends at a time, and how that is shared among its lanes."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, field

SLOTS = 128
"""Messages under way at a time in one process."""

LANE = 32
"""Messages of one tenant under way at a time."""


RESERVE = 0.16
"""Seconds' worth of messages that are held beyond those under way: as long as the database takes to give more."""

AT_A_TIME = 16
"""Lanes that start at a time, so that several processes share a crowd."""


@dataclass
class Gate:
    """Slots in the order they are asked for, and a fair number of messages for a lane to hold."""

    slots: int = SLOTS
    lane: int = LANE
    lanes: int = 0
    held: int = 0
    """Messages taken, or asked for, and not yet tried."""
    starting: int = 0
    _slots: asyncio.Semaphore = field(init=False)
    _post: float = RESERVE

    def __post_init__(self) -> None:
        self._slots = asyncio.Semaphore(self.slots)

    def share(self, window: int, mine: int) -> int:
        """How many more messages a lane may take that holds ``mine``.

        All lanes together hold some in reserve, so that a slot never waits for the database, and few, so that a
        newcomer never waits behind a crowd; each may always hold one.
        """
        together = self.slots + self._reserve
        fair = math.ceil(together / max(self.lanes, 1))
        wanted = min(window, fair, self.lane) - mine
        return max(min(wanted, together - self.held), 1 - mine, 0)

    @property
    def _reserve(self) -> int:
        """As much again as is under way; where posts are quick, up to twice as much."""
        return round(self.slots * min(max(RESERVE / max(self._post, 0.001), 1.0), 2.0))

    def took(self, seconds: float) -> None:
        """Learn how long a post takes."""
        self._post += (seconds - self._post) / 16

    @property
    def full(self) -> bool:
        """Whether more lanes would only stand in line here."""
        return self.held + self.starting >= self.slots

    async def __aenter__(self) -> None:
        await self._slots.acquire()

    async def __aexit__(self, *wrong: object) -> None:
        self._slots.release()
