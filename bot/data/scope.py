"""Which rows of which table belong to a workspace; derived from the tables, so that a new one is never forgotten."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, false, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from bot.local import TENANT
from bot.storage.tables import Base, Person, Tenant

LEFT_OUT = {"events", "tallies", "reading_tallies"}
"""Tables that do not leave: which events of a platform were taken lately, and counts that the database keeps itself."""

NOTES = ("teams.place", "teams.person", "clock")
"""The kinds of notes that leave with a workspace: how Teams is spoken to, and the local clock; never a token."""

OWED_NOTES = ("slack_owed",)
"""The kinds of notes that hold an answer until a slow platform shows it, with the ``place`` it is for."""

TABLES: tuple[Table, ...] = tuple(
    table
    for table in sorted(Base.metadata.sorted_tables, key=lambda t: t.name in ("local_messages", "notes", "shown"))
    if table.name not in LEFT_OUT
)
"""Every table of a workspace, each after those it points to."""

BY_NAME = {table.name: table for table in TABLES}


@dataclass(frozen=True)
class Space:
    """A workspace and the keys of its tenants."""

    id: int
    keys: tuple[str, ...]


async def space_of(db: AsyncSession | AsyncConnection, workspace_id: int) -> Space:
    """A workspace with its tenants' keys."""
    keys = await db.scalars(select(Tenant.key).where(Tenant.workspace_id == workspace_id).order_by(Tenant.id))
    return Space(workspace_id, tuple(keys))


def of_workspace(table: Table, space: Space) -> ColumnElement[bool]:
    """The condition for a table's rows to belong to a workspace."""
    if table.name == "workspaces":
        return table.c.id == space.id
    if table.name == "shown":
        return table.c.person_key.in_(select(Person.key).where(Person.workspace_id == space.id))
    if table.name == "local_messages":
        return true() if TENANT in space.keys else false()
    if table.name == "notes":
        return _notes(table, space)
    if "workspace_id" in table.c:
        return table.c.workspace_id == space.id
    for column in table.c:
        for reference in column.foreign_keys:
            owner = reference.column.table
            if not column.nullable and owner.name != table.name:
                return column.in_(select(owner.c.id).where(of_workspace(owner, space)))
    raise LookupError(f"nothing says which workspace a row of {table.name} belongs to")


def _notes(table: Table, space: Space) -> ColumnElement[bool]:
    own = [table.c.key.startswith(f"{at}{key}:", autoescape=True) for key in space.keys for at in ("", "@")]
    theirs = table.c.kind.in_(NOTES) & or_(false(), *own)
    return theirs | (table.c.kind == "clock") if TENANT in space.keys else theirs
