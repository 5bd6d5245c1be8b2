"""Showing what a turn answered: now where Slack is quick, after the ack where it is slow."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

import structlog

from adapters.slack.asking import UNSENT, why
from adapters.slack.heard import Heard

log = structlog.get_logger()

PATIENCE = 1.5  # seconds for one thing to be shown
ACK_SECONDS = 2.6  # from a payload's arrival to its ack; Slack waits three, and the way there and back takes some


def left(heard: Heard) -> float:
    """The seconds something may still take before Slack must have its ack."""
    return max(0.0, min(PATIENCE, heard.at + ACK_SECONDS - time.monotonic()))


class Background:
    """Keeps track of what is being shown, so that nothing is dropped when the program stops."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[bool]] = set()

    async def in_time(self, heard: Heard, shown: Coroutine[Any, Any, Any]) -> asyncio.Task[bool]:
        """Show something now, or go on showing it after the ack where it takes longer."""
        task = self.later(shown)
        await asyncio.wait([task], timeout=left(heard))
        return task

    def later(self, shown: Coroutine[Any, Any, Any]) -> asyncio.Task[bool]:
        """Show something without waiting for it; the task tells whether it was shown."""
        task = asyncio.ensure_future(_quietly(shown))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def settled(self) -> None:
        """Wait for what is still being shown."""
        while self._running:
            await asyncio.gather(*self._running, return_exceptions=True)


async def _quietly(shown: Coroutine[Any, Any, Any]) -> bool:
    """Show something; what was decided is kept, whether Slack shows it or not."""
    try:
        await shown
    except UNSENT as no:
        log.warning("slack.not_shown", because=why(no))
    except Exception:
        log.exception("slack.not_shown")
    else:
        return True
    return False
