"""The Slack adapter between a fake Slack and a core: the real one, or a function that answers."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.slack.app import Slack
from adapters.slack.install import build_tables
from adapters.slack.pace import Pace
from adapters.slack.tokens import SlackSettings
from bot.ports import Conversations, Inbound, Notes, Reply
from bot.view import card
from tests.fakes.notes import MemoryNotes
from tests.fakes.slack import SIGNING_SECRET, FakeSlack
from tests.house import House
from tests.slack.actor import Actor

SECRET = "an old key that nobody should use any more"


@dataclass
class Scripted:
    """A core that is one function; keeps what it was handed."""

    answer: Callable[[Inbound], Reply | Awaitable[Reply]] = lambda inbound: Reply((card("Noted."),))
    heard: list[Inbound] = field(default_factory=list)

    async def handle(self, inbound: Inbound) -> Reply:
        self.heard.append(inbound)
        answer = self.answer(inbound)
        return answer if isinstance(answer, Reply) else await answer


@dataclass
class Stage:
    """Everything a scenario needs."""

    slack: FakeSlack
    adapter: Slack
    house: House | None = None

    def actor(self, user: str, channel: str = "C1", team: str = "T1") -> Actor:
        return Actor(self.slack, user, team, channel)

    async def deliver(self) -> None:
        """Finish what is being shown and send what is due."""
        await self.adapter.settled()
        if self.house:
            await self.house.engine.drain()


def furnish(slack: FakeSlack) -> None:
    """A workspace with an owner, two members, a guest, and channels of every kind."""
    team = slack.team("T1", "xoxb-one")
    team.person("UPRIYA", "Priya")
    team.person("UOMAR", "Omar")
    team.person("USAM", "Sam", is_owner=True)
    team.person("UGUEST", "Gus", is_restricted=True)
    team.channel("C1", "accounts", ["UPRIYA", "UOMAR", "USAM"])
    team.channel("CSHARED", "client-acme", ["UPRIYA"], is_ext_shared=True, is_shared=True)
    team.channel("CPENDING", "soon-shared", ["UPRIYA"], is_pending_ext_shared=True)
    team.channel("CGUEST", "with-guest", ["UPRIYA", "UGUEST"])
    team.channel("COPS", "ops", ["UPRIYA", "UOMAR"])
    team.channel("CFAR", "far", ["UPRIYA"], without_us=True)
    team.channel("CCLOSED", "board", ["USAM"], is_private=True)
    team.group("SLEADS", "leads", ["UOMAR", "UGUEST"])
    team.channel("COLD", "old", ["UPRIYA"], is_archived=True)


async def make_tables(engine: AsyncEngine) -> None:
    metadata = MetaData()
    build_tables(metadata)
    async with engine.begin() as db:
        await db.run_sync(metadata.create_all)


@contextlib.asynccontextmanager
async def open_stage(
    core: Conversations,
    *,
    over_socket: bool = False,
    house: House | None = None,
    engine: AsyncEngine | None = None,
    secret: str = SECRET,
    listen: bool = True,
    notes: Notes | None = None,
) -> AsyncIterator[Stage]:
    """The adapter, started, with Slack on the other side; with an ``engine``, for many workspaces."""
    async with FakeSlack() as slack:
        furnish(slack)
        settings = SlackSettings(
            bot_token="" if engine else "xoxb-one",
            client_id="111.222" if engine else "",
            client_secret="shh" if engine else "",
            secret_key=secret if engine else "",
            signing_secret=SIGNING_SECRET,
            api_url=slack.api_url,
            app_token="xapp-1" if over_socket else "",
        )
        if engine:
            await make_tables(engine)
        adapter = Slack(
            settings, core, notes or (house.notes if house else MemoryNotes()), engine=engine, pace=Pace(gap=0.0)
        )
        if house:
            house.messengers["slack"] = adapter.messenger
        app = web.Application()
        app.add_routes(adapter.routes())
        server = TestServer(app)
        await server.start_server()
        slack.app_url = str(server.make_url("/slack/events"))
        slack.over_socket = over_socket
        await adapter.start(listen=listen)
        await adapter.connected()
        try:
            yield Stage(slack, adapter, house)
        finally:
            await adapter.stop()
            await server.close()


@contextlib.asynccontextmanager
async def second_adapter(stage: Stage, house: House) -> AsyncIterator[Slack]:
    """Another process of the same coach, connected as well."""
    settings = SlackSettings(bot_token="xoxb-one", api_url=stage.slack.api_url, app_token="xapp-1")
    adapter = Slack(settings, house.conversation, house.notes, pace=Pace(gap=0.0))
    await adapter.start()
    await adapter.connected()
    try:
        yield adapter
    finally:
        await adapter.stop()
