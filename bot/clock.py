"""The time: real, or moved forward by somebody at the local tools; the shift is kept in the database."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from bot.errors import Refusal
from bot.ports import Notes

_KIND, _KEY = "clock", "shift"


class RealClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        return datetime.now(UTC)

    async def skip(self, span: timedelta) -> None:
        """Refused: other people's messages depend on this clock."""
        raise Refusal("The time is real here, so it can't be skipped. Try it in the browser or the terminal alone.")


class LocalClock:
    """The machine's clock plus a shift; read :meth:`load` once before use, and again for what others made of it."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._setting = asyncio.Lock()
        self.shift = timedelta(0)

    async def load(self) -> bool:
        """Take the shift that is kept; whether another process of the same database has moved it."""
        async with self._setting:
            return await self._take()

    def now(self) -> datetime:
        """The present instant as the local tools see it."""
        return datetime.now(UTC) + self.shift

    async def skip(self, span: timedelta) -> None:
        """Move the clock forward and keep that."""
        if span <= timedelta(0):
            raise Refusal("The clock only goes forward. Try: skip 7 days.")
        async with self._setting:
            await self._take()
            if self.now() + span > datetime(2200, 1, 1, tzinfo=UTC):
                raise Refusal("That is further than I can look. Try: skip 7 days.")
            shift = self.shift + span
            await self._notes.put(_KIND, _KEY, {"seconds": shift.total_seconds()})
            self.shift = shift

    async def _take(self) -> bool:
        kept, before = await self._notes.get(_KIND, _KEY), self.shift
        self.shift = timedelta(seconds=kept["seconds"]) if kept else timedelta(0)
        return self.shift != before
