"""Slack's side of the house: Bolt's app with thin listeners, HTTP routes, Socket Mode, and the messenger."""

from __future__ import annotations

import asyncio
import logging
import re
from itertools import count
from typing import Any

import structlog
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.slack import oauth, parse, strange
from adapters.slack.background import Background
from adapters.slack.client import SlackMessenger
from adapters.slack.door import Door, Socket
from adapters.slack.groups import Groups
from adapters.slack.install import Installations
from adapters.slack.owed import Owed
from adapters.slack.owners import Owners
from adapters.slack.pace import Pace
from adapters.slack.people import People
from adapters.slack.places import Places
from adapters.slack.showing import Showing
from adapters.slack.threads import Threads
from adapters.slack.tokens import OneToken, SlackSettings, Tokens, Web
from adapters.slack.turns import Turns
from bot.errors import CannotStart, TryLater, Undeliverable
from bot.metrics import REFUSED
from bot.ports import Conversations, Messenger, Notes

log = structlog.get_logger()

__all__ = ["Slack", "SlackSettings"]

EVENTS_PATH = "/slack/events"
TROUBLE = "Something went wrong on my side and nothing was changed. Please try again in a minute."
NOT_HERE = "Salvage is not installed in this workspace. Ask a workspace owner to install it."
RECONNECT = (1.0, 2.0, 5.0, 10.0, 30.0)


