"""Fills a database with teams whose check-ins come due: for the delivery benchmark and the tests of delivery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.database import Database
from bot.storage.tables import Base, Case, Client, Occurrence, Outgoing, Person, Schedule, Tenant, Workspace

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
    schedules = await _insert(
        db,
        Schedule,
        [_schedule(workspace.id, tenant, stock, n, c, owner.id) for n, c in zip(numbers, cases, strict=True)],
    )
    if stock.history:
        await _history(db, stock, workspace.id, tenant, owner.id, list(zip(cases, schedules, strict=True)))


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


async def _history(
    db: AsyncSession, stock: Stock, workspace: int, tenant: str, owner: int, pairs: Sequence[tuple[int, int]]
) -> None:
    for back in range(stock.history, 0, -1):
        due = stock.due - timedelta(weeks=back)
        occurrences = await _insert(
            db,
            Occurrence,
            [{"schedule_id": s, "case_id": c, "due_at": due, "answer": "same", "answered_by": owner, "answered_at": due}
             for c, s in pairs],
        )  # fmt: skip
        sent = [
            {"workspace_id": workspace, "tenant": tenant, "place": _place(tenant, stock, n), "key": f"checkin:{o}",
             "card": {"elements": []}, "secret": True, "owner_id": owner, "case_id": c, "occurrence_id": o,
             "state": "sent", "attempts": 1, "not_before": due, "made_at": due, "sent_at": due, "ref": {"ts": str(o)},
             "problem": ""}
            for n, ((c, _), o) in enumerate(zip(pairs, occurrences, strict=True), 1)
        ]  # fmt: skip
        await _insert(db, Outgoing, sent, ids=False)


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
