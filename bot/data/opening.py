"""What every data command begins with: an open database at this version, and the workspace that was meant."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from bot.config import Settings
from bot.errors import CannotStart, NotFound
from bot.storage import migrate
from bot.storage.database import Database, sqlite_file
from bot.storage.tables import Tenant, Workspace

MOST_NAMED = 20


@contextlib.asynccontextmanager
async def opened(settings: Settings, *, make: bool = False) -> AsyncIterator[Database]:
    """The database, brought up to date on SQLite; a file that isn't there is only made where that is meant."""
    file = sqlite_file(settings.database_url)
    if file is not None and not file.exists() and not make:
        raise CannotStart(f"There is no database at {file}. Name the right one in DATABASE_URL.")
    database = Database(settings.database_url)
    try:
        await migrate.make_ready(database)
        yield database
    finally:
        await database.close()


@contextlib.asynccontextmanager
async def reading(database: Database) -> AsyncIterator[AsyncConnection]:
    """A connection that sees the database as it is at this instant and keeps nobody from writing."""
    async with database.engine.connect() as connection:
        if database.sqlite:
            # The engine begins as a writer; a reader's transaction sees one state too and holds nobody up.
            await connection.exec_driver_sql("COMMIT")
            await connection.exec_driver_sql("BEGIN")
        else:
            await connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield connection


async def forget_what_was_deleted(database: Database) -> None:
    """Empty SQLite's write-ahead log, in which deleted words would stay readable for a while."""
    if database.sqlite:
        async with database.engine.connect() as connection:
            await connection.exec_driver_sql("COMMIT")
            await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            await connection.exec_driver_sql("BEGIN")


async def find_workspace(db: AsyncSession, key: str | None) -> Workspace | None:
    """The workspace of a tenant key, or the only one; None where there is none at all. Raises NotFound."""
    if key is not None:
        found = await db.scalar(
            select(Workspace).join(Tenant, Tenant.workspace_id == Workspace.id).where(Tenant.key == key)
        )
        if found is None and (keys := await tenant_keys(db)):
            raise NotFound(f"There is no workspace {key[:80]}. Name one of: {keys}.")
        return found
    spaces = (await db.scalars(select(Workspace).limit(2))).all()
    if len(spaces) > 1:
        raise NotFound(f"Which workspace? Add --workspace and one of: {await tenant_keys(db)}.")
    return spaces[0] if spaces else None


async def the_workspace(db: AsyncSession, key: str | None) -> Workspace:
    """The workspace that was meant; raises NotFound, with the keys there are."""
    found = await find_workspace(db, key)
    if found is None:
        raise NotFound("There is no workspace yet. One is made when somebody first speaks with the coach.")
    return found


async def tenant_keys(db: AsyncSession) -> str:
    """The keys of every tenant, for a refusal."""
    keys = (await db.scalars(select(Tenant.key).order_by(Tenant.key).limit(MOST_NAMED + 1))).all()
    return ", ".join(keys[:MOST_NAMED]) + (" …" if len(keys) > MOST_NAMED else "")
