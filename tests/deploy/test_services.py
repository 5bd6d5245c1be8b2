"""The services of the compose file as processes: its commands and its environment, on a PostgreSQL with a password."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import AsyncIterator

import aiohttp
import asyncpg  # type: ignore[import-untyped] # it ships no types
from sqlalchemy import make_url

from tests.delivery.post import open_office
from tests.delivery.programs import HERE, free_port
from tests.deploy.test_deploy import COMPOSE, DOCKERFILE
from tests.postgres import Postgres, start

PASSWORD = "p@ss/w:rd #%2F"
"""Any character is allowed in it, since it stands beside the address."""


def _section(service: str) -> str:
    found = re.search(rf"^  {service}:\n((?:    .*\n)+)", COMPOSE, re.MULTILINE)
    assert found is not None
    return found[1]


def _command(words: str) -> list[str]:
    """A command of the file (``[a, "b c"]``), run by this Python from this tree."""
    listed = shlex.shlex(words, posix=True, punctuation_chars=",")
    listed.whitespace_split = True
    command = [word for word in listed if word != ","]
    swapped = {".venv/bin/salvage": [sys.executable, "-m", "bot"], ".venv/bin/python": [sys.executable]}
    return [*swapped[command[0]], *command[1:]]


def _started(service: str) -> list[str]:
    own = re.search(r"^    command: \[(.*)\]$", _section(service), re.MULTILINE)
    image = re.search(r"^CMD \[(.*)\]$", DOCKERFILE, re.MULTILINE)
    assert image is not None
    return _command((own or image)[1])


def _environment(service: str, address: str, port: int) -> dict[str, str]:
    """What the file sets where only the password was given, but for where the database is and the port."""
    shared = COMPOSE.split("environment: &settings", 1)[1].split("restart:", 1)[0]
    settings = dict(re.findall(r"^    ([A-Z_]+): (.*)$", shared, re.MULTILINE))
    own = re.search(r"environment: \{ <<: \*settings, (.*) \}", _section(service))
    settings |= dict(pair.split(": ", 1) for pair in own[1].split(", ")) if own else {}
    settings = {name: re.sub(r"\$\{\w+:-\}", "", value).strip('"') for name, value in settings.items()}
    assert settings["PGPASSWORD"].startswith("${SALVAGE_DB_PASSWORD:?")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, **settings, "PGPASSWORD": PASSWORD, "DATABASE_URL": address, "PORT": str(port)}


async def _locked(server: Postgres) -> str:
    """The address of the file's database on a server that asks its user for a password."""
    named = re.search(r"DATABASE_URL: (\S+)", COMPOSE)
    assert named is not None
    wanted = make_url(named[1])
    assert server.handle is not None
    assert wanted.password is None
    connection = await asyncpg.connect(server.url)
    await connection.execute(f"CREATE ROLE {wanted.username} LOGIN PASSWORD '{PASSWORD}'")
    await connection.execute(f"CREATE DATABASE {wanted.database} OWNER {wanted.username}")
    rules = server.handle.pgdata / "pg_hba.conf"
    asks = f"local all {wanted.username} scram-sha-256\n"
    await asyncio.to_thread(rules.write_text, asks + rules.read_text())
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()
    here = make_url(server.url)._replace(username=wanted.username, password=None, database=wanted.database)
    return here.render_as_string(hide_password=False)


@contextlib.asynccontextmanager
async def _running(services: list[str], address: str, port: int) -> AsyncIterator[list[asyncio.subprocess.Process]]:
    started = [
        await asyncio.create_subprocess_exec(
            *_started(service), env=_environment(service, address, port), cwd=HERE, stdout=subprocess.DEVNULL
        )
        for service in services
    ]
    try:
        yield started
    finally:
        for process in started:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def _health(port: int) -> int:
    """How the health check of the file ends."""
    test = re.search(r"test: \[CMD, (.*)\]", _section("serve"))
    assert test is not None
    words = [word.replace("3978", str(port)) for word in _command(test[1])]
    return await (await asyncio.create_subprocess_exec(*words, cwd=HERE, stderr=subprocess.DEVNULL)).wait()


async def _counted(port: int) -> str:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/metrics") as answer:
        return await answer.text()


async def test_the_services_come_up_in_order_deliver_and_stop_when_told_to() -> None:
    address, port = await _locked(start()), free_port()
    migrating = await asyncio.create_subprocess_exec(
        *_started("migrate"), env=_environment("migrate", address, port), cwd=HERE
    )
    assert await migrating.wait() == 0
    async with open_office(make_url(address).set(password=PASSWORD).render_as_string(hide_password=False)) as office:
        await office.stock(["local"], 20)
        async with _running(["serve", "worker", "worker"], address, port) as services:
            async with asyncio.timeout(120):
                while await _health(port):  # noqa: ASYNC110 - asked of a process
                    await asyncio.sleep(0.2)
            await office.until_states(lambda s: s["sent"] == 20, 60)
            assert "salvage_sent_total{" not in await _counted(port), "the workers deliver, and the server does not"
            for process in services:
                process.send_signal(signal.SIGTERM)
            assert [await process.wait() for process in services] == [0, 0, 0]
