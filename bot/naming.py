"""``salvage role``: the operator names who manages or administers, since not every platform tells."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.config import Settings
from bot.data.opening import opened, the_workspace
from bot.errors import NotFound
from bot.ports import Role
from bot.services import people
from bot.storage.tables import Audit, Person, Workspace
from bot.view import clip


async def name_role(settings: Settings, name: str, role: Role, workspace: str | None = None) -> str:
    """Give somebody a role; gives the sentence that says so. Raises NotFound where the name fits nobody or several."""
    async with opened(settings) as database, database.begin() as db:
        space = await the_workspace(db, workspace)
        person = await _meant(db, space, name)
        person.role = role.value
        words = f"{person.name} is now {role.value}."
        db.add(Audit(workspace_id=space.id, what=f"the operator: {words}", at=datetime.now(UTC)))
        return words


async def _meant(db: AsyncSession, workspace: Workspace, name: str) -> Person:
    by_key = await people.by_key(db, workspace, name)
    found = [by_key] if by_key is not None else await people.by_name(db, workspace, name)
    if not found:
        raise NotFound(f"I don't know {clip(name, 60)}. Let them say hello to the coach first, then try again.")
    if len(found) > 1:
        keys = ", ".join(f"{p.name} ({p.key})" for p in found)
        raise NotFound(f"More than one person fits {clip(name, 60)}. Give the key of one: {keys}.")
    return found[0]
