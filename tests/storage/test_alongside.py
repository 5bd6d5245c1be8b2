"""What lets two versions of the program share a database, and what keeps a migration out of everybody's way."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from bot import serving
from bot.errors import CannotStart
from bot.storage import alongside, migrate
from bot.storage.database import Database
from tests.postgres import postgres
from tests.storage.test_migrations import differences

WRITTEN = {
    "0001_first_tables.py": "12d46a47b0c3492b",
    "0002_what_slack_installations_keep.py": "a7908ea1aac1a298",
    "0003_counts_that_are_kept.py": "e81bafd810951549",
    "0004_what_the_first_day_lacks.py": "f2da47b11f6a2e25",
    "0005_indexes_that_hold_all_that_is_asked.py": "e1bc855288dc6384",
}
"""What each revision was when it was first committed; a new one is added, none is ever changed."""


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """An up-to-date database of each kind."""
    made = Database(url)
    await migrate.upgrade(made)
    yield made
    await made.close()


async def _ahead(database: Database, serves: Iterable[str]) -> None:
    """As a later version leaves a database that it migrated: with a column more, and saying whose programs may run."""
    async with database.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE cases ADD COLUMN weather VARCHAR(16)"))
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        await connection.run_sync(alongside.say, [*serves, "9999"])


def test_a_revision_that_was_written_is_never_changed() -> None:
    """Somebody's database was made by it; changed in place, it would make two kinds of databases of one number."""
    files = sorted((migrate.FOLDER / "versions").glob("*.py"))
    assert {file.name: hashlib.sha256(file.read_bytes()).hexdigest()[:16] for file in files} == WRITTEN


async def test_an_empty_and_an_old_database_are_missing_migrations_and_then_ready(url: str) -> None:
    database = Database(url)
    assert await migrate.standing(database) == "migrations are missing"
    await migrate.upgrade(database, "0001")
    assert await migrate.standing(database) == "migrations are missing"
    await migrate.upgrade(database)
    assert await migrate.standing(database) == "ready"
    await database.close()


async def test_a_database_that_is_ahead_and_leaves_room_is_worked_with_and_left_as_it_is(database: Database) -> None:
    await _ahead(database, migrate.known())
    assert await migrate.standing(database) == "ready"
    assert await migrate.check(database)
    assert await migrate.upgrade(database) is None
    assert await migrate.revision(database) == "9999"


@pytest.mark.parametrize("serves", [[], ["0001"]])
async def test_a_database_that_leaves_this_version_no_room_is_refused_and_left_as_it_is(
    database: Database, serves: list[str]
) -> None:
    await _ahead(database, serves)
    assert await migrate.standing(database) == "the database is of a later version"
    with pytest.raises(CannotStart, match=r"newer version of Salvage \(revision 9999\)"):
        await migrate.upgrade(database)
    assert await migrate.revision(database) == "9999"


async def test_the_doctor_says_that_a_database_is_ahead_of_the_program(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", database.url)
    await serving.doctor()
    assert "up to date." in capsys.readouterr().out
    await _ahead(database, [migrate.newest()])
    await serving.doctor()
    said = capsys.readouterr().out
    assert "of a later version, which lets this one work on it" in said
    assert "up to date" not in said


async def test_a_later_database_that_says_nothing_is_refused(database: Database) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(text(f"DROP TABLE {alongside.NAME}"))
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(CannotStart, match="newer version"):
        await migrate.check(database)


async def test_every_migration_keeps_whose_programs_may_run_from_then_on(database: Database) -> None:
    async with database.engine.connect() as connection:
        kept = set((await connection.scalars(text(f"SELECT revision FROM {alongside.NAME}"))).all())
    assert kept == {revision for revision in migrate.known() if revision >= alongside.OLDEST}


# --- the first day -----------------------------------------------------------------------------------------


def _as_on_the_first_day(connection: Connection) -> None:
    """Take away what revision 0001 did not make before it was changed in place."""
    op = Operations(MigrationContext.configure(connection))
    for name in ("ix_outbox_tenant", "ix_outbox_sending", "ix_outbox_place", "ix_outbox_ready"):
        op.drop_index(name, table_name="outbox")
    op.create_index("ix_outbox_place", "outbox", ["place", "state", "id"])
    op.create_index("ix_outbox_ready", "outbox", ["state", "not_before"])
    op.drop_index("ix_schedules_tenant", table_name="schedules")
    op.drop_column("schedules", "purpose")
    op.drop_column("cases", "decide_asked_at")


async def test_a_database_of_the_first_day_gets_what_it_lacks(url: str) -> None:
    database = Database(url)
    await migrate.upgrade(database, "0001")
    async with database.engine.begin() as connection:
        await connection.run_sync(_as_on_the_first_day)
    await migrate.upgrade(database)
    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
        columns = await connection.run_sync(lambda c: inspect(c).get_columns("schedules"))
    await database.close()
    purpose = next(column for column in columns if column["name"] == "purpose")
    assert "recovery" in str(purpose["default"]), "the program of that day does not fill it in"


# --- in nobody's way ---------------------------------------------------------------------------------------


async def test_a_migration_that_has_to_wait_lets_everybody_else_through() -> None:
    """A table that a long transaction holds is asked for again and again, and not waited for with others behind."""
    url = await postgres().fresh()
    database = Database(url)
    await migrate.upgrade(database, "0002")
    changed = text("UPDATE cases SET risk = risk")
    async with database.engine.connect() as long:
        await long.execute(changed)
        migrating = asyncio.create_task(migrate.upgrade(database))
        while not await _waited_for(database, "cases"):  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.02)
        async with asyncio.timeout(migrate.LOCK_PATIENCE + 5), database.engine.begin() as other:
            await other.execute(changed)
        assert not migrating.done()
        await long.rollback()
    await migrating
    assert await migrate.standing(database) == "ready"
    await database.close()


async def _waited_for(database: Database, table: str) -> bool:
    async with database.engine.connect() as connection:
        query = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = CAST(CAST(:name AS text) AS regclass)"
        return bool(await connection.scalar(text(query), {"name": table}))


async def test_two_migrations_at_once_are_one() -> None:
    url = await postgres().fresh()
    databases = [Database(url) for _ in range(3)]
    await asyncio.gather(*(migrate.upgrade(database) for database in databases))
    for database in databases:
        assert await migrate.standing(database) == "ready"
        await database.close()
