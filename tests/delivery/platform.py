"""A platform for delivery's tests: an HTTP server that keeps what it accepted and can misbehave, and its messenger."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

from bot.errors import DeliveryError, TryLater, Undeliverable
from bot.ports import MessageRef, Place, PlaceKind
from bot.view import Card

Behaviour = Callable[["Post"], str]


@dataclass(frozen=True)
class Post:
    """A request to post: where, under which key, and the how-manieth try of that key it is."""

    place: str
    key: str
    tried: int


@dataclass
class Platform:
    """What a platform saw. ``behave`` says what becomes of a post.

    ``ok`` takes it; ``429`` and ``500`` refuse it; ``never`` refuses it for good; ``hang`` takes it and never answers;
    ``cut`` takes it and closes the connection half-way.
    """

    behave: Behaviour = lambda post: "ok"
    posts: list[Post] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    tries: dict[str, int] = field(default_factory=dict)
    audiences: dict[str, PlaceKind] = field(default_factory=dict)
    seconds: float = 0.0
    url: str = ""
    at: dict[str, float] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    _grown: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def keys(self) -> list[str]:
        """The keys of what is visible, oldest first."""
        return [post.key for post in self.posts]

    async def until(self, true: Callable[[], bool], seconds: float = 20.0) -> None:
        """Wait until something is true of what was seen."""
        async with asyncio.timeout(seconds):
            while not true():
                self._grown.clear()
                await self._grown.wait()

    async def post(self, request: web.Request) -> web.StreamResponse:
        words = await request.json()
        key = words["key"]
        self.tries[key] = self.tries.get(key, 0) + 1
        post = Post(words["place"], key, self.tries[key])
        self.said[key] = words["text"]
        what = self.behave(post)
        if what in ("429", "500", "never"):
            self._grown.set()
            status = {"429": 429, "500": 500, "never": 410}[what]
            return web.json_response({}, status=status, headers={"Retry-After": "1"})
        self._accept(post)
        await asyncio.sleep(self.seconds)
        if what == "hang":
            await asyncio.sleep(3600)
        if what == "cut":
            assert request.transport is not None
            answer = web.StreamResponse(headers={"Content-Length": "100"})
            await answer.prepare(request)
            await answer.write(b'{"ts')
            request.transport.close()
            return answer
        return web.json_response({"ts": key})

    def _accept(self, post: Post) -> None:
        self.posts.append(post)
        self.at.setdefault(post.key, asyncio.get_running_loop().time())
        self._grown.set()

    async def change(self, request: web.Request) -> web.Response:
        self.changes.append((await request.json())["ts"])
        self._grown.set()
        return web.json_response({})

    async def find(self, request: web.Request) -> web.Response:
        key = request.query["key"]
        self.asked.append(key)
        self._grown.set()
        return web.json_response({"ts": key if key in self.at else None})


@contextlib.asynccontextmanager
async def serve(platform: Platform) -> AsyncIterator[Platform]:
    """The platform on a port of its own."""
    app = web.Application()
    app.add_routes(
        [web.post("/post", platform.post), web.post("/change", platform.change), web.get("/find", platform.find)]
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    await web.SockSite(runner, listening).start()
    platform.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        yield platform
    finally:
        await runner.cleanup()


class HttpMessenger:
    """Sends over HTTP as a real adapter does, and tells failures apart."""

    def __init__(self, url: str, patience: float = 2.0) -> None:
        self.url = url
        self._timeout = aiohttp.ClientTimeout(total=patience)
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=0)
            self._session = aiohttp.ClientSession(timeout=self._timeout, connector=connector)
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def send(self, place: str, card: Card, *, key: str) -> MessageRef:
        return await self._call("post", {"place": place, "key": key, "text": card.text})

    async def update(self, place: str, ref: MessageRef, card: Card) -> None:
        await self._call("change", {"place": place, "ts": ref["ts"], "text": card.text})

    async def find(self, place: str, *, key: str) -> MessageRef | None:
        try:
            async with self.session.get(f"{self.url}/find", params={"key": key}) as answer:
                ts = (await answer.json())["ts"]
        except (aiohttp.ClientError, TimeoutError) as away:
            raise TryLater("The platform is away.") from away
        return {"ts": ts} if ts else None

    async def audience(self, place: str) -> Place:
        return Place(place.split(":")[0], place, PlaceKind.internal, place)

    async def _call(self, what: str, words: dict[str, str]) -> MessageRef:
        try:
            async with self.session.post(f"{self.url}/{what}", json=words) as answer:
                body = await answer.text()
                status, after = answer.status, answer.headers.get("Retry-After", "1")
        except (aiohttp.ClientError, TimeoutError) as broken:
            raise DeliveryError(f"no answer: {type(broken).__name__}") from broken
        if status == 429:
            raise TryLater("The platform is busy.", after=float(after))
        if status == 410:
            raise Undeliverable("That channel is archived. Pick another one.", reason="archived")
        if status != 200:
            raise DeliveryError(f"status {status}")
        found: MessageRef = json.loads(body)
        return found
