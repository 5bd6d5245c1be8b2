"""Asking Slack: what counts as silence, how long a turn waits for an answer, and lists that come page by page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import DeliveryError, SalvageError

T = TypeVar("T")

UNSENT = (SlackApiError, SalvageError, aiohttp.ClientError, TimeoutError)
"""What a call can fail with."""

SILENCE = (*UNSENT, ValueError)
"""What a look-up can fail with; an answer that cannot be read is none."""

PATIENCE = 1.4
"""Seconds a look-up may take within a turn: Slack waits three for its answer, and showing one takes its share."""

MOST_PAGES = 50


async def soon(asked: Awaitable[T], otherwise: T) -> T:
    """The answer, or ``otherwise`` where it takes too long; the look-up goes on and is kept for the next time."""
    task = asyncio.ensure_future(asked)
    _RUNNING.add(task)
    task.add_done_callback(_RUNNING.discard)
    try:
        return await asyncio.wait_for(asyncio.shield(task), PATIENCE)
    except TimeoutError:
        return otherwise


_RUNNING: set[asyncio.Future[Any]] = set()


async def pages(ask: Callable[[str], Awaitable[AsyncSlackResponse]]) -> AsyncIterator[AsyncSlackResponse]:
    """The pages of a list, ``MOST_PAGES`` at most; each is asked for with the cursor of the one before."""
    cursor = ""
    for _ in range(MOST_PAGES):
        told = await ask(cursor)
        yield told
        cursor = following(told)
        if not cursor:
            return


def following(told: AsyncSlackResponse) -> str:
    """The cursor of the page after this one; empty on the last."""
    return str((told.get("response_metadata") or {}).get("next_cursor") or "")


def why(no: Exception) -> str:
    """An error as a code for the log; never a payload or a token."""
    if isinstance(no, SlackApiError):
        return str(no.response.get("error") or no.response.status_code)
    return getattr(no, "reason", "") if isinstance(no, DeliveryError) else type(no).__name__
