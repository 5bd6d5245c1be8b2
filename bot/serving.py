"""``salvage serve`` and ``worker``: the web server, the platforms that are set up, and delivery."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from pathlib import Path

import click
import structlog
from aiohttp import web

from bot import operations
from bot.compose import Coach, running
from bot.config import Settings, read_settings
from bot.delivery.in_process import Sole
from bot.errors import CannotStart
from bot.housekeeping import every_day
from bot.platforms import Platforms, teams_package
from bot.storage import migrate, move
from bot.storage.database import Database

log = structlog.get_logger()

GRACE = 10.0
"""Seconds that what is in flight gets at a stop."""


async def serve() -> None:
    """Serve until told to stop."""
    settings = read_settings()
    platforms = Platforms(settings)
    async with running(settings, real_time=platforms.any) as coach:
        app = web.Application(client_max_size=1024 * 1024)
        operations.mount(app, coach)
        await platforms.start(app, coach)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=GRACE)
        await runner.setup()
        try:
            await _listen(runner, settings)
            _say_where(settings, platforms)
            await _until_stopped(coach, deliver=settings.salvage_deliver)
        finally:
            await runner.cleanup()
            await platforms.stop()


async def work() -> None:
    """Deliver until told to stop."""
    settings = read_settings()
    platforms = Platforms(settings)
    async with running(settings, real_time=platforms.any) as coach:
        await platforms.start(None, coach)
        try:
            await _until_stopped(coach, deliver=True)
        finally:
            await platforms.stop()


async def _listen(runner: web.AppRunner, settings: Settings) -> None:
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
    except OSError as wrong:
        raise CannotStart(
            f"{settings.host}:{settings.port} can't be listened on ({wrong.strerror}). Is Salvage running already? "
            "Set PORT to another number."
        ) from wrong


def _say_where(settings: Settings, platforms: Platforms) -> None:
    address = f"http://{settings.host}:{settings.port}/"
    if settings.loopback:
        click.echo(f"Salvage is ready. Open {address} in your browser.")
    else:
        click.echo(f"Salvage is ready on {address}. The browser chat is off beyond this machine.")
    for line in platforms.words():
        click.echo(line)


async def _until_stopped(coach: Coach, *, deliver: bool) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopped.set)
    delivering = asyncio.create_task(coach.engine.run()) if deliver else None
    waiting = asyncio.create_task(stopped.wait())
    keeping = asyncio.create_task(every_day(coach))
    await asyncio.wait([t for t in (waiting, delivering) if t], return_when=asyncio.FIRST_COMPLETED)
    if delivering is not None:
        await coach.engine.stop()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(delivering, GRACE)
    waiting.cancel()
    keeping.cancel()
    log.info("stopped")


async def migrate_now() -> None:
    """Bring the database up to date and say what was done."""
    database = Database(read_settings().database_url)
    try:
        backup = await migrate.upgrade(database)
    finally:
        await database.close()
    click.echo("The database is up to date." + (f" A backup is in {backup}." if backup else ""))


async def move_to(url: str) -> None:
    """Copy the SQLite database into a PostgreSQL one and say what was copied."""
    source, target = Database(read_settings().database_url), Database(url)
    sole = Sole(source.url)
    try:
        if not sole.take():
            raise CannotStart("Salvage is running on this database. Stop it, then move; nothing was changed.")
        for moved in await move.move(source, target):
            click.echo(f"{moved.rows:>9,}  {moved.table}")
    finally:
        sole.release()
        await source.close()
        await target.close()
    click.echo("Everything is there, counted table by table. Now set DATABASE_URL to the new address and start again.")


async def doctor(settings: Settings) -> None:
    """Say what is set up, what is missing, and what to do about it."""
    database = Database(settings.database_url)
    try:
        current = await migrate.check(database)
    finally:
        await database.close()
    kind = "SQLite" if database.sqlite else "PostgreSQL"
    click.echo(f"Database: {kind}, " + ("up to date." if current else "not up to date; run salvage migrate."))
    for line in Platforms(settings).words():
        click.echo(line)


async def write_teams_package(settings: Settings, out: Path) -> None:
    """Write the Teams app package and say where it is."""
    click.echo(f"Written: {teams_package(settings, out)}. Upload it in the Teams admin centre, under Manage apps.")
