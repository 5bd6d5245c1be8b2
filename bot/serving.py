"""``salvage serve`` and ``worker``: the web server, the platforms that are set up, and delivery."""

from __future__ import annotations

import asyncio
import errno
import gc
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import click
import structlog
from aiohttp import web

from bot import operations
from bot.coach.causes.model import models
from bot.coach.tone.learned import model
from bot.compose import Coach, read_playbook, running
from bot.config import Settings, read_settings
from bot.delivery.in_process import Sole
from bot.errors import CannotStart
from bot.housekeeping import every_day
from bot.platforms import Platforms, teams_package
from bot.storage import migrate, move
from bot.storage.database import Database

log = structlog.get_logger()

GRACE = 8.0
"""Seconds that what is in flight gets at a stop; the whole stop takes no more than ten."""

NEW_OBJECTS = 10_000
"""New objects from one round of the garbage collector to the next; at Python's 700, rounds took a sixth of all work."""


async def serve() -> None:
    """Serve until told to stop."""
    settings = read_settings()
    platforms = Platforms(settings)
    async with running(settings, real_time=platforms.any) as coach:
        app = web.Application(client_max_size=1024 * 1024)
        operations.mount(app, coach)
        await platforms.start(app, coach)
        settle()
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=GRACE)
        await runner.setup()
        try:
            await _listen(runner, settings)
            _say_where(settings, platforms)
            await _until_stopped(coach, deliver=settings.salvage_deliver, close=runner.cleanup)
        finally:
            await runner.cleanup()
            await platforms.stop()


def settle() -> None:
    """Do before anybody waits what would hold up everybody within a turn: read the reader's weights."""
    models()
    model()
    set_aside()


def set_aside() -> None:
    """Take what stands now out of the garbage collector's rounds, and let it go round less often.

    What stands stays, and each round took a tenth of a second; next to nothing else of a crowd is garbage in circles.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)


async def work() -> None:
    """Deliver until told to stop."""
    settings = read_settings()
    platforms = Platforms(settings)
    async with running(settings, real_time=platforms.any) as coach:
        await platforms.start(None, coach)
        set_aside()
        try:
            await _until_stopped(coach, deliver=True)
        finally:
            await platforms.stop()


async def _listen(runner: web.AppRunner, settings: Settings) -> None:
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
    except OSError as wrong:
        elsewhere = isinstance(wrong, socket.gaierror) or wrong.errno == errno.EADDRNOTAVAIL
        where = f"{settings.host}:{settings.port} can't be listened on"
        if elsewhere:
            mend = "Set HOST to an address of this machine, such as 127.0.0.1."
            raise CannotStart(f"{where} ({wrong.strerror}). {mend}") from wrong
        mend = "Is Salvage running already? Set PORT to another number."
        raise CannotStart(f"{where} ({os.strerror(wrong.errno or 0)}). {mend}") from wrong


def _say_where(settings: Settings, platforms: Platforms) -> None:
    address = f"http://{settings.host}:{settings.port}/"
    if settings.loopback:
        click.echo(f"Salvage is ready. Open {address} in your browser.")
    else:
        click.echo(f"Salvage is ready on {address}. The browser chat is off beyond this machine.")
    for line in platforms.words():
        click.echo(line)


async def _nothing() -> None:
    """A worker has no doors to close."""


async def _until_stopped(coach: Coach, *, deliver: bool, close: Callable[[], Awaitable[None]] = _nothing) -> None:
    """Deliver until a signal comes; then close the doors and finish what is under way, both at once."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopped.set)
    delivering = asyncio.create_task(coach.engine.run()) if deliver else None
    waiting = asyncio.create_task(stopped.wait())
    keeping = asyncio.create_task(every_day(coach))
    await asyncio.wait([t for t in (waiting, delivering) if t], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    keeping.cancel()
    await asyncio.gather(close(), _finish(coach, delivering))
    log.info("stopped")


async def _finish(coach: Coach, delivering: asyncio.Task[None] | None) -> None:
    """Let delivery end; what takes too long is given up, and looked for on its platform at the next start."""
    if delivering is None:
        return
    await coach.engine.stop()
    await asyncio.wait([delivering], timeout=GRACE)
    if not delivering.done():
        log.warning("delivery.given_up")
        await coach.engine.close()
        await asyncio.wait([delivering], timeout=1.0)
    if delivering.done():
        delivering.result()
    delivering.cancel()


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


async def doctor() -> None:
    """Say what is set up, what is missing, and what to do about it; raises CannotStart as ``serve`` would."""
    settings = read_settings()
    read_playbook(settings)
    database = Database(settings.database_url)
    try:
        stands = await _how_it_stands(database)
    finally:
        await database.close()
    kind = "SQLite" if database.sqlite else "PostgreSQL"
    click.echo(f"Database: {kind}, {stands}")
    click.echo(f"Time zone where a platform names none: {settings.zone}.")
    platforms = Platforms(settings)
    platforms.check()
    for line in platforms.words():
        click.echo(line)


async def _how_it_stands(database: Database) -> str:
    """Whether the database is up to date, behind this program, or ahead of it."""
    if not await migrate.check(database):
        return "not up to date; run salvage migrate."
    if await migrate.revision(database) != migrate.newest():
        return "of a later version, which lets this one work on it; it has what this one doesn't use yet."
    return "up to date."


async def write_teams_package(out: Path) -> None:
    """Write the Teams app package and say where it is; raises CannotStart where it can't be written."""
    try:
        written = teams_package(read_settings(), out)
    except OSError as wrong:
        raise CannotStart(f"{out} can't be written ({wrong.strerror}). Name another file with --out.") from wrong
    click.echo(f"Written: {written}. Upload it in the Teams admin centre, under Manage apps.")
