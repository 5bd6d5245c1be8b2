"""From SQLite to PostgreSQL: every row copied in one transaction, the counts compared, the numbering carried on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, MetaData, Table, func, insert, inspect, select, text, tuple_
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import CannotStart
from bot.storage import alongside, migrate
from bot.storage.database import Database
from bot.storage.tables import Base

CHUNK = 1_000
"""Rows copied at a time."""

OTHERS_OWN = ("alembic_version", alongside.NAME, "pgqueuer", "sqlite_")
"""Tables that are not data of ours: each database has its own."""


@dataclass(frozen=True)
class Moved:
    """A table and how many rows were copied."""

    table: str
    rows: int


async def move(source: Database, target: Database) -> list[Moved]:
    """Copy everything into an empty database; raises CannotStart, having changed nothing, where that can't be."""
    if not source.sqlite or target.sqlite:
        raise CannotStart("move-to copies from SQLite (DATABASE_URL) to PostgreSQL: salvage move-to postgresql://…")
    if not await migrate.check(source):
        raise CannotStart("The SQLite file is not up to date. Run salvage migrate first; nothing was changed.")
    if await migrate.revision(source) != migrate.newest():
        raise CannotStart(
            "The SQLite file is of a newer version of Salvage. Move it with that one; nothing was changed."
        )
    await migrate.upgrade(target)
    try:
        # The source is held for writing: nobody changes it meanwhile.
        async with source.engine.begin() as old, target.engine.begin() as new:
            return await _copy(old, new)
    except DBAPIError as wrong:
        raise CannotStart(migrate.cannot_open(target, wrong)) from wrong


async def _copy(old: AsyncConnection, new: AsyncConnection) -> list[Moved]:
    pairs = await _tables(old, new)
    for _, table in pairs:
        if await new.scalar(select(func.count()).select_from(table)):
            raise CannotStart(
                f"The new database has {table.name} in it already. Name an empty one; nothing was changed."
            )
    moved = []
    for source, table in pairs:
        async for rows in _rows(old, source):
            await new.execute(insert(table), rows)
        moved.append(await _verified(old, new, source, table))
        await _carry_on(new, table)
    return moved


async def _tables(old: AsyncConnection, new: AsyncConnection) -> Sequence[tuple[Table, Table]]:
    """Each table of the source and its counterpart, those that others refer to first."""
    olds, news = await old.run_sync(_known), await new.run_sync(_known)
    if missing := sorted(set(olds.tables) - set(news.tables)):
        raise CannotStart(f"The new database has no table {missing[0]}. Was it made by this version of Salvage?")
    return [(olds.tables[table.name], table) for table in news.sorted_tables if table.name in olds.tables]


def _known(connection: Connection) -> MetaData:
    """Our tables with our types, and adapters' tables as the database describes them."""
    known = MetaData()
    for table in Base.metadata.sorted_tables:
        table.to_metadata(known)
    others = [
        name for name in inspect(connection).get_table_names()
        if name not in known.tables and not name.startswith(OTHERS_OWN)
    ]  # fmt: skip
    known.reflect(connection, only=others)
    return known


async def _rows(old: AsyncConnection, table: Table) -> AsyncIterator[list[dict[str, Any]]]:
    """The rows of a table, some at a time, in the order of its key."""
    key = list(table.primary_key.columns)
    query = select(table).order_by(*key).limit(CHUNK)
    found = (await old.execute(query)).mappings().all()
    while found:
        yield [{name: _clean(value) for name, value in row.items()} for row in found]
        last = [found[-1][column.name] for column in key]
        found = (await old.execute(query.where(tuple_(*key) > tuple_(*last)))).mappings().all()


def _clean(value: Any) -> Any:
    """A value as PostgreSQL takes it: it knows no NUL character in a text."""
    return value.replace("\x00", "") if isinstance(value, str) else value


async def _verified(old: AsyncConnection, new: AsyncConnection, source: Table, table: Table) -> Moved:
    before = await old.scalar(select(func.count()).select_from(source)) or 0
    after = await new.scalar(select(func.count()).select_from(table)) or 0
    if before != after:
        raise CannotStart(f"Of {before:,} rows of {table.name} only {after:,} arrived; nothing was changed.")
    return Moved(table.name, after)


async def _carry_on(new: AsyncConnection, table: Table) -> None:
    """The next row gets the number after the last one."""
    if "id" not in table.c:
        return
    await new.execute(
        text("SELECT setval(s, m) FROM (SELECT pg_get_serial_sequence(:name, 'id') AS s, max(id) AS m "
             f'FROM "{table.name}") AS numbering WHERE s IS NOT NULL AND m IS NOT NULL'),
        {"name": table.name},
    )  # fmt: skip
