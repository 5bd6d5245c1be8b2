"""Opening the database and taking transactions, on SQLite and PostgreSQL alike."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any, cast

import asyncpg  # type: ignore[import-untyped] # it ships no types
from sqlalchemy import Connection, event, make_url
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolIsEmpty
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from bot.errors import CannotStart
from bot.storage import one_trip

_READING = "salvage_reading"
_LONG = "salvage_long"

POSTGRES_SETTINGS = {"plan_cache_mode": "force_custom_plan", "jit": "off"}
"""A plan made while the outbox was empty must not be kept once ten thousand messages wait; to plan takes no time."""

BeforeCommit = Callable[[AsyncSession], Awaitable[None]]


class Database:
    """One database: an engine, and sessions that are one transaction each.

    ``before_commit`` is called at the end of each, still within it: so delivery learns of every message in the very
    transaction that writes it.
    """

    def __init__(self, url: str) -> None:
        self.url = async_url(url)
        self.sqlite = self.url.startswith("sqlite")
        self.engine: AsyncEngine = _sqlite_engine(self.url) if self.sqlite else _postgres_engine(self.url)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        self.before_commit: list[BeforeCommit] = []
        # SQLite has one writer and no queue for it, only polling; within a process we stand in line instead.
        self._line = asyncio.Lock() if self.sqlite else None

    @asynccontextmanager
    async def begin(self, *, long: bool = False) -> AsyncIterator[AsyncSession]:
        """A session in one transaction: committed at the end, rolled back on any error.

        ``long`` is for work beside the turns whose statements may take their time: they never run on the event loop.
        """
        async with self._line or nullcontext(), self._sessions() as session, session.begin():
            if long:
                await session.connection(execution_options={_LONG: True})
            yield session
            for hook in self.before_commit:
                await hook(session)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session that only reads: it sees one moment, waits for no writer and keeps none waiting."""
        async with self._sessions() as session:
            await session.connection(execution_options={_READING: True})
            yield session

    async def close(self) -> None:
        """Let go of every connection."""
        await self.engine.dispose()


def is_away(wrong: BaseException) -> bool:
    """Whether the database may take the same work a moment later: it is away, busy, or two met in it."""
    if isinstance(wrong, IntegrityError | DataError | ProgrammingError):
        return False
    return isinstance(
        wrong, DBAPIError | PoolIsEmpty | OSError | asyncpg.PostgresConnectionError | asyncpg.CannotConnectNowError
        | asyncpg.InterfaceError
    )  # fmt: skip


def async_url(url: str) -> str:
    """The database's URL with the async driver named; raises CannotStart where it makes no sense."""
    try:
        parsed = make_url(url)
    except Exception as wrong:
        raise CannotStart(
            "DATABASE_URL is not a database address. Use sqlite:///salvage.db or postgresql://user@host/name; in a "
            "password, write signs such as @ and / as %40 and %2F."
        ) from wrong
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
    name = parsed.drivername.split("+")[0]
    if name not in drivers:
        raise CannotStart(f"DATABASE_URL names {name}; Salvage stores in sqlite or postgresql.")
    return parsed.set(drivername=drivers[name]).render_as_string(hide_password=False)


def sqlite_file(url: str) -> Path | None:
    """The file behind an SQLite address; None for one in memory or another database."""
    parsed = make_url(url)
    if not parsed.drivername.startswith("sqlite") or parsed.database in (None, "", ":memory:"):
        return None
    return Path(str(parsed.database))


def _sqlite_engine(url: str) -> AsyncEngine:
    engine = create_async_engine(url, connect_args={"timeout": 10, "async_creator_fn": one_trip.connect})

    @event.listens_for(engine.sync_engine, "connect")
    def _connected(connection: Any, record: object) -> None:
        # The driver must not begin transactions by itself: a turn takes its write lock at the start (below).
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA busy_timeout={one_trip.PATIENCE}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begun(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get(_READING):
            connection.exec_driver_sql("BEGIN")
        else:
            driver = cast(one_trip.OneTripConnection, connection.connection.driver_connection)
            if not driver.takes_lock():
                connection.exec_driver_sql(one_trip.WRITE)
            driver.holds = not options.get(_LONG)

    return engine


def _postgres_engine(url: str) -> AsyncEngine:
    settings = {"server_settings": POSTGRES_SETTINGS}
    # The connection used last knows the statements used last; taken in turn, each of ten would have to learn them.
    return create_async_engine(
        url, pool_size=10, max_overflow=10, pool_pre_ping=True, pool_use_lifo=True, connect_args=settings
    )
