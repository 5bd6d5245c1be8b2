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
"""A message that is due and first in its place (:func:`bot.delivery.ledger.is_ready`), of a tenant still there."""

_DUE = """
  w.tenant = t.tenant AND w.state = 'on' AND w.next_due_at <= :now ORDER BY w.next_due_at, w.id LIMIT :most"""

# PostgreSQL joins each tenant with its own few rows; SQLite, which cannot, looks them up by their ids.
_EACH = {
    "postgresql": "SELECT w.id FROM unnest(:tenants) AS t(tenant) CROSS JOIN LATERAL "
    "(SELECT w.id FROM {table} w WHERE {rows}) w",
    "sqlite": "SELECT o.id FROM (SELECT value AS tenant FROM json_each(:tenants)) AS t CROSS JOIN {table} o "
    "WHERE o.id IN (SELECT w.id FROM {table} w WHERE {rows})",
}

# To PostgreSQL, which reckons with the hour before a crowd came, next to nothing waits; left to itself it would look
# through all that waits for each message. So it is made to choose the few once, and to look up each place by index.
_ALONE = {"postgresql": " OFFSET 0", "sqlite": ""}
_THOSE = {
    "postgresql": "coalesce(state, '') = 'waiting' AND id = ANY(ARRAY({each}))",
    "sqlite": "state = 'waiting' AND id IN ({each})",
}

_CLAIMED: dict[str, Any] = {
    "id": BigInteger(), "tenant": String(), "place": String(), "key": String(), "card": JSON(), "secret": Boolean(),
    "owner_id": BigInteger(), "occurrence_id": BigInteger(), "edits": String(), "attempts": Integer(),
    "not_before": Instant(),
}  # fmt: skip


def _bound(statement: str, dialect: str) -> TextClause:
    tenants: Any = ARRAY(String()) if dialect == "postgresql" else JSON()
    return text(statement).bindparams(
        bindparam("tenants", type_=tenants), bindparam("now", type_=Instant()), bindparam("most", type_=Integer())
    )


_CLAIM = {
    dialect: _bound(
        "UPDATE outbox SET state = 'sending', attempts = attempts + 1 WHERE "
        + _THOSE[dialect].format(each=each.format(table="outbox", rows=_READY.format(alone=_ALONE[dialect])))
        + " RETURNING "
        + ", ".join(_CLAIMED),
        dialect,
    ).columns(*(column(name, kind) for name, kind in _CLAIMED.items()))
    for dialect, each in _EACH.items()
}
_PLANNED = {
    dialect: _bound(each.format(table="schedules", rows=_DUE), dialect).columns(column("id", BigInteger()))
    for dialect, each in _EACH.items()
}


async def claim(db: AsyncSession, now: datetime, tenants: Sequence[str], most: int) -> list[Row[Any]]:
    """Mark the first ready messages of each tenant as being sent, and give them in order."""
    connection = await db.connection()
    values = {"tenants": list(tenants), "now": now, "most": most}
    rows = await connection.execute(_CLAIM[connection.dialect.name], values)
    return sorted(rows, key=lambda row: (row.not_before, row.id))


async def planned(db: AsyncSession, now: datetime, tenants: Sequence[str], most: int) -> list[int]:
    """The first due schedules of each tenant, by id."""
    connection = await db.connection()
    values = {"tenants": list(tenants), "now": now, "most": most}
    return [row.id for row in await connection.execute(_PLANNED[connection.dialect.name], values)]
