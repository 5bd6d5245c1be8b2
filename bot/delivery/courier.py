"""What every engine shares: making messages due, finding the tenants that have some, and running their lanes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, event, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import object_session

from bot import metrics
from bot.coach.playbook import Playbook
from bot.delivery import ticks
from bot.delivery.gate import Gate
from bot.delivery.lane import Lane
from bot.delivery.ledger import Fence, Ledger
from bot.delivery.pace import PACES, Pace, pace_of
from bot.delivery.sender import Messengers, platform_of
from bot.delivery.writing import SENDING, WAITING, is_ready
from bot.ports import Clock
from bot.storage.database import Database
from bot.storage.tables import Outgoing, Schedule, Tenant

_POSTED = "tenants that were posted to"

OVERLAP = timedelta(seconds=5)
"""A look goes back a little before the last one: a transaction may have committed late."""

EVERYTHING = timedelta(seconds=15)
"""How often a look goes over everything that waits, whenever it came due."""


class Courier:
    """The lanes of this process."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        playbook: Playbook,
        messengers: Messengers,
        *,
        gate: Gate | None = None,
        paces: Mapping[str, Pace] = PACES,
    ) -> None:
        self.database = database
        self.clock = clock
        self.playbook = playbook
        self.messengers = messengers
        self.gate = gate or Gate()
        self.paces = paces
        self.ledger = Ledger(database, clock)
        self.outage = self.ledger.outage
        self.lanes: dict[str, Lane] = {}
        self.handled = 0
        self.made = 0
        self._looked: datetime | None = None
        self._looked_at_all: datetime | None = None

    # --- lanes ---------------------------------------------------------------------------------------------

    async def send_for(self, tenant: str, fence: Fence | None = None) -> None:
        """Run a tenant's lane until nothing of it is due."""
        lane = Lane(tenant, self.ledger, self.gate, self.messengers, pace_of(tenant, self.paces), fence)
        self.lanes[tenant] = lane
        try:
            await lane.run()
        finally:
            if self.lanes.get(tenant) is lane:
                del self.lanes[tenant]
            self.handled += lane.handled

    def look(self, tenant: str) -> None:
        """Tell a lane that runs here that there may be more."""
        if (lane := self.lanes.get(tenant)) is not None:
            lane.look()

    def stop(self) -> None:
        """Let every lane finish what is under way."""
        for lane in self.lanes.values():
            lane.stop()

    # --- what is due ---------------------------------------------------------------------------------------

    async def tick(self, db: AsyncSession) -> Sequence[str]:
        """Make due what is not a check-in (lanes make those), and give the tenants that have something to send."""
        now = self.clock.now()
        self.made = len(await ticks.tick(db, now, self.playbook))
        return await self.due_tenants(db, now)

    async def due_tenants(self, db: AsyncSession, now: datetime) -> Sequence[str]:
        """The tenants with something due on a platform that runs here, since the last look or, now and then, ever."""
        since = None if self._everything(now) else min(self._looked or now, now) - OVERLAP
        self._looked = now
        found = await due_tenants(db, now, since)
        return [tenant for tenant in found if platform_of(tenant) in self.messengers]

    def _everything(self, now: datetime) -> bool:
        last = self._looked_at_all
        if last is None or not last <= now < last + EVERYTHING:
            self._looked_at_all = now
            return True
        return False

    def look_at_all(self) -> None:
        """Let the next look go over everything: the clock was moved, or the database was away."""
        self._looked_at_all = None

    async def until_due(self, db: AsyncSession) -> float:
        """Seconds until something more comes due by the clock."""
        now = self.clock.now()
        if self.made:
            return 0.0
        waiting = await db.scalar(
            select(func.min(Outgoing.not_before)).where(Outgoing.state == WAITING, Outgoing.not_before > now)
        )
        moments = [m for m in (waiting, await ticks.next_due(db, now)) if m is not None]
        return (min(moments) - now).total_seconds() if moments else float("inf")

    async def count_waiting(self, db: AsyncSession) -> None:
        """Set the gauge of what is due and not delivered."""
        due = select(func.count()).where(Outgoing.state == WAITING, Outgoing.not_before <= self.clock.now())
        metrics.WAITING.set(await db.scalar(due) or 0)

    async def close(self) -> None:
        """Give up what is under way."""
        for lane in self.lanes.values():
            lane.abandon()
        await self.ledger.close()


async def due_tenants(db: AsyncSession, now: datetime, since: datetime | None = None) -> Sequence[str]:
    """The tenants, still there, with messages or check-ins that came due after ``since``; or, without it, at all."""
    parts = _due(now)
    if since is None:
        parts.append(select(Outgoing.tenant).where(Outgoing.state == SENDING))
    else:
        parts = [parts[0].where(Outgoing.not_before > since), parts[1].where(Schedule.next_due_at > since)]
    return await _present(db, [part.distinct() for part in parts])


async def ready_tenants(db: AsyncSession, now: datetime, *, sending: bool = False) -> Sequence[str]:
    """The tenants, still there, for which a lane would send something at once, or is ``sending`` something."""
    waiting, planned = _due(now)
    parts = [waiting.where(is_ready(now)), planned]
    if sending:
        parts.append(select(Outgoing.tenant).where(Outgoing.state == SENDING))
    return await _present(db, [part.distinct() for part in parts])


async def ready_among(db: AsyncSession, now: datetime, tenants: Collection[str]) -> set[str]:
    """Those of these tenants, still there, for which a lane would send something at once."""
    waiting, planned = _due(now)
    # The offsets keep PostgreSQL asking for each tenant, and not for all that is due.
    some = or_(
        exists(waiting.where(is_ready(now), Outgoing.tenant == Tenant.key).correlate(Tenant).offset(0)),
        exists(planned.where(Schedule.tenant == Tenant.key).correlate(Tenant).offset(0)),
    )
    return set(await db.scalars(select(Tenant.key).where(Tenant.key.in_(tenants), Tenant.removed_at.is_(None), some)))


def _due(now: datetime) -> list[Select[str]]:
    return [
        select(Outgoing.tenant).where(Outgoing.state == WAITING, Outgoing.not_before <= now),
        select(Schedule.tenant).where(Schedule.state == "on", Schedule.next_due_at <= now),
    ]


async def _present(db: AsyncSession, parts: Sequence[Select[str]]) -> Sequence[str]:
    found: set[str] = set()
    for part in parts:
        found |= set(await db.scalars(part))
    if not found:
        return []
    gone = set(await db.scalars(select(Tenant.key).where(Tenant.key.in_(found), Tenant.removed_at.is_not(None))))
    return sorted(found - gone)


def posted_in(db: AsyncSession) -> set[str]:
    """The tenants this transaction has left messages for so far, that are due now; asked once each."""
    tenants: set[str] = db.sync_session.info.pop(_POSTED, set())
    return tenants


@event.listens_for(Outgoing, "after_insert")
def _posted(mapper: object, connection: object, row: Outgoing) -> None:
    session = object_session(row)
    if session is not None and row.state == "waiting" and row.not_before <= row.made_at:
        session.info.setdefault(_POSTED, set()).add(row.tenant)
