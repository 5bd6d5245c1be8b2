"""The turns of lanes in PgQueuer's queue: given within the transaction that leaves messages, and ended many at once."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pgqueuer.db import AsyncpgDriver
from pgqueuer.models import Job as Turn
from pgqueuer.queries import Queries
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.courier import ready_among
from bot.delivery.ledger import Fence, held
from bot.delivery.outage import Outage
from bot.delivery.sender import platform_of
from bot.delivery.together import Together
from bot.ports import Clock
from bot.storage.database import Database

NEWS = "salvage_news"
"""The channel on which a process that runs a lane hears of new messages for it."""

_WAIT_FOR_ENDS = text("SELECT pg_advisory_xact_lock_shared(key) FROM unnest(CAST(:keys AS bigint[])) AS key")
_TELL = text("SELECT pg_notify(:news, tenant) FROM unnest(CAST(:tenants AS text[])) AS tenant")
_LOCK = text(
    "SELECT tenant FROM unnest(CAST(:tenants AS text[]), CAST(:keys AS bigint[])) AS t(tenant, key) "
    "WHERE pg_try_advisory_xact_lock(key)"
)


@dataclass(frozen=True, eq=False)
class Ending:
    """A turn that its process would end; ``leaving``: with a new turn for what is left, where there is some."""

    turn: Turn
    tenant: str
    fence: Fence
    leaving: bool


class Turns:
    """The turns that end in this process; a database that is away is waited for."""

    def __init__(self, database: Database, clock: Clock, outage: Outage) -> None:
        self._clock = clock
        self._together: Together[Ending, bool] = Together(database, self._end, outage)

    async def end(self, ending: Ending) -> bool:
        """End a turn if nothing is left to send, in one transaction with the proof of that; False: go on."""
        return await self._together.ask(lambda: ending)

    async def close(self) -> None:
        """Give up what is asked."""
        await self._together.close()

    async def _end(self, db: AsyncSession, asked: list[Ending]) -> list[bool]:
        """A crowd's lanes all end at once; in a transaction each, they would cost more than their messages' last."""
        tenants = [e.tenant for e in asked]
        locked = await db.scalars(_LOCK, {"tenants": tenants, "keys": [lock_key(tenant) for tenant in tenants]})
        free = set(locked)
        ours = await held(db, {e.fence for e in asked})
        left = await ready_among(db, self._clock.now(), tenants)
        stays = {e for e in asked if not e.leaving and (e.tenant not in free or (e.fence in ours and e.tenant in left))}
        ended = [e for e in asked if e not in stays and e.fence in ours]
        if ended:
            await (await _queries(db)).log_jobs([(e.turn, "successful", None) for e in ended])
        if passed_on := {e.tenant for e in ended} & left:
            await give(db, passed_on)
        return [e not in stays for e in asked]


async def give(db: AsyncSession, tenants: Collection[str]) -> None:
    """A turn for each tenant that has none, on the connection of this transaction.

    A turn that is being ended just now is waited for (see :meth:`Turns.end`), so that none is missed; lanes that
    run hear of it through a notice.
    """
    wanted: Sequence[str] = sorted(tenants)
    await db.execute(_WAIT_FOR_ENDS, {"keys": [lock_key(tenant) for tenant in wanted]})
    await (await _queries(db)).enqueue(
        [platform_of(tenant) for tenant in wanted],
        [tenant.encode() for tenant in wanted],
        [0] * len(wanted),
        dedupe_key=list(wanted),
        on_conflict="skip",
    )
    await db.execute(_TELL, {"news": NEWS, "tenants": wanted})


async def _queries(db: AsyncSession) -> Queries:
    """PgQueuer's statements on the connection, and so in the transaction, of a session."""
    await db.flush()
    raw = await (await db.connection()).get_raw_connection()
    return Queries(AsyncpgDriver(raw.driver_connection))


def lock_key(tenant: str) -> int:
    """The number under which PostgreSQL locks a tenant's lane."""
    digest = hashlib.blake2b(f"salvage lane {tenant}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
