"""How an open page learns at once that there is something new."""

from __future__ import annotations

import asyncio


class Bell:
    """Wakes every open page of this process; whoever adds to the local log rings it.

    A page counts before it reads: ``heard = bell.count``, read the log, ``await bell.wait(heard)``. So nothing
    added between the reading and the waiting is missed. Messages that another process adds are found by looking
    at the log once a second.
    """

    def __init__(self) -> None:
        self.count = 0
        self._changed = asyncio.Event()

    def ring(self) -> None:
        """Say that the log has changed."""
        self.count += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait(self, heard: int, *, at_most: float) -> None:
        """Return once it has rung more than ``heard`` times, or after ``at_most`` seconds."""
        if self.count > heard:
            return
        try:
            async with asyncio.timeout(at_most):
                await self._changed.wait()
        except TimeoutError:
            return
