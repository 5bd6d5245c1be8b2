from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect, text

from bot.storage import migrate
from bot.storage.alongside import NAME
from bot.storage.database import Database
from tools.revision import every_table

REVISIONS = sorted(migrate.known())


def differences(connection: Connection) -> list[object]:
    """Where the database is not what the program's tables say."""
    context = MigrationContext.configure(
        connection,
        opts={"include_name": lambda name, kind, _: kind != "table" or not str(name).startswith(("pgqueuer", NAME))},
    )
    tables = MetaData(naming_convention=every_table()[0].naming_convention)
    for metadata in every_table():
        for table in metadata.tables.values():
            table.to_metadata(tables)
    return list(compare_metadata(context, tables))


async def test_the_migrations_make_exactly_the_tables_the_program_works_with(url: str) -> None:
    database = Database(url)
    await migrate.upgrade(database)
    async with database.engine.connect() as connection:
        found = await connection.run_sync(differences)
    await database.close()
    assert found == [], 'the tables changed: run python -m tools.revision "Why they change"'


@pytest.mark.parametrize("start", REVISIONS)
async def test_every_earlier_revision_comes_up_to_date_with_its_data(url: str, start: str) -> None:
    database = Database(url)
    await migrate.upgrade(database, start)
    async with database.begin() as db:
        await db.execute(text("INSERT INTO notes (kind, key, value) VALUES ('k', 'kept', '{}')"))
    await migrate.upgrade(database)
    assert await migrate.check(database)
    async with database.begin() as db:
        assert await db.scalar(text("SELECT key FROM notes")) == "kept"
    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await database.close()


def _columns(connection: Connection) -> dict[tuple[str, str], tuple[bool, bool]]:
    """Every column of ours: whether it may be empty, and whether the database fills it in by itself."""
    look = inspect(connection)
    return {
        (table, column["name"]): (bool(column["nullable"]), column["default"] is not None or "identity" in column)
        for table in look.get_table_names()
        if not table.startswith("pgqueuer")
        for column in look.get_columns(table)
    }


@pytest.mark.parametrize("start", REVISIONS)
async def test_what_an_earlier_version_reads_and_writes_is_still_there_after_the_next_has_migrated(
    url: str, start: str
) -> None:
    """So both run side by side during a roll-out: nothing is taken away, and nothing new has to be filled in."""
    database = Database(url)
    await migrate.upgrade(database, start)
    async with database.engine.connect() as connection:
        before = await connection.run_sync(_columns)
    await migrate.upgrade(database)
    async with database.engine.connect() as connection:
        after = await connection.run_sync(_columns)
    await database.close()
    assert [column for column in before if column not in after] == []
    tables = {table for table, _ in before}
    news = {column: how for column, how in after.items() if column not in before and column[0] in tables}
    assert [column for column, (empty, filled) in news.items() if not empty and not filled] == []
    assert [column for column, (empty, _) in before.items() if empty and after[column] == (False, False)] == []


async def test_a_second_upgrade_changes_nothing(url: str) -> None:
    database = Database(url)
    await migrate.upgrade(database)
    async with database.engine.connect() as connection:
        before = await connection.run_sync(lambda c: inspect(c).get_table_names())
    assert await migrate.upgrade(database) is None
    async with database.engine.connect() as connection:
        assert await connection.run_sync(lambda c: inspect(c).get_table_names()) == before
    await database.close()


async def test_a_backup_is_made_before_data_is_changed_and_it_opens(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'salvage.db'}")
    await migrate.upgrade(database, REVISIONS[0])
    async with database.begin() as db:
        await db.execute(text("INSERT INTO notes (kind, key, value) VALUES ('k', 'kept', '{}')"))
    backup = await migrate.upgrade(database)
    await database.close()
    assert backup is not None
    with closing(sqlite3.connect(backup)) as copy:
        assert copy.execute("SELECT version_num FROM alembic_version").fetchone() == (REVISIONS[0],)
        assert copy.execute("SELECT key FROM notes").fetchone() == ("kept",)


async def test_an_empty_database_needs_no_backup(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'salvage.db'}")
    assert await migrate.upgrade(database) is None
    await database.close()
    assert _names(tmp_path) == ["salvage.db"]


def _names(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir()]
