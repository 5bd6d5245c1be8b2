"""What was planned to be said later, and is taken back once it no longer holds."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.tables import Case, Outgoing


async def take_back(db: AsyncSession, case: Case, what: str) -> None:
    """Messages of a case that still wait and whose key begins with ``what`` are never sent."""
    await db.execute(
        update(Outgoing)
        .where(
            Outgoing.case_id == case.id,
            Outgoing.state == "waiting",
            Outgoing.key.startswith(what, autoescape=True),
        )
        .values(state="dropped", problem="what it was about was done before it was sent")
    )


async def stop_clock(db: AsyncSession, case: Case) -> None:
    """The client waits no longer: nobody is reminded of it."""
    if case.waiting_since is not None:
        await take_back(db, case, f"waiting:{case.id}:")
    case.waiting_since = case.reply_due_at = None
