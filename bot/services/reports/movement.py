"""What has changed since somebody last looked: new, better, worse, closed, and how clients sounded week by week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Date, ScalarSelect, Select, bindparam, case, func, select, true

from bot.services import access
from bot.services.reports.ready import SINCE, WORKSPACE, rows
from bot.services.turn import Turn
from bot.storage.tables import Case, Look, ReadingTally, RiskChange

WEEKS = 6
"""How many weeks of readings are shown."""

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


async def last_look(turn: Turn) -> datetime:
    """From when changes count as new: the look before this one, a week ago for a first look."""
    row = await turn.db.scalar(select(Look).where(Look.person_id == turn.person.id))
    if row is None:
        week_ago = turn.now - timedelta(days=7)
        turn.db.add(Look(person_id=turn.person.id, at=turn.now, before_at=week_ago))
        return week_ago
    if turn.now - row.at > A_LOOK:
        row.before_at, row.at = row.at, turn.now
    return row.before_at or row.at


async def since(turn: Turn, instant: datetime) -> Movement:
    """What changed among the cases this person may see; costs as much as what changed, up to a limit."""
    ((better, worse, changed, new, gone),) = await rows(turn, _moved(turn.manages), since=instant)
    return Movement(new, int(better or 0), int(worse or 0), gone, changed > MOST)


@cache
def _moved(manages: bool) -> Select[*tuple[Any, ...]]:
    here, seen = Case.workspace_id == WORKSPACE, access.readable_by(manages=manages)
    opened = select(Case.id).where(here, Case.opened_at > SINCE, Case.closed_at.is_(None), seen)
    closed = select(Case.id).where(here, Case.closed_at > SINCE, seen)
    changes = (
        select(RiskChange.id, RiskChange.case_id)
        .where(RiskChange.workspace_id == WORKSPACE, RiskChange.at > SINCE)
        .order_by(RiskChange.at, RiskChange.id)
        .limit(MOST + 1)
        .cte("changes")
    )
    first = select(func.min(changes.c.id)).group_by(changes.c.case_id)
    return (
        select(
            func.sum(case((Case.risk < RiskChange.before, 1), else_=0)),
            func.sum(case((Case.risk > RiskChange.before, 1), else_=0)),
            select(func.count()).select_from(changes).scalar_subquery(),
            _count(opened),
            _count(closed),
        )
        .select_from(RiskChange)
        .join(Case, Case.id == RiskChange.case_id)
        .where(RiskChange.id.in_(first), Case.opened_at <= SINCE, Case.closed_at.is_(None), seen)
        .where(Case.override_risk.is_(None))
    )


def _count(query: Select[int]) -> ScalarSelect[int]:
    return select(func.count()).select_from(query.limit(MOST).correlate(None).subquery()).scalar_subquery()


async def temperatures(turn: Turn) -> tuple[tuple[str, ...], dict[str, tuple[int, ...]]]:
    """Readings of the last weeks, from the counts that are kept: the weeks' names, and how many of each in every week.

    Whoever does not manage is shown them without those of confidential cases.
    """
    last = turn.now.date() - timedelta(days=6)
    starts = [last - timedelta(weeks=WEEKS - 1 - n) for n in range(WEEKS)]
    days = {f"day{n}": day for n, day in enumerate(starts)}
    counts = dict.fromkeys(("warmer", "same", "colder", "no_reply"), (0,) * WEEKS)
    for reading, *weeks in await rows(turn, _read(turn.manages), **days):
        counts[reading] = tuple(int(n) for n in weeks)
    return tuple(f"{d.day} {d:%b}" for d in starts), counts


@cache
def _read(manages: bool) -> Select[*tuple[Any, ...]]:
    """For each reading, how many there were in every week; a row a reading, however many days and cases."""
    starts = [bindparam(f"day{n}", type_=Date) for n in range(WEEKS)]
    ends = [*(ReadingTally.day < later for later in starts[1:]), true()]
    weeks = [
        func.sum(case(((ReadingTally.day >= start) & end, ReadingTally.readings), else_=0))
        for start, end in zip(starts, ends, strict=True)
    ]
    query = (
        select(ReadingTally.reading, *weeks)
        .where(ReadingTally.workspace_id == WORKSPACE, ReadingTally.day >= starts[0])
        .group_by(ReadingTally.reading)
    )
    return query if manages else query.where(ReadingTally.confidential.is_(False))
