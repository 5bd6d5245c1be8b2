from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from benchmarks.stock import Stock, fill
from bot.errors import CannotStart
from bot.storage import migrate
from bot.storage.database import Database
from bot.storage.move import move
from bot.storage.tables import Case, Note, Outgoing, Schedule, Workspace
from tests.postgres import postgres

DUE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


async def _filled(folder: Path) -> Database:
    source = Database(f"sqlite:///{folder / 'salvage.db'}")
    await migrate.upgrade(source)
    await fill(source, Stock(["slack:T1", "teams:T2"], 600, DUE, history=2))
    async with source.begin() as db:
        db.add(Note(kind="odd", key="words", value={"text": "naïve ☂ — “quoted”"}))
        await db.execute(
            text("INSERT INTO slack_oauth_states (state, expire_at) VALUES ('s', '2026-01-02 03:04:05.000000')")
        )
    return source


async def test_every_row_arrives_as_it_was_and_the_numbering_goes_on(tmp_path: Path) -> None:
    source, target = await _filled(tmp_path), Database(await postgres().fresh())
    moved = {m.table: m.rows for m in await move(source, target)}
    assert (moved["cases"], moved["outbox"], moved["slack_oauth_states"]) == (1_200, 2_400, 1)
    for row in (Case, Schedule, Outgoing, Note):
        async with source.reading() as old, target.reading() as new:
            before = (await old.scalars(select(row).order_by(row.id))).all()
            after = (await new.scalars(select(row).order_by(row.id))).all()
        for a, b in zip(before, after, strict=True):
            assert {c.name: getattr(a, c.key) for c in row.__table__.columns} == {
                c.name: getattr(b, c.key) for c in row.__table__.columns
            }
    async with target.begin() as db:
        db.add(Workspace(name="new", created_at=DUE, settings={}))
        await db.flush()
        assert await db.scalar(select(func.max(Workspace.id))) == 3
    await source.close()
    await target.close()


async def test_a_database_with_data_in_it_is_not_written_to(tmp_path: Path) -> None:
    source, target = await _filled(tmp_path), Database(await postgres().fresh())
    await move(source, target)
    with pytest.raises(CannotStart, match="Name an empty one"):
        await move(source, target)
    async with target.reading() as db:
        assert await db.scalar(select(func.count()).select_from(Case)) == 1_200
    await source.close()
    await target.close()


async def test_only_the_way_from_sqlite_to_postgresql_is_offered(tmp_path: Path) -> None:
    source = await _filled(tmp_path)
    with pytest.raises(CannotStart, match="copies from SQLite"):
        await move(source, Database(f"sqlite:///{tmp_path / 'other.db'}"))
    await source.close()


async def _salvage(url: str, *words: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *words, env={**os.environ, "DATABASE_URL": url},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


async def test_one_command_moves_and_the_next_lists_the_deliveries(tmp_path: Path) -> None:
    source, new = await _filled(tmp_path), await postgres().fresh()
    await source.close()
    code, out = await _salvage(source.url, "move-to", new)
    assert code == 0, out
    assert "2,400  outbox" in out
    code, out = await _salvage(new, "deliveries", "--state", "all", "--most", "2")
    assert code == 0, out
    assert "2,400 sent" in out
    assert out.count("checkin:") == 2
