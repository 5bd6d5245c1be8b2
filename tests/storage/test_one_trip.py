"""SQLite, one visit to the connection's thread a statement: the same rows, fewer visits."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.storage import one_trip
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
    visits: list[object] = []

    class Counted(OneTripConnection):
        async def _execute(self, fn: object, *given: object, **named: object) -> object:
            visits.append(fn)
            return await super()._execute(fn, *given, **named)  # type: ignore[no-untyped-call]

    connection.__class__ = Counted
    async with connection.cursor() as cursor:
        await cursor.execute("SELECT n FROM numbers WHERE n = 3")
        assert cursor.description[0][0] == "n"
        assert await cursor.fetchall() == [(3,)]
    assert len(visits) == 1


async def test_how_many_rows_changed_and_the_last_key_are_known(connection: OneTripConnection) -> None:
    changed = await connection.cursor().execute("DELETE FROM numbers WHERE n < 5")
    assert changed.rowcount == 5
    added = await connection.cursor().execute("INSERT INTO numbers VALUES (77)")
    assert added.lastrowid == MANY + 1
