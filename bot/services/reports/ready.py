"""Queries that are built once and then only asked: building one costs more than its answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Executable, bindparam
from sqlalchemy.orm import Session

from bot.services.turn import Turn
from bot.storage.tables import Instant

WORKSPACE: ColumnElement[int] = bindparam("workspace", type_=BigInteger)
NOW: ColumnElement[Any] = bindparam("now", type_=Instant())
SINCE: ColumnElement[Any] = bindparam("since", type_=Instant())


async def rows(turn: Turn, query: Executable, **bound: Any) -> Sequence[Any]:
    """The rows of a ready query, asked for this person now; what the turn has changed so far counts."""
    asked = {"workspace": turn.workspace.id, "person": turn.person.id, "now": turn.now, **bound}
    return await turn.db.run_sync(_rows, query, asked)


def _rows(db: Session, query: Executable, asked: dict[str, Any]) -> Sequence[Any]:
    # In one go: each step from async to the session's own side costs as much as a small statement.
    db.flush()
    return db.connection().execute(query, asked).all()
