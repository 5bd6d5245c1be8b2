"""Which versions of the program may run on a database: kept in it by every migration, read by an older program.

Decision 0012 says why. The list is a table of its own, as Alembic's is, and no data of ours.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Column, Connection, MetaData, String, Table, delete, insert, inspect, select

OLDEST = "0001"
"""The earliest revision whose program can work with this version's tables; a revision that takes something away
raises it to the first one that never used that."""

NAME = "schema_programs"
"""The table's name."""

_TABLE = Table(NAME, MetaData(), Column("revision", String(32), primary_key=True))


def say(connection: Connection, revisions: Iterable[str]) -> None:
    """Keep the revisions whose programs may run on this database from now on."""
    _TABLE.create(connection, checkfirst=True)
    connection.execute(delete(_TABLE))
    connection.execute(insert(_TABLE), [{"revision": revision} for revision in revisions])


def may_run(connection: Connection, revision: str) -> bool:
    """Whether the program of a revision may run on this database; a database that does not say forbids it."""
    if not inspect(connection).has_table(NAME):
        return False
    return connection.scalar(select(_TABLE.c.revision).where(_TABLE.c.revision == revision)) is not None
