"""The data commands as somebody at a shell runs them, on a database of the test's own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from bot.data import cli
from bot.errors import SalvageError

Salvage = Callable[..., Result]


def _run(work: Coroutine[Any, Any, None]) -> None:
    try:
        asyncio.run(work)
    except SalvageError as wrong:
        click.echo(str(wrong), err=True)
        raise SystemExit(1) from None


def runner_on(url: str) -> Salvage:
    """A shell whose DATABASE_URL is this one."""

    @click.group()
    def main() -> None:
        """The data commands."""

    cli.add_to(main, _run)

    def run(*words: str | Path, answer: str | None = None, env: dict[str, str] | None = None) -> Result:
        # A test may have a loop of its own running; the command needs a thread without one.
        with ThreadPoolExecutor(1) as pool:
            args = [str(w) for w in words]
            whole = {"DATABASE_URL": url, **(env or {})}
            return pool.submit(CliRunner().invoke, main, args, input=answer, env=whole).result()

    return run


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'salvage.db'}"


@pytest.fixture
def salvage(url: str) -> Salvage:
    return runner_on(url)
