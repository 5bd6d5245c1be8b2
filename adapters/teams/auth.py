"""Is a request really from Microsoft? The checks of the Bot Connector's authentication, none on a blocking call.

Botbuilder's own check answers a bad token with a server error, fetches keys with blocking calls and knows no new
key for up to a day; this one refuses with 401 or 403 and looks once more for a key it does not know.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import jwt
import structlog
from botframework.connector.auth import AuthenticationConstants  # type: ignore[import-untyped]  # has no types

from adapters.teams.hosts import on_this_machine
from adapters.teams.settings import TeamsSettings

log = structlog.get_logger()

KEYS_SECONDS = 24 * 3_600.0
"""How long the list of keys is used before it is fetched again (Microsoft's documentation: a day at most)."""

LOOK_AGAIN_SECONDS = 10.0
"""Unknown keys make us look at most this often, so that forged ones cannot flood Microsoft's endpoint."""

LEEWAY_SECONDS = 300
"""How far clocks may differ (Microsoft's documentation: five minutes)."""

TOKENS_KEPT = 256
"""How many tokens found good are remembered."""

_ALGORITHMS: list[str] = list(AuthenticationConstants.ALLOWED_SIGNING_ALGORITHMS)


class Forged(Exception):
    """A request is not let in; ``status`` is 401 or 403, the text is for the log."""

    def __init__(self, why: str, *, status: int = 401) -> None:
        super().__init__(why)
        self.status = status


class KeysAway(Exception):
    """The keys of Microsoft's tokens cannot be fetched now."""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key and the channels it may sign for."""

    kid: str
    public: jwt.PyJWK
    endorsements: frozenset[str]


class Keys:
    """The keys that Microsoft signs with, fetched over a shared session and kept for a day."""

    def __init__(
        self, url: str, session: Callable[[], aiohttp.ClientSession], now: Callable[[], float] = time.monotonic
    ) -> None:
        self._url = url
        self._session = session
        self._now = now
        self._lock = asyncio.Lock()
        self._keys: dict[str, Key] = {}
        self._fetched_at = float("-inf")
        self._looked_again_at = float("-inf")

    async def find(self, kid: str) -> Key | None:
        """The key of that id; an unknown one is looked for once more at the source."""
        if self._now() - self._fetched_at > KEYS_SECONDS:
            await self._fetch(self._fetched_at)
        found = self._keys.get(kid)
        if found is None and self._now() - self._looked_again_at > LOOK_AGAIN_SECONDS:
            self._looked_again_at = self._now()
            await self._fetch(self._fetched_at)
            found = self._keys.get(kid)
        return found

    async def _fetch(self, seen: float) -> None:
        async with self._lock:
            if self._fetched_at != seen:
                return
            try:
                described = await self._get(_secure(self._url))
                listed = await self._get(_secure(described["jwks_uri"]))
                self._keys = {k["kid"]: _key(k) for k in listed["keys"] if _usable(k)}
            except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError) as wrong:
                if not self._keys:
                    raise KeysAway(type(wrong).__name__) from wrong
                # Yesterday's keys are better than none.
                log.warning("teams.keys_not_renewed", because=type(wrong).__name__)
            self._fetched_at = self._now()

    async def _get(self, url: str) -> dict[str, Any]:
        async with self._session().get(url, timeout=aiohttp.ClientTimeout(total=3)) as answer:
            answer.raise_for_status()
            read = await answer.json(content_type=None)
            if not isinstance(read, dict):
                raise ValueError("no object")
            return read


def _secure(url: object) -> str:
    if not isinstance(url, str) or not (url.startswith("https://") or on_this_machine(url)):
        raise ValueError("the keys are not behind https")
    return url


def _usable(key: Mapping[str, Any]) -> bool:
    return key.get("kty") == "RSA" and isinstance(key.get("kid"), str) and "n" in key and "e" in key


def _key(key: Mapping[str, Any]) -> Key:
    listed = key.get("endorsements")
    endorsements = listed if isinstance(listed, list) else []
    bare = {"kty": "RSA", "n": key["n"], "e": key["e"], "kid": key["kid"]}
    return Key(key["kid"], jwt.PyJWK(bare, algorithm="RS256"), frozenset(e for e in endorsements if isinstance(e, str)))


class TokenCheck:
    """Lets in what carries a good token of the Bot Connector for this app, this channel and this service URL."""

    def __init__(self, settings: TeamsSettings, keys: Keys, now: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._keys = keys
        self._now = now
        self._good: dict[str, tuple[Key, Mapping[str, Any]]] = {}

    async def check(self, header: str, activity: Mapping[str, Any]) -> None:
        """Raises Forged for anything but a good token, KeysAway where it cannot be told."""
        key, claims = await self._verified(_bearer(header))
        channel = activity.get("channelId")
        if not isinstance(channel, str) or channel not in key.endorsements:
            raise Forged("the key is not endorsed for the channel", status=403)
        claimed, named = claims.get("serviceurl"), activity.get("serviceUrl")
        if not isinstance(claimed, str) or not isinstance(named, str) or _comparable(claimed) != _comparable(named):
            raise Forged("the token is for another service URL", status=403)

    async def _verified(self, token: str) -> tuple[Key, Mapping[str, Any]]:
        """The token's key and claims. Microsoft sends one token with many requests: its signature, once found good,
        stays good until the token ends or its key is no longer listed."""
        known = self._good.get(token)
        if known and float(known[1]["exp"]) > self._now() and await self._keys.find(known[0].kid) is known[0]:
            return known
        key, claims = await self._read(token)
        while len(self._good) >= TOKENS_KEPT:
            self._good.pop(next(iter(self._good)))
        self._good[token] = (key, claims)
        return key, claims

    async def _read(self, token: str) -> tuple[Key, Mapping[str, Any]]:
        try:
            head = jwt.get_unverified_header(token)
        except (jwt.PyJWTError, ValueError, RecursionError) as wrong:
            raise Forged("the token is no token") from wrong
        if head.get("alg") not in _ALGORITHMS:
            raise Forged("the token is signed in a way Microsoft does not")
        key = await self._keys.find(str(head.get("kid", "")))
        if key is None:
            raise Forged("the token's key is not Microsoft's")
        try:
            claims = jwt.decode(
                token, key.public.key, algorithms=_ALGORITHMS, audience=self._settings.app_id,
                issuer=self._settings.issuer, leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iss", "aud"]},
            )  # fmt: skip
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as wrong:
            raise Forged(f"the token is not good: {type(wrong).__name__}") from wrong
        return key, claims


def _bearer(header: str) -> str:
    scheme, _, token = header.strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip() or len(token) > 16_000:
        raise Forged("there is no token")
    return token.strip()


def _comparable(url: str) -> str:
    return url.rstrip("/").casefold()
