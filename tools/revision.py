"""Writes a migration from what the tables are now and what the newest migration makes of them.

Run as ``python -m tools.revision "Why the tables change"``.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import Connection, MetaData

from adapters.slack.install import build_tables
from bot.storage import migrate
from bot.storage.database import Database
from bot.storage.tables import Base


def every_table() -> list[MetaData]:
    """The coach's own tables, and those of adapters."""
    adapters = MetaData(naming_convention=Base.metadata.naming_convention)
    build_tables(adapters)
    return [Base.metadata, adapters]


async def write(message: str) -> None:
    """Write the migration that is missing."""
    number = f"{len(migrate.known()) + 1:04d}"
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'empty.db'}")
        if number != "0001":
            await migrate.upgrade(database)
        async with database.engine.begin() as connection:
            await connection.run_sync(_revision, message, number)
        await database.close()


def _revision(connection: Connection, message: str, number: str) -> None:
    settings = migrate.config()
    settings.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    settings.attributes.update(connection=connection, tables=every_table())
    command.revision(settings, message, autogenerate=True, rev_id=number)


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1]))
