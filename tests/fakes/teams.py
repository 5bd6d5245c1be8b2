"""Microsoft Teams in one process: activities as Teams sends them, a Bot Connector and an OpenID endpoint that
enforce what the real ones do."""

from __future__ import annotations

import asyncio
import copy
import itertools
import json
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.ports import Inbound, Reply

SERVICE_URL = "https://smba.trafficmanager.net/emea/"
BOT = "28:bot"
TENANT = "11111111-1111-1111-1111-111111111111"
OTHER_TENANT = "22222222-2222-2222-2222-222222222222"
TEAM = "19:team@thread.tacv2"
CHANNEL = "19:accounts@thread.tacv2"

_ids = itertools.count(1)


def activity(kind: str = "message", *, by: str = "Priya", where: str = "personal", **more: Any) -> dict[str, Any]:
    """An activity by a person of the team, as Teams writes it."""
    made: dict[str, Any] = {
        "type": kind,
        "id": f"1700000000{next(_ids):03}",
        "timestamp": "2026-03-02T09:00:00.1234567Z",
        "channelId": "msteams",
        "serviceUrl": SERVICE_URL,
        "from": {"id": f"29:{by}", "name": by, "aadObjectId": f"aad-{by}"},
        "recipient": {"id": BOT, "name": "Salvage"},
        "conversation": {"id": f"a:{by}", "conversationType": "personal", "tenantId": TENANT},
        "channelData": {"tenant": {"id": TENANT}},
        "localTimezone": "Europe/Berlin",
        "entities": [{"type": "clientInfo", "locale": "en-GB", "timezone": "Europe/Berlin"}],
    }
    if where == "channel":
        made["conversation"] = {
            "id": f"{CHANNEL};messageid=1", "conversationType": "channel", "isGroup": True, "tenantId": TENANT,
        }  # fmt: skip
        made["channelData"] |= {
            "team": {"id": TEAM, "name": "Accounts"},
            "channel": {"id": CHANNEL, "name": "accounts", "type": "standard"},
        }
    if where == "group":
        made["conversation"] = {"id": "19:group@unq", "conversationType": "groupChat", "isGroup": True}
    return made | copy.deepcopy(more)


def mentioning(words: str, **more: Any) -> dict[str, Any]:
    """A message that names the bot before its words."""
    made = activity(text=f"<at>Salvage</at>&nbsp;{words}", **({"where": "channel"} | more))
    made["entities"].append(
        {"type": "mention", "text": "<at>Salvage</at>", "mentioned": {"id": BOT, "name": "Salvage"}}
    )
    return made


def execute(data: dict[str, Any], *, on: str = "card-1", **more: Any) -> dict[str, Any]:
    """A press of an Action.Execute."""
    value = {"action": {"type": "Action.Execute", "verb": "press", "data": data}, "trigger": "manual"}
    return activity("invoke", name="adaptiveCard/action", value=value, replyToId=on, **more)


def hand_over(content: str, *, command: str = "start", **more: Any) -> dict[str, Any]:
    """A message handed over by the message action."""
    value = {
        "commandId": command,
        "commandContext": "message",
        "messagePayload": {"id": "1", "body": {"contentType": "html", "content": content}},
    }
    return activity("invoke", name="composeExtension/fetchTask", value=value, **more)


# --- small fakes of the core ---------------------------------------------------------------------------------


class Heard:
    """A coach that answers with one function and remembers what it heard; an event is taken once."""

    def __init__(self, answer: Callable[[Inbound], Reply | Awaitable[Reply]]) -> None:
        self.answer = answer
        self.inbound: list[Inbound] = []

    async def handle(self, inbound: Inbound) -> Reply:
        if inbound.event in {i.event for i in self.inbound}:
            return Reply()
        self.inbound.append(inbound)
        made = self.answer(inbound)
        return made if isinstance(made, Reply) else await made


# --- the Bot Connector ---------------------------------------------------------------------------------------

APP = "33333333-3333-3333-3333-333333333333"
SECRET = "the app's own password"
ISSUER = "https://api.botframework.com"
LONGEST_MESSAGE = 100_000
LONGEST_CARD = 28_000


