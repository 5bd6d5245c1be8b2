"""What a story needs of any platform: people who say and press, what they read, a clock moved by hand.

A story is written once against these protocols; each platform has an implementation over its own fake, so that the
words go the whole way: in by what the platform sends, out by what it shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import func, select

from bot.conversation import Conversation
from bot.delivery.courier import Courier
from bot.delivery.in_process import InProcess
from bot.ports import Inbound, Reply, Role
from bot.storage.database import Database
from bot.storage.local import StoredLog, StoredNotes
from bot.storage.tables import Case, Climb, Outgoing, PromiseRow, Schedule
from dialogs.registry import DIALOGS
from tests.house import House

CHANNEL = "#accounts"
"""The team's own channel on every stage."""


@dataclass(frozen=True)
class Posted:
    """A message in the team's channel: its words now, and its buttons with what each carries."""

    id: str
    words: str
    controls: Mapping[str, Any]


class Person(Protocol):
    """Somebody who talks with the coach; every act gives the words it put before them, blanks made single."""

    name: str

    async def say(self, words: str) -> str:
        """Type to the coach in private."""
        ...

    async def press(self, label: str) -> str:
        """Press the newest button of that label in the private chat."""
        ...

    async def fill(self, **answers: str) -> str:
        """Send the open form; a place that has no forms takes the words as typed."""
        ...

    async def ask_in_channel(self, words: str) -> str:
        """Call the coach in the team's channel, as one does there."""
        ...

    async def press_on(self, posted: Posted, label: str) -> str:
        """Press a button of a message in the channel, as it was when it was seen."""
        ...

    async def say_twice(self, words: str) -> str:
        """Type once what the platform then delivers twice."""
        ...

    async def press_twice(self, label: str) -> str:
        """A double click."""
        ...

    async def forge(self, value: str) -> str:
        """Send a button that was never shown, carrying this."""
        ...

    async def news(self) -> str:
        """What has come since, read for the first time."""
        ...

    async def reads(self) -> str:
        """Everything that was put before this person alone so far."""
        ...


class Stage(Protocol):
    """A platform, with the whole coach behind it."""

    platform: str
    house: House

    async def person(self, name: str, role: Role = Role.member) -> Person:
        """Somebody of the team, who has met the coach."""
        ...

    async def outsider(self, name: str) -> Person:
        """A guest, or whoever else is not plainly of the team."""
        ...

    async def stranger(self, name: str) -> Person:
        """Somebody of another team altogether."""
        ...

    async def posted(self) -> list[Posted]:
        """What the coach posted in the team's channel for all to read, oldest first."""
        ...

    async def opens_up(self) -> None:
        """The team's channel is shared with people outside; nobody tells the coach."""
        ...

    async def joins(self, name: str) -> None:
        """A colleague joins the team's channel."""
        ...

    async def leaves(self, name: str) -> None:
        """Somebody leaves the team for good."""
        ...

    async def restart(self) -> None:
        """The process ends; another begins on the same database."""
        ...

    async def deliver(self) -> None:
        """Show and send everything that is due."""
        ...

    def sent(self) -> Iterable[Any]:
        """Everything that went out, as it was sent."""
        ...

    def pings(self) -> list[str]:
        """What went out that would notify people by a name alone."""
        ...

    async def close(self) -> None:
        """Take the stage down."""
        ...


async def until(stage: Stage, instant: datetime) -> None:
    """Let the time pass from one thing that comes due to the next, so that everything comes in its own order."""
    clock = stage.house.clock
    while clock.at < instant:
        clock.at = min(await next_moment(stage.house), clock.at + timedelta(days=7), instant)
        await stage.deliver()


async def next_moment(house: House) -> datetime:
    """When something comes due next; far away where nothing does."""
    moments = (
        (Outgoing.not_before, Outgoing.state == "waiting"),
        (Schedule.next_due_at, Schedule.state == "on"),
        (PromiseRow.warn_at, PromiseRow.state == "open"),
        (Climb.next_at, Climb.state == "on"),
        (Case.decide_at, Case.closed_at.is_(None)),
    )
    async with house.database.reading() as db:
        found = [await db.scalar(select(func.min(m)).where(m > house.clock.at, which)) for m, which in moments]
    return min((m for m in found if m is not None), default=house.clock.at + timedelta(days=365))


@dataclass
class Seen:
    """What somebody has read already: the newest words of each message."""

    known: dict[str, str] = field(default_factory=dict)
    history: list[str] = field(default_factory=list)

    def fresh(self, shown: Iterable[tuple[str, str]]) -> str:
        """The messages that are new, or say something else than before."""
        new: list[str] = []
        for number, words in shown:
            if self.known.get(number) != words:
                self.known[number] = words
                new.append(words)
        self.history += new
        return single_blanks("\n".join(new))


def single_blanks(words: str) -> str:
    """Words with blanks made single, since platforms break lines in their own ways."""
    return " ".join(words.split())


@dataclass
class Line:
    """The way to whichever coach is running: adapters keep it over a restart."""

    house: House

    async def handle(self, inbound: Inbound) -> Reply:
        """A turn of the coach that runs now."""
        return await self.house.conversation.handle(inbound)


def unhurried(house: House) -> None:
    """Let the messages out without the pauses that platforms ask for: the clock here stands still."""
    assert isinstance(house.engine, InProcess), "stories run in one process"
    house.engine.courier.paces = {}


async def begin_again(house: House) -> None:
    """Another process on the same database: nothing is left but what was stored."""
    await house.engine.close()
    await house.database.close()
    database = Database(house.database.url)
    engine = InProcess(Courier(database, house.clock, house.conversation.playbook, house.messengers))
    house.database, house.engine = database, engine
    house.conversation = Conversation(database, DIALOGS, house.clock, house.conversation.playbook, engine.wake)
    house.log, house.notes = StoredLog(database, house.clock), StoredNotes(database)
    unhurried(house)
