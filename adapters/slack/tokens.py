"""Whose token speaks in which workspace."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Protocol

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import CannotStart, TryLater, Undeliverable

API_URL = "https://slack.com/api/"
TIMEOUT = 15.0
REINSTALL = "Salvage is no longer installed in this workspace. Ask a workspace owner to install it again."


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """How to reach Slack: a bot token for one workspace, or a client id and secret for many.

    ``app_token`` switches Socket Mode on; ``secret_key`` holds the keys that encrypt tokens at rest, the newest
    first, with commas between.
    """

    bot_token: str = ""
    signing_secret: str = ""
    app_token: str = ""
    client_id: str = ""
    client_secret: str = ""
    api_url: str = API_URL
    secret_key: str = ""

    @property
    def configured(self) -> bool:
        """Whether there is enough to talk to Slack at all."""
        one = bool(self.bot_token and (self.signing_secret or self.app_token))
        return one or (self.many and bool(self.signing_secret or self.app_token))

    @property
    def missing(self) -> str:
        """What settings that are half there still need, in one sentence; empty where they suffice, or say nothing."""
        given = (self.bot_token, self.signing_secret, self.app_token, self.client_id, self.client_secret)
        if self.configured or not any(given):
            return ""
        if self.bot_token or self.many:
            return "Set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP."
        if self.client_id:
            return "Set SLACK_CLIENT_SECRET beside SLACK_CLIENT_ID; both are under Basic Information."
        if self.client_secret:
            return "Set SLACK_CLIENT_ID beside SLACK_CLIENT_SECRET; both are under Basic Information."
        return "Set SLACK_BOT_TOKEN for one workspace, or SLACK_CLIENT_ID and SLACK_CLIENT_SECRET for many."

    @property
    def many(self) -> bool:
        """Whether any workspace may install the coach."""
        return bool(self.client_id and self.client_secret)

    @property
    def base_url(self) -> str:
        """The Web API's base, ending with a slash."""
        url = self.api_url or API_URL
        return url if url.endswith("/") else url + "/"


@dataclass(frozen=True, slots=True)
class Installed:
    """The coach in one workspace (or a whole organisation): its token and who it is there."""

    token: str
    team: str
    enterprise: str
    bot_id: str
    bot_user: str


class Tokens(Protocol):
    """Finds the installation for a workspace; raises Undeliverable where there is none."""

    async def of(self, team: str, enterprise: str = "") -> Installed:
        """The installation that speaks in a workspace."""
        ...

    def forget(self, team: str) -> None:
        """Look it up anew the next time."""
        ...

    async def purge(self, team: str, enterprise: str = "") -> list[str]:
        """Delete what is kept of an installation; gives the workspaces it spoke in."""
        ...


def not_installed() -> Undeliverable:
    """The coach was removed from a workspace, or never was in it."""
    return Undeliverable(REINSTALL, reason="not_installed")


class Web:
    """Clients of Slack's Web API over one shared connection pool."""

    def __init__(self, settings: SlackSettings) -> None:
        self.settings = settings
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """The one session; opened at its first use, within the running loop."""
        if self._session is None or self._session.closed:
            # Slack's API knows us by our token; looking through a cookie jar cost a fifth of each call.
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=TIMEOUT), cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._session

    def reads(self, token: str | None) -> AsyncWebClient:
        """For what can be asked twice: passing server errors are retried."""
        retries = [AsyncConnectionErrorRetryHandler(), AsyncServerErrorRetryHandler(max_retry_count=2)]
        return AsyncWebClient(token, self.settings.base_url, session=self.session, retry_handlers=retries)

    def writes(self, token: str | None) -> AsyncWebClient:
        """For what must not be done twice: whoever calls decides what a failure means."""
        return AsyncWebClient(token, self.settings.base_url, session=self.session, retry_handlers=[])

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()


class OneToken:
    """The one bot token of the settings; Slack tells once which workspace it belongs to."""

    def __init__(self, web: Web, token: str) -> None:
        self._web = web
        self._token = token
        self._known: Installed | None = None
        self._revoked = False
        self._lock = asyncio.Lock()

    async def of(self, team: str, enterprise: str = "") -> Installed:
        """The installation, where it speaks in this workspace."""
        known = await self.known()
        if self._revoked or (team != known.team and not (enterprise and enterprise == known.enterprise)):
            raise not_installed()
        return known

    async def known(self) -> Installed:
        """What Slack says of the token; asked until it answers."""
        async with self._lock:
            if self._known is None:
                self._known = await self._ask()
            return self._known

    async def _ask(self) -> Installed:
        try:
            told = await self._web.reads(self._token).auth_test()
        except SlackApiError as no:
            reason = str(no.response.get("error"))
            raise CannotStart(
                f"Slack does not take SLACK_BOT_TOKEN ({reason}). Copy it again from OAuth & Permissions."
            ) from no
        except (aiohttp.ClientError, TimeoutError) as away:
            raise TryLater("Slack cannot be reached.", after=5) from away
        return Installed(
            token=self._token,
            team=str(told.get("team_id") or ""),
            enterprise=str(told.get("enterprise_id") or ""),
            bot_id=str(told.get("bot_id") or ""),
            bot_user=str(told.get("user_id") or ""),
        )

    def forget(self, team: str) -> None:
        """The token is the settings'; there is nothing to look up anew."""

    async def purge(self, team: str, enterprise: str = "") -> list[str]:
        """Stop using the token until the next start; who leaves elsewhere leaves it alone."""
        known = self._known
        ours = known is None or (team == known.team if team else enterprise == known.enterprise)
        if not ours:
            return []
        self._revoked = True
        return [team] if team else [known.team] if known else []
