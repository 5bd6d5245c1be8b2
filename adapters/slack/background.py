"""Showing what a turn answered: now where Slack is quick, after the ack where it is slow."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from adapters.slack.asking import UNSENT, why

log = structlog.get_logger()

PATIENCE = 1.5  # seconds; Slack waits three for its ack, and looking up took some (asking.PATIENCE)


class Background:
    """Keeps track of what is being shown, so that nothing is dropped when the program stops."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    async def in_time(self, shown: Coroutine[Any, Any, Any]) -> None:
        """Show something now, or go on showing it after the ack where it takes longer."""
        await asyncio.wait([self.later(shown)], timeout=PATIENCE)

    def later(self, shown: Coroutine[Any, Any, Any]) -> asyncio.Task[None]:
        """Show something without waiting for it."""
        task = asyncio.ensure_future(_quietly(shown))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def settled(self) -> None:
        """Wait for what is still being shown."""
        while self._running:
            await asyncio.gather(*self._running, return_exceptions=True)


async def _quietly(shown: Coroutine[Any, Any, Any]) -> None:
    """Show something; what was decided is kept, whether Slack shows it or not."""
    try:
        await shown
    except UNSENT as no:
        log.warning("slack.not_shown", because=why(no))
    except Exception:
        log.exception("slack.not_shown")
