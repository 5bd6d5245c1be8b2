"""The tables of the delivery engine on PostgreSQL: PgQueuer makes and upgrades its own."""

from __future__ import annotations

from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database


async def install(database: Database) -> None:
    """Make the tables, or bring them up to the installed version of PgQueuer."""
    async with database.engine.connect() as connection:
        queries = await _queries(connection)
        if await queries.schema_is_installed():
            await queries.upgrade()
        else:
            await queries.install()


async def installed(database: Database) -> bool:
    """Whether the tables are there."""
    async with database.engine.connect() as connection:
        return await (await _queries(connection)).has_table("pgqueuer")


async def _queries(connection: AsyncConnection) -> Queries:
    raw = await connection.get_raw_connection()
    assert raw.driver_connection is not None, "a checked-out connection has its driver's"
    return Queries(AsyncpgDriver(raw.driver_connection))
