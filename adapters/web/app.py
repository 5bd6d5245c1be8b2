"""The browser chat on an aiohttp application: its routes, and nothing else.

``mount`` is called by the composition root only while the program listens on loopback, and refuses otherwise.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp_jinja2
import jinja2
from aiohttp import web

from adapters.web import parse
from adapters.web.bell import Bell
from adapters.web.chat import Chat
from adapters.web.page import context
from adapters.web.places import AT_CLIENT, CLIENT, PRIVATE, TEAM, Seat, seat
from adapters.web.render import OPTIONS, furnish
from adapters.web.safety import HEADERS, guarded, refuse_beyond_loopback, sentence
from adapters.web.stream import Stream
from bot.errors import NotFound, Refusal, SalvageError
from bot.ports import Clock, Conversations, LocalLog
from bot.view import Attachment

_log = logging.getLogger(__name__)

LARGEST_BODY = 1024 * 1024
_PAGES: web.AppKey[jinja2.Environment] = web.AppKey("salvage_chat_pages", jinja2.Environment)
_STATIC = Path(__file__).with_name("static")
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def mount(
    app: web.Application,
    conversations: Conversations,
    log: LocalLog,
    clock: Clock,
    *,
    host: str,
    bell: Bell | None = None,
) -> Bell:
    """Add the chat's routes to an application that listens on ``host``; ring the returned bell when the log grows.

    Raises CannotStart where ``host`` is not loopback.
    """
    refuse_beyond_loopback(host)
    bell = bell or Bell()
    site = _Site(Chat(conversations, log, bell), bell, clock)
    aiohttp_jinja2.setup(
        app,
        app_key=_PAGES,
        **OPTIONS,
    )
    furnish(app[_PAGES])
    app.router.add_get("/", guarded(site.page))
    app.router.add_post("/chat/turn", guarded(site.turn))
    app.router.add_get("/chat/events", guarded(site.events))
    app.router.add_get(r"/chat/file/{message:\d{1,15}}/{element:\d{1,4}}", guarded(site.file))
    app.router.add_get("/chat/static/{name}", guarded(site.static))
    app.on_shutdown.append(site.close)
    return bell


class _Site:
    """The handlers."""

    def __init__(self, chat: Chat, bell: Bell, clock: Clock) -> None:
        self._chat = chat
        self._bell = bell
        self._clock = clock
        self._files = {p.name: p.read_bytes() for p in _STATIC.iterdir() if p.suffix in _TYPES}
        self._version = hashlib.sha256(b"".join(self._files.values())).hexdigest()[:12]
        self._streams: set[asyncio.Task[None]] = set()

    async def page(self, request: web.Request) -> web.StreamResponse:
        """The conversation of one person in one place; an address that makes no sense leads to the front page."""
        try:
            at = _seat(request)
        except SalvageError:
            return web.Response(status=302, headers={"Location": "/"})
        messages = await self._chat.readable(at.who)
        shown = context(at, messages, self._clock.now(), everything="all" in request.query, version=self._version)
        return aiohttp_jinja2.render_template("page.html", request, shown, app_key=_PAGES)

    async def turn(self, request: web.Request) -> web.StreamResponse:
        """Take one turn; its answer arrives by the stream."""
        taken = parse.turn(await _body(request))
        try:
            await self._chat.take(taken)
        except SalvageError:
            raise
        except Exception:
            # The page has no other way to learn of it, and must say that the words are still there.
            _log.exception("a turn broke")
            return sentence(500, "That did not work, and nothing was changed. Your words are kept; try again.")
        return web.json_response({"ok": True})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """What is new, as it comes."""
        at = _seat(request)
        after = _whole(request.headers.get("Last-Event-ID") or request.query.get("after", "0"))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        response.headers.update(HEADERS)
        await response.prepare(request)
        await self._run(Stream(self._chat, self._bell, self._clock, at, after), response.write)
        return response

    async def _run(self, stream: Stream, write: Callable[[bytes], Awaitable[None]]) -> None:
        task = asyncio.create_task(stream.run(write))
        self._streams.add(task)
        try:
            await task
        except (ConnectionError, asyncio.CancelledError):
            task.cancel()
        finally:
            self._streams.discard(task)

    async def file(self, request: web.Request) -> web.StreamResponse:
        """A message's attachment, to be kept as a file."""
        message = await self._chat.message(_seat(request).who, int(request.match_info["message"]))
        elements = message.card.elements
        n = int(request.match_info["element"])
        kept = elements[n] if n < len(elements) else None
        if not isinstance(kept, Attachment):
            raise NotFound("That message has no such file. Ask for it again.")
        return web.Response(
            body=kept.content.encode(),
            content_type="application/octet-stream",
            headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(kept.name, safe='')}"},
        )

    async def static(self, request: web.Request) -> web.StreamResponse:
        """The page's own script, style and icon."""
        name = request.match_info["name"]
        if name not in self._files:
            return sentence(404, "There is no such file. Reload the page.")
        content_type = _TYPES[Path(name).suffix]
        charset = None if content_type == "image/svg+xml" else "utf-8"
        return web.Response(body=self._files[name], content_type=content_type, charset=charset)

    async def close(self, app: web.Application) -> None:
        """Let open pages go, so that stopping does not wait for them."""
        for task in list(self._streams):
            task.cancel()


def _seat(request: web.Request) -> Seat:
    asked = request.query
    name = asked.get("as") or next(iter(TEAM))
    role = asked.get("role", "")
    word = asked.get("in") or (AT_CLIENT if role == CLIENT else PRIVATE)
    return seat(name, role, word)


def _whole(words: str) -> int:
    return int(words) if words.isascii() and words.isdigit() and len(words) < 16 else 0


async def _body(request: web.Request) -> Any:
    if request.content_type != "application/json":
        raise Refusal("The page sent something I can't read. Reload it, then try again.")
    raw = bytearray()
    async for chunk in request.content.iter_chunked(65_536):
        raw += chunk
        if len(raw) > LARGEST_BODY:
            raise Refusal("That is more than I can take at once. Send the part that matters most first.")
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise Refusal("The page sent something I can't read. Reload it, then try again.") from None
