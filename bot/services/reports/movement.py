"""What has changed since somebody last looked: new, better, worse, closed, and how clients sounded week by week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ScalarSelect, Select, case, func, select

from bot.services import access
from bot.services.reports.portfolio import Row
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
    here = Case.workspace_id == turn.workspace.id
    opened = _count(turn, select(Case.id).where(here, Case.opened_at > instant, Case.closed_at.is_(None)))
    closed = _count(turn, select(Case.id).where(here, Case.closed_at > instant))
    changes = (
        select(RiskChange.id, RiskChange.case_id)
        .where(RiskChange.workspace_id == turn.workspace.id, RiskChange.at > instant)
        .order_by(RiskChange.at, RiskChange.id)
        .limit(MOST + 1)
        .cte("changes")
    )
    first = select(func.min(changes.c.id)).group_by(changes.c.case_id)
    query = (
        select(
            func.sum(case((Case.risk < RiskChange.before, 1), else_=0)),
            func.sum(case((Case.risk > RiskChange.before, 1), else_=0)),
            select(func.count()).select_from(changes).scalar_subquery(),
            opened,
            closed,
        )
        .select_from(RiskChange)
        .join(Case, Case.id == RiskChange.case_id)
        .where(RiskChange.id.in_(first), Case.opened_at <= instant, Case.closed_at.is_(None), access.readable(turn))
    )
    better, worse, changed, new, gone = (await turn.db.execute(query)).one()
    return Movement(new, int(better or 0), int(worse or 0), gone, changed > MOST)


def _count(turn: Turn, query: Select[int]) -> ScalarSelect[int]:
    limited = query.where(access.readable(turn)).limit(MOST).correlate(None)
    return select(func.count()).select_from(limited.subquery()).scalar_subquery()


async def risk_before(turn: Turn, rows: Sequence[Row], instant: datetime) -> dict[int, int]:
    """The risk that some cases had at an instant, by case id; only those whose risk has changed."""
    ids = [r.case.id for r in rows]
    first = (
        select(func.min(RiskChange.id))
        .where(RiskChange.case_id.in_(ids), RiskChange.at > instant)
        .group_by(RiskChange.case_id)
    )
    found = await turn.db.execute(select(RiskChange.case_id, RiskChange.before).where(RiskChange.id.in_(first)))
    return {row[0]: row[1] for row in found}


async def temperatures(turn: Turn) -> tuple[tuple[str, ...], dict[str, tuple[int, ...]]]:
    """Readings of the last weeks, from the counts that are kept: the weeks' names, and how many of each in every week.

    Whoever does not manage is shown them without those of confidential cases.
    """
    today = turn.now.date()
    query = (
        select(ReadingTally.day, ReadingTally.reading, func.sum(ReadingTally.readings))
        .where(ReadingTally.workspace_id == turn.workspace.id, ReadingTally.day > today - timedelta(weeks=WEEKS))
        .group_by(ReadingTally.day, ReadingTally.reading)
    )
    found = await turn.db.execute(query if turn.manages else query.where(ReadingTally.confidential.is_(False)))
    counts = {name: [0] * WEEKS for name in ("warmer", "same", "colder", "no_reply")}
    for day, reading, readings in found:
        counts[reading][WEEKS - 1 - max((today - day).days, 0) // 7] += int(readings)
    starts = [today - timedelta(weeks=WEEKS - 1 - n, days=6) for n in range(WEEKS)]
    return tuple(f"{d.day} {d:%b}" for d in starts), {k: tuple(v) for k, v in counts.items()}
