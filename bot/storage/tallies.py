"""Folding the counts that triggers keep (revision 0003), and counting anew to prove them.

A trigger only ever adds a row, so that no turn waits for another one's count. What has piled up is folded here, in the
background, into one row for each kind; a reader sums whatever rows there are, so folding never changes an answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date

from sqlalchemy import Table, delete, func, select, text
from sqlalchemy import case as when
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.inserting import dialect_of, inserting
from bot.storage.tables import Base, Case, Client, Reading, ReadingTally, Tally

AT_ONCE = 2_000
"""Loose rows folded in one transaction, so that none grows long."""

KINDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "tallies": (("workspace_id", "stage", "cause", "currency", "confidential"), ("cases", "cents")),
    "reading_tallies": (("workspace_id", "day", "reading", "confidential"), ("readings",)),
}
"""What a row of each table is a count of, and what it counts."""

Counted = Mapping[tuple[object, ...], tuple[int, ...]]


async def fold(db: AsyncSession) -> int:
    """Fold loose rows into the rows that stay; gives how many were taken, so that a caller may go on."""
    return sum([await _fold(db, Base.metadata.tables[name]) for name in KINDS])


async def _fold(db: AsyncSession, table: Table) -> int:
    kind, counts = KINDS[table.name]
    chosen = select(table.c.id).where(text("loose = true")).order_by(table.c.id).limit(AT_ONCE)
    taken = delete(table).where(table.c.id.in_(chosen.with_for_update(skip_locked=True)))
    rows = (await db.execute(taken.returning(*(table.c[name] for name in (*kind, *counts))))).all()
    added: dict[tuple[object, ...], list[int]] = {}
    for row in rows:
        sums = added.setdefault(tuple(row[: len(kind)]), [0] * len(counts))
        for n, value in enumerate(row[len(kind) :]):
            sums[n] += value
    # In one order everywhere, so that two processes that fold never wait for one another in a circle.
    wanted = sorted((key for key, sums in added.items() if any(sums)), key=repr)
    values = [
        {**dict(zip(kind, key, strict=True)), **dict(zip(counts, added[key], strict=True)), "loose": False}
        for key in wanted
    ]
    if values:
        one = inserting(dialect_of(db), table)
        sums_up = {name: table.c[name] + one.excluded[name] for name in counts}
        await db.execute(
            one.on_conflict_do_update(index_elements=list(kind), index_where=text("loose = false"), set_=sums_up),
            values,
        )
    return len(rows)


async def kept(db: AsyncSession, of: type[Tally] | type[ReadingTally]) -> Counted:
    """What the rows of a table add up to, without what adds up to nothing."""
    kind, counts = KINDS[of.__tablename__]
    table = Base.metadata.tables[of.__tablename__]
    query = select(*(table.c[k] for k in kind), *(func.sum(table.c[c]) for c in counts))
    found = await db.execute(query.group_by(*(table.c[k] for k in kind)))
    rows = {tuple(row[: len(kind)]): tuple(int(v) for v in row[len(kind) :]) for row in found}
    return {key: sums for key, sums in rows.items() if any(sums)}


async def recount_cases(db: AsyncSession) -> Counted:
    """What :class:`Tally` must add up to, counted anew."""
    monthly = when((Client.period == "year", Client.value_cents // 12), else_=Client.value_cents)
    currency = func.coalesce(Client.currency, "")
    query = (
        select(
            Case.workspace_id, Case.stage, Case.cause, currency, Case.confidential,
            func.count(), func.coalesce(func.sum(monthly), 0),
        )
        .join(Client, Client.id == Case.client_id)
        .where(Case.closed_at.is_(None))
        .group_by(Case.workspace_id, Case.stage, Case.cause, currency, Case.confidential)
    )  # fmt: skip
    return {tuple(row[:5]): (row[5], int(row[6])) for row in await db.execute(query)}


async def recount_readings(db: AsyncSession) -> Counted:
    """What :class:`ReadingTally` must add up to, counted anew."""
    query = select(Reading.workspace_id, Reading.at, Reading.reading, Case.confidential)
    found: Counter[tuple[int, date, str, bool]] = Counter()
    for space, at, reading, confidential in await db.execute(query.join(Case, Case.id == Reading.case_id)):
        found[(space, at.date(), reading, confidential)] += 1
    return {key: (n,) for key, n in found.items()}
