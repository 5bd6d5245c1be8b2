"""Bringing a database to this version of the program, and refusing one from a later version that leaves it no room."""

from __future__ import annotations

import asyncio
import functools
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import datetime
from pathlib import Path
from typing import Literal

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.errors import CannotStart
from bot.storage import alongside, queue_tables
from bot.storage.database import Database, sqlite_file

log = structlog.get_logger()

FOLDER = Path(__file__).with_name("migrations")

LOCK_PATIENCE = 2.0
"""Seconds a migration waits for a table on PostgreSQL: whoever comes after it waits behind it."""

TRIES, PAUSE = 30, 1.0
"""How often a migration that had to wait too long tries again, and after how many seconds."""

_ONE_AT_A_TIME = 5_317_041_208
"""PostgreSQL's advisory lock of a migration; any number that nobody else uses."""

_IN_THE_WAY = ("55P03", "40P01")
"""PostgreSQL's codes for a lock that was not to be had in time, and for two that waited for one another."""

Standing = Literal["ready", "migrations are missing", "the database is of a later version"]


def config() -> Config:
    """Alembic's settings: only where the migrations are."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER))
    return made


def newest() -> str:
    """The revision this version of the program works with."""
    return ScriptDirectory.from_config(config()).get_current_head() or ""


def known() -> set[str]:
    """Every revision this version of the program knows."""
    return {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}


async def revision(database: Database) -> str | None:
    """The revision a database is at; None for an empty one. Raises CannotStart where it can't be opened."""
    file = sqlite_file(database.url)
    if file is not None and not str(file).startswith("file:") and not file.parent.is_dir():
        raise CannotStart(cannot_open(database, OSError("unable to open database file")))
    try:
        async with database.engine.connect() as connection:
            return await connection.run_sync(lambda c: MigrationContext.configure(c).get_current_revision())
    except (SQLAlchemyError, OSError, sqlite3.Error) as wrong:
        raise CannotStart(cannot_open(database, wrong)) from wrong


def cannot_open(database: Database, wrong: BaseException) -> str:
    """One sentence for the operator: what is wrong with the database and what to do."""
    reason = str(getattr(wrong, "orig", None) or wrong).splitlines()[0][:200]
    file = sqlite_file(database.url)
    where = str(file) if file else "the database"
    if "lock timeout" in reason or "deadlock" in reason:
        return "Something holds the database's tables for long, a backup perhaps. Try again later; nothing was changed."
    if "locked" in reason:
        return f"{where} is locked by another program. Stop that one, or wait, and start again; nothing was changed."
    if "readonly" in reason or "read-only" in reason:
        return f"{where} can't be written to. Give this user the right to write there; nothing was changed."
    if "unable to open" in reason:
        return f"{where} can't be opened. Does its folder exist, and may this user write there?"
    if "not a database" in reason or "malformed" in reason:
        return f"{where} is no Salvage database ({reason}). Name another file in DATABASE_URL; nothing was changed."
    return f"The database can't be reached ({reason}). Check DATABASE_URL; nothing was changed."


async def check(database: Database) -> bool:
    """Whether this program can work with the database as it is; raises CannotStart for one of a later version.

    A database that is ahead is worked with where its migrations say so, as during a roll-out and after rolling back.
    """
    at = await revision(database)
    if at is not None and at not in known():
        if not await _may_run(database):
            raise CannotStart(
                f"The database was written by a newer version of Salvage (revision {at}). "
                "Start that version, or restore a backup; nothing was changed."
            )
        _say_ahead(at)
        return True
    return at == newest() and (database.sqlite or await queue_tables.installed(database))


async def make_ready(database: Database) -> None:
    """Bring an SQLite file up to date; raises CannotStart for a PostgreSQL one that its operator must migrate."""
    if database.sqlite:
        await upgrade(database)
    elif not await check(database):
        raise CannotStart("The database is not up to date. Run: salvage migrate")


async def standing(database: Database) -> Standing:
    """How the database stands to this running program; one that is ahead is ready where its migrations say so."""
    at = await revision(database)
    if at is not None and at not in known():
        _say_ahead(at)
        return "ready" if await _may_run(database) else "the database is of a later version"
    if at != newest() or not (database.sqlite or await queue_tables.installed(database)):
        return "migrations are missing"
    return "ready"


async def _may_run(database: Database) -> bool:
    async with database.engine.connect() as connection:
        return await connection.run_sync(alongside.may_run, newest())


@functools.cache
def _say_ahead(at: str) -> None:
    """Once a process and revision."""
    log.warning("database.ahead", revision=at, program=newest())


async def upgrade(database: Database, to: str = "head") -> Path | None:
    """Bring the database up to a revision; gives the backup that was made of an SQLite file with data in it."""
    if to == "head" and await check(database):
        return None
    backup = _backup(database) if await revision(database) else None
    try:
        async with _alone(database):
            await _patiently(database, to)
            if not database.sqlite:
                await queue_tables.install(database)
    except (DBAPIError, OSError, sqlite3.Error) as wrong:
        raise CannotStart(cannot_open(database, wrong)) from wrong
    return backup


@asynccontextmanager
async def _alone(database: Database) -> AsyncIterator[None]:
    """One migration at a time: on PostgreSQL a second one waits, and then finds nothing left to do."""
    if database.sqlite:
        yield
        return
    async with database.engine.connect() as connection:
        await connection.execute(text("SELECT pg_advisory_lock(:n)"), {"n": _ONE_AT_A_TIME})
        await connection.commit()
        try:
            yield
        finally:
            await connection.execute(text("SELECT pg_advisory_unlock(:n)"), {"n": _ONE_AT_A_TIME})


async def _patiently(database: Database, to: str) -> None:
    """Migrate in one transaction; where a table is not to be had soon, let everybody else through and try again."""
    for left in reversed(range(TRIES)):
        try:
            async with database.engine.begin() as connection:
                if not database.sqlite:
                    await connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_PATIENCE:.3f}s'"))
                await connection.run_sync(_run, to)
            return
        except DBAPIError as wrong:
            if not left or getattr(wrong.orig, "sqlstate", "") not in _IN_THE_WAY:
                raise
            log.info("migrate.waits", tries_left=left)
        await asyncio.sleep(PAUSE)


def _run(connection: Connection, to: str) -> None:
    settings = config()
    settings.attributes["connection"] = connection
    command.upgrade(settings, to)
    if to == "head":
        alongside.say(connection, _served())


def _served() -> list[str]:
    """The revisions whose programs can work with the newest one's tables."""
    walk = ScriptDirectory.from_config(config()).walk_revisions(alongside.OLDEST, "head")
    return [script.revision for script in walk]


def _backup(database: Database) -> Path | None:
    """A copy of an SQLite file beside it, taken with SQLite's own backup."""
    file = sqlite_file(database.url)
    if file is None or not file.exists():
        return None
    copy = file.with_name(f"{file.name}.backup-{datetime.now().astimezone():%Y%m%d-%H%M%S}")
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy
