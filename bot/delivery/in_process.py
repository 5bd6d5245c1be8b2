"""The engine for SQLite: one process gives every tenant's lane its turn, and takes up after itself at the start."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Collection, Iterator

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.courier import Courier, ready_tenants
from bot.delivery.sender import platform_of
from bot.storage.database import is_away, sqlite_file

log = structlog.get_logger()

LONGEST_SLEEP = 1.0
"""Seconds between looks where nothing wakes the engine: another process may have left work."""

PATIENCE = 5.0
"""Seconds that a drain waits for the process that delivers."""


class InProcess:
    """Delivers what is due from within this process (a :class:`bot.delivery.port.Engine`).

    Several processes may have the file open (``serve`` and a ``chat`` beside it); only one at a time delivers.
    """

    def __init__(self, courier: Courier) -> None:
        self.courier = courier
        self._sole = Sole(courier.database.url)
        self._woken = asyncio.Event()
        self._stopping = False
        self._running: dict[str, asyncio.Task[None]] = {}

    async def enqueue(self, db: AsyncSession, tenants: Collection[str]) -> None:
        """Nothing more than the rows themselves: the next look finds them."""

    async def wake(self) -> None:
        """Look again now."""
        self._woken.set()

    async def stop(self) -> None:
        """Finish what is under way, and no more."""
        self._stopping = True
        self.courier.stop()
        self._woken.set()

    async def close(self) -> None:
        """Let another process deliver."""
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)
        await self.courier.close()
        self._sole.release()

    async def run(self) -> None:
        """Deliver until :meth:`stop`; a database that is away is waited for."""
        self.courier.look_at_all()
        while not self._stopping:
            self._woken.clear()
            pause = await self._look_patiently() if self._sole.take() else LONGEST_SLEEP
            if not self._stopping:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), min(pause, LONGEST_SLEEP))
        await self._lanes_end()
        self._sole.release()

    async def drain(self) -> int:
        """Deliver everything that is due now, here or (where it has the file) by the process that delivers."""
        handled = self.courier.handled
        with self._sole.held() as mine:
            if not mine:
                await self._others_deliver()
                return 0
            while await self._progress():
                pass
        return self.courier.handled - handled

    async def _progress(self) -> bool:
        handled = self.courier.handled
        self.courier.look_at_all()
        await self._look()
        await self._lanes_end()
        return self.courier.handled > handled or self.courier.made > 0

    async def _look_patiently(self) -> float:
        """Start the lanes that have something to send; gives the seconds until there is more."""
        try:
            await self._look()
            async with self.courier.database.reading() as db:
                await self.courier.count_waiting(db)
                pause = await self.courier.until_due(db)
            self.courier.outage.over()
            return pause
        except Exception as wrong:
            if is_away(wrong):
                self.courier.outage.lost(wrong)
            else:
                log.exception("delivery.look_failed")
            self.courier.look_at_all()
            return LONGEST_SLEEP

    async def _look(self) -> int:
        async with self.courier.database.begin() as db:
            tenants = await self.courier.tick(db)
        for tenant in tenants:
            if tenant in self._running:
                self.courier.look(tenant)
            else:
                task = asyncio.create_task(self.courier.send_for(tenant))
                self._running[tenant] = task
                task.add_done_callback(self._ended(tenant))
        return len(tenants)

    def _ended(self, tenant: str) -> Callable[[asyncio.Task[None]], None]:
        def forget(task: asyncio.Task[None]) -> None:
            self._running.pop(tenant, None)
            if not task.cancelled() and task.exception() is not None:
                log.error("delivery.lane_failed", tenant=tenant, exc_info=task.exception())
                self.courier.look_at_all()

        return forget

    async def _lanes_end(self) -> None:
        while self._running:
            await asyncio.wait(list(self._running.values()))

    async def _others_deliver(self) -> None:
        """Another process delivers; wait until it has sent all that it can, a few seconds at most."""
        until = asyncio.get_running_loop().time() + PATIENCE
        while asyncio.get_running_loop().time() < until:
            async with self.courier.database.reading() as db:
                due = await ready_tenants(db, self.courier.clock.now(), sending=True)
            if not any(platform_of(tenant) in self.courier.messengers for tenant in due):
                return
            await asyncio.sleep(0.05)


class Sole:
    """Whether this process is the one that delivers: a lock that ends with the process, however that ends."""

    def __init__(self, url: str) -> None:
        file = sqlite_file(url)
        self._file = file.with_name(f"{file.name}-delivery") if file is not None else None
        self._lock: sqlite3.Connection | None = None

    def take(self) -> bool:
        """Become the one, if nobody else is."""
        if self._file is None or self._lock is not None:
            return True
        lock = sqlite3.connect(self._file, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            lock.close()
            return False
        self._lock = lock
        return True

    def release(self) -> None:
        """Let another process be the one."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    @contextlib.contextmanager
    def held(self) -> Iterator[bool]:
        """Be the one for a while; False where somebody else is."""
        had = self._lock is not None
        mine = self.take()
        try:
            yield mine
        finally:
            if mine and not had:
                self.release()
