"""The command line: ``salvage serve``, ``worker``, ``chat``, ``migrate``, ``doctor``, ``analyse`` and the rest."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import click

from bot import analyse as analysis
from bot import deliveries as delivering
from bot import naming, serving, talking
from bot.config import read_settings
from bot.data import cli as data
from bot.errors import CannotStart, SalvageError
from bot.logs import set_up_logs, unheard
from bot.ports import Role


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Salvage: a chat coach for people who look after clients."""


def _run(work: Coroutine[Any, Any, Any]) -> None:
    """Run to the end; what stops it is one clear sentence, never a traceback."""

    async def heard() -> None:
        asyncio.get_running_loop().set_exception_handler(unheard)
        await work

    try:
        asyncio.run(heard())
    except CannotStart as wrong:
        click.echo(f"Salvage can't start. {wrong}", err=True)
        sys.exit(2)
    except SalvageError as wrong:
        click.echo(str(wrong), err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


@main.command()
def serve() -> None:
    """Run the coach: the browser chat, Slack and Teams where they are set up, and delivery."""
    set_up_logs()
    _run(serving.serve())


@main.command()
def worker() -> None:
    """Only deliver what is due, beside other processes on PostgreSQL."""
    set_up_logs()
    _run(serving.work())


@main.command()
@click.option("--as", "person", default="Priya", help="Who you are; manager:Sam gives the role.", metavar="NAME")
@click.option(
    "--in", "place", default="private", help="Where you talk: private, #accounts, #client-acme.", metavar="PLACE"
)
@click.option("--json", "as_json", is_flag=True, help="One JSON line for each message and turn.")
def chat(person: str, place: str, as_json: bool) -> None:
    """Talk with the coach in the terminal."""
    set_up_logs(quiet=True)
    _run(talking.chat(person, place, as_json=as_json))


@main.command()
@click.argument("kind", type=click.Choice(["causes", "tone"]))
def analyse(kind: str) -> None:
    """JSON lines in, JSON lines out: likely causes and plays of stories, or tone issues of texts."""
    _run(analysis.analyse(kind, sys.stdin.buffer, sys.stdout))


@main.command()
def migrate() -> None:
    """Bring the database up to this version; an SQLite file is backed up first."""
    set_up_logs()
    _run(serving.migrate_now())


@main.command()
def doctor() -> None:
    """Look at the settings, the database and the platforms, and say what is missing."""
    set_up_logs(quiet=True)
    _run(serving.doctor())


@main.command("teams-package")
@click.option("--out", default="salvage-teams.zip", show_default=True, type=click.Path(dir_okay=False, path_type=Path))
def package(out: Path) -> None:
    """Write the app package that a Teams administrator uploads."""
    set_up_logs(quiet=True)
    _run(serving.write_teams_package(out))


@main.command()
@click.option("--state", type=click.Choice(["open", *delivering.STATES]), default="open", help="Which to list.")
@click.option("--retry", type=int, multiple=True, metavar="ID", help="Try a message again now.")
@click.option("--drop", type=int, multiple=True, metavar="ID", help="Never send a message.")
@click.option("--most", type=click.IntRange(1), default=50, show_default=True, help="How many to list.")
def deliveries(state: str, retry: tuple[int, ...], drop: tuple[int, ...], most: int) -> None:
    """List what waits to be sent, what failed and what is dead, with the reason."""
    set_up_logs(quiet=True)
    _run(delivering.deliveries(state, retry, drop, most))


@main.command()
@click.argument("name")
@click.argument("role", type=click.Choice([r.value for r in Role]))
@click.option("--workspace", metavar="KEY", help="Which team, where there are several.")
def role(name: str, role: str, workspace: str | None) -> None:
    """Name an admin or a manager; in Teams nobody is one until you do."""
    set_up_logs(quiet=True)

    async def named() -> None:
        click.echo(await naming.name_role(read_settings(), name, Role(role), workspace))

    _run(named())


@main.command("move-to")
@click.argument("url")
def move_to(url: str) -> None:
    """Copy everything from SQLite into an empty PostgreSQL database, and check that all of it arrived."""
    set_up_logs(quiet=True)
    _run(serving.move_to(url))


data.add_to(main, _run)

if __name__ == "__main__":
    main()
