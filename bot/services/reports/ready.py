"""Queries that are written once and then only asked: to write one costs more than its answer.

A query becomes the driver's own words and the order of what is bound to them, once for each database. Asked so, it goes
past what the toolkit looks up and prepares each time, which took a third of home's own time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, CompoundSelect, Dialect, Select, bindparam
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from bot.services.turn import Turn
from bot.storage.tables import Instant

WORKSPACE: ColumnElement[int] = bindparam("workspace", type_=BigInteger)
NOW: ColumnElement[Any] = bindparam("now", type_=Instant())
SINCE: ColumnElement[Any] = bindparam("since", type_=Instant())

Query = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]
Turned = Callable[[Any], Any]


async def rows(turn: Turn, query: Query, **bound: Any) -> Sequence[Sequence[Any]]:
    """The rows of a ready query, asked for this person now; what the turn has changed so far counts."""
    asked = {"workspace": turn.workspace.id, "person": turn.person.id, "now": turn.now, **bound}
    return await turn.db.run_sync(_rows, query, asked)


def _rows(db: Session, query: Query, asked: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
    # In one go: each step from async to the session's own side costs as much as a small statement.
    db.flush()
    connection = db.connection()
    written = _written(query, connection.dialect)
    found = connection.exec_driver_sql(written.words, written.bound(asked)).all()
    return [written.turned(row) for row in found]


@dataclass(frozen=True)
class Written:
    """A query in a driver's words, the values it holds itself, the order of all, and what turns each to and fro."""

    words: str
    order: Sequence[str]
    own: Mapping[str, Any]
    into: Mapping[str, Turned]
    back: Sequence[tuple[int, Turned]]

    def bound(self, asked: Mapping[str, Any]) -> tuple[Any, ...]:
        """What is bound to it, in its order."""
        values = {**self.own, **{name: value for name, value in asked.items() if name in self.own}}
        for name, turn in self.into.items():
            values[name] = turn(values[name])
        return tuple([values[name] for name in self.order])

    def turned(self, row: Sequence[Any]) -> Sequence[Any]:
        """A row of the driver's as our own values."""
        values = list(row)
        for n, turn in self.back:
            values[n] = turn(values[n])
        return values


@lru_cache(maxsize=100)
def _written(query: Query, dialect: Dialect) -> Written:
    compiled = query.compile(dialect=dialect)
    into = {name: _kind(bind.type, dialect).bind_processor(dialect) for bind, name in compiled.bind_names.items()}
    back = (
        (n, _kind(column.type, dialect).result_processor(dialect, None))
        for n, column in enumerate(query.selected_columns)
    )
    return Written(
        compiled.string,
        tuple(compiled.positiontup or ()),
        compiled.params,
        {name: turn for name, turn in into.items() if turn is not None},
        tuple((n, turn) for n, turn in back if turn is not None),
    )


def _kind(of: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    """A type as the database has it."""
    return of.dialect_impl(dialect)
