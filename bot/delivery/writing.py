"""The statements that keep a crowd's check-ins: one for all rows of a kind (:mod:`bot.delivery.rows`)."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    ColumnElement,
    Insert,
    String,
    Table,
    Update,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.rows import rows_as_table
from bot.storage.tables import Climb, Instant, Occurrence, Outgoing, Schedule, Shown

_OUTBOX = cast(Table, Outgoing.__table__)
_OCCURRENCES = cast(Table, Occurrence.__table__)
_SCHEDULES = cast(Table, Schedule.__table__)
_CLIMBS = cast(Table, Climb.__table__)

# Written into the statement, not bound: only so do both databases use the indexes of what is still to be sent.
WAITING: ColumnElement[str] = literal_column("'waiting'")
SENDING: ColumnElement[str] = literal_column("'sending'")

NOW = bindparam("now", type_=Instant())


_BEFORE = _OUTBOX.alias("before")


def is_first(place: ColumnElement[str], now: ColumnElement[Any], *older: ColumnElement[bool]) -> ColumnElement[bool]:
    """Nothing (``older`` than this) in a place is due, being sent, or to be retried, so that a message may go out."""
    before = select(_BEFORE.c.id).where(
        _BEFORE.c.place == place,
        _BEFORE.c.state.in_((WAITING, SENDING)),
        or_(_BEFORE.c.state == SENDING, _BEFORE.c.not_before <= now, _BEFORE.c.attempts > literal_column("0")),
        *older,
    )
    # The offset keeps PostgreSQL from looking through all that waits at once (see :mod:`bot.delivery.crowd`).
    return ~exists(before.correlate_except(_BEFORE).offset(0))


def is_ready(now: datetime) -> ColumnElement[bool]:
    """A message that is due and first in its place."""
    moment = literal(now, Instant())
    first = is_first(_OUTBOX.c.place, moment, _BEFORE.c.id < _OUTBOX.c.id)
    return and_(_OUTBOX.c.state == WAITING, _OUTBOX.c.not_before <= moment, first)


_KEEP_PLANS = text("SELECT set_config('plan_cache_mode', 'auto', true), set_config('enable_seqscan', 'off', true)")


async def keep_plans(connection: AsyncConnection) -> None:
    """For the rest of a transaction that only adds rows, keep plans on PostgreSQL: above all those of its foreign keys.

    Each row's references are looked up by statements of PostgreSQL's own, and to plan those anew cost twice what they
    do. Only indexes are used in plans that are kept, so that one made while a table was small stays right.
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(_KEEP_PLANS)


@cache
def occurrences(dialect: str) -> Insert:
    """Keep occurrences; gives each one's id by its schedule."""
    given = rows_as_table(dialect, schedule_id=BigInteger(), case_id=BigInteger(), due_at=Instant())
    adding = insert(_OCCURRENCES).from_select(list(given.c.keys()), select(given))
    return adding.returning(_OCCURRENCES.c.id, _OCCURRENCES.c.schedule_id)


@cache
def moved(dialect: str) -> Update:
    """Move schedules on to their next instant."""
    given = rows_as_table(dialect, schedule_id=BigInteger(), anchor_at=Instant(), next_due_at=Instant(), state=String())
    return (
        update(_SCHEDULES)
        .where(_SCHEDULES.c.id == given.c.schedule_id)
        .values(
            anchor_at=given.c.anchor_at,
            next_due_at=given.c.next_due_at,
            state=given.c.state,
            version=_SCHEDULES.c.version + literal_column("1"),
        )
    )


@cache
def climbs(dialect: str) -> Insert:
    """Begin to watch whether check-ins are answered."""
    given = rows_as_table(dialect, occurrence_id=BigInteger(), case_id=BigInteger(), next_at=Instant())
    columns = [*given.c.keys(), "level", "state"]
    return insert(_CLIMBS).from_select(columns, select(given, literal(0), literal("on")))


@cache
def messages(dialect: str) -> Insert:
    """Write messages; a wanted one is taken at once, unless something stands before it in its place."""
    given = rows_as_table(
        dialect, workspace_id=BigInteger(), tenant=String(), place=String(), key=String(), card=JSON(),
        owner_id=BigInteger(), case_id=BigInteger(), occurrence_id=BigInteger(), not_before=Instant(), wanted=Boolean(),
    )  # fmt: skip
    taken = and_(given.c.wanted == true(), is_first(given.c.place, NOW))
    kept = [column for column in given.c if column.name != "wanted"]
    columns = [*(column.name for column in kept), "secret", "made_at", "problem", "state", "attempts"]
    rows = select(
        *kept, true(), NOW, literal(""), case((taken, SENDING), else_=WAITING), case((taken, 1), else_=0)
    )  # fmt: skip
    adding = insert(_OUTBOX).from_select(columns, rows)
    return adding.returning(_OUTBOX.c.id, _OUTBOX.c.occurrence_id, _OUTBOX.c.state)


@cache
def sent(dialect: str) -> Update:
    """Keep that messages were sent; doing it twice changes nothing."""
    given = rows_as_table(dialect, job=BigInteger(), ref=JSON())
    # In an expression, so that PostgreSQL looks each message up and not through all that are open.
    still_open = func.coalesce(_OUTBOX.c.state, "").in_((WAITING, SENDING))
    return (
        update(_OUTBOX)
        .where(_OUTBOX.c.id == given.c.job, still_open)
        .values(state="sent", sent_at=NOW, ref=given.c.ref, problem="")
    )


@cache
def shown(dialect: str) -> Insert:
    """Keep the buttons last shown in places, in place of those before."""
    given = rows_as_table(dialect, place=String(), person_key=String(), actions=JSON())
    # Without a condition SQLite would take what follows for one of a join.
    rows = select(given).where(text("true"))
    adding = (sqlite_insert if dialect == "sqlite" else pg_insert)(Shown).from_select(list(given.c.keys()), rows)
    return adding.on_conflict_do_update(
        index_elements=("place", "person_key"), set_={"actions": adding.excluded.actions}
    )