class Authorize(AsyncAuthorize):
    """Bolt's authorisation by our tokens: only installed workspaces are heard."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    async def __call__(self, **known: Any) -> AuthorizeResult | None:
        """Who we are in the workspace of a request; None where we are nobody."""
        team, enterprise = known.get("team_id") or "", known.get("enterprise_id") or ""
        try:
            found = await self._tokens.of(team, enterprise)
        except Undeliverable:
            REFUSED.labels("slack", "not_installed").inc()
            return None
        return AuthorizeResult(
            enterprise_id=enterprise or None,
            team_id=team or None,
            bot_token=found.token,
            bot_id=found.bot_id,
            bot_user_id=found.bot_user,
        )


class Slack:
    """The Slack adapter, put together."""

    def __init__(
        self,
        settings: SlackSettings,
        conversations: Conversations,
        notes: Notes,
        *,
        engine: AsyncEngine | None = None,
        pace: Pace | None = None,
    ) -> None:
        if not settings.configured:
            raise CannotStart("Slack needs SLACK_BOT_TOKEN (or client id and secret) and SLACK_SIGNING_SECRET.")
        self._settings = settings
        self._web = Web(settings)
        self._tokens, self._flow = self._installed(engine)
        people = People(self._web, self._tokens, Owners(notes))
        places = Places(self._web, self._tokens, people)
        threads = Threads(notes)
        groups = Groups(self._web, self._tokens, people, notes)
        messenger = SlackMessenger(self._web, self._tokens, places, threads, pace)
        self.messenger: Messenger = messenger
        behind = Background()
        self._owed = Owed(notes, messenger, behind)
        showing = Showing(self._web, self._tokens, behind, self._owed)
        self._turns = Turns(
            conversations, self._tokens, people, places, groups, messenger, threads, showing, behind
        )  # fmt: skip
        self._app = self._bolt()
        self._socket: Socket | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._paying: asyncio.Task[None] | None = None

    def _installed(self, engine: AsyncEngine | None) -> tuple[Tokens, AsyncOAuthFlow | None]:
        if self._settings.bot_token:
            return OneToken(self._web, self._settings.bot_token), None
        if engine is None:
            raise CannotStart("Installing Slack into many workspaces needs a database.")
        installations = Installations(self._web, self._settings, engine)
        return installations, oauth.flow_of(self._settings, installations, self._web)

    def _bolt(self) -> AsyncApp:
        quiet = logging.getLogger("salvage.slack.bolt")
        quiet.setLevel(logging.ERROR)
        app = AsyncApp(
            name="salvage",
            logger=quiet,
            signing_secret=self._settings.signing_secret,
            client=self._web_client(),
            oauth_flow=self._flow,  # given, so that Bolt does not look for one in the environment
            authorize=Authorize(self._tokens),  # type: ignore[arg-type] # Bolt takes its own class too
            process_before_response=True,
            raise_error_for_unhandled_request=True,
            user_facing_authorize_error_message=NOT_HERE,
        )
        listen(app, self._turns)
        return app

    def _web_client(self) -> AsyncWebClient:
        return AsyncWebClient(base_url=self._settings.base_url)

    # --- in and out ------------------------------------------------------------------------------------------

    def routes(self) -> list[web.RouteDef]:
        """Where Slack and people who install come in by HTTP."""
        made: list[web.RouteDef] = []
        if self._settings.signing_secret:
            made.append(web.post(EVENTS_PATH, Door(self._app).knock))
        return [*made, *(oauth.routes(self._flow) if self._flow else ())]

    async def start(self, *, listen: bool = True) -> None:
        """Check the token, and connect where Socket Mode is on; raises CannotStart for a token Slack refuses.

        With ``listen`` off (a worker) only what sends is made ready.
        """
        if isinstance(self._tokens, OneToken):
            try:
                await self._tokens.known()
            except TryLater:
                log.warning("slack.away_at_start")
        elif isinstance(self._tokens, Installations) and "," in self._settings.secret_key:
            await self._tokens.store.reseal()
        if listen:
            self._paying = asyncio.ensure_future(self._owed.keep_paying())
        if self._settings.app_token and listen:
            self._socket = Socket(self._app, self._settings.app_token, web_client=self._web_client())
            self._connecting = asyncio.ensure_future(self._connect(self._socket))

    async def _connect(self, socket: Socket) -> None:
        for attempt in count():
            try:
                await socket.connect_async()  # type: ignore[no-untyped-call] # Bolt's
            except Exception as no:
                log.warning("slack.socket_refused", because=type(no).__name__, attempt=attempt)
                await asyncio.sleep(RECONNECT[min(attempt, len(RECONNECT) - 1)])
            else:
                log.info("slack.socket_connected")
                return

    async def connected(self) -> None:
        """Wait until Socket Mode is connected, where it is on."""
        if self._connecting:
            await asyncio.shield(self._connecting)

    async def settled(self) -> None:
        """Wait until everything that was answered is shown."""
        await self._turns.settled()

    async def stop(self) -> None:
        """Take no more in, finish showing what was answered, and close every connection."""
        for running in (self._connecting, self._paying):
            if running:
                running.cancel()
        if self._socket:
            await self._socket.close_async()  # type: ignore[no-untyped-call] # Bolt's
        await self._turns.settled()
        await self._web.close()


# --- listeners ---------------------------------------------------------------------------------------------


def listen(app: AsyncApp, turns: Turns) -> None:
    """Hand what Bolt has verified to the turns; what concerns nobody is acknowledged and counted."""
    anything = re.compile("")

    @app.action(anything)
    async def on_press(ack: Any, body: Any) -> None:
        heard = parse.press(body)
        if strange.press(body, heard):
            _ignored()
        if heard:
            await turns.press(heard)
        await ack()

    @app.view(anything)
    async def on_submission(ack: Any, body: Any) -> None:
        heard = parse.submission(body)
        await ack(await turns.submission(heard) if heard else _ignored())

    @app.command(anything)
    async def on_command(ack: Any, body: Any) -> None:
        heard = parse.command(body)
        await ack(await turns.command(heard) if heard else _ignored())

    @app.shortcut(anything)
    async def on_shortcut(ack: Any, body: Any) -> None:
        heard = parse.shortcut(body)
        if heard:
            await turns.shortcut(heard)
        await ack(_ignored() if heard is None else "")

    @app.event(anything)
    async def on_event(body: Any, context: Any) -> None:
        await hear(turns, body, context.get("bot_user_id") or "")

    app.error(on_error)


async def hear(turns: Turns, body: Any, bot_user: str) -> None:
    """One event of the Events API."""
    if strange.event(body):
        _ignored()
        return
    inner = body["event"]
    if inner["type"] == "user_change":
        turns.learn(parse.team_of(body), inner["user"]["id"], inner["user"])
    heard = parse.event(body, bot_user)
    if heard is None:
        return
    match heard.surface:
        case "chat":
            await turns.chat(heard)
        case "mention":
            await turns.mention(heard)
        case "opened":
            await turns.opened(heard)
        case "pane":
            await turns.pane(heard)
        case "group":
            await turns.group_changed(heard)
        case _:
            await turns.notice(heard)


def _ignored() -> str:
    REFUSED.labels("slack", "not_understood").inc()
    log.info("slack.not_understood")
    return ""


async def on_error(error: Exception, body: Any) -> BoltResponse:
    """What Slack hears when a turn failed: events come again, people are told to."""
    if isinstance(error, BoltUnhandledRequestError):
        REFUSED.labels("slack", "unknown_callback").inc()
        log.info("slack.unknown_callback", kind=str(body.get("type"))[:40])
        return BoltResponse(status=200, body="")
    log.error("slack.turn_failed", exc_info=error)
    if "event" in body:
        return BoltResponse(status=503, body="")
    if "command" in body:
        return BoltResponse(status=200, body={"response_type": "ephemeral", "text": TROUBLE})
    inputs = [b["block_id"] for b in (body.get("view") or {}).get("blocks", ()) if b.get("type") == "input"]
    if body.get("type") == "view_submission" and inputs:
        return BoltResponse(status=200, body={"response_action": "errors", "errors": {inputs[0]: TROUBLE}})
    return BoltResponse(status=200, body="")
