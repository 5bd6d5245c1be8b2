"""Which hosts the adapter speaks to: a token must never reach one that is not Microsoft's or configured."""

from __future__ import annotations

import functools
from urllib.parse import urlsplit

from adapters.teams.settings import TeamsSettings
from bot.loopback import is_loopback


def on_this_machine(url: str) -> bool:
    """Whether a URL names this very machine."""
    return is_loopback(_host(url))


@functools.lru_cache(maxsize=256)
def may_call(url: str, settings: TeamsSettings) -> bool:
    """Whether this is a connector the adapter may send messages to."""
    return may_see_token(url, settings) or (settings.local and _plain(url, ("http", "https")) and on_this_machine(url))


@functools.lru_cache(maxsize=256)
def may_see_token(url: str, settings: TeamsSettings) -> bool:
    """Whether the bot's token may be sent there."""
    return any(_fits(url, allowed) for allowed in settings.service_hosts)


def _fits(url: str, allowed: str) -> bool:
    if "://" in allowed:
        return _plain(url, (allowed.partition("://")[0],)) and _origin(url) == _origin(allowed)
    host = _host(url)
    return _plain(url, ("https",)) and (
        host == allowed or (allowed.startswith("*.") and host.endswith(allowed[1:]) and host != allowed[1:])
    )


def _plain(url: str, schemes: tuple[str, ...]) -> bool:
    """A URL without tricks: no user info, no blanks or backslashes, the scheme as it should be."""
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        return False
    simple = url.isascii() and url.isprintable() and "\\" not in url and " " not in url
    bare = parts.username is None and parts.password is None and not parts.query and not parts.fragment
    return simple and bare and port_is_fine and parts.scheme in schemes


def _origin(url: str) -> tuple[str, str, int | None]:
    return urlsplit(url).scheme, _host(url), urlsplit(url).port


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").rstrip(".").lower()
    except ValueError:
        return ""
