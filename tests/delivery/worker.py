"""A process that delivers over HTTP until it is told to stop, or killed: worker.py DATABASE_URL PLATFORM_URL.

``paced`` is a platform that lets a place be written to every half a second, and a workspace every tenth.
"""

from __future__ import annotations

import asyncio
import signal
import sys

from bot.clock import RealClock
from bot.coach.playbook import Playbook
from bot.delivery import engine_for
from bot.delivery.pace import Pace
from bot.logs import set_up_logs
from bot.storage.database import Database
from tests.delivery.platform import HttpMessenger

PACED = Pace(place=0.5, workspace=0.1)


async def main(url: str, platform: str) -> None:
    set_up_logs(quiet=True)
    database = Database(url)
    messenger = HttpMessenger(platform, patience=10)
    messengers = {"fake": messenger, "paced": messenger}
    engine = engine_for(database, RealClock(), Playbook.load(), messengers, {"paced": PACED})
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
