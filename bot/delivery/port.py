"""The port of the delivery engine: who sends whose messages, and when to look.

An engine never touches a message. It gives each tenant's *lane* (:mod:`bot.delivery.lane`) a turn, to one process
at a time, and gives the turn to another process when the first one dies.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession


class Engine(Protocol):
    """What makes lanes run."""

    async def enqueue(self, db: AsyncSession, tenants: Collection[str]) -> None:
        """Within a transaction that leaves messages for these tenants: see to it that their lanes get a turn."""
        ...

    async def run(self) -> None:
        """Deliver until :meth:`stop`; a database that is away is waited for."""
        ...

    async def wake(self) -> None:
        """Look again now: a commit left something to send, or the clock was moved."""
        ...

    async def stop(self) -> None:
        """Finish what is under way, and no more."""
        ...

    async def drain(self) -> int:
        """Deliver everything that is due now; gives how many messages were handled."""
        ...

    async def close(self) -> None:
        """Let go of what the engine holds."""
        ...
