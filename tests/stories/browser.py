"""The browser chat as a stage: what the page posts over HTTP, and what its log then shows."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterable
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from adapters.web.app import mount
from bot.local import TENANT, person_key
from bot.ports import LocalMessage, Role
from tests.house import House
from tests.stories.stage import Line, Posted, Seen, begin_again, single_blanks
from tests.stories.terminal import Sitter, TerminalStage


class Visitor:
    """Somebody with the page open."""

    def __init__(self, stage: BrowserStage, name: str, role: str) -> None:
        self.stage, self.name, self.role = stage, name, role
        self.key = person_key(name)
        self.word = "client-acme" if role == "client" else "private"
        self.seen = Seen()

    async def say(self, words: str) -> str:
        return await self._sends(act="say", text=words)

    async def say_twice(self, words: str) -> str:
        return await self._sends(times=2, act="say", text=words)

    async def press(self, label: str) -> str:
        return await self._sends(**(await self._control(label)))

    async def press_twice(self, label: str) -> str:
        return await self._sends(times=2, **(await self._control(label)))

    async def _control(self, label: str) -> dict[str, Any]:
        for shown in reversed(await self._private()):
            for action in shown.card.actions:
                if action.label == label:
                    return {"act": "press", "value": action.value, "message": shown.id}
        raise AssertionError(f"no button {label!r} before {self.name}")

    async def fill(self, **answers: str) -> str:
        shown = next(m for m in reversed(await self._own()) if m.card.form)
        assert shown.card.form
        sent: dict[str, Any] = {"act": "submit", "conversation": shown.card.form.conversation, "answers": answers}
        return await self._sends(word=_word(shown.place), message=shown.id, **sent)

    async def ask_in_channel(self, words: str) -> str:
        return await self._sends(word="accounts", act="say", text=f"/salvage {words}")

    async def press_on(self, posted: Posted, label: str) -> str:
        sent = {"act": "press", "value": posted.controls[label], "message": int(posted.id)}
        return await self._sends(word="accounts", **sent)

    async def forge(self, value: str) -> str:
        return await self._sends(act="press", value=value)

    async def _sends(self, *, times: int = 1, word: str = "", **data: Any) -> str:
        await self._look()
        own = {"event": str(uuid.uuid4()), "as": self.name, "role": self.role, "in": word or self.word}
        sent = {**own, "zone": "Europe/Berlin", **data}
        for status in await asyncio.gather(*(self.stage.turn(sent) for _ in range(times))):
            assert status == 200
        return await self.news()

    async def _own(self) -> list[LocalMessage]:
        """What the coach showed to this person alone, oldest first."""
        key = f"{self.key}@client" if self.role == "client" else self.key
        rows = await self.stage.house.log.since(0, person=key)
        return sorted((m for m in rows if m.to == key and not m.author), key=lambda m: m.id)

    async def _private(self) -> list[LocalMessage]:
        return [m for m in await self._own() if m.place.startswith("@")]

    async def news(self) -> str:
        await self.stage.deliver()
        return await self._look()

    async def _look(self) -> str:
        """What is new on the page, without waiting for more."""
        return self.seen.fresh([(str(m.id), m.card.text) for m in await self._own()])

    async def reads(self) -> str:
        await self.news()
        return single_blanks("\n".join(self.seen.history))


def _word(place: str) -> str:
    return "private" if place.startswith("@") else place.removeprefix(f"{TENANT}:#")


class BrowserStage(TerminalStage):
    """The browser chat, beside the terminal's own local places."""

    platform = "browser"
    client: TestClient[Any, Any]

    @classmethod
    async def open(cls, house: House) -> BrowserStage:
        """The page, served on this machine."""
        stage = cls(house)
        await stage._start()
        return stage

    async def _start(self) -> None:
        app = web.Application()
        mount(app, Line(self.house), self.house.log, self.house.clock, host="127.0.0.1")
        self.client = TestClient(TestServer(app))
        await self.client.start_server()

    async def turn(self, sent: dict[str, Any]) -> int:
        """What the page posts; gives the status."""
        async with self.client.post("/chat/turn", json=sent) as answer:
            return answer.status

    async def person(self, name: str, role: Role = Role.member) -> Visitor:  # type: ignore[override] # its own kind
        visitor = Visitor(self, name, str(role))
        await visitor.ask_in_channel("home")
        return visitor

    async def outsider(self, name: str) -> Visitor:  # type: ignore[override] # its own kind
        return Visitor(self, name, "client")

    async def stranger(self, name: str) -> Sitter:
        """The page knows one team only; whoever is not of it comes another way."""
        return await super().stranger(name)

    async def restart(self) -> None:
        await self.client.close()
        await begin_again(self.house)
        self.follow_house()
        await self._start()

    def sent(self) -> Iterable[Any]:
        return ()

    async def close(self) -> None:
        await self.client.close()
        await super().close()
