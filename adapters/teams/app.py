"""The door for Teams: ``POST /api/messages``. Thin: check, parse, hand over, answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from dataclasses import replace
from http import HTTPStatus
from typing import Any

import aiohttp
import structlog
from aiohttp import web

from adapters.teams import answers, limits
from adapters.teams.activity import BadActivity, Json, read_json, text_in
from adapters.teams.audience import Audience
from adapters.teams.auth import Forged, Keys, KeysAway, TokenCheck
from adapters.teams.client import TeamsMessenger, message_pages
from adapters.teams.connector import Connector
from adapters.teams.hosts import may_call, on_this_machine
from adapters.teams.pace import Pace
from adapters.teams.parse import Gone, Ignored, Installed, Left, Parsed, Turn, parse
from adapters.teams.references import Contact, References
from adapters.teams.render import wire
from adapters.teams.settings import TeamsSettings
from adapters.teams.showing import Showing
from adapters.teams.tokens import Tokens
from adapters.teams.words import clean
from bot import metrics
from bot.errors import TryLater
from bot.ports import (
    Conversations,
    Inbound,
    Messenger,
    Notes,
    PersonLeft,
    PlaceChanged,
    Removed,
    Reply,
    Submitted,
    Who,
)
from bot.view import Card, card

log = structlog.get_logger()

STOP_SECONDS = 10.0
LOOK_SECONDS = 1.5
"""How long a turn waits to learn who reads in its place; beyond that it is unknown, which counts as everybody."""


class Teams:
    """The Teams side of the coach: routes for its application, and a Messenger for what is sent later."""

    def __init__(self, settings: TeamsSettings, conversations: Conversations, notes: Notes) -> None:
        self._settings = settings
        self._conversations = conversations
        self._session: aiohttp.ClientSession | None = None
        self._references = References(notes)
        self._check = TokenCheck(settings, Keys(settings.openid_url, self._http))
        connector = Connector(settings, self._http, Tokens(settings, self._http))
        self._audience = Audience(connector, self._references, local=settings.local)
        self._messenger = TeamsMessenger(connector, self._references, self._audience, Pace())
        self._showing = Showing(self._messenger)
        self._running: set[asyncio.Task[Any]] = set()

    @property
    def messenger(self) -> Messenger:
        """How the coach's messages reach Teams."""
        return self._messenger

    def routes(self) -> list[web.RouteDef]:
        """The endpoint Teams posts to; none where Teams is not set up."""
        return [web.post("/api/messages", self._messages)] if self._settings.configured else []

    async def start(self) -> None:
        """Open the one session that everything is sent over."""
        if self._session is None:
            pool = aiohttp.TCPConnector(limit=100, keepalive_timeout=60)
            self._session = aiohttp.ClientSession(connector=pool, cookie_jar=aiohttp.DummyCookieJar())

    async def stop(self) -> None:
        """Let replies under way finish, for ten seconds at most, and close the session."""
        if self._running:
            await asyncio.wait(set(self._running), timeout=STOP_SECONDS)
        for task in set(self._running):
            task.cancel()
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise TryLater("The Teams side is not started.")
        return self._session

    # --- in --------------------------------------------------------------------------------------------

    async def _messages(self, request: web.Request) -> web.Response:
        deadline = time.monotonic() + limits.ANSWER_WITHIN
        try:
            activity = await self._admitted(request)
            parsed = parse(activity, local=self._settings.local)
            self._of_our_tenant(parsed)
        except BadActivity as bad:
            return _refused(400, "bad_activity", str(bad))
        except Forged as forged:
            return _refused(forged.status, "forged", str(forged))
        except KeysAway as away:
            return _refused(503, "keys_away", str(away))
        except web.HTTPException as wrong:
            return _refused(wrong.status, "bad_request", wrong.reason)
        return await self._taken(parsed, deadline)

    async def _admitted(self, request: web.Request) -> Json:
        """The activity of a request that may come in."""
        # Only JSON: another site's page in a browser can send anything else without being asked about it.
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType
        if self._settings.local and not on_this_machine(f"http://{request.host}"):
            raise Forged("a local tool calls this machine by its own name", status=403)
        try:
            body = await request.read()
        except (web.RequestPayloadError, aiohttp.ClientPayloadError) as broken:
            raise BadActivity("the body did not arrive whole") from broken
        if len(body) > limits.REQUEST_BYTES:
            raise web.HTTPRequestEntityTooLarge(limits.REQUEST_BYTES, len(body))
        activity = read_json(body)
        if not isinstance(activity, dict):
            raise BadActivity("the body is no object")
        if not self._settings.local:
            await self._check.check(request.headers.get("Authorization", ""), activity)
        if not may_call(text_in(activity, "serviceUrl"), self._settings):
            raise Forged("the service URL is not one of Teams' own", status=403)
        return activity

    def _of_our_tenant(self, parsed: Parsed) -> None:
        own = self._settings.tenant_id
        if self._settings.local or self._settings.app_type == "MultiTenant" or not own:
            return
        if not isinstance(parsed, Ignored) and parsed.reference.tenant.lower() != own.lower():
            raise Forged("the activity is of another tenant", status=403)

    async def _taken(self, parsed: Parsed, deadline: float) -> web.Response:
        try:
            match parsed:
                case Turn():
                    return await self._turn(parsed, deadline)
                case Installed(reference, greeting):
                    await self._references.learn(reference)
                    self._audience.forget(reference.place)
                    return await self._turn(greeting, deadline) if greeting else web.Response()
                case Gone():
                    await self._gone(parsed)
                case Left():
                    await self._turn(parsed.change, deadline)
                    self._beside(self._left(parsed))
                case Ignored(why):
                    log.info("teams.ignored", why=why)
                    metrics.REFUSED.labels("teams", "ignored").inc()
        except Exception:
            # Nothing was committed: Teams delivers again, and the claim of the event keeps it single.
            log.exception("teams.turn_failed")
            return _refused(503, "turn_failed", "the turn failed")
        return web.Response()

    async def _turn(self, turn: Turn, deadline: float) -> web.Response:
        await self._learn(turn)
        turn = await self._looked(turn)
        if turn.answer == "messages" and not turn.inline:
            return await self._by_messages(turn, deadline)
        handling = self._keep(self._reply(turn))
        await asyncio.wait({handling}, timeout=deadline - time.monotonic())
        if not handling.done():
            log.warning("teams.slow_turn")
            self._keep(self._finish(turn, handling))
            return _answered(answers.working(turn))
        shown = answers.shown(turn, handling.result())
        if turn.inline:
            shown = replace(shown, body=_expected(shown.here), here=())
        self._beside(self._showing.show(turn, shown))
        return _answered(shown.body)

    async def _by_messages(self, turn: Turn, deadline: float) -> web.Response:
        """A turn whose request is answered by nothing: its messages go out first, while there is time."""
        work = self._keep(self._taken_and_shown(turn))
        await asyncio.wait({work}, timeout=deadline - time.monotonic())
        if work.done():
            work.result()
        else:
            log.warning("teams.slow_turn")
            work.add_done_callback(_failed_late)
        return web.Response()

    async def _taken_and_shown(self, turn: Turn) -> None:
        if not await self._reachable(turn):
            await self._showing.here(turn, (card(answers.NO_CHAT),))
            return
        await self._showing.show(turn, answers.shown(turn, await self._reply(turn)))

    async def _reply(self, turn: Turn) -> Reply:
        if turn.unsure:
            log.warning("teams.unsure_of_member")
            return Reply((card(answers.UNSURE),))
        return await self._conversations.handle(turn.inbound)

    async def _reachable(self, turn: Turn) -> bool:
        """Whether what is asked for where others read can be answered in private."""
        inbound = turn.inbound
        if inbound.origin is None or inbound.who.outsider or turn.unsure:
            return True
        try:
            return await self._messenger.can_reach(inbound.who.private.key)
        except TryLater:
            return True

    async def _finish(self, turn: Turn, handling: asyncio.Task[Reply]) -> None:
        try:
            await self._showing.show(turn, answers.late(turn, await handling))
        except Exception:
            log.exception("teams.turn_failed")

    async def _gone(self, gone: Gone) -> None:
        reference = gone.reference
        if gone.team:
            for place in await self._references.bury_team(reference.tenant, reference.team, "removed"):
                self._audience.forget(place)
        await self._references.bury(reference.place, "removed")
        self._audience.forget(reference.place)
        known = await self._references.of_tenant(reference.tenant)
        if known and all(r.dead for r in known):
            # Teams tells of each place alone; the last one was the tenant's.
            await self._conversations.handle(Inbound(gone.event, gone.who, gone.who.private, Removed()))

    async def _left(self, left: Left) -> None:
        """Hand on what belongs to people who are gone altogether; who only left a team keeps it."""
        for who, user in zip(left.members, left.users, strict=True):
            own = await self._references.place(who.private.key)
            if own is not None and await self._audience.has_left(own, user):
                event = f"{left.change.inbound.event}:{user}"
                await self._conversations.handle(Inbound(event, who, who.private, PersonLeft(who.key)))

    # --- who and where -----------------------------------------------------------------------------------

    async def _learn(self, turn: Turn) -> None:
        reference, who = turn.reference, turn.inbound.who
        await self._references.learn(reference)
        contact = Contact(who.key, turn.user, reference.service_url, reference.tenant, reference.bot)
        await self._references.learn(contact)

    async def _looked(self, turn: Turn) -> Turn:
        """The turn with what Teams tells about its person and place; what it does not tell counts as outside."""
        inbound, reference = turn.inbound, turn.reference
        if isinstance(inbound.act, PlaceChanged):
            self._audience.forget(inbound.act.place)
        who: Who | None = None
        mentioned: tuple[Who, ...] = ()
        origin = inbound.origin
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                who = await self._seen(turn, inbound.who, turn.user)
                origin = await self._audience.of(reference) if origin else None
                mentioned = tuple([await self._named(turn, m) for m in inbound.mentioned])
        except TimeoutError:
            log.warning("teams.slow_look")
        unsure = who is None and not self._settings.local and turn.answer != "nothing"
        who = who or inbound.who
        inbound = replace(inbound, who=who, place=who.private, origin=origin, mentioned=mentioned, at_once=_waits(turn))
        return replace(turn, inbound=inbound, unsure=unsure)

    async def _seen(self, turn: Turn, who: Who, user: str) -> Who | None:
        """Somebody as Teams lists them; None where it does not tell."""
        member = await self._audience.member(turn.reference, user)
        if member is None:
            return None
        key = f"{who.tenant}:{member.aad}" if member.aad else who.key
        name = clean(member.name).strip()[:200] or who.name
        return replace(who, key=key, name=name, outsider=who.outsider or not member.of_team)

    async def _named(self, turn: Turn, who: Who) -> Who:
        seen = await self._seen(turn, who, who.key.split(":", 2)[2])
        return seen or (who if self._settings.local else replace(who, outsider=True))

    # --- work that outlives its request ------------------------------------------------------------------

    def _beside(self, work: Coroutine[Any, Any, Any]) -> None:
        """Work that nobody waits for: what breaks in it is logged."""
        self._keep(work).add_done_callback(_failed_late)

    def _keep(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Work that may outlive its request; ``stop`` waits for it."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task


def _waits(turn: Turn) -> bool:
    """Whether the request's answer shows what the turn says; all else leaves through the core's outbox."""
    return turn.inline or turn.answer == "dialog" or (turn.answer == "card" and isinstance(turn.inbound.act, Submitted))


def _expected(cards: tuple[Card, ...]) -> Json:
    return {"activities": [page for shows in cards for page in message_pages(shows)]}


def _failed_late(work: asyncio.Task[Any]) -> None:
    if not work.cancelled() and work.exception():
        log.error("teams.turn_failed", exc_info=work.exception())


def _answered(body: Json | None) -> web.Response:
    if body is None:
        return web.Response()
    return web.Response(body=wire(body), content_type="application/json")


def _refused(status: int, reason: str, why: str) -> web.Response:
    metrics.REFUSED.labels("teams", reason).inc()
    log.warning("teams.refused_request", status=status, reason=reason, why=why[:200])
    return web.Response(status=status, text=HTTPStatus(status).phrase)
