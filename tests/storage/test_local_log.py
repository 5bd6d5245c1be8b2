"""What is shown in the browser and the terminal is kept in one order, whoever adds to it."""

from __future__ import annotations

import asyncio

from bot.storage import migrate
from bot.storage.database import Database
from bot.storage.local import StoredLog
from bot.view import card, say
from tests.house import HandClock


async def test_messages_added_at_once_have_a_mark_each(url: str) -> None:
    database = Database(url)
    await migrate.upgrade(database)
    log = StoredLog(database, HandClock())
    try:
        await asyncio.gather(*(log.append("local:#accounts", "", card(say(f"{n}"))) for n in range(20)))
        shown = await log.since(0, person="local:priya")
        assert [message.mark for message in shown] == list(range(1, 21))
        assert await log.mark() == 20
    finally:
        await database.close()
