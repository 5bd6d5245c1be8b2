"""Group commit: what is asked while a transaction is under way shares the next one."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.outage import Outage
from bot.storage.database import Database, is_away

log = structlog.get_logger()

Ask = TypeVar("Ask")
Answer = TypeVar("Answer")

MOST = 512
"""Requests that share one transaction."""

CROWD = 8
"""Requests in one transaction from which on more are soon to come."""

GATHERING, MOST_GATHERING = 0.05, 0.1
"""Seconds from one transaction of a crowd to the next, so that more share it: twice as long as the last one took,
within these bounds; lanes hold enough to go on meanwhile."""

SHORTEST_PAUSE, LONGEST_PAUSE = 0.1, 1.0
"""Seconds between tries while the database is away."""


class Together(Generic[Ask, Answer]):
    """Runs requests in shared transactions, one after the other; a database that is away is waited for.

    A lone request is taken at once; in a crowd, what is asked for within a moment shares a transaction. What a request
    says is settled when its transaction begins. One that fails in a crowd is taken again alone, so that one bad row
    harms nobody else.
    """

    def __init__(
        self,
        database: Database,
        work: Callable[[AsyncSession, list[Ask]], Awaitable[list[Answer]]],
        outage: Outage,
        most: int = MOST,
    ) -> None:
        self._database = database
        self._work = work
        self._outage = outage
        self._most = most
        self._asked: deque[tuple[Callable[[], Ask], asyncio.Future[Answer]]] = deque()
        self._running: asyncio.Task[None] | None = None
        self._crowd_until = 0.0

    async def ask(self, request: Callable[[], Ask]) -> Answer:
        """What a request comes to, once it is committed; it is made when its transaction begins."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._asked.append((request, future))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        return await future

    async def close(self) -> None:
        """Give up what is still asked."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait([self._running])
        for _, future in self._asked:
            future.cancel()

    async def _run(self) -> None:
        while self._asked:
            await asyncio.sleep(self._crowd_until - _time())
            asked = [self._asked.popleft() for _ in range(min(len(self._asked), self._most))]
            batch = [(request(), future) for request, future in asked if not future.done()]
            began = _time()
            try:
                await self._patiently(batch)
            except asyncio.CancelledError:
                for _, future in batch:
                    future.cancel()
                raise
            if len(batch) >= CROWD:
                self._crowd_until = began + min(max(2 * (_time() - began), GATHERING), MOST_GATHERING)

    async def _patiently(self, batch: list[tuple[Ask, asyncio.Future[Answer]]]) -> None:
        pause = SHORTEST_PAUSE
        while batch:
            try:
                answers = await self._transaction([request for request, _ in batch])
            except Exception as wrong:
                if not is_away(wrong):
                    await self._apart(batch, wrong)
                    return
                self._outage.lost(wrong)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                self._outage.over()
                for (_, future), answer in zip(batch, answers, strict=True):
                    if not future.done():
                        future.set_result(answer)
                return

    async def _apart(self, batch: list[tuple[Ask, asyncio.Future[Answer]]], wrong: Exception) -> None:
        if len(batch) > 1:
            log.warning("delivery.one_by_one", requests=len(batch), exc_info=wrong)
            for pair in batch:
                await self._patiently([pair])
        elif not batch[0][1].done():
            batch[0][1].set_exception(wrong)

    async def _transaction(self, requests: list[Ask]) -> list[Answer]:
        # A crowd's statements are long enough to leave the loop to the posts meanwhile.
        async with self._database.begin(long=len(requests) >= CROWD) as db:
            return await self._work(db, requests)


def _time() -> float:
    return asyncio.get_running_loop().time()
