"""A small Slack on loopback that refuses what the real one refuses: limits, paces, dead triggers, used-up addresses.

It signs what it sends over HTTP, speaks Socket Mode, and keeps what each person would see.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import time
import urllib.parse
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.slack.checks import problems, view_problems

Json = dict[str, Any]
SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


@dataclass
class Message:
    """Something in a channel; ``only`` names the one person who sees it."""

    channel: str
    ts: str
    text: str
    blocks: list[Json]
    user: str = ""
    only: str = ""
    thread_ts: str = ""
    metadata: Json = field(default_factory=dict)
    edits: int = 0

    @property
    def buttons(self) -> list[Json]:
        return [e for b in self.blocks for e in b.get("elements", ()) if "action_id" in e]


@dataclass
class View:
    """A modal or a home tab as a person has it before them."""

    id: str
    team: str
    user: str
    payload: Json
    hash: str

    @property
    def buttons(self) -> list[Json]:
        return [e for b in self.payload["blocks"] for e in b.get("elements", ()) if "action_id" in e]

    @property
    def inputs(self) -> dict[str, Json]:
        return {b["block_id"]: b for b in self.payload["blocks"] if b["type"] == "input"}


@dataclass
class Team:
    """A workspace: its people and channels, and the coach's token in it."""

    id: str
    token: str
    users: dict[str, Json] = field(default_factory=dict)
    channels: dict[str, Json] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)
    groups: dict[str, Json] = field(default_factory=dict)
    enterprise: str = ""

    def person(self, user: str, name: str, **more: Any) -> str:
        """Add somebody."""
        profile = {"display_name": name, "real_name": name}
        self.users[user] = {
            "id": user, "team_id": self.id, "name": name.lower(), "tz": "Europe/Berlin", "profile": profile, **more,
        }  # fmt: skip
        return user

    def channel(self, channel: str, name: str, members: list[str], *, without_us: bool = False, **more: Any) -> str:
        """Add a channel, with the coach in it."""
        self.channels[channel] = {"id": channel, "name": name, "is_channel": True, **more}
        self.members[channel] = [*members] if without_us else ["UBOT", *members]
        return channel

    def group(self, group: str, handle: str, users: list[str], **more: Any) -> str:
        """Add a user group."""
        self.groups[group] = {"id": group, "name": handle.title(), "handle": handle, "users": users, **more}
        return group


class Refused(Exception):
    """An ``ok: false``."""


