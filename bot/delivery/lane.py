"""A lane sends one tenant's messages: in order in each place, at the pace its platform takes, a few at a time.

One process at a time has a tenant's lane (the engine sees to that), so its memory of when it last wrote where is
the pace that all processes share.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import math
from dataclasses import dataclass, field, replace

import structlog

from bot.delivery.gate import LANE, Gate
from bot.delivery.ledger import Fence, Ledger, Take
from bot.delivery.pace import FREE, Pace
from bot.delivery.sender import Job, Messengers, Outcome, attempt

log = structlog.get_logger()

OLD = 0.25
"""Seconds after which a message that waited for its turn is looked up again before it is sent."""

CAREFUL = 2
"""Messages at a time to a tenant whose platform fails, until one gets through."""

BUSY_PLACES = 3
"""From how many busy places in a row on the whole workspace is taken to be busy."""

LONGEST_REST = 2.0
"""Seconds that a lane that stops keeps its places at rest at most."""

LONGEST_CLOSED = 60.0
"""Seconds that a busy workspace is left alone at most."""


@dataclass
class Lane:
    """What one tenant has to say; ``fence`` must hold in the database whenever messages are taken."""

    tenant: str
    ledger: Ledger
    gate: Gate
    messengers: Messengers
    pace: Pace = FREE
    fence: Fence | None = None
    handled: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _sending: set[asyncio.Task[None]] = field(default_factory=set)
    _untried: set[int] = field(default_factory=set)
    _stopped: bool = False
    _due: bool = True
    _window: int = LANE
    _rests: dict[str, float] = field(default_factory=dict)
    _free: float = 0.0
    _busy: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._window = self._widest

    def stop(self) -> None:
        """Finish what is under way, and no more."""
        self._stopped = True
        self._news.set()

    def abandon(self) -> None:
        """Give up what is under way, too; whoever has the lane next asks the platform what became of it."""
        self.stop()
        for task in self._sending:
            task.cancel()

    def look(self) -> None:
        """There may be more: a commit, or time, has left something to send."""
        self._due = True
        self._news.set()

    async def run(self) -> None:
        """Send what is due until nothing is, and until every place has had the pause it is owed."""
        self.gate.lanes += 1
        try:
            self.gate.starting += 1
            try:
                going = await self._fill(first=True) or await self._wait()
            finally:
                self.gate.starting -= 1
            while going and not self._stopped:
                self._news.clear()
                going = await self._fill() or await self._wait()
        except asyncio.CancelledError:
            self.abandon()
            raise
        finally:
            while self._sending:
                await asyncio.wait(self._sending)
            # Whoever has this lane next knows nothing of when we wrote where.
            await asyncio.sleep(min(max(self._owed(), 0.0), LONGEST_REST))
            self.gate.lanes -= 1

    # --- taking --------------------------------------------------------------------------------------------

    async def _fill(self, *, first: bool = False) -> bool:
        """Take what may be sent now and start sending it; whether there was any."""
        if self._room() < 1:
            return False
        room = 0

        def wanted() -> Take:
            """As much as there is room for once the transaction begins: more slots are free by then than now."""
            nonlocal room
            asked, self._due, room = self._due, False, self._room()
            self.gate.held += room
            return Take(self.tenant, room, asked, self.fence, first)

        try:
            taken = await self.ledger.take(wanted)
        finally:
            self.gate.held -= room
        self._due = self._due or taken.more
        for job in taken.jobs:
            self.gate.held += 1
            self._untried.add(job.id)
            task = asyncio.create_task(self._deliver(job, _time()))
            self._sending.add(task)
            task.add_done_callback(functools.partial(self._done, job))
        return bool(taken.jobs) or taken.more

    def _room(self) -> int:
        """How many more messages this lane may take."""
        return self.gate.share(self._window, len(self._untried))

    def _tried(self, job: Job) -> None:
        """There is room for another message."""
        if job.id in self._untried:
            self._untried.discard(job.id)
            self.gate.held -= 1
            self._news.set()

    def _done(self, job: Job, task: asyncio.Task[None]) -> None:
        self._tried(job)
        self._sending.discard(task)
        self.handled += 1
        if not task.cancelled() and task.exception() is not None:
            log.error("delivery.not_kept", tenant=self.tenant, exc_info=task.exception())
            self._stopped = True  # the next turn of this lane takes the message up again
        if self._stopped or not self._sending:
            self._news.set()

    async def _wait(self) -> bool:
        """Wait for something to happen; whether there is a reason to go on."""
        if self._sending:
            await self._news.wait()
            return True
        if (owed := self._owed()) > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), owed)
            return True
        return self._news.is_set()

    def _owed(self) -> float:
        """Seconds until every place has had the pause it is owed."""
        return max(self._rests.values(), default=0.0) - _time()

    # --- sending -------------------------------------------------------------------------------------------

    async def _deliver(self, job: Job, taken: float) -> None:
        outcome = await self._try(job, taken)
        # The lane asks for the next message now, so that one transaction keeps this outcome and takes that one.
        self._tried(job)
        if outcome is not None:
            await self.ledger.settle(outcome)

    async def _try(self, job: Job, taken: float) -> Outcome | None:
        """What came of sending it; None where it is no longer to be sent."""
        await self._turn(job.place)
        async with self.gate:
            if _time() - taken > OLD and not await self.ledger.still(job):
                return None
            began = _time()
            outcome = await attempt(self._excused(job), self.messengers)
            self.gate.took(_time() - began)
        self._learn(outcome)
        return outcome

    def _excused(self, job: Job) -> Job:
        """The message as it is posted now: after an outage it says why it comes late."""
        if job.edits is not None:
            return job
        return replace(job, shows=self.ledger.outage.excused(job.shows, job.not_before))

    async def _turn(self, place: str) -> None:
        """Wait until this place, and this workspace, may be written to again."""
        now = _time()
        at = max(now, self._free, self._rests.get(place, 0.0))
        self._free = max(now, self._free) + self.pace.workspace
        if at > now:
            await asyncio.sleep(at - now)

    def _learn(self, outcome: Outcome) -> None:
        now, place = _time(), outcome.job.place
        if self.pace.place:
            self._rests = {p: until for p, until in self._rests.items() if until > now}
            self._rests[place] = now + self.pace.place
        if outcome.state == "sent":
            self._busy.clear()
            self._window = min(self._window * 2, self._widest)
        elif outcome.reason == "busy":
            self._busy.add(place)
            if len(self._busy) >= BUSY_PLACES:
                self._free = max(self._free, now + min(outcome.wait, LONGEST_CLOSED))
                self._busy.clear()
        elif outcome.reason == "failed":
            self._window = CAREFUL

    @property
    def _widest(self) -> int:
        """No more than a second's worth where the platform sets a pace."""
        a_second = math.ceil(1 / self.pace.workspace) + 1 if self.pace.workspace else self.gate.lane
        return min(a_second, self.gate.lane)


def _time() -> float:
    return asyncio.get_running_loop().time()
