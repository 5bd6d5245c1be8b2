"""A workspace with rows in every table and a value in every column, made from the tables themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, Date, Integer, insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.data.scope import TABLES
from bot.storage.tables import Instant

AT = datetime(2026, 11, 2, 9, 0, 0, 123456, tzinfo=UTC)


async def fill(db: AsyncSession, key: str = "local", rows: int = 3) -> int:
    """Make the workspace of a tenant key; gives its id."""
    ids: dict[str, list[int]] = {}
    for table in TABLES:
        ids[table.name] = []
        if table.name == "local_messages" and key != "local":
            continue
        for n in range(1 if table.name in ("workspaces", "tenants") else rows):
            values = {c.name: _value(c, n, key, ids) for c in table.c if c.name != "id"}
            if table.name == "tenants":
                values |= {"key": key, "removed_at": None}
            if table.name == "shown":
                values["person_key"] = f"{key}:person {n}"
            if table.name == "people":
                values["key"] = f"{key}:person {n}"
            if table.name == "notes":
                values |= {"kind": "teams.place", "key": f"{key}:place {n}"}
            result = await db.execute(insert(table).values(values).returning(table.c.id))
            ids[table.name].append(result.scalar_one())
    return ids["workspaces"][0]


def _value(column: Column[Any], n: int, key: str, ids: dict[str, list[int]]) -> Any:
    target = next((f.column.table.name for f in column.foreign_keys), None)
    if target:
        known = ids[target]
        return known[n % len(known)] if known else None
    match column.type:
        case Instant():
            return AT + timedelta(days=n)
        case Date():
            return date(2027, 1, 1 + n)
        case JSON():
            return {"wörter": ["é ☂", n, None, 1.5], "is": "x"}
        case Boolean():
            return n % 2 == 0
        case BigInteger() | Integer():
            return 10 + n
    return f"{n} {key} {column.name} é\n“☂”"[: getattr(column.type, "length", None) or 400]
