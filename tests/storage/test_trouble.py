"""What an operator reads when the database is wrong: one sentence, and nothing was changed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import CannotStart
from bot.storage import migrate
from bot.storage.database import Database
from tests.postgres import postgres, start, stop


async def _complaint(url: str) -> str:
    database = Database(url)
    try:
        with pytest.raises(CannotStart) as said:
            await migrate.upgrade(database)
    finally:
        await database.close()
    return str(said.value)


async def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert "Does its folder exist" in await _complaint(f"sqlite:///{tmp_path / 'nowhere' / 'salvage.db'}")


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "letter.db").write_text("Dear client, " * 200)
    assert "is no Salvage database" in await _complaint(f"sqlite:///{tmp_path / 'letter.db'}")
    assert (tmp_path / "letter.db").read_text().startswith("Dear client")


async def test_a_file_that_cannot_be_written_to(tmp_path: Path) -> None:
    file = tmp_path / "salvage.db"
    with closing(sqlite3.connect(file)) as made:
        made.execute("CREATE TABLE t (x)")
    assert "can't be written to" in await _complaint(f"sqlite:///file:{file}?mode=ro&uri=true")


async def test_a_file_that_another_program_holds(tmp_path: Path) -> None:
    file = tmp_path / "salvage.db"
    with closing(sqlite3.connect(file)) as holder:
        holder.execute("CREATE TABLE t (x)")
        holder.execute("BEGIN EXCLUSIVE")
        assert "locked by another program" in await _complaint(f"sqlite:///{file}")


async def test_an_address_that_makes_no_sense() -> None:
    with pytest.raises(CannotStart, match="stores in sqlite or postgresql"):
        Database("mysql://localhost/x")
    with pytest.raises(CannotStart, match="not a database address"):
        Database("somewhere")


async def test_a_server_that_is_away() -> None:
    assert "can't be reached" in await _complaint("postgresql://nobody@127.0.0.1:1/none")


async def test_a_server_that_knows_no_such_database() -> None:
    url = postgres().url.replace("/postgres?", "/no_such_one?")
    assert "does not exist" in await _complaint(url)


async def test_a_server_that_was_stopped_is_said_to_be_away() -> None:
    server = start()
    url = await server.fresh()
    stop(server)
    assert "can't be reached" in await _complaint(url)
