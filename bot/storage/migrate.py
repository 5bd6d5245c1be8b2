"""Bringing a database to this version of the program, and refusing one from a later version."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.errors import CannotStart
from bot.storage import queue_tables
from bot.storage.database import Database, sqlite_file

FOLDER = Path(__file__).with_name("migrations")


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
    """Whether the database is at this program's revision; raises CannotStart for one of a later version."""
    at = await revision(database)
    if at is not None and at not in known():
        raise CannotStart(
            f"The database was written by a newer version of Salvage (revision {at}). "
            "Start that version, or restore a backup; nothing was changed."
        )
    return at == newest() and (database.sqlite or await queue_tables.installed(database))


async def is_behind(database: Database) -> bool:
    """Whether migrations are missing. A database that is ahead is none of it: versions run side by side for a while."""
    at = await revision(database)
    if at is None or (at in known() and at != newest()):
        return True
    return not database.sqlite and not await queue_tables.installed(database)


async def upgrade(database: Database, to: str = "head") -> Path | None:
    """Bring the database up to a revision; gives the backup that was made of an SQLite file with data in it."""
    if to == "head" and await check(database):
        return None
    backup = _backup(database) if await revision(database) else None
    try:
        async with database.engine.begin() as connection:
            await connection.run_sync(_run, to)
        if not database.sqlite:
            await queue_tables.install(database)
    except (DBAPIError, OSError, sqlite3.Error) as wrong:
        raise CannotStart(cannot_open(database, wrong)) from wrong
    return backup


def _run(connection: Connection, to: str) -> None:
    settings = config()
    settings.attributes["connection"] = connection
    command.upgrade(settings, to)


def _backup(database: Database) -> Path | None:
    """A copy of an SQLite file beside it, taken with SQLite's own backup."""
    file = sqlite_file(database.url)
    if file is None or not file.exists():
        return None
    copy = file.with_name(f"{file.name}.backup-{datetime.now().astimezone():%Y%m%d-%H%M%S}")
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy
