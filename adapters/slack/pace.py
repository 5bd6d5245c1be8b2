"""One message a second in a channel, and no faster than Slack last asked for; every channel by itself."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable

from bot.errors import TryLater

GAP = 1.0
PATIENCE = 1.5  # a longer wait goes back to the queue it came from
MOST_CHANNELS = 20_000


class Pace:
    """When each channel may be written to next."""

    def __init__(self, gap: float = GAP, clock: Callable[[], float] = time.monotonic) -> None:
        self._gap = gap
        self._clock = clock
        self._free: OrderedDict[str, float] = OrderedDict()

    async def turn(self, channel: str) -> None:
        """Wait for the channel's next turn and take it; raises TryLater where that is long."""
        now = self._clock()
        at = max(now, self._free.get(channel, 0.0))
        if at - now > PATIENCE:
            raise TryLater("This channel has more waiting than Slack takes at once.", after=at - now)
        self._keep(channel, at + self._gap)
        if at > now:
            await asyncio.sleep(at - now)

    def hold(self, channel: str, seconds: float) -> None:
        """Leave a channel alone for a while, as Slack asked."""
        self._keep(channel, max(self._clock() + seconds, self._free.get(channel, 0.0)))

    def _keep(self, channel: str, until: float) -> None:
        self._free[channel] = until
        self._free.move_to_end(channel)
        if len(self._free) > MOST_CHANNELS:
            self._free.popitem(last=False)
