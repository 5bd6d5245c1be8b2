from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from adapters.teams.app import Teams
from adapters.teams.settings import TeamsSettings
from bot.ports import Inbound, Reply
from bot.view import card
from tests.fakes.notes import MemoryNotes
from tests.fakes.teams import APP, SECRET, SERVICE_URL, TENANT, FakeTeams, Heard


class Bot:
    """The adapter under test, behind real HTTP, and what its coach heard."""

    def __init__(self, fake: FakeTeams, teams: Teams, heard: Heard, notes: MemoryNotes, client: TestClient[Any, Any]):
        self.fake, self.teams, self.heard, self.notes, self.client = fake, teams, heard, notes, client

    async def receives(self, sent: dict[str, Any], *, token: str | None = None) -> tuple[int, Any]:
        """Teams delivers an activity; gives the status and the body's JSON."""
        if sent.get("serviceUrl") == SERVICE_URL:
            sent = {**sent, "serviceUrl": self.fake.url}
        headers = {"Authorization": f"Bearer {self.fake.token() if token is None else token}"}
        async with self.client.post("/api/messages", json=sent, headers=headers) as answer:
            body = await answer.read()
            return answer.status, (await answer.json() if body and answer.ok else None)


def echo(inbound: Inbound) -> Reply:
    return Reply((card(f"heard: {inbound.act}"),))


Start = Callable[..., Awaitable[Bot]]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    closing: list[Any] = []

    async def started(
        answer: Any = echo, *, notes: MemoryNotes | None = None, fake: FakeTeams | None = None, **more: Any
    ) -> Bot:
        if fake is None:
            fake = FakeTeams()
            server = TestServer(fake.app())
            await server.start_server()
            closing.append(server.close)
            fake.url = str(server.make_url("")).rstrip("/")
        settings = TeamsSettings(
            app_id=APP, app_password=SECRET, tenant_id=TENANT, openid_url=f"{fake.url}/openid",
            sign_in_url=fake.url, service_hosts=(fake.url,),
        )  # fmt: skip
        heard, kept = Heard(answer), notes or MemoryNotes()
        teams = Teams(replace(settings, **more), heard, kept)
        app = web.Application()
        app.add_routes(teams.routes())
        client = TestClient(TestServer(app))
        await client.start_server()
        await teams.start()
        closing.extend([teams.stop, client.close])
        return Bot(fake, teams, heard, kept, client)

    yield started
    for close in reversed(closing):
        await close()
