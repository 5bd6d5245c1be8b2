"""What was shown in the local places, and adapters' small records, kept in the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.ports import Clock, LocalMessage
from bot.storage.database import Database
from bot.storage.inserting import dialect_of
from bot.storage.tables import LocalRow, Note
from bot.view import Card, card_from_json, to_json

MOST = 500
"""Messages given at a time; a page that was away longer begins with the newest of them."""

_ONE_AT_A_TIME = 7_252_581
"""PostgreSQL's advisory lock of whoever gives out a mark; any number that nobody else uses."""


class StoredLog:
    """A :class:`bot.ports.LocalLog` in the database; ``mark`` grows with every addition and change."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock

    async def append(self, place: str, to: str, card: Card, *, author: str = "", key: str = "") -> int:
        """Add a message; gives its id. The same ``key`` is added once."""
        async with self.database.begin() as db:
            if key:
                known = await db.scalar(select(LocalRow.id).where(LocalRow.key == key))
                if known is not None:
                    return known
            row = LocalRow(
                mark=await _next_mark(db),
                place=place,
                to=to,
                author=author,
                key=key or None,
                card=to_json(card),
                at=self.clock.now(),
            )
            db.add(row)
            await db.flush()
            return row.id

    async def replace(self, message: int, card: Card) -> None:
        """Change a message."""
        async with self.database.begin() as db:
            row = await db.get(LocalRow, message)
            if row is not None:
                row.card, row.mark = to_json(card), await _next_mark(db)

    async def find(self, key: str) -> int | None:
        """The id of the message added under a key."""
        async with self.database.reading() as db:
            return await db.scalar(select(LocalRow.id).where(LocalRow.key == key))

    async def mark(self) -> int:
        """Where the log stands now."""
        async with self.database.reading() as db:
            return (await db.scalar(select(func.max(LocalRow.mark)))) or 0

    async def since(self, after: int, *, person: str) -> Sequence[LocalMessage]:
        """Messages changed or added after a mark that this person can read, oldest first; ``id`` is their mark."""
        query = select(LocalRow).where(LocalRow.mark > after, or_(LocalRow.to == "", LocalRow.to == person))
        async with self.database.reading() as db:
            rows = (await db.scalars(query.order_by(LocalRow.mark.desc()).limit(MOST))).all()
        return [
            LocalMessage(r.id, r.place, r.to, card_from_json(r.card), r.at, r.author, r.mark) for r in reversed(rows)
        ]


async def _next_mark(db: AsyncSession) -> int:
    if dialect_of(db) == "postgresql":
        # Two of one mark would be two of which a reader that has seen one never asks for the other.
        await db.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _ONE_AT_A_TIME})
    return int((await db.scalar(select(func.max(LocalRow.mark)))) or 0) + 1


class StoredNotes:
    """:class:`bot.ports.Notes` in the database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def get(self, kind: str, key: str) -> Mapping[str, Any] | None:
        """A record, or None."""
        async with self.database.reading() as db:
            return await db.scalar(select(Note.value).where(Note.kind == kind, Note.key == key))

    async def put(self, kind: str, key: str, value: Mapping[str, Any]) -> None:
        """Keep a record, in place of an earlier one."""
        async with self.database.begin() as db:
            row = await db.scalar(select(Note).where(Note.kind == kind, Note.key == key).with_for_update())
            if row is None:
                db.add(Note(kind=kind, key=key, value=dict(value)))
            else:
                row.value = dict(value)

    async def drop(self, kind: str, key: str) -> bool:
        """Forget a record; of several who drop it at once, one alone is told True."""
        dropping = delete(Note).where(Note.kind == kind, Note.key == key).returning(Note.id)
        async with self.database.begin() as db:
            return await db.scalar(dropping) is not None

    async def all(self, kind: str, prefix: str = "") -> Mapping[str, Mapping[str, Any]]:
        """The records of a kind whose key begins with ``prefix``, by key."""
        query = select(Note).where(Note.kind == kind, Note.key.startswith(prefix, autoescape=True))
        async with self.database.reading() as db:
            return {row.key: row.value for row in await db.scalars(query)}
