"""Statements that serve many lanes at once: the first few rows of each tenant, in one go on either database."""

from __future__ import annotations

from collections.abc import Sequence
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
  ORDER BY w.not_before, w.id LIMIT :most"""
"""A message that is due and first in its place (:func:`bot.delivery.writing.is_ready`), of a tenant still there."""

_NEXT = """
  w.tenant = t.tenant AND w.state = 'on' AND w.next_due_at IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM tenants g WHERE g.key = t.tenant AND g.removed_at IS NOT NULL)
  ORDER BY w.next_due_at LIMIT :most"""
"""A tenant's next schedules, due or not: asked for those that are due, PostgreSQL would look through every tenant's."""

# PostgreSQL joins each tenant with its own few rows; SQLite, which cannot, looks them up by their ids.
_EACH = {
    "postgresql": "SELECT w.id FROM unnest(:tenants) AS t(tenant) CROSS JOIN LATERAL "
    "(SELECT w.id FROM {table} w WHERE {rows}) w",
    "sqlite": "SELECT o.id FROM (SELECT value AS tenant FROM json_each(:tenants)) AS t CROSS JOIN {table} o "
    "WHERE o.id IN (SELECT w.id FROM {table} w WHERE {rows})",
}

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
    tenants: Any = ARRAY(String()) if dialect == "postgresql" else JSON()
    return text(statement).bindparams(
        bindparam("tenants", type_=tenants), bindparam("now", type_=Instant()), bindparam("most", type_=Integer())
    )


_CLAIM = {
    dialect: _bound(
        "UPDATE outbox SET state = 'sending', attempts = attempts + 1 WHERE "
        + _AMONG[dialect].format(
            table="outbox", each=each.format(table="outbox", rows=_READY.format(alone=_ALONE[dialect]))
        )
        + _STILL_WAITING
        + " RETURNING "
        + ", ".join(_CLAIMED),
        dialect,
    ).columns(*(column(name.split()[-1], kind) for name, kind in _CLAIMED.items()))
    for dialect, each in _EACH.items()
}
_PLANNED = {
    dialect: _bound(
        _AMONG[dialect].format(table="schedules", each=each.format(table="schedules", rows=_NEXT)) + _STILL_DUE,
        dialect,
    )
    for dialect, each in _EACH.items()
}


async def claim(db: AsyncSession, now: datetime, tenants: Sequence[str], most: int) -> list[Row[Any]]:
    """Mark the first ready messages of each tenant as being sent, and give them in order."""
    connection = await db.connection()
    values = {"tenants": list(tenants), "now": now, "most": most}
    rows = await connection.execute(_CLAIM[connection.dialect.name], values)
    return sorted(rows, key=lambda row: (row.not_before, row.id))


def planned(dialect: str) -> TextClause:
    """The condition on schedules to be among the first due ones of each tenant."""
    return _PLANNED[dialect]
