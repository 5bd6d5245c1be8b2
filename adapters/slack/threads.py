"""In which thread of the assistant pane somebody last talked; kept, so that a restart answers there as well."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from bot.ports import Notes

THREAD = "slack_thread"
KEEP_SECONDS = 60.0  # another process may have heard the person since
MOST_KEPT = 10_000


class Threads:
    """The thread for the private messages of each person; empty where they talk outside of any."""

    def __init__(self, notes: Notes, clock: Callable[[], float] = time.monotonic) -> None:
        self._notes = notes
        self._clock = clock
        self._kept: OrderedDict[str, tuple[float, str]] = OrderedDict()

    async def talked(self, team: str, user: str, thread_ts: str) -> None:
        """Somebody spoke in a thread, or (with an empty one) outside of any."""
        if await self.of(team, user) == thread_ts:
            return
        key = _key(team, user)
        await (self._notes.put(THREAD, key, {"ts": thread_ts}) if thread_ts else self._notes.drop(THREAD, key))
        self._keep(key, thread_ts)

    async def of(self, team: str, user: str) -> str:
        """The thread somebody last talked in."""
        if not user:
            return ""
        key = _key(team, user)
        kept = self._kept.get(key)
        if kept and self._clock() - kept[0] < KEEP_SECONDS:
            return kept[1]
        note = await self._notes.get(THREAD, key)
        self._keep(key, str(note["ts"]) if note else "")
        return self._kept[key][1]

    def _keep(self, key: str, thread_ts: str) -> None:
        self._kept[key] = (self._clock(), thread_ts)
        self._kept.move_to_end(key)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)


def _key(team: str, user: str) -> str:
    return f"slack:{team}:{user}"
