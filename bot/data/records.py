"""A row as a JSON object and back: instants and dates as ISO text, everything else as it is."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, Date, Integer, RowMapping, String, Table

from bot.data.scope import BY_NAME
from bot.storage.tables import Instant

FORMAT = 1
LARGEST_ID = 2**53


class BadRecord(ValueError):
    """A line that is no row of this version; its text says why."""


def to_line(table: Table, row: RowMapping) -> bytes:
    """A row as one line of JSON."""
    return line_of({"table": table.name, **{name: _out(row[name]) for name in _NAMES[table.name]}})


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
    readers = _READERS[table.name]
    if len(record) != len(readers) + 1 or not readers.keys() <= record.keys():
        raise BadRecord(f"this row of {table.name} {_which(record, readers)}")
    return table, {name: read(record[name]) for name, read in readers.items()}


def _which(record: Mapping[str, Any], columns: Mapping[str, object]) -> str:
    missing = columns.keys() - record.keys()
    if missing:
        return f"lacks the column {min(missing)}"
    return f"has a column {min(record.keys() - columns.keys() - {'table'})[:40]} too many"


def _out(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _reader(column: Column[Any]) -> Callable[[Any], Any]:
    """What takes a column's value out of JSON; it raises BadRecord."""
    name, nullable, fits = column.name, column.nullable, _kind(column)
    convert = _instant if isinstance(column.type, Instant) else date.fromisoformat
    timed = isinstance(column.type, Instant | Date)

    def read(value: Any) -> Any:
        if value is None:
            if not nullable:
                raise BadRecord(f"{name} is empty")
            return None
        if timed:
            try:
                return convert(value)
            except (TypeError, ValueError):
                raise BadRecord(f"{name} is no time") from None
        if not fits(value):
            raise BadRecord(f"{name} holds {str(value)[:40]}, which does not belong there")
        return value

    return read


def _instant(value: Any) -> datetime:
    when = datetime.fromisoformat(value)
    if when.tzinfo is None:
        raise ValueError("without a zone")
    return when


def _kind(column: Column[Any]) -> Callable[[Any], bool]:
    match column.type:
        case JSON():
            return lambda value: isinstance(value, dict | list)
        case Boolean():
            return lambda value: isinstance(value, bool)
        case BigInteger() | Integer():
            return lambda value: type(value) is int and abs(value) < LARGEST_ID
        case String():
            most = column.type.length or sys.maxsize
            return lambda value: isinstance(value, str) and len(value) <= most
    return lambda value: False


_READERS = {table.name: {c.name: _reader(c) for c in table.c} for table in BY_NAME.values()}
_NAMES = {table.name: tuple(c.name for c in table.c) for table in BY_NAME.values()}
