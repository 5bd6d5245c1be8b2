"""Answers to a ``response_url``: five at most, within half an hour."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import aiohttp
import structlog

from adapters.slack import limits
from adapters.slack.render import Message
from adapters.slack.tokens import Web

log = structlog.get_logger()

REMEMBERED = 10_000


def payload(message: Message, *, replaces: bool = False) -> dict[str, Any]:
    """A message for one person's eyes, as an ack or a ``response_url`` takes it."""
    return {
        "response_type": "ephemeral",
        "replace_original": replaces,
        "text": message.text,
        "blocks": list(message.blocks),
    }


class Responses:
    """Posts to response URLs and knows when one is used up."""

    def __init__(self, web: Web, clock: Callable[[], float] = time.monotonic) -> None:
        self._web = web
        self._clock = clock
        self._used: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def left(self, url: str) -> int:
        """How often the address can still be used."""
        first, used = self._used.get(url, (self._clock(), 0))
        stale = self._clock() - first > limits.RESPONSE_URL_SECONDS
        return 0 if stale or not url else limits.RESPONSE_URL_USES - used

    async def post(self, url: str, message: Message, *, replaces: bool = False) -> bool:
        """Show a message; False where the address takes no more."""
        if self.left(url) <= 0:
            return False
        first, used = self._used.get(url, (self._clock(), 0))
        self._used[url] = (first, used + 1)
        if len(self._used) > REMEMBERED:
            self._used.popitem(last=False)
        try:
            async with self._web.session.post(url, json=payload(message, replaces=replaces)) as answer:
                if answer.status == 200:
                    return True
                log.info("slack.response_url_refused", status=answer.status)
        except (aiohttp.ClientError, TimeoutError) as away:
            log.info("slack.response_url_away", because=type(away).__name__)
        return False
