"""A whole coach for tests: real database, real dialogs, a clock moved by hand, and seats to talk from."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.coach.playbook import Playbook
from bot.conversation import Conversation
from bot.delivery import engine_for
from bot.delivery.port import Engine
from bot.local import TENANT, LocalMessenger, person_key, place_of
from bot.ports import (
    Act,
    Commanded,
    Inbound,
    LocalMessage,
    Messenger,
    Place,
    Pressed,
    Reply,
    Role,
    Said,
    Submitted,
    Who,
)
from bot.storage import migrate
from bot.storage.database import Database
from bot.storage.local import StoredLog, StoredNotes
from dialogs.registry import DIALOGS

MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@dataclass
class HandClock:
    """A clock that stands still until it is moved."""

    at: datetime = MONDAY

    def now(self) -> datetime:
        return self.at

    async def skip(self, span: timedelta) -> None:
        self.at += span


@dataclass
class Seat:
    """One person in one place, talking with the coach."""

    house: House
    who: Who
    place: Place
    last: Reply = field(default_factory=Reply)

    async def act(self, act: Act, event: str = "") -> Reply:
        """Hand in one event."""
        inbound = Inbound(event or f"test:{next(self.house.numbers)}", self.who, self.place, act)
        self.last = await self.house.conversation.handle(inbound)
        return self.last

    async def say(self, *lines: str) -> str:
        """Type lines one after the other; gives the words of the last answer."""
        for line in lines:
            await self.act(Commanded(line) if line.startswith("/") else Said(line))
        return self.words

    async def press(self, label: str) -> str:
        """Press a button of the last answer by its label."""
        value = next(a.value for c in reversed(self.last.cards) for a in c.actions if a.label == label)
        await self.act(Pressed(value))
        return self.words

    async def submit(self, **answers: object) -> str:
        """Send the open form."""
        form = next(c.form for c in reversed(self.last.cards) if c.form)
        await self.act(Submitted(form.conversation, answers))
        return self.words

    @property
    def words(self) -> str:
        """Everything the last answer says."""
        return "\n".join(c.text for c in self.last.cards)

    @property
    def labels(self) -> list[str]:
        """The buttons of the last answer."""
        return [a.label for c in self.last.cards for a in c.actions]


@dataclass
class House:
    """A coach and everything around it."""

    database: Database
    clock: HandClock
    conversation: Conversation
    engine: Engine
    log: StoredLog
    notes: StoredNotes
    messengers: dict[str, Messenger]
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    def seat(
        self, name: str = "Priya", role: Role = Role.member, place: str = "private", zone: str = "Europe/Berlin"
    ) -> Seat:
        """Somebody at the local tools."""
        who = Who(TENANT, person_key(name), name, role, zone)
        return Seat(self, who, who.private if place == "private" else place_of(f"{TENANT}:{place}"))

    async def skip(self, **span: float) -> None:
        """Move the clock and deliver what came due."""
        await self.clock.skip(timedelta(**span))
        await self.engine.drain()

    async def shown_in(self, place: str, person: str = "local:priya") -> list[LocalMessage]:
        """What was posted in a place so far."""
        await self.engine.drain()
        return [m for m in await self.log.since(0, person=person) if m.place == place]


@contextlib.asynccontextmanager
async def open_house(url: str) -> AsyncIterator[House]:
    """A coach on the database of that address, brought up to date."""
    database = Database(url)
    await migrate.upgrade(database)
    clock = HandClock()
    log = StoredLog(database, clock)
    playbook = Playbook.load()
    messengers: dict[str, Messenger] = {TENANT: LocalMessenger(log)}
    engine = engine_for(database, clock, playbook, messengers)
    conversation = Conversation(database, DIALOGS, clock, playbook, engine.wake)
    try:
        yield House(database, clock, conversation, engine, log, StoredNotes(database), messengers)
    finally:
        await engine.close()
        await database.close()
