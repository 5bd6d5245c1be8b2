"""Teams as a stage: signed activities over HTTP into the adapter, and a Bot Connector that enforces what is real."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, ClassVar

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from adapters.teams.app import Teams
from adapters.teams.pace import Pace
from adapters.teams.settings import TeamsSettings
from bot.config import Settings
from bot.naming import name_role
from bot.ports import Role
from tests.fakes.teams import (
    APP,
    CHANNEL,
    OTHER_TENANT,
    SECRET,
    TEAM,
    TENANT,
    FakeTeams,
    activity,
    execute,
    member,
    mentioning,
    walk,
)
from tests.house import House
from tests.stories.stage import Line, Posted, Seen, begin_again, single_blanks, unhurried

FAST = Pace(((100_000, 1.0),))


class PatientTeams(FakeTeams):
    """A Connector that does not count how fast it is written to: the clock of a story stands still."""

    _made: ClassVar[dict[str, Any]] = {}

    def add_key(self, kid: str, endorsements: tuple[str, ...] = ("msteams", "webchat")) -> None:
        """A key made once for all stories, since making one takes a while."""
        if kid not in self._made:
            super().add_key(kid, endorsements)
            self._made[kid] = self.keys[kid]
        self.keys[kid], self.listed[kid] = self._made[kid], list(endorsements)

    async def _weighed(self, request: web.Request) -> web.Response | None:
        self._times.clear()
        return await super()._weighed(request)


def words_of(node: Any) -> str:
    """What a card or message says, in order; the runs of a paragraph as one."""
    if isinstance(node, list):
        return "\n".join(w for w in map(words_of, node) if w)
    if not isinstance(node, dict):
        return ""
    match node.get("type"):
        case "RichTextBlock":
            return "".join(run if isinstance(run, str) else run.get("text", "") for run in node["inlines"])
        case "Action.Execute" | "Action.Submit":
            return str(node.get("title", ""))
        case "message":
            return words_of(node.get("attachments", [])) or str(node.get("text", ""))
    own = [
        str(node[key]) for key in ("title", "label", "text", "value", "errorMessage") if isinstance(node.get(key), str)
    ]
    return "\n".join([*own, *(words_of(v) for k, v in node.items() if isinstance(v, list | dict) and k != "fallback")])


def controls_of(node: Any) -> dict[str, Any]:
    """The buttons of a card or message, by label."""
    return {n["title"]: n["data"] for n in walk(node) if n.get("type") == "Action.Execute"}


class TeamsPerson:
    """Somebody in Teams."""

    def __init__(self, stage: TeamsStage, name: str, **more: Any) -> None:
        self.stage, self.name, self.more = stage, name, more
        self.chat = f"a:{name}"
        self.seen = Seen()
        self.cards: list[tuple[str, Any]] = []
        self.clicks = 0

    async def say(self, words: str) -> str:
        return await self._sends(activity(text=words, by=self.name, **self.more))

    async def say_twice(self, words: str) -> str:
        return await self._sends(activity(text=words, by=self.name, **self.more), times=2)

    async def press(self, label: str) -> str:
        return await self._press(label)

    async def press_twice(self, label: str) -> str:
        return await self._press(label, times=2)

    async def _press(self, label: str, times: int = 1) -> str:
        self._look()
        on, data = self._control(label)
        return await self._sends(self._click(data, on), times=times)

    def _click(self, data: Any, on: str, **more: Any) -> dict[str, Any]:
        self.clicks += 1
        stamp = f"2026-11-02T{self.clicks // 60 % 24:02}:{self.clicks % 60:02}:00Z"
        return execute(data, on=on, by=self.name, timestamp=stamp, **{**self.more, **more})

    async def fill(self, **answers: str) -> str:
        self._look()
        for on, shown in reversed(self.cards):
            for node in walk(shown):
                if node.get("type") == "Action.Execute" and "form" in node["data"]:
                    data = {**node["data"], **{f"text.{key}": value for key, value in answers.items()}}
                    return await self._sends(self._click(data, on))
        raise AssertionError("no form is open")

    async def ask_in_channel(self, words: str) -> str:
        return await self._sends(mentioning(words, by=self.name))

    async def press_on(self, posted: Posted, label: str) -> str:
        return await self._sends(self._click(posted.controls[label], posted.id, where="channel"))

    async def forge(self, value: str) -> str:
        return await self._sends(self._click({"press": value}, "forged"))

    def _control(self, label: str) -> tuple[str, Any]:
        for on, shown in reversed(self.cards):
            if label in controls_of(shown):
                return on, controls_of(shown)[label]
        raise AssertionError(f"no button {label!r} before {self.name}: {[words_of(c) for _, c in self.cards[-3:]]}")

    async def _sends(self, sent: dict[str, Any], times: int = 1) -> str:
        self._look()
        answers = await asyncio.gather(*(self.stage.receives(sent) for _ in range(times)))
        told = []
        for body in answers:
            value = body.get("value") if body else None
            if isinstance(value, dict):
                self.cards.append((sent.get("replyToId", ""), value))
            told.append(value if isinstance(value, str) else words_of(value))
        said = self.seen.fresh((f"answer:{self.clicks}:{sent['id']}:{n}", w) for n, w in enumerate(told) if w)
        return single_blanks(f"{said} {await self.news()}")

    async def news(self) -> str:
        await self.stage.deliver()
        return self._look()

    def _look(self) -> str:
        """What is new on the screen, without waiting for more."""
        there = self.stage.fake.sent[self.chat]
        known = {on for on, _ in self.cards}
        self.cards += [(m["id"], m) for m in there if m["id"] not in known]
        return self.seen.fresh((m["id"], words_of(m)) for m in there)

    async def reads(self) -> str:
        await self.news()
        return single_blanks("\n".join(self.seen.history))


class TeamsStage:
    """Teams, with the whole coach behind it."""

    platform = "teams"

    def __init__(self, house: House, fake: FakeTeams, server: TestServer) -> None:
        self.house, self.fake, self.server = house, fake, server
        self.teams: Teams
        self.client: TestClient[Any, Any]
        unhurried(house)

    @classmethod
    async def open(cls, house: House) -> TeamsStage:
        """A team with one channel."""
        fake = PatientTeams()
        server = TestServer(fake.app())
        await server.start_server()
        fake.url = str(server.make_url("")).rstrip("/")
        stage = cls(house, fake, server)
        fake.members[CHANNEL] = []
        await stage._start()
        return stage

    async def _start(self) -> None:
        settings = TeamsSettings(
            app_id=APP, app_password=SECRET, tenant_id="", app_type="MultiTenant", openid_url=f"{self.fake.url}/openid",
            sign_in_url=self.fake.url, service_hosts=(self.fake.url,),
        )  # fmt: skip
        self.teams = Teams(settings, Line(self.house), self.house.notes)
        self.teams._messenger._pace = FAST
        self.house.messengers["teams"] = self.teams.messenger
        app = web.Application()
        app.add_routes(self.teams.routes())
        self.client = TestClient(TestServer(app))
        await self.client.start_server()
        await self.teams.start()

    async def receives(self, sent: dict[str, Any]) -> Any:
        """Teams delivers an activity; gives the body of the answer."""
        headers = {"Authorization": f"Bearer {self.fake.token()}"}
        async with self.client.post(
            "/api/messages", json={**sent, "serviceUrl": self.fake.url}, headers=headers
        ) as got:
            assert got.status == 200, await got.text()
            return await got.json() if await got.read() else None

    async def person(self, name: str, role: Role = Role.member) -> TeamsPerson:
        self.fake.members[CHANNEL].append(member(name))
        person = TeamsPerson(self, name)
        await self.receives(activity("installationUpdate", action="add", by=name))
        await person.ask_in_channel("home")
        if role is not Role.member:
            # Teams tells no roles, so the operator says them.
            await name_role(Settings(database_url=self.house.database.url), name, role, f"teams:{TENANT}")
        return person

    async def outsider(self, name: str) -> TeamsPerson:
        self.fake.members[f"a:{name}"] = [member(name, userRole="guest")]
        return TeamsPerson(self, name)

    async def stranger(self, name: str) -> TeamsPerson:
        self.fake.members[f"a:{name}"] = [member(name, tenantId=OTHER_TENANT)]
        own = {
            "conversation": {"id": f"a:{name}", "conversationType": "personal"},
            "channelData": {"tenant": {"id": OTHER_TENANT}},
        }
        return TeamsPerson(self, name, **own)

    async def posted(self) -> list[Posted]:
        await self.deliver()
        return [Posted(m["id"], single_blanks(words_of(m)), controls_of(m)) for t in self.fake.threads() for m in t]

    async def opens_up(self) -> None:
        self.fake.channels[TEAM][0]["type"] = "shared"
        # What was seen a moment ago may be believed for a minute; the story does not wait that long.
        self.teams._audience.forget(f"teams:{TENANT}:{CHANNEL}")

    async def joins(self, name: str) -> None:
        self.fake.members[CHANNEL].append(member(name))
        changed = activity("conversationUpdate", where="channel", membersAdded=[{"id": f"29:{name}"}])
        changed["channelData"]["eventType"] = "teamMemberAdded"
        await self.receives(changed)

    async def leaves(self, name: str) -> None:
        self.fake.members[CHANNEL] = [m for m in self.fake.members[CHANNEL] if m["name"] != name]
        self.fake.gone.add(f"a:{name}")
        changed = activity("conversationUpdate", where="channel", membersRemoved=[member(name)])
        changed["channelData"]["eventType"] = "teamMemberRemoved"
        await self.receives(changed)

    async def restart(self) -> None:
        await self._stop()
        await begin_again(self.house)
        await self._start()

    async def _stop(self) -> None:
        await self.teams.stop()
        await self.client.close()

    async def deliver(self) -> None:
        while self.teams._running:
            await asyncio.wait(set(self.teams._running))
        await self.house.engine.drain()

    def sent(self) -> Iterable[Any]:
        return [m for messages in self.fake.sent.values() for m in messages]

    def pings(self) -> list[str]:
        """Teams notifies by mention entities only, and by ``<at>`` where it stands in a message's own text."""
        return [str(n) for n in walk(list(self.sent())) if n.get("type") == "mention"] + [
            m["text"] for m in self.sent() if "<at" in m.get("text", "")
        ]

    async def close(self) -> None:
        await self._stop()
        await self.house.engine.close()
        await self.house.database.close()
        await self.server.close()
