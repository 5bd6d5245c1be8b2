"""Slack as a stage: signed requests over HTTP into the adapter, and a Slack that refuses what the real one refuses."""

from __future__ import annotations

import asyncio
import html
import json
import re
from collections.abc import Iterable
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.slack.app import Slack
from adapters.slack.pace import Pace
from adapters.slack.tokens import SlackSettings
from bot.ports import Role
from tests.fakes.slack import SIGNING_SECRET, FakeSlack, Message
from tests.house import House
from tests.slack.actor import Actor, words
from tests.stories.stage import Line, Posted, Seen, begin_again, single_blanks, unhurried

TEAM, ROOM = "T1", "C1"
_PING = re.compile(r"<(?:!|@|#)[^>]*>")


UNREAD = ("plain_text", "raw_text", "text")
"""Kinds of text object in which Slack looks for nothing."""


def as_slack_sends(text: str) -> str:
    """Typed words as Slack hands them to an app."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class SlackPerson:
    """Somebody in a workspace."""

    def __init__(self, stage: SlackStage, actor: Actor, name: str) -> None:
        self.stage, self.actor, self.name = stage, actor, name
        self.seen = Seen()

    async def say(self, words: str) -> str:
        self._look()
        await self.actor.say(as_slack_sends(words))
        return await self.news()

    async def say_twice(self, words: str) -> str:
        self._look()
        ts = self.stage.slack.ts()
        await asyncio.gather(*(self.actor.say(as_slack_sends(words), ts=ts) for _ in range(2)))
        return await self.news()

    async def press(self, label: str) -> str:
        return await self._pressed(label, self._message(label))

    async def press_twice(self, label: str) -> str:
        return await self._pressed(label, self._message(label), times=2)

    async def _pressed(self, label: str, message: Message, times: int = 1) -> str:
        self._look()
        button = next(b for b in message.buttons if b.get("text", {}).get("text") == label)
        body = self.actor.press_payload(message, button)
        await asyncio.gather(*(self.stage.slack.deliver("interactive", body) for _ in range(times)))
        return await self.news()

    def _message(self, label: str) -> Message:
        for message in reversed(self._private()):
            if any(b.get("text", {}).get("text") == label for b in message.buttons):
                return message
        raise AssertionError(f"no button {label!r} before {self.name}: {[m.text for m in self._private()[-3:]]}")

    async def fill(self, **answers: str) -> str:
        await self.actor.submit(**answers)
        return await self.news()

    async def ask_in_channel(self, words: str) -> str:
        self._look()
        await self.actor.command(as_slack_sends(words))
        return await self.news()

    async def press_on(self, posted: Posted, label: str) -> str:
        self._look()
        message = self.stage.slack.message(ROOM, posted.id)
        await self.stage.slack.deliver("interactive", self.actor.press_payload(message, posted.controls[label]))
        return await self.news()

    async def forge(self, value: str) -> str:
        self._look()
        message = Message(self.actor.chat, self.stage.slack.ts(), "forged", [], "UBOT")
        button = {"action_id": "a:0", "type": "button", "value": value}
        await self.stage.slack.deliver("interactive", self.actor.press_payload(message, button))
        return await self.news()

    def _private(self) -> list[Message]:
        """What only this person reads: their chat with the coach, and what is shown to them alone."""
        own = [m for m in self.stage.slack.messages if m.only == self.actor.user or m.channel == self.actor.chat]
        return [m for m in own if m.user == "UBOT"]

    async def news(self) -> str:
        await self.stage.deliver()
        return self._look()

    def _look(self) -> str:
        """What is new on the screen, without waiting for more."""
        shown = [(f"{m.channel}:{m.ts}", html.unescape(m.text)) for m in self._private()]
        if self.actor.user in self.stage.slack.modals:
            modal = self.actor.modal
            shown.append((f"modal:{modal.id}", html.unescape(words(modal.payload))))
        return self.seen.fresh(shown)

    async def reads(self) -> str:
        await self.news()
        return single_blanks("\n".join(self.seen.history))


class SlackStage:
    """Slack over HTTP, with the whole coach behind it."""

    platform = "slack"

    def __init__(self, house: House, slack: FakeSlack) -> None:
        self.house, self.slack = house, slack
        self.adapter: Slack
        self.server: TestServer
        unhurried(house)

    @classmethod
    async def open(cls, house: House) -> SlackStage:
        """A workspace with one channel and nobody in it yet."""
        slack = await FakeSlack().__aenter__()
        team = slack.team(TEAM, "xoxb-one")
        team.channel(ROOM, "accounts", [])
        stage = cls(house, slack)
        await stage._start()
        return stage

    async def _start(self) -> None:
        settings = SlackSettings(
            bot_token="xoxb-one", signing_secret=SIGNING_SECRET, api_url=self.slack.api_url, client_id="",
            client_secret="", secret_key="", app_token="",
        )  # fmt: skip
        self.adapter = Slack(settings, Line(self.house), self.house.notes, pace=Pace(gap=0.0))
        self.house.messengers["slack"] = self.adapter.messenger
        app = web.Application()
        app.add_routes(self.adapter.routes())
        self.server = TestServer(app)
        await self.server.start_server()
        self.slack.app_url = str(self.server.make_url("/slack/events"))
        await self.adapter.start()

    async def person(self, name: str, role: Role = Role.member) -> SlackPerson:
        person = await self._someone(name, is_owner=role is not Role.member)
        await person.ask_in_channel("home")
        return person

    async def outsider(self, name: str) -> SlackPerson:
        return await self._someone(name, is_restricted=True)

    async def _someone(self, name: str, **more: bool) -> SlackPerson:
        user = f"U{name.upper()}"
        team = self.slack.teams[TEAM]
        team.person(user, name, **more)
        # Whoever writes to the coach has a chat with it.
        team.channels[f"D{user}"] = {"id": f"D{user}", "is_im": True, "user": user}
        team.members[f"D{user}"] = ["UBOT", user]
        if not more.get("is_restricted"):
            team.members[ROOM].append(user)
        return SlackPerson(self, Actor(self.slack, user, TEAM, ROOM), name)

    async def stranger(self, name: str) -> SlackPerson:
        other = self.slack.team("T2", "xoxb-two")
        other.person(f"U{name.upper()}", name)
        other.channel("C9", "theirs", [f"U{name.upper()}"])
        return SlackPerson(self, Actor(self.slack, f"U{name.upper()}", "T2", "C9"), name)

    async def posted(self) -> list[Posted]:
        await self.deliver()
        return [
            Posted(m.ts, single_blanks(html.unescape(m.text)), {b["text"]["text"]: b for b in m.buttons if "text" in b})
            for m in self.slack.messages
            if m.channel == ROOM and not m.only and m.user == "UBOT"
        ]

    async def opens_up(self) -> None:
        self.slack.teams[TEAM].channels[ROOM]["is_ext_shared"] = True
        # What was seen a moment ago may be believed for a minute; the story does not wait that long.
        self.adapter._turns._places.forget_all(TEAM)

    async def joins(self, name: str) -> None:
        person = await self._someone(name)
        await person.actor.event({"type": "member_joined_channel", "channel": ROOM, "user": person.actor.user})

    async def leaves(self, name: str) -> None:
        user = f"U{name.upper()}"
        record = self.slack.teams[TEAM].users[user]
        record["deleted"] = True
        await Actor(self.slack, user, TEAM, ROOM).event({"type": "user_change", "user": record})

    async def restart(self) -> None:
        await self._stop()
        await begin_again(self.house)
        await self._start()

    async def _stop(self) -> None:
        await self.adapter.stop()
        await self.server.close()

    async def deliver(self) -> None:
        await self.adapter.settled()
        await self.house.engine.drain()

    def sent(self) -> Iterable[Any]:
        return [body for _, body in self.slack.calls] + [v.payload for v in self.slack.modals.values()]

    def pings(self) -> list[str]:
        """Whatever Slack would read as a mention, in the words it reads as markup."""
        return [p for text in _marked_up(list(self.sent())) for p in _PING.findall(text) if not p.startswith("<#")]

    async def close(self) -> None:
        await self._stop()
        await self.house.engine.close()
        await self.house.database.close()
        await self.slack.__aexit__()


def _marked_up(node: Any) -> Iterable[str]:
    """The strings of a payload in which Slack looks for mentions: all but those of plain text objects."""
    if isinstance(node, list | tuple):
        for child in node:
            yield from _marked_up(child)
    if isinstance(node, dict) and node.get("type") not in UNREAD:
        for key, child in node.items():
            if key == "text" and isinstance(child, str):
                yield child
            elif isinstance(child, str) and child[:1] in "[{" and key in ("blocks", "view"):
                yield from _marked_up(json.loads(child))
            else:
                yield from _marked_up(child)
