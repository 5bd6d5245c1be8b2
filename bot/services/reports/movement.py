"""What has changed since somebody last looked: new, better, worse, closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ScalarSelect, Select, case, func, literal, select, update

from bot.services import access
from bot.services.reports.ready import SINCE, WORKSPACE, rows
from bot.services.turn import Turn
from bot.storage.tables import Case, Look, RiskChange

MOST = 1_000
"""How many changes are counted; beyond, "1,000+" says enough, and a look costs no more after a year away."""

A_LOOK = timedelta(hours=1)
"""Looks within an hour are one look: what is new stays new while somebody is reading."""


@dataclass(frozen=True)
class Movement:
    """What has changed since a person last looked; ``more`` where more changed than was counted."""

    new: int
    better: int
    worse: int
    closed: int
    more: bool = False

    def words(self, since: str) -> str:
        """' · 1 better, 2 worse since Monday', or '' where nothing moved."""
        pairs = (("new", self.new), ("better", self.better), ("worse", self.worse), ("closed", self.closed))
        said = ", ".join(f"{n:,}{'+' if n >= MOST or (self.more and name in _CHANGED) else ''} {name}"
                         for name, n in pairs if n)  # fmt: skip
        return f" · {said} since {since}" if said else ""


_CHANGED = ("better", "worse")


async def last_look(turn: Turn, looked_at: datetime | None, looked_before: datetime | None) -> datetime:
    """From when changes count as new: the look before this one, a week ago for a first look; this look is kept."""
    if looked_at is None:
        week_ago = turn.now - timedelta(days=7)
        turn.db.add(Look(person_id=turn.person.id, at=turn.now, before_at=week_ago))
        return week_ago
    if turn.now - looked_at > A_LOOK:
        mine = update(Look).where(Look.person_id == turn.person.id)
        await turn.db.execute(mine.values(before_at=looked_at, at=turn.now))
        return looked_at
    return looked_before or looked_at


async def since(turn: Turn, instant: datetime) -> Movement:
    """What changed among the cases this person may see; costs as much as what changed, up to a limit."""
    (found,) = await rows(turn, moved(turn.manages), since=instant)
    return told(*found)


def told(new: int, better: int | None, worse: int | None, closed: int, changed: int) -> Movement:
    """A row of :func:`moved` as what it says."""
    return Movement(new, int(better or 0), int(worse or 0), closed, changed > MOST)


@cache
def moved(manages: bool) -> Select[*tuple[Any, ...]]:
    """One row: how many are new, better, worse and closed since an instant, and how many changes there were."""
    here, seen = Case.workspace_id == WORKSPACE, access.readable_by(manages=manages)
    opened = select(Case.id).where(here, Case.opened_at > SINCE, Case.closed_at.is_(None), seen)
    closed = select(Case.id).where(here, Case.closed_at > SINCE, seen)
    changes = (
        select(RiskChange.id, RiskChange.case_id, RiskChange.before)
        .where(RiskChange.workspace_id == WORKSPACE, RiskChange.at > SINCE)
        .order_by(RiskChange.at, RiskChange.id)
        .limit(MOST + 1)
        .cte("changes")
    )
    nth = func.row_number().over(partition_by=changes.c.case_id, order_by=changes.c.id).label("nth")
    earliest = select(changes.c.case_id, changes.c.before, nth).subquery("earliest")
    return (
        select(
            _count(opened).label("new"),
            func.sum(case((Case.risk < earliest.c.before, 1), else_=0)).label("better"),
            func.sum(case((Case.risk > earliest.c.before, 1), else_=0)).label("worse"),
            _count(closed).label("closed"),
            select(func.count()).select_from(changes).scalar_subquery().label("changed"),
        )
        .select_from(earliest)
        .join(Case, Case.id == earliest.c.case_id)
        .where(earliest.c.nth == 1, Case.opened_at <= SINCE, Case.closed_at.is_(None), seen)
        .where(Case.override_risk.is_(None))
    )


STILL = select(*(literal(0).label(name) for name in ("new", "better", "worse", "closed", "changed")))
"""The same row where nobody asks what has moved."""

WIDTH = len(STILL.selected_columns)


def _count(query: Select[int]) -> ScalarSelect[int]:
    return select(func.count()).select_from(query.limit(MOST).correlate(None).subquery()).scalar_subquery()
