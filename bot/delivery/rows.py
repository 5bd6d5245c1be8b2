"""Many rows for one statement: they are bound as one JSON value, which either database reads as a table.

As parameters of their own, a crowd's rows would be thousands of values to name, convert and send; run row by row, a
statement is planned, on PostgreSQL, as often.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, DateTime, Subquery, bindparam, column, func, select
from sqlalchemy.types import TypeEngine

from bot.storage.tables import Instant

ROWS = "rows"
"""The name under which the rows are given to the statement, as a list of objects."""


def rows_as_table(dialect: str, **columns: TypeEngine[Any]) -> Subquery:
    """The rows as a table of these columns; instants in them are written by :func:`written`."""
    bound = bindparam(ROWS, type_=JSON())
    if dialect == "sqlite":
        each = func.json_each(bound).table_valued("value")
        fields = [_field(each.c.value, name, kind) for name, kind in columns.items()]
        return select(*fields).subquery("given")
    kept = [column(name, DateTime() if isinstance(kind, Instant) else kind) for name, kind in columns.items()]
    read = func.json_to_recordset(bound).table_valued(*kept).render_derived("read", with_types=True)
    in_utc = [
        func.timezone("UTC", read.c[name], type_=kind).label(name) if isinstance(kind, Instant) else read.c[name]
        for name, kind in columns.items()
    ]
    return select(*in_utc).subquery("given")


def _field(row: ColumnElement[Any], name: str, kind: TypeEngine[Any]) -> ColumnElement[Any]:
    return func.json_extract(row, f"$.{name}", type_=kind).label(name)


def written(instant: datetime | None) -> str | None:
    """An instant within such rows: its wall time in UTC, as SQLite keeps it."""
    return None if instant is None else f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
