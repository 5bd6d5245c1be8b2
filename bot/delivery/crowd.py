"""Statements that serve many lanes at once: the first few rows of each tenant, in one go on either database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Integer, Row, String, TextClause, bindparam, column, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.tables import Instant

_READY = """
  w.tenant = t.tenant AND w.state = 'waiting' AND w.not_before <= :now AND NOT EXISTS (
    SELECT 1 FROM outbox b WHERE b.place = w.place AND b.id < w.id AND b.state IN ('waiting', 'sending')
    AND (b.state = 'sending' OR b.not_before <= :now OR b.attempts > 0){alone})
  AND NOT EXISTS (SELECT 1 FROM tenants g WHERE g.key = t.tenant AND g.removed_at IS NOT NULL)
  ORDER BY w.not_before, w.id LIMIT {most}"""
"""A message that is due and first in its place (:func:`bot.delivery.writing.is_ready`), of a tenant still there."""

_NEXT = """
  w.tenant = t.tenant AND w.state = 'on' AND w.next_due_at IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM tenants g WHERE g.key = t.tenant AND g.removed_at IS NOT NULL)
  ORDER BY w.next_due_at LIMIT {most}"""
"""A tenant's next schedules, due or not: asked for those that are due, PostgreSQL would look through every tenant's."""

# PostgreSQL joins each tenant with its own few rows; SQLite, which cannot, looks up as many for each as any has room
# for, and keeps what the tenant itself has.
_EACH = {
    "postgresql": "SELECT w.id FROM unnest(:tenants, :rooms) AS t(tenant, room) CROSS JOIN LATERAL "
    "(SELECT w.id FROM {table} w WHERE {rows}) w",
    "sqlite": "SELECT id FROM (SELECT o.id, t.room, row_number() OVER (PARTITION BY t.tenant ORDER BY o.{first}, o.id) "
    "AS n FROM (SELECT key AS tenant, value AS room FROM json_each(:rooms)) AS t CROSS JOIN {table} o "
    "WHERE o.id IN (SELECT w.id FROM {table} w WHERE {rows})) WHERE n <= room",
}
_MOST = {"postgresql": "t.room", "sqlite": ":most"}

# To PostgreSQL, which reckons with the hour before a crowd came, next to nothing waits; left to itself it would look
# through all that waits for each message, and SQLite through all that is due. So both are made to choose the few once
# and to look those up by key (conditions on the rest are expressions), and PostgreSQL to ask each place's index.
_ALONE = {"postgresql": " OFFSET 0", "sqlite": ""}
_AMONG = {"postgresql": "{table}.id = ANY(ARRAY({each}))", "sqlite": "{table}.id IN ({each})"}
_STILL_WAITING = " AND coalesce(outbox.state, '') = 'waiting'"
_STILL_DUE = " AND coalesce(schedules.state, '') = 'on' AND coalesce(schedules.next_due_at, 'infinity') <= :now"

_CLAIMED: dict[str, Any] = {
    "id": BigInteger(), "tenant": String(), "place": String(), "key": String(), "card": JSON(), "secret": Boolean(),
    "occurrence_id": BigInteger(), "edits": String(), "attempts": Integer(), "not_before": Instant(),
    "(SELECT p.key FROM people p WHERE p.id = owner_id) AS owner": String(),
}  # fmt: skip


def _bound(statement: str, dialect: str) -> TextClause:
    now = bindparam("now", type_=Instant())
    if dialect == "sqlite":
        return text(statement).bindparams(now, bindparam("rooms", type_=JSON()), bindparam("most", type_=Integer()))
    tenants, rooms = bindparam("tenants", type_=ARRAY(String())), bindparam("rooms", type_=ARRAY(Integer()))
    return text(statement).bindparams(now, tenants, rooms)


def _among(dialect: str, table: str, rows: str, first: str) -> str:
    """The condition on a table's rows to be among the first of each tenant, as many as it has room for."""
    chosen = rows.format(most=_MOST[dialect], alone=_ALONE[dialect])
    return _AMONG[dialect].format(table=table, each=_EACH[dialect].format(table=table, rows=chosen, first=first))


_CLAIM = {
    dialect: _bound(
        "UPDATE outbox SET state = 'sending', attempts = attempts + 1 WHERE "
        + _among(dialect, "outbox", _READY, "not_before")
        + _STILL_WAITING
        + " RETURNING "
        + ", ".join(_CLAIMED),
        dialect,
    ).columns(*(column(name.split()[-1], kind) for name, kind in _CLAIMED.items()))
    for dialect in _EACH
}
_PLANNED = {
    dialect: _bound(_among(dialect, "schedules", _NEXT, "next_due_at") + _STILL_DUE, dialect) for dialect in _EACH
}


async def claim(db: AsyncSession, now: datetime, rooms: Mapping[str, int]) -> list[Row[Any]]:
    """Mark so many of the first ready messages of each tenant as being sent, and give them in order."""
    connection = await db.connection()
    dialect = connection.dialect.name
    rows = await connection.execute(_CLAIM[dialect], values(dialect, now, rooms))
    return sorted(rows, key=lambda row: (row.not_before, row.id))


def planned(dialect: str) -> TextClause:
    """The condition on schedules to be among the first due ones of each tenant; bound with :func:`values`."""
    return _PLANNED[dialect]


def values(dialect: str, now: datetime, rooms: Mapping[str, int]) -> dict[str, Any]:
    """How many rows of which tenants, as these statements take it."""
    if dialect == "sqlite":
        return {"now": now, "rooms": dict(rooms), "most": max(rooms.values(), default=0)}
    return {"now": now, "tenants": list(rooms), "rooms": list(rooms.values())}
