"""SQLite connections that visit their thread as seldom as they can.

aiosqlite runs each call in a thread of the connection: make a cursor, execute, fetch, close. Each visit wakes two
threads, which costs many times a small statement itself. Here one visit does all four, with the first rows in hand;
and while a turn holds the write lock, its statements run where they are, since nothing can make them wait. What may
wait (the lock, the disk at a commit, many rows, a report that only reads) goes to the thread as before.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import aiosqlite

FIRST = 500
"""Rows that come with the statement itself; more are fetched when they are asked for, so that a stream stays one."""

WRITE = "BEGIN IMMEDIATE"
"""Takes the write lock at the start of a transaction, so that two turns queue up instead of failing half-way."""

PATIENCE = 10_000
"""Milliseconds for which a statement waits for the lock of another process."""

Rows = Sequence[Any]


class OneTripCursor(aiosqlite.Cursor):
    """A cursor that exists from its first statement on."""

    _conn: OneTripConnection

    def __init__(self, connection: OneTripConnection) -> None:
        super().__init__(connection, None)  # type: ignore[arg-type] # made by the first statement
        self._first: Rows = []
        self._ended = True

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> OneTripCursor:
        """Run a statement and take its first rows."""
        if self._conn.holds:
            self._run("execute", sql, parameters or ())
        else:
            await self._visit(self._run, "execute", sql, parameters or ())
        return self

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> OneTripCursor:
        """Run a statement for many parameters."""
        await self._visit(self._run, "executemany", sql, parameters)
        return self

    async def _visit(self, work: Callable[..., Any], *given: Any) -> Any:
        return await self._conn._execute(work, *given)

    def _run(self, how: str, sql: str, parameters: Iterable[Any]) -> None:
        self._cursor = self._conn._conn.cursor()
        getattr(self._cursor, how)(sql, parameters)
        self._first = self._cursor.fetchmany(FIRST) if self._cursor.description else []
        self._ended = len(self._first) < FIRST
        if self._ended:
            self._cursor.close()

    async def fetchone(self) -> Any | None:
        """The next row."""
        return next(iter(await self.fetchmany(1)), None)

    async def fetchmany(self, size: int | None = None) -> Rows:
        """The next rows, at most ``size`` (one, where none is given)."""
        wanted = size or 1
        rows, self._first = self._first[:wanted], self._first[wanted:]
        if len(rows) == wanted or self._ended:
            return rows
        return [*rows, *await self._visit(self._cursor.fetchmany, wanted - len(rows))]

    async def fetchall(self) -> Rows:
        """The rows that are left."""
        rows, self._first = self._first, []
        return rows if self._ended else [*rows, *await self._visit(self._cursor.fetchall)]

    async def close(self) -> None:
        """Let go of the statement, where rows of it are left."""
        if not self._ended:
            self._ended = True
            await super().close()

    async def __aenter__(self) -> OneTripCursor:
        return self


class OneTripConnection(aiosqlite.Connection):
    """A connection whose cursors need one visit to its thread, and none while it ``holds`` the write lock."""

    holds = False
    _left_early = False

    async def _execute(self, fn: Callable[..., Any], *given: Any, **named: Any) -> Any:
        try:
            done = await super()._execute(fn, *given, **named)  # type: ignore[no-untyped-call] # the driver's own
        except asyncio.CancelledError:
            self._left_early = True
            raise
        self._left_early = False
        return done

    def takes_lock(self) -> bool:
        """Begin to write, at once; False where somebody else does, so that one has to wait in the thread."""
        if self._left_early:
            return False
        self._conn.execute("PRAGMA busy_timeout=0")
        try:
            self._conn.execute(WRITE)
        except sqlite3.OperationalError:
            return False
        finally:
            self._conn.execute(f"PRAGMA busy_timeout={PATIENCE}")
        return True

    async def commit(self) -> None:
        """End the transaction for good, on the thread: the disk may take its time."""
        self.holds = False
        await super().commit()

    async def rollback(self) -> None:
        """End the transaction, where there is one; the pool asks for it whenever a connection comes back."""
        self.holds = False
        # Whoever was cancelled left work in the thread's queue, which may still begin a transaction.
        if self._left_early or self._conn.in_transaction:
            await super().rollback()

    def cursor(self) -> OneTripCursor:  # type: ignore[override] # needs no thread, so nothing to wait for
        """A cursor, at once."""
        return OneTripCursor(self)


async def connect(file: str, **options: Any) -> OneTripConnection:
    """Open a database file; ``options`` are those of sqlite3.connect."""
    anywhere = {**options, "check_same_thread": False}
    connection = OneTripConnection(partial(sqlite3.connect, file, **anywhere), iter_chunk_size=FIRST)
    # A process that ends must not wait for the threads of connections that it never closed.
    connection._thread.daemon = True
    await connection
    return connection
