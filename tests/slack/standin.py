"""Drives ``salvage serve`` against a stand-in Slack; run in a network namespace of its own, which it brings up.

``python -m tests.slack.standin BINARY http|socket FOLDER``: prints one JSON object of what a person saw.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import aiohttp

from tests.slack.actor import control, words

API, COACH = "http://localhost:3000", "http://localhost:3978"
STORY = "The migration slipped and nobody told them. Dana found out from her own staff."


def config(mode: str) -> dict[str, Any]:
    """A workspace for the stand-in."""
    return {
        "workspace": {"name": "Test", "domain": "test", "teamId": "T1"},
        "app": {
            "appId": "A1", "botUserId": "U0BOT", "botName": "salvage", "botToken": "xoxb-e2e", "appToken": "xapp-e2e",
            "signingSecret": "e2e-secret", "mode": "events" if mode == "http" else "socket",
            "requestUrl": f"{COACH}/slack/events",
        },
        "users": [{"id": "U1", "name": "priya", "real_name": "Priya", "tz": "Europe/Berlin"}],
        "channels": [
            {"id": "C1", "name": "accounts", "members": ["U1", "U0BOT"]},
            {"id": "C2", "name": "ops", "members": ["U1", "U0BOT"]},
        ],
    }  # fmt: skip


def settings(mode: str, folder: Path) -> dict[str, str]:
    """The environment that points the coach at the stand-in."""
    way = {"SLACK_APP_TOKEN": "xapp-e2e"} if mode == "socket" else {"SLACK_SIGNING_SECRET": "e2e-secret"}
    return {
        **os.environ, **way, "DATABASE_URL": f"sqlite:///{folder / 'e2e.db'}", "SLACK_BOT_TOKEN": "xoxb-e2e",
        "SLACK_API_URL": f"{API}/api/",
    }  # fmt: skip


class Person:
    """Somebody at the stand-in's browser page, without the browser."""

    def __init__(self, session: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._session = session
        self._socket = socket
        self.modal: dict[str, Any] = {}
        self.home: dict[str, Any] = {}
        self.messages: dict[str, dict[str, Any]] = {}

    async def watch(self) -> None:
        """Follow what the page would show."""
        async for message in self._socket:
            told = json.loads(message.data)
            match told["t"]:
                case "view":
                    stack = told.get("stack") or [{}]
                    self.modal = stack[-1].get("view", stack[-1])
                case "home":
                    self.home = told
                case "message" | "message_update":
                    self.messages[told["message"]["ts"]] = told["message"]

    async def control(self, path: str, **body: Any) -> None:
        """Act by the stand-in's control interface."""
        async with self._session.post(f"{API}/_control/{path}", json={"user": "U1", **body}) as answer:
            assert (await answer.json())["ok"], path

    async def submit(self, **answers: Any) -> None:
        """Send the open modal."""
        inputs = [b for b in self.modal.get("blocks", ()) if b["type"] == "input"]
        values = {b["block_id"]: {"v": control(b, answers)} for b in inputs}
        await self._socket.send_json({"t": "view_submit", "user": "U1", "values": values})

    async def until(self, what: str, seconds: float = 20) -> str:
        """Wait until these words are somewhere before the person; gives everything that is."""
        seen = ""
        for _ in range(int(seconds * 20)):
            seen = "\n".join([*(m["text"] for m in self.messages.values()), words(self.modal), json.dumps(self.home)])
            if what in seen:
                return seen
            await asyncio.sleep(0.05)
        raise SystemExit(f"never seen: {what}\n{seen}")

    async def press(self, label: str) -> None:
        """Press a button of the newest message that has it."""
        for message in reversed(list(self.messages.values())):
            for block in message.get("blocks", ()):
                for button in block.get("elements", ()):
                    if button.get("text", {}) and words(button).strip() == label and "action_id" in button:
                        action = {**button, "block_id": block.get("block_id", "b")}
                        await self.control(
                            "interact", channel=message["channel"], messageTs=message["ts"], action=action
                        )
                        return
        raise SystemExit(f"no button {label}")


async def story(person: Person) -> dict[str, str]:
    """From an unhappy client to a case, in the channel, in private and at home."""
    await person.control("command", channel="C1", command="/salvage", text="start Acme")
    await person.until("What happened?")
    await person.submit(story=STORY)
    await person.until("That sounds like")
    await person.submit(cause="They were kept in the dark")
    await person.until("Whose doing")
    await person.submit(fault="Open the case now, the rest later")
    case = await person.until("SAL-1 is open")
    await person.control("command", channel="C1", command="/salvage", text="cancel")
    await person.control(
        "command", channel="C1", command="/salvage", text="remind Acme weekly on Monday at 09:00 in <#C2|ops>"
    )
    reminder = await person.until("every Monday at 09:00, in #ops")
    await person.control("message", channel="U1", text="start Beta")
    await person.until("Beta is new to me")
    await person.control("message", channel="U1", text=STORY)
    await person.until("That sounds like")
    await person.press("They were kept in the dark")
    chat = await person.until("Whose doing was it")
    await person.control("open-home")
    home = await person.until('"home"')
    return {"case": case, "reminder": reminder, "chat": chat, "home": home}


async def ready(session: aiohttp.ClientSession, url: str) -> None:
    """Wait until something answers there."""
    for _ in range(600):
        try:
            async with session.get(url) as answer:
                if answer.status == 200:
                    return
        except aiohttp.ClientError:
            pass
        await asyncio.sleep(0.1)
    raise SystemExit(f"{url} never answered")


async def main(binary: str, mode: str, folder: Path) -> None:
    """Start both, play the story, stop both."""
    (folder / "workspace.json").write_text(json.dumps(config(mode)))
    with (folder / "standin.log").open("w") as one, (folder / "coach.log").open("w") as two:
        workspace = str(folder / "workspace.json")
        standin = await asyncio.create_subprocess_exec(binary, "--config", workspace, stdout=one, stderr=one)
        async with aiohttp.ClientSession() as session:
            coach = None
            try:
                await ready(session, f"{API}/_control/state")
                coach = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "bot", "serve", env=settings(mode, folder), stdout=two, stderr=two
                )
                await ready(session, f"{COACH}/readyz")
                async with session.ws_connect(f"{API}/ui") as socket:
                    person = Person(session, socket)
                    watching = asyncio.ensure_future(person.watch())
                    sys.stdout.write(json.dumps(await story(person)))
                    watching.cancel()
            finally:
                for process in (coach, standin):
                    if process:
                        process.terminate()
                        await process.wait()


if __name__ == "__main__":
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    asyncio.run(main(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
