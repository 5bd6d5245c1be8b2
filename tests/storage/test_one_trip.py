"""SQLite, one visit to the connection's thread a statement: the same rows, fewer visits."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.storage import one_trip
from bot.storage.database import Database
from bot.storage.one_trip import FIRST, OneTripConnection

MANY = FIRST * 2 + 7


@pytest.fixture
async def connection(tmp_path: Path) -> AsyncIterator[OneTripConnection]:
    connection = await one_trip.connect(str(tmp_path / "numbers.db"))
    await connection.cursor().execute("CREATE TABLE numbers (n INTEGER)")
    await connection.cursor().executemany("INSERT INTO numbers VALUES (?)", [(n,) for n in range(MANY)])
    yield connection
    await connection.close()


@pytest.mark.parametrize("count", [0, 1, FIRST - 1, FIRST, FIRST + 1, MANY])
async def test_every_row_comes_once_and_in_order(connection: OneTripConnection, count: int) -> None:
    cursor = await connection.cursor().execute("SELECT n FROM numbers WHERE n < ? ORDER BY n", (count,))
    assert [n for (n,) in await cursor.fetchall()] == list(range(count))
    assert await cursor.fetchall() == []
    assert await cursor.fetchone() is None


@pytest.mark.parametrize("size", [1, 99, FIRST, FIRST + 1])
async def test_rows_are_taken_in_pages(connection: OneTripConnection, size: int) -> None:
    cursor = await connection.cursor().execute("SELECT n FROM numbers ORDER BY n")
    taken: list[int] = []
    while page := await cursor.fetchmany(size):
        assert len(page) <= size
        taken += [n for (n,) in page]
    assert taken == list(range(MANY))


async def test_a_statement_left_half_read_holds_nothing_up(connection: OneTripConnection) -> None:
    cursor = await connection.cursor().execute("SELECT n FROM numbers ORDER BY n")
    assert await cursor.fetchone() == (0,)
    await cursor.close()
    await connection.cursor().execute("DROP TABLE numbers")


async def test_a_small_statement_visits_the_thread_once(connection: OneTripConnection) -> None:
    connection.__class__ = Counted
    async with connection.cursor() as cursor:
        await cursor.execute("SELECT n FROM numbers WHERE n = 3")
        assert cursor.description[0][0] == "n"
        assert await cursor.fetchall() == [(3,)]
    assert connection.visits == 1


async def test_how_many_rows_changed_and_the_last_key_are_known(connection: OneTripConnection) -> None:
    changed = await connection.cursor().execute("DELETE FROM numbers WHERE n < 5")
    assert changed.rowcount == 5
    added = await connection.cursor().execute("INSERT INTO numbers VALUES (77)")
    assert added.lastrowid == MANY + 1


class Counted(OneTripConnection):
    """A connection that counts the visits to its thread."""

    visits = 0

    async def _execute(self, fn: Callable[..., Any], *given: Any, **named: Any) -> Any:
        self.visits += 1
        return await super()._execute(fn, *given, **named)


async def test_what_holds_the_write_lock_visits_the_thread_only_to_commit(connection: OneTripConnection) -> None:
    connection._conn.isolation_level = None
    connection.__class__ = Counted
    assert connection.takes_lock()
    connection.holds = True
    await connection.cursor().execute("INSERT INTO numbers VALUES (-1)")
    cursor = await connection.cursor().execute("SELECT count(*) FROM numbers")
    assert await cursor.fetchall() == [(MANY + 1,)]
    assert connection.visits == 0
    await connection.commit()
    assert connection.visits == 1
    await connection.rollback()
    assert connection.visits == 1
    await connection.cursor().execute("SELECT 1")
    assert connection.visits == 2


async def test_a_lock_held_elsewhere_is_waited_for_without_holding_anybody_up(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'shared.db'}")
    with contextlib.closing(sqlite3.connect(tmp_path / "shared.db", isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("CREATE TABLE numbers (n INTEGER)")
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(_add(database, 7))
        other.execute("INSERT INTO numbers VALUES (6)")
        assert await _seen(database) == 0
        assert not writing.done()
        other.execute("COMMIT")
        await writing
        assert other.execute("SELECT n FROM numbers ORDER BY n").fetchall() == [(6,), (7,)]
    await database.close()


async def test_long_work_stays_in_the_thread(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'long.db'}")
    for long in (True, False):
        async with database.begin(long=long) as db:
            driver = (await (await db.connection()).get_raw_connection()).driver_connection
            assert isinstance(driver, OneTripConnection)
            assert driver.holds is not long
    await database.close()


async def test_whoever_is_cancelled_while_waiting_for_the_lock_leaves_it_free(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'shared.db'}")
    with contextlib.closing(sqlite3.connect(tmp_path / "shared.db", isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("CREATE TABLE numbers (n INTEGER)")
        await _add(database, 1)
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(_add(database, 2))
        assert await _seen(database) == 1
        waiting.cancel()
        other.execute("COMMIT")
        with pytest.raises(asyncio.CancelledError):
            await waiting
        other.execute("BEGIN IMMEDIATE")
        other.execute("COMMIT")
        await _add(database, 3)
        assert other.execute("SELECT n FROM numbers ORDER BY n").fetchall() == [(1,), (3,)]
    await database.close()


async def _add(database: Database, number: int) -> None:
    async with database.begin() as db:
        await db.execute(text("INSERT INTO numbers VALUES (:n)"), {"n": number})


async def _seen(database: Database) -> int:
    async with database.reading() as db:
        return int(await db.scalar(text("SELECT count(*) FROM numbers")) or 0)
