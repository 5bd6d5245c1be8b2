"""Whether the database is away, and up to when this process has to catch up."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.ports import Clock
from bot.view import Card, Note, card, say

log = structlog.get_logger()

LATE = timedelta(seconds=10)
"""From how late on a message says that it is, when it comes after an outage."""

CATCHING_UP = "This comes late; I am catching up."


@dataclass
class Outage:
    """The last time nothing could be sent: until this process began, or until its database came back."""

    clock: Clock
    since: datetime | None = None
    ended: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.ended = self.clock.now()

    def lost(self, wrong: BaseException) -> None:
        """The database does not answer; said once, and never with a statement's values."""
        if self.since is None:
            self.since = self.clock.now()
            log.warning("delivery.database_away", why=type(getattr(wrong, "orig", wrong)).__name__)

    def over(self) -> None:
        """The database answers."""
        if self.since is not None:
            now = self.clock.now()
            log.info("delivery.catching_up", seconds=round((now - self.since).total_seconds(), 1))
            self.since, self.ended = None, now

    def excused(self, shows: Card, due: datetime) -> Card:
        """A message as it is posted: one that an outage made late says so."""
        if due + LATE > self.ended:
            return shows
        return card(*shows.elements, Note(say(CATCHING_UP)), form=shows.form)
