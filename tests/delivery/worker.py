"""A process that delivers over HTTP until it is told to stop, or killed: worker.py DATABASE_URL PLATFORM_URL."""

from __future__ import annotations

import asyncio
import signal
import sys

from bot.clock import RealClock
from bot.coach.playbook import Playbook
from bot.delivery import engine_for
from bot.logs import set_up_logs
from bot.storage.database import Database
from tests.delivery.platform import HttpMessenger


async def main(url: str, platform: str) -> None:
    set_up_logs(quiet=True)
    database = Database(url)
    messenger = HttpMessenger(platform, patience=10)
    engine = engine_for(database, RealClock(), Playbook.load(), {"fake": messenger})
    loop = asyncio.get_running_loop()
    running = asyncio.create_task(engine.run())
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, lambda: asyncio.ensure_future(engine.stop()))
    sys.stdout.write("up\n")
    sys.stdout.flush()
    await running
    await engine.close()
    await messenger.close()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