class FakeSlack:
    """The server, what it keeps, and the ways to act as Slack."""

    def __init__(self) -> None:
        self.teams: dict[str, Team] = {}
        self.messages: list[Message] = []
        self.modals: dict[str, View] = {}
        self.homes: dict[str, View] = {}
        self.files: dict[str, bytes] = {}
        self.calls: list[tuple[str, Json]] = []
        self.statuses: list[Json] = []
        self.prompts: list[Json] = []
        self.payloads: list[list[Json]] = []
        self.views: list[Json] = []  # every modal and home tab ever taken
        self.refused: list[str] = []
        self.failing: dict[str, list[Any]] = defaultdict(list)
        self.revoked: dict[str, str] = {}
        self.slow: dict[str, float] = {}
        self.quick: dict[str, int] = defaultdict(int)  # how many more calls of a slow method are not slow yet
        self.stuck = asyncio.Event()  # a slow call has begun
        self.dropping: set[str] = set()  # methods whose connection breaks before an answer
        self.after: dict[str, str] = {}  # a method that is answered only once another was asked, too
        self._asked: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self.keeps_pace = False
        self.expires_in: dict[str, int] = {}
        self.refreshed: set[str] = set()
        self.codes: dict[str, Json] = {}
        self._posted: dict[str, float] = {}
        self._numbers = itertools.count(1)
        self._triggers: dict[str, tuple[float, bool]] = {}
        self._responses: dict[str, tuple[float, int, str, str, str]] = {}
        self._sockets: list[web.WebSocketResponse] = []
        self._acks: dict[str, asyncio.Future[Json]] = {}
        self.aged = 0.0
        self.app_url = ""
        self.over_socket = False
        self.connected = asyncio.Event()
        self.to_all = False
        self._server = TestServer(self._web())
        self._session: aiohttp.ClientSession | None = None

    # --- life ------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> FakeSlack:
        await self._server.start_server()
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._session is not None
        await self._session.close()
        for socket in self._sockets:
            await socket.close()
        await self._server.close()

    @property
    def api_url(self) -> str:
        return str(self._server.make_url("/api/"))

    def team(self, team: str = "T1", token: str = "xoxb-one", enterprise: str = "") -> Team:
        """Add a workspace."""
        made = self.teams[team] = Team(team, token, enterprise=enterprise)
        return made

    def _web(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/response/{id}", self._response)
        app.router.add_post("/upload/{id}", self._upload)
        app.router.add_get("/socket", self._socket)
        return app

    def _now(self) -> float:
        return time.monotonic() + self.aged

    def number(self) -> int:
        return next(self._numbers)

    def ts(self) -> str:
        return f"1700000000.{self.number():06d}"

    # --- the Web API -----------------------------------------------------------------------------------------

    async def _api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        body = await _body(request)
        self.calls.append((method, body))
        if method in self.dropping and request.transport:
            request.transport.close()
        self._asked[method].set()
        if method in self.after:
            await self._asked[self.after[method]].wait()
        await self._slowly(method)
        wrong = self.failing[method].pop(0) if self.failing[method] else None
        if wrong is not None:
            if isinstance(wrong, int):
                return web.json_response({"ok": False, "error": "oops"}, status=wrong)
            if isinstance(wrong, tuple):
                return _limited(wrong[1])
            return web.json_response({"ok": False, "error": wrong})
        answer: Callable[[Json, Team], Json] | None = getattr(self, "_" + method.replace(".", "_"), None)
        if answer is None:
            return web.json_response({"ok": False, "error": "unknown_method"})
        try:
            if method in ("oauth.v2.access", "apps.connections.open"):
                return web.json_response({"ok": True, **answer(body, Team("", ""))})
            team = self._authorised(request, body)
            if method == "chat.postMessage" and self.keeps_pace and self._too_fast(body.get("channel", "")):
                return _limited(1)
            return web.json_response({"ok": True, **answer(body, team)})
        except Refused as no:
            return web.json_response({"ok": False, "error": str(no)})

    async def _slowly(self, method: str) -> None:
        self.quick[method] -= 1
        if method in self.slow and self.quick[method] < 0:
            self.stuck.set()
            await asyncio.sleep(self.slow[method])

    def _authorised(self, request: web.Request, body: Json) -> Team:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or body.get("token", "")
        if token in self.revoked:
            raise Refused(self.revoked[token])
        for team in self.teams.values():
            if team.token == token:
                return team
        raise Refused("invalid_auth" if token else "not_authed")

    def _too_fast(self, channel: str) -> bool:
        now = time.monotonic()
        fast = now - self._posted.get(channel, -9.0) < 0.95
        self._posted[channel] = now
        return fast

    def _auth_test(self, body: Json, team: Team) -> Json:
        return {"team_id": team.id, "enterprise_id": team.enterprise, "user_id": "UBOT", "bot_id": "BBOT", "url": "x"}

    def _known(self, channel: str, team: Team) -> Json:
        if channel not in team.channels:
            raise Refused("channel_not_found")
        if "UBOT" not in team.members[channel]:
            raise Refused("not_in_channel")
        if team.channels[channel].get("is_archived"):
            raise Refused("is_archived")
        return team.channels[channel]

    def _take(self, body: Json) -> tuple[str, list[Json]]:
        blocks, text = body.get("blocks") or [], body.get("text") or ""
        wrong = problems(blocks, 50)
        if wrong:
            self.refused += wrong
            raise Refused("msg_blocks_too_long" if wrong == ["msg_blocks_too_long"] else f"invalid_blocks: {wrong}")
        if not text:
            raise Refused("no_text")
        self.payloads.append(blocks)
        return text, blocks

    def _chat_postMessage(self, body: Json, team: Team) -> Json:  # noqa: N802
        self._known(body["channel"], team)
        text, blocks = self._take(body)
        made = Message(
            body["channel"], self.ts(), text, blocks, "UBOT", thread_ts=body.get("thread_ts") or "",
            metadata=body.get("metadata") or {},
        )  # fmt: skip
        self.messages.append(made)
        return {"ts": made.ts, "channel": made.channel}

    def _chat_postEphemeral(self, body: Json, team: Team) -> Json:  # noqa: N802
        self._known(body["channel"], team)
        text, blocks = self._take(body)
        self.messages.append(Message(body["channel"], self.ts(), text, blocks, "UBOT", only=body["user"]))
        return {"message_ts": self.messages[-1].ts}

    def _chat_update(self, body: Json, team: Team) -> Json:
        message = self.message(body["channel"], body["ts"])
        message.text, message.blocks = self._take(body)
        message.edits += 1
        return {"ts": message.ts, "channel": message.channel}

    def _chat_delete(self, body: Json, team: Team) -> Json:
        self.messages.remove(self.message(body["channel"], body["ts"]))
        return {}

    def message(self, channel: str, ts: str) -> Message:
        for message in self.messages:
            if (message.channel, message.ts) == (channel, ts) and not message.only:
                return message
        raise Refused("message_not_found")

    def change_id(self, team: str, old: str, new: str) -> None:
        """Give a channel another id, under which its messages are found from now on."""
        there = self.teams[team]
        there.channels[new] = {**there.channels.pop(old), "id": new}
        there.members[new] = there.members.pop(old)
        for message in self.messages:
            message.channel = new if message.channel == old else message.channel

    def _conversations_open(self, body: Json, team: Team) -> Json:
        user = body["users"]
        if user not in team.users:
            raise Refused("user_not_found")
        if team.users[user].get("deleted"):
            raise Refused("user_disabled")
        channel = f"D{user}"
        team.channels.setdefault(channel, {"id": channel, "is_im": True, "user": user})
        team.members[channel] = ["UBOT", user]
        return {"channel": {"id": channel}}

    def _conversations_info(self, body: Json, team: Team) -> Json:
        if body["channel"] not in team.channels:
            raise Refused("channel_not_found")
        channel, inside = team.channels[body["channel"]], "UBOT" in team.members.get(body["channel"], ())
        if channel.get("is_private") and not inside:
            raise Refused("channel_not_found")
        return {"channel": channel if channel.get("is_im") else {"is_member": inside, **channel}}

    def _users_conversations(self, body: Json, team: Team) -> Json:
        mine = [c for c in team.channels.values() if "UBOT" in team.members.get(c["id"], ()) and not c.get("is_im")]
        return {"channels": [c for c in mine if not c.get("is_archived")], "response_metadata": {"next_cursor": ""}}

    def _usergroups_list(self, body: Json, team: Team) -> Json:
        shown = [g for g in team.groups.values() if not g.get("date_delete")]
        with_users = str(body.get("include_users")).casefold() in ("1", "true")
        return {"usergroups": [g if with_users else {k: v for k, v in g.items() if k != "users"} for g in shown]}

    def _conversations_members(self, body: Json, team: Team) -> Json:
        members = team.members[body["channel"]]
        start = int(body.get("cursor") or 0)
        size = int(body.get("limit") or 100)
        more = str(start + size) if start + size < len(members) else ""
        return {"members": members[start : start + size], "response_metadata": {"next_cursor": more}}

    def _conversations_history(self, body: Json, team: Team) -> Json:
        self._known(body["channel"], team)
        posted = [m for m in reversed(self.messages) if m.channel == body["channel"] and not m.only]
        most = min(int(body.get("limit") or 15), 15)
        return {"messages": [{"ts": m.ts, "text": m.text, "metadata": m.metadata} for m in posted[:most]]}

    def _users_info(self, body: Json, team: Team) -> Json:
        for known in (team, *self.teams.values()):
            if body["user"] in known.users:
                # As Slack has it: whoever shares a channel with us is no stranger, though of another team.
                return {"user": {**known.users[body["user"]], "is_stranger": False}}
        raise Refused("user_not_found")

    def _users_list(self, body: Json, team: Team) -> Json:
        return {"members": list(team.users.values()), "response_metadata": {"next_cursor": ""}}

    def _views_open(self, body: Json, team: Team) -> Json:
        user = self._spend(body["trigger_id"])
        self.modals[user] = self._view(body["view"], team.id, user, f"V{self.number()}")
        return {"view": {"id": self.modals[user].id}}

    def _views_update(self, body: Json, team: Team) -> Json:
        for user, view in self.modals.items():
            if view.id == body["view_id"]:
                self.modals[user] = self._view(body["view"], team.id, user, view.id)
                return {"view": {"id": view.id}}
        raise Refused("not_found")

    def _views_publish(self, body: Json, team: Team) -> Json:
        self.homes[body["user_id"]] = self._view(body["view"], team.id, body["user_id"], "VHOME" + body["user_id"])
        return {}

    def _view(self, payload: Json, team: str, user: str, view: str) -> View:
        wrong = view_problems(payload)
        if wrong:
            self.refused += wrong
            raise Refused(f"invalid_arguments: {wrong}")
        self.views.append({**payload, "_of": user})
        return View(view, team, user, payload, f"h{self.number()}")

    def _spend(self, trigger: str) -> str:
        if trigger not in self._triggers:
            raise Refused("invalid_trigger_id")
        made, used = self._triggers[trigger]
        if used:
            raise Refused("exchanged_trigger_id")
        if self._now() - made > 3:
            raise Refused("expired_trigger_id")
        self._triggers[trigger] = (made, True)
        return trigger.split(".")[1]

    def _files_getUploadURLExternal(self, body: Json, team: Team) -> Json:  # noqa: N802
        file = f"F{self.number()}"
        return {"upload_url": str(self._server.make_url(f"/upload/{file}")), "file_id": file}

    def _files_completeUploadExternal(self, body: Json, team: Team) -> Json:  # noqa: N802
        self._known(body["channel_id"], team)
        return {"files": body["files"]}

    async def _upload(self, request: web.Request) -> web.Response:
        self.files[request.match_info["id"]] = await request.read()
        return web.Response(text="OK")

    def _assistant_threads_setStatus(self, body: Json, team: Team) -> Json:  # noqa: N802
        self.statuses.append(body)
        return {}

    def _assistant_threads_setSuggestedPrompts(self, body: Json, team: Team) -> Json:  # noqa: N802
        self.prompts.append(body)
        return {}

    def _oauth_v2_access(self, body: Json, team: Team) -> Json:
        if body.get("grant_type") == "refresh_token":
            return self._refresh(body["refresh_token"])
        if body.get("code") not in self.codes:
            raise Refused("invalid_code")
        return self.codes.pop(body["code"])

    def _refresh(self, token: str) -> Json:
        if token in self.refreshed:
            raise Refused("invalid_refresh_token")
        self.refreshed.add(token)
        team = next(t for t in self.teams.values() if t.id == token.split("-")[1])
        team.token = f"xoxe.xoxb-{team.id}-{self.number()}"
        return {
            "token_type": "bot", "access_token": team.token, "expires_in": 43_200,
            "refresh_token": f"xoxe-{team.id}-{self.number()}",
        }  # fmt: skip

    def _apps_connections_open(self, body: Json, team: Team) -> Json:
        url = str(self._server.make_url("/socket")).replace("http", "ws", 1)
        return {"url": f"{url}?ticket={self.number()}"}

    # --- response addresses ----------------------------------------------------------------------------------

    def response_url(self, channel: str, user: str, ts: str = "") -> str:
        name = f"r{self.number()}"
        self._responses[name] = (self._now(), 0, channel, user, ts)
        return str(self._server.make_url(f"/response/{name}"))

    async def _response(self, request: web.Request) -> web.Response:
        name = request.match_info["id"]
        body = await request.json()
        if name not in self._responses:
            return web.Response(status=404, text="no_such_url")
        await self._slowly("response_url")
        made, used, channel, user, ts = self._responses[name]
        if used >= 5 or self._now() - made > 1800:
            self.refused.append("a response_url once too often")
            return web.Response(status=404, text="used_url" if used >= 5 else "expired_url")
        self._responses[name] = (made, used + 1, channel, user, ts)
        self.calls.append(("response_url", body))
        try:
            text, blocks = self._take(body)
        except Refused as no:
            return web.Response(status=500, text=str(no))
        old = next((m for m in self.messages if m.channel == channel and m.ts == ts), None)
        if body.get("replace_original") and old is not None:
            old.text, old.blocks, old.edits = text, blocks, old.edits + 1
        else:
            self.messages.append(Message(channel, self.ts(), text, blocks, "UBOT", only=user))
        return web.json_response({"ok": True})

    # --- acting as Slack -------------------------------------------------------------------------------------

    def trigger(self, user: str) -> str:
        trigger = f"t{self.number()}.{user}.x"
        self._triggers[trigger] = (self._now(), False)
        return trigger

    async def deliver(self, kind: str, body: Json) -> Json | str:
        """Send a payload as Slack does, over whichever way is on; gives the ack."""
        if self.over_socket:
            return await self._over_socket(kind, body)
        form = kind == "slash_commands"
        if form:
            raw = urllib.parse.urlencode(body)
        elif kind == "interactive":
            raw = urllib.parse.urlencode({"payload": json.dumps(body)})
        else:
            raw = json.dumps(body)
        status, text = await self.post(raw, json_body=kind == "events_api")
        assert status == 200, (status, text)
        return json.loads(text) if text.startswith("{") else text

    async def post(
        self, raw: str, *, json_body: bool = False, secret: str = SIGNING_SECRET, age: int = 0, **headers: str
    ) -> tuple[int, str]:
        """A signed request; gives its status and body."""
        assert self._session is not None
        at = str(int(time.time()) - age)
        signature = hmac.new(secret.encode(), f"v0:{at}:{raw}".encode(), hashlib.sha256).hexdigest()
        sent = {
            "X-Slack-Request-Timestamp": at,
            "X-Slack-Signature": f"v0={signature}",
            "Content-Type": "application/json" if json_body else "application/x-www-form-urlencoded",
            **headers,
        }
        async with self._session.post(self.app_url, data=raw.encode(), headers=sent) as answer:
            return answer.status, await answer.text()

    # --- Socket Mode -----------------------------------------------------------------------------------------

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._sockets.append(socket)
        await socket.send_json({"type": "hello", "num_connections": len(self._sockets)})
        self.connected.set()
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                answer = json.loads(message.data)
                waiting = self._acks.get(answer.get("envelope_id", ""))
                if waiting is not None and not waiting.done():
                    waiting.set_result(answer.get("payload") or {})
        if socket in self._sockets:
            self._sockets.remove(socket)
        return socket

    @property
    def sockets(self) -> int:
        return len(self._sockets)

    async def disconnect(self) -> None:
        """What Slack does every few hours."""
        self.connected.clear()
        for socket in list(self._sockets):
            await socket.send_json({"type": "disconnect", "reason": "refresh_requested"})

    async def _over_socket(self, kind: str, body: Any) -> Json:
        envelope = f"e{self.number()}"
        waiting = self._acks[envelope] = asyncio.get_running_loop().create_future()
        sent = {
            "type": kind, "envelope_id": envelope, "payload": body, "accepts_response_payload": kind != "events_api",
        }  # fmt: skip
        for socket in list(self._sockets) if self.to_all else self._sockets[-1:]:
            await socket.send_json(sent)
        return await asyncio.wait_for(waiting, 10)


async def _body(request: web.Request) -> Json:
    if "json" in request.headers.get("Content-Type", ""):
        body: Json = await request.json()
        return body
    form = {**request.query, **{k: str(v) for k, v in (await request.post()).items()}}
    return {k: json.loads(v) if k in ("blocks", "view", "metadata", "files", "prompts") else v for k, v in form.items()}


def _limited(seconds: int) -> web.Response:
    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": str(seconds)})