class FakeTeams:
    """The Bot Connector, the sign-in service and the OpenID endpoint on this machine.

    ``stumbles`` are answers given instead of the next ones; ``blocked`` and ``gone`` are conversations (for a
    person who blocked the bot or has it not, the person's id); ``delay`` makes every answer slow.
    """

    def __init__(self) -> None:
        self.url = ""
        self.keys: dict[str, rsa.RSAPrivateKey] = {}
        self.listed: dict[str, list[str]] = {}
        self.add_key("k1")
        self.sent: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.deleted: list[str] = []
        self.created: list[dict[str, Any]] = []
        self.calls: list[tuple[str, str]] = []
        self.stumbles: deque[tuple[int, dict[str, str], str]] = deque()
        self.blocked: set[str] = set()
        self.gone: set[str] = set()
        self.members: dict[str, list[dict[str, Any]]] = {}
        self.channels: dict[str, list[dict[str, Any]]] = {
            TEAM: [{"id": CHANNEL, "name": "accounts", "type": "standard"}]
        }
        self.teams = {TEAM: "Accounts"}
        self.delay = 0.0
        self.signed = True
        self.tokens: set[str] = set()
        self.fetched = {"keys": 0, "tokens": 0}
        self.targeted: list[str] = []
        self.connections: set[object] = set()
        self._ids = itertools.count(1)
        self._times: dict[str, deque[float]] = defaultdict(deque)

    # --- keys and tokens ---

    def add_key(self, kid: str, endorsements: tuple[str, ...] = ("msteams", "webchat")) -> None:
        """A new signing key, listed at once."""
        self.keys[kid] = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
        self.listed[kid] = list(endorsements)

    def token(self, *, kid: str = "k1", key: rsa.RSAPrivateKey | None = None, **claims: Any) -> str:
        """A token of the Bot Connector for the app; claims given replace the right ones, None leaves one out."""
        now = int(time.time())
        right = {"iss": ISSUER, "aud": APP, "serviceurl": self.url, "exp": now + 3_600, "nbf": now - 60}
        filled = {k: v for k, v in {**right, **claims}.items() if v is not None}
        return jwt.encode(filled, key or self.keys[kid], algorithm="RS256", headers={"kid": kid})

    def app(self) -> web.Application:
        """The fake's own web application."""
        app = web.Application(client_max_size=2**24, middlewares=[self._gate])
        app.add_routes([
            web.get("/openid", self._openid),
            web.get("/keys", self._keys),
            web.post("/{tenant}/oauth2/v2.0/token", self._token),
            web.post("/v3/conversations", self._create),
            web.post("/v3/conversations/{conversation}/activities", self._post),
            web.put("/v3/conversations/{conversation}/activities/{activity}", self._put),
            web.delete("/v3/conversations/{conversation}/activities/{activity}", self._delete),
            web.get("/v3/conversations/{conversation}/pagedmembers", self._members),
            web.get("/v3/conversations/{conversation}/members/{member}", self._member),
            web.get("/v3/teams/{team}/conversations", self._channels),
            web.get("/v3/teams/{team}", self._team),
        ])  # fmt: skip
        return app

    async def _openid(self, _: web.Request) -> web.Response:
        return web.json_response({"issuer": ISSUER, "jwks_uri": f"{self.url}/keys"})

    async def _keys(self, _: web.Request) -> web.Response:
        self.fetched["keys"] += 1
        made = []
        for kid, endorsements in self.listed.items():
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.keys[kid].public_key()))
            made.append({**public, "kid": kid, "use": "sig", "x5t": kid, "endorsements": endorsements})
        return web.json_response({"keys": made})

    async def _token(self, request: web.Request) -> web.Response:
        self.fetched["tokens"] += 1
        form = await request.post()
        if (form.get("client_id"), form.get("client_secret")) != (APP, SECRET):
            return web.json_response({"error": "invalid_client"}, status=401)
        token = f"token-{len(self.tokens) + 1}"
        self.tokens.add(token)
        return web.json_response({"access_token": token, "expires_in": 3_599, "token_type": "Bearer"})

    # --- what every call goes through ---

    @web.middleware
    async def _gate(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if not request.path.startswith("/v3/"):
            return await handler(request)
        self.calls.append((request.method, request.path))
        self.connections.add(request.transport)
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.stumbles:
            status, headers, body = self.stumbles.popleft()
            return web.Response(status=status, headers=headers, text=body, content_type="text/html")
        held = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.signed and held not in self.tokens:
            return _error(401, "Unauthorized")
        conversation = request.match_info.get("conversation", "")
        if conversation in self.blocked:
            return _error(403, "MessageWritesBlocked")
        if conversation in self.gone:
            return _error(404, "ConversationNotFound")
        if request.method in ("POST", "PUT") and (refused := await self._weighed(request)):
            return refused
        return await handler(request)

    async def _weighed(self, request: web.Request) -> web.Response | None:
        thread = request.match_info.get("conversation", "")
        times, now = self._times[thread], time.monotonic()
        while times and now - times[0] > 1.0:
            times.popleft()
        if thread and len(times) >= 8:
            return web.json_response({"error": {"code": "Throttled"}}, status=429, headers={"Retry-After": "1"})
        times.append(now)
        words = await request.text()
        if len(words.encode("utf-16-le")) > LONGEST_MESSAGE:
            return _error(413, "MessageSizeTooBig")
        body = json.loads(words)
        for attachment in body.get("activity", body).get("attachments", []):
            card = attachment["content"]
            if card.get("version") != "1.5" or not card.get("body"):
                return _error(400, "BadSyntax")
            if len(json.dumps(card, ensure_ascii=False).encode()) > LONGEST_CARD:
                return _error(413, "MessageSizeTooBig")
        return None

    # --- conversations ---

    async def _create(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.created.append(body)
        if body.get("tenantId") != body["channelData"]["tenant"]["id"] or not body.get("tenantId"):
            return _error(400, "BadArgument")
        if not body.get("isGroup"):
            user = body["members"][0]["id"]
            if user in self.blocked:
                return _error(403, "ForbiddenOperationException")
            return web.json_response({"id": "a:" + user.removeprefix("29:")}, status=201)
        own = str(next(self._ids))
        thread = f"{body['channelData']['channel']['id']};messageid={own}"
        if body["channelData"]["channel"]["id"] in self.blocked:
            return _error(403, "MessageWritesBlocked")
        if body["channelData"]["channel"]["id"] in self.gone:
            return _error(404, "ConversationNotFound")
        self.sent[thread].append({**body["activity"], "id": own})
        return web.json_response({"id": thread, "activityId": own}, status=201)

    async def _post(self, request: web.Request) -> web.Response:
        own = str(next(self._ids))
        if request.query.get("isTargetedActivity") == "true":
            self.targeted.append(own)
        self.sent[request.match_info["conversation"]].append({**await request.json(), "id": own})
        return web.json_response({"id": own}, status=201)

    async def _put(self, request: web.Request) -> web.Response:
        own, body = request.match_info["activity"], await request.json()
        for n, there in enumerate(self.sent[request.match_info["conversation"]]):
            if there["id"] == own:
                self.sent[request.match_info["conversation"]][n] = {**body, "id": own}
                return web.json_response({"id": own})
        return _error(404, "ActivityNotFoundInConversation")

    async def _delete(self, request: web.Request) -> web.Response:
        there = self.sent[request.match_info["conversation"]]
        there[:] = [a for a in there if a["id"] != request.match_info["activity"]]
        self.deleted.append(request.match_info["activity"])
        return web.Response()

    # --- who reads ---

    async def _members(self, request: web.Request) -> web.Response:
        everybody = self.members.get(request.match_info["conversation"], [member("Priya"), member("Sam")])
        start = int(request.query.get("continuationToken", "0"))
        part = everybody[start : start + int(request.query["pageSize"])]
        more = {"continuationToken": str(start + len(part))} if start + len(part) < len(everybody) else {}
        return web.json_response({"members": part, **more})

    async def _member(self, request: web.Request) -> web.Response:
        wanted = request.match_info["member"]
        own = self.members.get(request.match_info["conversation"], [])
        found = next((m for m in own if m["id"] == wanted), None)
        return web.json_response(found or member(wanted.removeprefix("29:")))

    async def _channels(self, request: web.Request) -> web.Response:
        if request.match_info["team"] not in self.channels:
            return _error(404, "NotFound")
        return web.json_response({"conversations": self.channels[request.match_info["team"]]})

    async def _team(self, request: web.Request) -> web.Response:
        team = request.match_info["team"]
        if team not in self.teams:
            return _error(404, "NotFound")
        return web.json_response({"id": team, "name": self.teams[team]})

    # --- looking at it ---

    def words(self, conversation: str = "a:Priya") -> str:
        """Every word shown in a conversation."""
        return " ".join(words_of(self.sent[conversation]))

    def threads(self) -> list[list[dict[str, Any]]]:
        """The messages of the channel's threads."""
        return [m for c, m in self.sent.items() if c.startswith(CHANNEL) and m]

    def button(self, label: str, conversation: str = "a:Priya") -> tuple[str, dict[str, Any]]:
        """The message and data of the newest button of that label."""
        for message in reversed(self.sent[conversation]):
            for node in walk(message):
                if node.get("type") == "Action.Execute" and node["title"] == label:
                    return message["id"], node["data"]
        raise AssertionError(f"no button {label!r} in: {self.words(conversation)}")


def member(name: str, **more: Any) -> dict[str, Any]:
    """Somebody of the team, as Teams lists members."""
    known = {"id": f"29:{name}", "aadObjectId": f"aad-{name}", "name": name, "userRole": "user", "tenantId": TENANT}
    return known | {"userPrincipalName": f"{name}@example.org"} | more


def walk(node: Any) -> Any:
    """Every object within a JSON value."""
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from walk(child)


def words_of(node: Any) -> list[str]:
    """Every word of a card or message that a person reads, in order."""
    return [
        str(n[k]) for n in walk(node) for k in ("text", "label", "title") if k in n and n.get("type") != "Action.Submit"
    ]


def _error(status: int, code: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": code}}, status=status)
