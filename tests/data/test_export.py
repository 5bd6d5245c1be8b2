"""`salvage export` and back: everything of a workspace, nothing of another, and never a token."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.data.jsonl_out import exported
from bot.data.moved import Move
from bot.data.scope import LEFT_OUT, TABLES, space_of
from bot.ports import Role
from bot.storage import migrate
from bot.storage.database import Database
from bot.storage.tables import Base, Case, LocalRow, Note, Outgoing, PromiseRow
from bot.view import AnswerPress, CommandPress, press_value, read_press
from tests.data.conftest import Salvage, runner_on
from tests.data.filling import fill
from tests.house import House


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    made = Database(url)
    await migrate.upgrade(made)
    yield made
    await made.close()


@pytest.fixture
async def full(database: Database) -> Database:
    """Two workspaces with a row in every table."""
    async with database.begin() as db:
        await fill(db, "local")
        await fill(db, "slack:T1")
    return database


def other(folder: Path) -> tuple[Salvage, str]:
    url = f"sqlite:///{folder / 'other.db'}"
    return runner_on(url), url


def save(folder: Path, salvage: Salvage, *words: str) -> Path:
    told = salvage("export", *words)
    assert told.exit_code == 0, told.output
    file = folder / "export.jsonl"
    file.write_bytes(told.stdout_bytes)
    return file


def test_every_table_is_exported_or_left_out_on_purpose() -> None:
    assert {t.name for t in TABLES} | LEFT_OUT == set(Base.metadata.tables)


async def test_the_first_line_says_what_follows(full: Database, salvage: Salvage) -> None:
    lines = [json.loads(x) for x in salvage("export", "--workspace", "slack:T1").stdout.splitlines()]
    head, rows = lines[0], lines[1:]
    assert (head["salvage"], head["format"], head["workspace"]) == ("export", 1, ["slack:T1"])
    assert head["revision"] == migrate.newest()
    assert head["counts"]["cases"] == 3
    assert sum(head["counts"].values()) == len(rows)
    assert {r["table"] for r in rows} == {t.name for t in TABLES} - {"local_messages"}


async def test_nothing_of_another_workspace_comes_along(full: Database, salvage: Salvage) -> None:
    assert "local" not in salvage("export", "--workspace", "slack:T1").stdout.split("\n", 1)[1]
    assert "slack:" not in salvage("export", "--workspace", "local").stdout


@pytest.mark.parametrize("key", ["local", "slack:T1"])
async def test_into_an_empty_database_and_out_again_it_is_the_same_to_the_byte(
    full: Database, salvage: Salvage, tmp_path: Path, key: str
) -> None:
    file = save(tmp_path, salvage, "--workspace", key)
    there, _ = other(tmp_path)
    told = there("import", file)
    assert told.exit_code == 0, told.output
    assert there("export").stdout_bytes == file.read_bytes()


async def test_beside_others_it_is_the_same_but_for_ids(full: Database, salvage: Salvage, tmp_path: Path) -> None:
    file = save(tmp_path, salvage, "--workspace", "slack:T1")
    there, there_url = other(tmp_path)
    second = Database(there_url)
    await migrate.upgrade(second)
    async with second.begin() as db:
        await fill(db, "slack:T9", rows=8)
    await second.close()
    told = there("import", file)
    assert "under new ids" in told.output, told.output
    again = there("export", "--workspace", "slack:T1").stdout
    assert without_ids(again) == without_ids(file.read_text())
    assert shape(again) == shape(file.read_text())
    assert len(there("export", "--workspace", "slack:T9").stdout.splitlines()) > 100


def without_ids(lines: str) -> list[dict[str, Any]]:
    """The rows without their ids and the ids they point with."""
    tables = {t.name: t for t in TABLES}
    rows = [json.loads(x) for x in lines.splitlines()]
    return [
        {
            k: v
            for k, v in r.items()
            if "table" not in r or (k != "id" and not (k in (c := tables[r["table"]].c) and c[k].foreign_keys))
        }
        for r in rows
    ]


def shape(lines: str) -> list[list[int | None]]:
    """Which row points to which, as positions instead of ids."""
    rows = [json.loads(x) for x in lines.splitlines()][1:]
    at: dict[tuple[str, int], int] = {}
    for row in rows:
        at[row["table"], row["id"]] = sum(1 for t, _ in at if t == row["table"])
    tables = {t.name: t for t in TABLES}
    found = []
    for row in rows:
        for column in tables[row["table"]].c:
            for reference in column.foreign_keys:
                target = reference.column.table.name
                found.append([at.get((target, row[column.name])) if row[column.name] is not None else None])
    return found


async def test_a_played_case_goes_out_and_in_and_is_carried_on_there(
    house: House, salvage: Salvage, tmp_path: Path
) -> None:
    priya = house.seat("Priya", Role.manager)
    await priya.say("demo", "/salvage promise Acme a status mail by Thursday 15:00")
    await priya.say("/salvage remind Acme weekly on Monday at 9:00", "/salvage next Acme")
    file = save(tmp_path, salvage)
    there, there_url = other(tmp_path)
    assert there("import", file).exit_code == 0
    assert there("export").stdout_bytes == file.read_bytes()
    from tests.house import open_house

    async with open_house(there_url) as second:
        seat = second.seat("Priya", Role.manager)
        assert "Acme" in await seat.say("/salvage SAL-2")


async def test_buttons_still_press_on_their_own_rows_under_new_ids(
    full: Database, salvage: Salvage, tmp_path: Path
) -> None:
    async with full.begin() as db:
        promise = (await db.scalars(select(PromiseRow.id))).all()[-1]
        out = (await db.scalars(select(Outgoing).order_by(Outgoing.id.desc()))).first()
        out.key = f"promise:{promise}:warn:2026-11-02"
        out.card = {"is": "Action", "label": "Kept", "value": press_value(CommandPress(f"kept {promise}"))}
    file = save(tmp_path, salvage, "--workspace", "slack:T1")
    there, there_url = other(tmp_path)
    second = Database(there_url)
    await migrate.upgrade(second)
    async with second.begin() as db:
        await fill(db, "slack:T9", rows=8)
    assert there("import", file).exit_code == 0
    async with second.begin() as db:
        moved = await db.scalar(select(func.max(PromiseRow.id)))
        card = (await db.scalars(select(Outgoing).order_by(Outgoing.id.desc()))).first()
    await second.close()
    assert moved != promise
    assert card.key == f"promise:{moved}:warn:2026-11-02"
    assert read_press(card.card["value"]) == CommandPress(f"kept {moved}")


def test_ids_in_words_are_moved_and_nothing_else() -> None:
    move = Move({"occurrences": 100, "conversations": 50, "clients": 7, "cases": 30})
    assert move.key("checkin:12") == "checkin:112"
    assert move.key("instead:checkin:12:answered") == "instead:checkin:112:answered"
    assert move.key("reply:slack:Ev12:0") == "reply:slack:Ev12:0"
    card = {"form": {"conversation": 3}, "n": 3, "value": press_value(AnswerPress(3, "q", "12")), "client_id": 2}
    assert move.words(card) == {
        "form": {"conversation": 53},
        "n": 3,
        "value": press_value(AnswerPress(53, "q", "12")),
        "client_id": 9,
    }
    press = press_value(CommandPress("reading 5 warmer"))
    assert move.words([{"value": press}]) == [{"value": press_value(CommandPress("reading 105 warmer"))}]
    assert move.words({"value": "5"}) == {"value": "5"}


async def test_tokens_never_leave(full: Database, salvage: Salvage) -> None:
    async with full.begin() as db:
        db.add(Note(kind="slack.install", key="slack:T1:bot", value={"token": "xoxb-secret"}))
    assert "xoxb-secret" not in salvage("export", "--workspace", "slack:T1").stdout


async def test_a_workspace_that_is_here_is_not_imported_again(full: Database, salvage: Salvage, tmp_path: Path) -> None:
    file = save(tmp_path, salvage, "--workspace", "local")
    told = salvage("import", file)
    assert told.exit_code == 1
    assert "The workspace local is here already" in told.output
    assert "Import into another database" in told.output


def edited(lines: list[str], n: int, **values: Any) -> list[str]:
    return [*lines[:n], json.dumps({**json.loads(lines[n]), **values}), *lines[n + 1 :]]


async def test_a_broken_export_is_refused_with_its_line_and_nothing_is_made(
    full: Database, salvage: Salvage, tmp_path: Path
) -> None:
    lines = salvage("export", "--workspace", "local").stdout.splitlines()
    case = next(n for n, x in enumerate(lines) if x.startswith('{"table":"cases"'))
    broken = {
        "The export is not whole": lines[:-1],
        "is no export of Salvage": ['{"a":1}', *lines[1:]],
        "works with": edited(lines, 0, revision="0000"),
        "Line 2 can't be imported: it is not JSON": [lines[0], "{nope", *lines[2:]],
        "there is no table moon": edited(lines, 1, table="moon"),
        "has a column moon too many": edited(lines, 1, moon=1),
        f"Line {case + 1} can't be imported: opened_at is no time": edited(lines, case, opened_at="2026"),
        "number holds x, which does not belong there": edited(lines, case, number="x"),
        "story is empty": edited(lines, case, story=None),
        "out of order": [lines[0], *reversed(lines[1:])],
        "they name rows that are not there": edited(lines, case, client_id=999),
    }
    there, there_url = other(tmp_path)
    for why, words in broken.items():
        file = tmp_path / "broken.jsonl"
        file.write_text("\n".join(words) + "\n")
        told = there("import", file)
        assert told.exit_code == 1
        assert why in told.output, (why, told.output)
        assert "Nothing was imported" in told.output
    assert there("import", save(tmp_path, salvage, "--workspace", "local"), "--dry-run").output.count("dry run")
    assert there("import", tmp_path / "export.jsonl").exit_code == 0
    second = Database(there_url)
    async with second.begin() as db:
        assert await db.scalar(select(func.count()).select_from(Case)) == 3
    await second.close()


async def test_memory_does_not_grow_with_the_workspace(database: Database) -> None:
    async with database.begin() as db:
        workspace = await fill(db, "local", rows=1)
        big = {"is": "Card", "elements": ["x" * 2_000], "form": None}
        db.add_all(LocalRow(mark=n, place="local:#a", to="", author="", card=big, at=full_at()) for n in range(6_000))
        space = await space_of(db, workspace)
    tracemalloc.start()
    size = 0
    async for line in exported(database, space):
        size += len(line)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 12_000_000
    assert peak < 9_000_000


def full_at() -> Any:
    from tests.data.filling import AT

    return AT


async def test_others_can_write_while_a_workspace_is_exported(full: Database, salvage: Salvage) -> None:
    async with full.begin() as db:
        space = await space_of(db, 1)
    lines = exported(full, space)
    head = json.loads(await anext(lines))
    async with full.begin() as db:
        await fill(db, "slack:T2")
        (await db.scalars(select(Case))).first().story = "changed meanwhile"
    rest = b"".join([line async for line in lines])
    assert rest.count(b"\n") == sum(head["counts"].values())
    assert b"changed meanwhile" not in rest


def test_there_is_no_database_yet(salvage: Salvage, url: str) -> None:
    told = salvage("export")
    assert told.exit_code == 1
    assert "There is no database at" in told.output
    assert not Path(url.removeprefix("sqlite:///")).exists()


async def test_which_workspace_is_asked_where_there_are_several(full: Database, salvage: Salvage) -> None:
    told = salvage("export")
    assert "Which workspace? Add --workspace and one of: local, slack:T1." in told.output
