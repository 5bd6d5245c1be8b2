"""``salvage export``: a workspace as JSON lines, a header first, then each row with the table it is of."""

from __future__ import annotations

from collections.abc import AsyncIterator

from sqlalchemy import func, select

from bot.data.opening import reading
from bot.data.records import FORMAT, line_of, to_line
from bot.data.scope import TABLES, Space, of_workspace
from bot.storage.database import Database
from bot.storage.migrate import newest

AT_ONCE = 500


async def exported(database: Database, space: Space) -> AsyncIterator[bytes]:
    """A workspace's export as it was at one instant, whole lines at a time; memory does not grow with it."""
    async with reading(database) as connection:
        counts = {}
        for table in TABLES:
            query = select(func.count()).select_from(table).where(of_workspace(table, space))
            counts[table.name] = await connection.scalar(query) or 0
        yield line_of(
            {
                "salvage": "export",
                "format": FORMAT,
                "revision": newest(),
                "workspace": space.keys,
                "counts": counts,
            }
        )
        for table in TABLES:
            query = select(table).where(of_workspace(table, space)).order_by(table.c.id)
            rows = await connection.stream(query.execution_options(yield_per=AT_ONCE))
            async for part in rows.mappings().partitions():
                yield b"".join(to_line(table, row) for row in part)
