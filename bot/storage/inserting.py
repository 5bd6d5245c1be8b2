"""Inserts that may meet a row which is there already; both databases have them, each under a class of its own."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession


def inserting(dialect: str, table: Any) -> sqlite.Insert | postgresql.Insert:
    """An insert into a table, of the kind that knows ``on_conflict_do_...``."""
    return (sqlite.insert if dialect == "sqlite" else postgresql.insert)(table)


def dialect_of(db: AsyncSession) -> str:
    """The name of the database a session speaks to: sqlite or postgresql."""
    return db.get_bind().dialect.name
