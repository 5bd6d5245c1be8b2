"""A row as a JSON object and back: instants and dates as ISO text, everything else as it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, Date, Integer, String, Table

from bot.data.scope import BY_NAME
from bot.storage.tables import Instant

FORMAT = 1
LARGEST_ID = 2**53


class BadRecord(ValueError):
    """A line that is no row of this version; its text says why."""


def to_line(table: Table, row: Mapping[str, Any]) -> bytes:
    """A row as one line of JSON."""
    return line_of({"table": table.name, **{c.name: _out(row[c.name]) for c in table.c}})


def line_of(record: Mapping[str, Any]) -> bytes:
    """A record as one line of JSON, in UTF-8."""
    # A half of a surrogate pair has no UTF-8; as an escape it survives the way out and back.
    words = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    try:
        return words.encode() + b"\n"
    except UnicodeEncodeError:
        return json.dumps(record, separators=(",", ":")).encode() + b"\n"


def read_line(line: bytes) -> dict[str, Any]:
    """The object on a line; raises BadRecord."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        raise BadRecord("it is not JSON") from None
    if not isinstance(record, dict):
        raise BadRecord("it is no JSON object")
    return record


def from_record(record: Mapping[str, Any]) -> tuple[Table, dict[str, Any]]:
    """The table and the column values of a record; raises BadRecord."""
    name = record.get("table")
    table = BY_NAME.get(name) if isinstance(name, str) else None
    if table is None:
        raise BadRecord(f"there is no table {str(name)[:40]}")
    strange = set(record) - set(table.c.keys()) - {"table"}
    missing = set(table.c.keys()) - set(record)
    if strange or missing:
        which = f"has a column {min(strange)[:40]} too many" if strange else f"lacks the column {min(missing)}"
        raise BadRecord(f"this row of {table.name} {which}")
    return table, {column.name: _in(column, record[column.name]) for column in table.c}


def _out(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _in(column: Column[Any], value: Any) -> Any:
    if value is None:
        if not column.nullable:
            raise BadRecord(f"{column.name} is empty")
        return None
    kind = column.type
    try:
        if isinstance(kind, Instant):
            return _instant(value)
        if isinstance(kind, Date):
            return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise BadRecord(f"{column.name} is no time") from None
    if not _fits(kind, value):
        raise BadRecord(f"{column.name} holds {str(value)[:40]}, which does not belong there")
    return value


def _instant(value: Any) -> datetime:
    when = datetime.fromisoformat(value)
    if when.tzinfo is None:
        raise ValueError("without a zone")
    return when


def _fits(kind: Any, value: Any) -> bool:
    match kind:
        case JSON():
            return isinstance(value, dict | list)
        case Boolean():
            return isinstance(value, bool)
        case BigInteger() | Integer():
            return isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST_ID
        case String():
            return isinstance(value, str) and (kind.length is None or len(value) <= kind.length)
    return False
