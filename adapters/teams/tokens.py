"""The bot's own token for the Bot Connector: fetched over the shared session, kept until just before it ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import aiohttp

from adapters.teams.settings import TeamsSettings
from bot.errors import TryLater

EARLY_SECONDS = 300.0
"""A token is fetched anew this long before it ends."""


class Tokens:
    """One token for all sends; many that wait for it cause one fetch."""

    def __init__(
        self,
        settings: TeamsSettings,
        session: Callable[[], aiohttp.ClientSession],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._session = session
        self._now = now
        self._lock = asyncio.Lock()
        self._token = ""
        self._ends = float("-inf")

    async def get(self) -> str:
        """A token that is good for now; raises TryLater where none is to be had."""
        if self._now() < self._ends:
            return self._token
        async with self._lock:
            if self._now() >= self._ends:
                await self._fetch()
        return self._token

    def forget(self, token: str) -> None:
        """This token was refused: fetch another next time."""
        if token == self._token:
            self._ends = float("-inf")

    async def _fetch(self) -> None:
        try:
            read = await (self._from_identity() if self._is_managed else self._from_password())
            token, lasts = str(read["access_token"]), float(read["expires_in"])
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError) as wrong:
            raise TryLater(
                "Microsoft did not give the bot a token; check its app id and password.", after=30
            ) from wrong
        self._token = token
        self._ends = self._now() + max(lasts - EARLY_SECONDS, lasts / 2)

    @property
    def _is_managed(self) -> bool:
        return self._settings.app_type == "UserAssignedMSI"

    async def _from_password(self) -> Any:
        url = f"{self._settings.sign_in_url.rstrip('/')}/{self._settings.token_tenant}/oauth2/v2.0/token"
        form = {
            "grant_type": "client_credentials",
            "client_id": self._settings.app_id,
            "client_secret": self._settings.app_password,
            "scope": self._settings.scope,
        }
        async with self._session().post(url, data=form, timeout=aiohttp.ClientTimeout(total=10)) as answer:
            answer.raise_for_status()
            return await answer.json(content_type=None)

    async def _from_identity(self) -> Any:
        """A managed identity's token, from the machine's own endpoint: no password is kept anywhere."""
        secret = self._settings.identity_header
        query = {
            "api-version": "2019-08-01" if secret else "2018-02-01",
            "resource": self._settings.scope.removesuffix("/.default"),
            "client_id": self._settings.app_id,
        }
        headers = {"X-IDENTITY-HEADER": secret} if secret else {"Metadata": "true"}
        wait = aiohttp.ClientTimeout(total=10)
        async with self._session().get(
            self._settings.identity_url, params=query, headers=headers, timeout=wait
        ) as answer:
            answer.raise_for_status()
            read = dict(await answer.json(content_type=None))
        if secret and "expires_in" not in read:
            # App Service gives the instant instead of the span.
            read["expires_in"] = float(read["expires_on"]) - time.time()
        return read
