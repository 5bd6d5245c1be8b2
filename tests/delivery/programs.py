"""The program as real processes: a command that ends, and a server; of this tree, or of another version's."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bot.storage import migrate
from bot.storage.database import Database

HERE = Path(__file__).resolve().parents[2]


async def salvage(url: str, *words: str, tree: Path = HERE, typed: str = "", **settings: str) -> tuple[int, str, str]:
    """A command's exit code, output and errors; ``typed`` is its input, ``settings`` what the environment says."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *words, env=_env(url, PORT=str(free_port()), **settings), cwd=tree,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    out, wrong = await process.communicate(typed.encode())
    return process.returncode or 0, out.decode(), wrong.decode()


async def migrated(url: str, revision: str = "head") -> None:
    """A database at a revision."""
    database = Database(url)
    await migrate.upgrade(database, revision)
    await database.close()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        port: int = asking.getsockname()[1]
        return port


def _env(url: str, **settings: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return {**inherited, "DATABASE_URL": url, **settings}


@dataclass
class Serving:
    """A running ``salvage serve``."""

    process: asyncio.subprocess.Process
    url: str
    session: aiohttp.ClientSession

    async def get(self, path: str) -> tuple[int, str]:
        """The status and text of an answer."""
        async with self.session.get(self.url + path) as answer:
            return answer.status, await answer.text()

    async def metrics(self) -> str:
        """What the operator's dashboard reads."""
        return (await self.get("/metrics"))[1]

    async def until_ready(self, status: int = 200, words: str = "") -> str:
        """Wait until readiness answers with this status and these words."""
        async with asyncio.timeout(120):
            while True:
                with contextlib.suppress(aiohttp.ClientError):
                    found, said = await self.get("/readyz")
                    if found == status and words in said:
                        return said
                await asyncio.sleep(0.1)

    async def say(self, words: str, name: str = "Priya") -> None:
        """Type something in the browser's private chat."""
        turn = {"as": name, "role": "", "in": "private", "event": str(uuid.uuid4()), "act": "say", "text": words}
        async with self.session.post(f"{self.url}/chat/turn", json=turn, headers={"Origin": self.url}) as answer:
            assert answer.status == 200, await answer.text()

    async def page(self, name: str = "Priya") -> str:
        """That chat as it is shown."""
        return (await self.get(f"/?as={name}"))[1]


@contextlib.asynccontextmanager
async def serving(
    url: str, *, tree: Path = HERE, errors: Path | None = None, **settings: str
) -> AsyncIterator[Serving]:
    """``salvage serve`` on a port of its own; what it logs goes to a file where one is named."""
    port = free_port()
    with errors.open("ab") if errors else contextlib.nullcontext() as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "serve", stdout=subprocess.DEVNULL, stderr=log,
            env=_env(url, PORT=str(port), **settings), cwd=tree,
        )  # fmt: skip
    async with aiohttp.ClientSession() as session:
        try:
            yield Serving(process, f"http://127.0.0.1:{port}", session)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
