"""Calls to the Bot Connector: one shared session, a cached token, and retries that obey what Teams asks for."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeAlias
from urllib.parse import quote

import aiohttp

from adapters.teams.hosts import may_call, may_see_token
from adapters.teams.render import wire
from adapters.teams.settings import TeamsSettings
from adapters.teams.tokens import Tokens
from bot.errors import TryLater, Undeliverable

Json: TypeAlias = Mapping[str, Any]

RETRIED = frozenset({412, 429, 502, 503, 504})
TRIES = 4
FIRST_BACKOFF = 0.5
LONGEST_PAUSE = 4.0
"""Seconds between two tries of one call; beyond that the delivery engine is told when to come back."""

TIMEOUT = aiohttp.ClientTimeout(total=20, connect=5)
"""Bot Service itself gives up after 15 s: a shorter wait would post twice what was accepted late."""

BLOCKED = frozenset(
    {"MessageWritesBlocked", "ConversationBlockedByUser", "BotNotInConversationRoster", "ForbiddenOperationException"}
)
NO_SUCH_MESSAGE = frozenset({"ActivityNotFoundInConversation", "MessageNotFound"})


class Busy(TryLater):
    """Teams said that it did not take the call, so the same call may be made again at once."""


class Refused(Exception):
    """The connector said no for good; ``code`` is Teams' own name for it."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code

    @property
    def blocked(self) -> bool:
        """The person blocked or removed the app, or it was never added there."""
        return self.status == 403 and (self.code in BLOCKED or not self.code)

    @property
    def gone(self) -> bool:
        """The conversation does not exist any more."""
        return self.status in (404, 410) and self.code not in NO_SUCH_MESSAGE


class Connector:
    """The Bot Connector's REST calls; raises Refused, TryLater, or Undeliverable for a host that is not allowed."""

    def __init__(
        self,
        settings: TeamsSettings,
        session: Callable[[], aiohttp.ClientSession],
        tokens: Tokens,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._settings = settings
        self._session = session
        self._tokens = tokens
        self._sleep = sleep
        self._jitter = jitter

    async def call(
        self,
        method: str,
        service_url: str,
        *path: str,
        body: Json | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Json:
        """One call, tried again while Teams is busy; gives the answer's JSON object."""
        url = service_url.rstrip("/") + "/v3/" + "/".join(quote(p, safe="@:") for p in path)
        if not may_call(service_url, self._settings):
            raise Undeliverable("That address is not one of Teams' own; nothing was sent there.", reason="foreign_host")
        renewed = False
        for tried in range(1, TRIES + 1):
            token = await self._token(service_url)
            try:
                return await self._once(method, url, token, body, query)
            except Refused as refused:
                if refused.status != 401 or renewed or not token:
                    raise
                # A token can end early, when a secret is changed: one fresh one is tried.
                self._tokens.forget(token)
                renewed = True
            except Busy as busy:
                pause = max(busy.after, FIRST_BACKOFF * 2 ** (tried - 1) * (0.5 + self._jitter()))
                if tried == TRIES or pause > LONGEST_PAUSE:
                    raise Busy(str(busy), after=pause) from busy
                await self._sleep(pause)
        raise token_refused()

    async def _token(self, service_url: str) -> str:
        if not self._settings.app_id or not may_see_token(service_url, self._settings):
            return ""
        return await self._tokens.get()

    async def _once(
        self, method: str, url: str, token: str, body: Json | None, query: Mapping[str, str] | None
    ) -> Json:
        headers = {"Content-Type": "application/json; charset=utf-8"} if body is not None else {}
        if token:
            headers["Authorization"] = "Bearer " + token
        data = wire(body) if body is not None else None
        try:
            # A redirect would carry the token to wherever it points.
            async with self._session().request(
                method, url, data=data, headers=headers, params=query, timeout=TIMEOUT, allow_redirects=False
            ) as answer:
                return _read(answer.status, answer.headers.get("Retry-After", ""), await answer.read())
        except aiohttp.ClientConnectorError as away:
            raise Busy("Teams can't be reached.", after=0) from away
        except (aiohttp.ClientError, TimeoutError) as lost:
            # It may have been taken: saying it twice is left to the delivery engine to decide.
            raise TryLater("Teams did not answer.", after=5) from lost


def token_refused() -> TryLater:
    """The bot's own token is not taken; whoever runs the coach may mend that at any time."""
    return TryLater("Teams does not take the bot's token; check its app id and password.", after=60)


def _read(status: int, retry_after: str, body: bytes) -> Json:
    if 200 <= status < 300:
        return _object(body)
    if status in RETRIED:
        raise Busy(f"Teams is busy ({status}).", after=seconds_in(retry_after))
    if status >= 500:
        raise TryLater(f"Teams failed ({status}).", after=5)
    error = _object(body).get("error")
    code = error.get("code") if isinstance(error, dict) else None
    raise Refused(status, code if isinstance(code, str) else "")


def _object(body: bytes) -> Json:
    """A body's JSON object; empty where it is none, such as a proxy's page of HTML."""
    try:
        read = json.loads(body) if body else {}
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def seconds_in(retry_after: str) -> float:
    """A ``Retry-After`` header, which is a number of seconds or a date, in seconds."""
    try:
        return max(0.0, min(float(retry_after), 3_600.0))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(retry_after)
    except (ValueError, TypeError):
        return 0.0
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, min((aware - datetime.now(UTC)).total_seconds(), 3_600.0))
