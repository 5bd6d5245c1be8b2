"""The program as an operator sees it from outside: real processes, signals, endpoints, and the command line."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from aiohttp import web
from sqlalchemy import select, text, update

from bot.storage import migrate
from bot.storage.database import Database
from bot.storage.tables import Outgoing, Person, Tenant, Workspace
from bot.view import card, to_json
from tests.delivery.post import ShiftedClock, open_office, reckoned
from tests.delivery.programs import free_port, migrated, salvage, serving
from tests.postgres import again, postgres, start, stop

# --- readiness and metrics ---------------------------------------------------------------------------------


async def test_it_is_not_ready_while_migrations_are_missing_or_the_database_is_away() -> None:
    server = start()
    url = await server.fresh()
    await migrated(url)
    async with serving(url) as coach:
        assert "ready" in await coach.until_ready()
        await _at_revision(url, "0001")
        await coach.until_ready(503, "migrations are missing")
        assert (await coach.get("/healthz"))[0] == 200
        await _at_revision(url, migrate.newest())
        await coach.until_ready()
        await asyncio.to_thread(stop, server)
        await coach.until_ready(503, "the database is away")
        assert (await coach.get("/healthz"))[0] == 200
        await asyncio.to_thread(again, server)
        await coach.until_ready()


async def _at_revision(url: str, revision: str) -> None:
    """As if the database had been left at a revision."""
    database = Database(url)
    async with database.begin() as db:
        await db.execute(text(f"UPDATE alembic_version SET version_num = '{revision}'"))
    await database.close()


async def test_the_metrics_hold_what_the_operator_counts_and_nobodys_words(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'salvage.db'}"
    async with open_office(url) as office:
        await office.stock(["local"], 2)
    async with serving(url) as coach:
        await coach.until_ready()
        async with asyncio.timeout(60):
            while 'salvage_sent_total{platform="local"} 2.0' not in (said := (await coach.metrics())):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
    for name in (
        "salvage_lateness_seconds_bucket", "salvage_sent_total", "salvage_retried_total", "salvage_dead_total",
        "salvage_waiting", "salvage_acks_total", "salvage_turns_total", "salvage_turn_seconds_bucket",
    ):  # fmt: skip
        assert name in said
    assert "salvage_lateness_seconds_count 2.0" in said
    assert "Client 1" not in said


# --- stopping ----------------------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def hanging_slack() -> AsyncIterator[tuple[str, asyncio.Event]]:
    """A Slack that takes a message and never answers; its address, and whether it has taken one."""
    taken, released = asyncio.Event(), asyncio.Event()

    async def call(request: web.Request) -> web.Response:
        method = request.match_info["method"]
        if method == "chat.postMessage":
            taken.set()
            await released.wait()
        channel = {"id": "D1", "is_im": True, "name": "d"}
        return web.json_response(
            {"ok": True, "team_id": "T1", "user_id": "UB", "bot_id": "B1", "channel": channel, "messages": [],
             "user": {"id": "U1", "team_id": "T1"}}
        )  # fmt: skip

    app = web.Application()
    app.router.add_post("/api/{method}", call)
    app.router.add_get("/api/{method}", call)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}/api/", taken
    finally:
        released.set()
        await runner.cleanup()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_stop_ends_within_ten_seconds_even_while_a_platform_never_answers(tmp_path: Path, kind: str) -> None:
    url = f"sqlite:///{tmp_path / 'salvage.db'}" if kind == "sqlite" else await postgres().fresh()
    await migrated(url)
    database = Database(url)
    await _leave_message(database)
    async with hanging_slack() as (api, taken):
        slack = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s", "SLACK_API_URL": api}
        async with serving(url, **slack) as coach:
            await asyncio.wait_for(taken.wait(), 120)
            coach.process.send_signal(signal.SIGTERM)
            async with reckoned() as lived:
                assert await coach.process.wait() == 0
            assert lived.seconds <= 10
    async with database.reading() as db:
        row = (await db.scalars(select(Outgoing))).one()
        assert (row.state, row.attempts) in (("sending", 1), ("waiting", 1)), "nothing is lost; it is looked for next"
    await database.close()


async def _leave_message(database: Database) -> None:
    now = ShiftedClock().now()
    async with database.begin() as db:
        workspace = Workspace(name="T1", created_at=now, settings={})
        db.add(workspace)
        await db.flush()
        db.add(Tenant(workspace_id=workspace.id, key="slack:T1"))
        person = Person(
            workspace_id=workspace.id, tenant="slack:T1", key="slack:T1:U1", name="Priya", folded="priya",
            role="member", zone="UTC", hours={}, seen_at=now,
        )  # fmt: skip
        db.add(person)
        await db.flush()
        db.add(
            Outgoing(
                workspace_id=workspace.id, tenant="slack:T1", place="@slack:T1:U1", key="k1", card=to_json(card("hi")),
                secret=True, owner_id=person.id, state="waiting", not_before=now, made_at=now, problem="",
            )
        )  # fmt: skip


# --- dead letters ------------------------------------------------------------------------------------------


async def test_a_dead_message_is_listed_with_its_reason_and_retried_or_dropped(url: str) -> None:
    async with open_office(url) as office:
        await office.stock(["fake:T0"], 0)
        office.platform.behave = lambda post: "never"
        for n in range(2):
            await office.post(f"fake:T0:C{n}", f"m{n}")
        await office.engine.drain()
        code, out, _ = await salvage(url, "deliveries")
        assert code == 0
        assert out.startswith("2 dead")
        assert out.count("That channel is archived. Pick another one.") == 2
        code, out, _ = await salvage(url, "deliveries", "--retry", "1", "--drop", "2", "--state", "all")
        assert code == 0
        assert "1 is tried again now." in out
        assert "2 will not be sent." in out
        office.platform.behave = lambda post: "ok"
        office.courier.look_at_all()
        await office.engine.drain()
        assert await office.states() == {"sent": 1, "dropped": 1}
        assert office.platform.keys == ["m0"]
        for words in (("--retry", "1"), ("--drop", "1")):
            code, _, wrong = await salvage(url, "deliveries", *words)
            assert (code, wrong.count("\n")) == (1, 1)
            assert wrong.startswith("1 is sent")
        code, _, wrong = await salvage(url, "deliveries", "--retry", "77")
        assert (code, wrong) == (1, "There is no delivery 77. Type salvage deliveries to see them.\n")


async def test_what_waits_again_after_failures_is_listed_as_retrying(url: str) -> None:
    async with open_office(url) as office:
        await office.stock(["fake:T0"], 0)
        await office.post("fake:T0:C1", "m1")
        office.platform.behave = lambda post: "500"
        await office.engine.drain()
        code, out, _ = await salvage(url, "deliveries", "--state", "retrying")
        assert code == 0
        assert "status 500" in out
        async with office.database.begin() as db:
            await db.execute(update(Outgoing).values(state="dropped"))


# --- what stops it at the start ----------------------------------------------------------------------------


async def _refused(url: str, *words: str) -> str:
    code, _, wrong = await salvage(url, *words)
    assert code == 2
    assert wrong.startswith("Salvage can't start. "), wrong
    assert wrong.count("\n") == 1, wrong
    return wrong


@pytest.mark.parametrize("command", ["serve", "worker", "migrate", "deliveries"])
async def test_a_database_of_a_newer_version_is_refused_in_one_sentence_and_left_as_it_was(
    tmp_path: Path, command: str
) -> None:
    file = tmp_path / "salvage.db"
    url = f"sqlite:///{file}"
    await migrated(url)
    _leave_no_room(file, "9999")
    before = file.read_bytes()
    assert "newer version of Salvage (revision 9999)" in await _refused(url, command)
    assert file.read_bytes() == before


async def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    assert "Does its folder exist" in await _refused(f"sqlite:///{tmp_path / 'nowhere' / 'salvage.db'}", "serve")


async def test_a_file_that_cannot_be_written_to_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "salvage.db"
    await migrated(f"sqlite:///{file}", "0001")
    before = file.read_bytes()
    assert "can't be written to" in await _refused(f"sqlite:///file:{file}?mode=ro&uri=true", "serve")
    assert file.read_bytes() == before


def _leave_no_room(file: Path, revision: str) -> None:
    """As a later version does that takes away what this one needs."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        connection.execute("DELETE FROM schema_programs")
        connection.commit()


async def test_a_postgresql_that_was_never_migrated_is_one_sentence() -> None:
    assert "Run: salvage migrate" in await _refused(await postgres().fresh(), "serve")


async def test_deliveries_of_a_database_that_was_never_migrated_is_one_sentence(url: str) -> None:
    assert "salvage migrate" in await _refused(url, "deliveries")
