"""Fills a database with teams whose check-ins come due: for the delivery benchmark and the tests of delivery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, Table, bindparam, insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.database import Database
from bot.storage.tables import Base, Case, Client, Instant, Person, Schedule, Tenant, Workspace

CADENCE = {
    "rhythm": "weekly",
    "at": "09:00",
    "weekday": 0,
    "monthday": None,
    "zone": "Europe/Berlin",
    "on": None,
}


@dataclass(frozen=True)
class Stock:
    """What to fill in: ``each`` check-ins for every tenant, due at ``due``; ``one_place``: all in one channel."""

    tenants: Sequence[str]
    each: int
    due: datetime
    one_place: bool = False
    history: int = 0


async def fill(database: Database, stock: Stock) -> None:
    """Write the rows; ``history`` is the number of check-ins each schedule has sent before."""
    for number, tenant in enumerate(stock.tenants):
        async with database.begin() as db:
            await _tenant(db, stock, number, tenant)


async def _tenant(db: AsyncSession, stock: Stock, number: int, tenant: str) -> None:
    opened = stock.due - timedelta(days=30)
    workspace = Workspace(name=tenant, created_at=opened, settings={}, next_number=stock.each + 1)
    db.add(workspace)
    await db.flush()
    db.add(Tenant(workspace_id=workspace.id, key=tenant))
    owner = Person(
        workspace_id=workspace.id, tenant=tenant, key=f"{tenant}:U1", name="Priya", folded="priya", role="member",
        zone="Europe/Berlin", hours={}, seen_at=opened,
    )  # fmt: skip
    db.add(owner)
    await db.flush()
    numbers = range(1, stock.each + 1)
    clients = await _insert(
        db,
        Client,
        [
            {"workspace_id": workspace.id, "name": f"Client {n}", "folded": f"client {n}", "period": "month",
             "channel": "", "do_not_say": "", "created_at": opened}
            for n in numbers
        ],
    )  # fmt: skip
    cases = await _insert(
        db, Case, [_case(workspace.id, n, c, owner.id, opened) for n, c in zip(numbers, clients, strict=True)]
    )
    await _insert(
        db,
        Schedule,
        [_schedule(workspace.id, tenant, stock, n, c, owner.id) for n, c in zip(numbers, cases, strict=True)],
        ids=False,
    )
    if stock.history:
        await remember(db, [tenant], stock.history, stock.due)


def _case(workspace: int, number: int, client: int, owner: int, opened: datetime) -> dict[str, Any]:
    return {
        "workspace_id": workspace, "number": number, "client_id": client, "stage": "recovering", "owner_id": owner,
        "confidential": False, "story": "They waited for weeks.", "cause": "kept_in_dark", "fault": "ours",
        "severity": "medium", "contact": "", "client_words": "", "our_words": "", "cost_words": "", "heard": True,
        "readings": [], "risk": 10, "risk_why": [], "opened_at": opened, "touched_at": opened, "stage_at": opened,
        "version": 1,
    }  # fmt: skip


def _schedule(workspace: int, tenant: str, stock: Stock, number: int, case: int, owner: int) -> dict[str, Any]:
    return {
        "workspace_id": workspace, "case_id": case, "tenant": tenant, "place": _place(tenant, stock, number),
        "cadence": CADENCE, "state": "on", "anchor_at": None, "next_due_at": stock.due, "made_by": owner, "version": 1,
    }  # fmt: skip


def _place(tenant: str, stock: Stock, number: int) -> str:
    return f"{tenant}:C{0 if stock.one_place else number}"


_OCCURRENCES = """
INSERT INTO occurrences (schedule_id, case_id, due_at, answer, answered_by, answered_at)
SELECT s.id, s.case_id, {due}, 'same', s.made_by, {due} FROM schedules s CROSS JOIN {weeks} WHERE {mine}"""

_SENT = """
INSERT INTO outbox (workspace_id, tenant, place, key, card, secret, owner_id, case_id, occurrence_id, state,
                    attempts, not_before, made_at, sent_at, ref, problem)
SELECT s.workspace_id, s.tenant, s.place, 'checkin:' || o.id, '{card}', true, s.made_by, o.case_id, o.id, 'sent',
       1, o.due_at, o.due_at, o.due_at, '{ref}', ''
FROM occurrences o JOIN schedules s ON s.id = o.schedule_id WHERE {mine}"""

_WEEKS = {
    "postgresql": "generate_series(1, :weeks) AS week(n)",
    "sqlite": "(WITH RECURSIVE week(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM week WHERE n < :weeks) "
    "SELECT n FROM week) AS week",
}
_AGO = {
    "postgresql": "CAST(:due AS timestamptz) - week.n * interval '7 days'",
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f000', :due, '-' || (week.n * 7) || ' days')",
}


async def remember(db: AsyncSession, tenants: Sequence[str], weeks: int, due: datetime) -> None:
    """So many weeks of answered check-ins before ``due``, written by the database itself: millions in a minute."""
    connection = await db.connection()
    dialect = connection.dialect.name
    mine = "s.tenant IN (" + ", ".join(f"'{tenant}'" for tenant in tenants) + ")"
    written = _OCCURRENCES.format(due=_AGO[dialect], weeks=_WEEKS[dialect], mine=mine)
    bound = text(written).bindparams(bindparam("due", type_=Instant()), bindparam("weeks", type_=Integer()))
    if dialect == "postgresql":
        # What is written refers to rows just read; to look each of them up again would take minutes.
        await connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        await connection.exec_driver_sql("ANALYZE schedules")
    await connection.execute(bound, {"weeks": weeks, "due": due})
    if dialect == "postgresql":
        await connection.exec_driver_sql("ANALYZE occurrences")
    await connection.exec_driver_sql(_SENT.format(card='{"elements": []}', ref='{"ts": "1"}', mine=mine))


async def _insert(db: AsyncSession, row: type[Base], rows: Sequence[dict[str, Any]], *, ids: bool = True) -> list[int]:
    table = row.__table__
    assert isinstance(table, Table)
    complete = [_complete(table, row) for row in rows]
    connection = await db.connection()
    if not complete:
        return []
    if not ids:
        await connection.execute(insert(table), complete)
        return []
    adding = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    return list((await connection.execute(adding, complete)).scalars())


def _complete(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """The row with each column's own default, so that the stock survives a new column."""
    made = dict(row)
    for column in table.columns:
        if column.name in made or column.primary_key or column.default is None:
            continue
        default = column.default.arg  # type: ignore[attr-defined] # a scalar or callable default has it
        made[column.name] = default(None) if callable(default) else default
    return made
