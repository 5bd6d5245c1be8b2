"""The time: real, or moved forward by somebody at the local tools; the shift is kept in the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from bot.errors import Refusal
from bot.storage.database import Database
from bot.storage.tables import Note

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
    """The machine's clock plus a shift; read :meth:`load` once before use."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.shift = timedelta(0)

    async def load(self) -> None:
        """Take the shift that was kept; another process of the same database may have moved it."""
        async with self.database.begin() as db:
            row = await db.scalar(select(Note).where(Note.kind == _KIND, Note.key == _KEY))
        self.shift = timedelta(seconds=row.value["seconds"]) if row else timedelta(0)

    def now(self) -> datetime:
        """The present instant as the local tools see it."""
        return datetime.now(UTC) + self.shift

    async def skip(self, span: timedelta) -> None:
        """Move the clock forward and keep that."""
        if span <= timedelta(0):
            raise Refusal("The clock only goes forward. Try: skip 7 days.")
        if self.now() + span > datetime(2200, 1, 1, tzinfo=UTC):
            raise Refusal("That is further than I can look. Try: skip 7 days.")
        await self.load()
        self.shift += span
        async with self.database.begin() as db:
            row = await db.scalar(select(Note).where(Note.kind == _KIND, Note.key == _KEY))
            value = {"seconds": self.shift.total_seconds()}
            if row is None:
                db.add(Note(kind=_KIND, key=_KEY, value=value))
            else:
                row.value = value
