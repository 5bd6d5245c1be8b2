"""The composition root: every part put together once, for the server, the worker and the terminal."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import structlog

from bot.clock import LocalClock, RealClock
from bot.coach.dates import parse_span
from bot.coach.playbook import Playbook, PlaybookError
from bot.config import Settings
from bot.conversation import Conversation
from bot.delivery import engine_for
from bot.delivery.port import Engine
from bot.errors import CannotStart, Refusal
from bot.local import CHANNELS, TENANT, LocalMessenger, LocalWords, place_of
from bot.ports import Messenger, Reply, Who
from bot.services import people
from bot.storage import migrate
from bot.storage.database import Database, is_away
from bot.storage.local import StoredLog, StoredNotes
from bot.view import card
from dialogs.registry import DIALOGS

log = structlog.get_logger()

CLOCK_LOOK = 0.5
"""Seconds between looks whether another process of the same database has moved the local clock."""


@dataclass
class Coach:
    """The running coach, without any platform but the local one; adapters add their messengers."""

    settings: Settings
    database: Database
    clock: LocalClock | RealClock
    playbook: Playbook
    conversation: Conversation
    engine: Engine
    log: StoredLog
    notes: StoredNotes
    local: LocalMessenger
    messengers: dict[str, Messenger] = field(default_factory=dict)

    def messenger(self, tenant: str) -> Messenger | None:
        """The messenger of a tenant's platform, where it runs here."""
        return self.messengers.get(tenant.split(":", 1)[0])

    @property
    def local_words(self) -> LocalWords:
        """The way in for the browser and the terminal."""
        return LocalWords(self.conversation.handle, self.skip)

    async def skip(self, words: str, who: Who) -> Reply:
        """Move the local clock and say what time it is now; what comes due is delivered at once."""
        try:
            span = parse_span(words)
            await self.clock.skip(span)
        except (ValueError, Refusal) as no:
            return Reply((card(str(no)),))
        await self.engine.wake()
        now = self.clock.now()
        local = now.astimezone(ZoneInfo(who.zone or self.settings.zone))
        return Reply((card(f"It is now {local:%A} {local.day} {local:%B %Y}, {local:%H:%M}."),))


def read_playbook(settings: Settings) -> Playbook:
    """The playbook the settings name, or the built-in one; raises CannotStart where it can't be used."""
    try:
        return Playbook.load(settings.salvage_playbook)
    except PlaybookError as wrong:
        raise CannotStart(f"SALVAGE_PLAYBOOK can't be used: {wrong}.") from wrong


async def compose(settings: Settings, *, real_time: bool) -> Coach:
    """Open the database (brought up to date on SQLite) and put the parts together; raises CannotStart."""
    playbook, zone = read_playbook(settings), settings.zone
    database = Database(settings.database_url)
    await migrate.make_ready(database)
    notes = StoredNotes(database)
    clock: LocalClock | RealClock = RealClock() if real_time else LocalClock(notes)
    if isinstance(clock, LocalClock):
        await clock.load()
    log = StoredLog(database, clock)
    local = LocalMessenger(log)
    messengers: dict[str, Messenger] = {TENANT: local}
    engine = engine_for(database, clock, playbook, messengers)
    conversation = Conversation(database, DIALOGS, clock, playbook, engine.wake, zone)
    return Coach(settings, database, clock, playbook, conversation, engine, log, notes, local, messengers)


async def furnish_local_places(coach: Coach) -> None:
    """Make the local tools' channels known, so that they can be named before anybody has spoken there."""
    async with coach.database.begin() as db:
        workspace = await people.workspace_of(db, TENANT, coach.clock.now())
        for name in CHANNELS:
            await people.place_seen(db, workspace, place_of(f"{TENANT}:{name}"))


@contextlib.asynccontextmanager
async def running(settings: Settings, *, real_time: bool) -> AsyncIterator[Coach]:
    """The coach, closed at the end."""
    coach = await compose(settings, real_time=real_time)
    following = [asyncio.create_task(_follow(coach, coach.clock))] if isinstance(coach.clock, LocalClock) else []
    try:
        yield coach
    finally:
        for task in following:
            task.cancel()
            await asyncio.wait([task])
        await coach.engine.close()
        await coach.database.close()


async def _follow(coach: Coach, clock: LocalClock) -> None:
    """Go along when a process beside this one, such as a terminal, moves the clock; deliver what comes due."""
    while True:
        await asyncio.sleep(CLOCK_LOOK)
        try:
            if await clock.load():
                await coach.engine.wake()
        except Exception as wrong:
            if not is_away(wrong):
                log.exception("clock.not_read")
