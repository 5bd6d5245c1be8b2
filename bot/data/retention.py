"""Retention by age: closed cases, and the chat that is as old, go after a number of days."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession

from bot.data.erase import Erased, Meant, erase_rows, sweep, texts_of_cases
from bot.data.scope import space_of
from bot.data.traces import Traces
from bot.storage.tables import Audit, Case, Client, ConversationRow, LocalRow, Outgoing

AT_ONCE = 200
"""Cases erased in one transaction; call again while as many were."""


@dataclass
class Retired:
    """What was too old to keep."""

    cases: int = 0
    chat: int = 0
    erased: Erased = field(default_factory=Erased)


async def retire(db: AsyncSession, now: datetime, days: int) -> Retired:
    """Erase what was closed or said more than this many days ago; 0 keeps everything.

    The client stays in the list, and lessons that name nobody stay; open cases keep all they have.
    """
    done = Retired()
    if days <= 0:
        return done
    before = now - timedelta(days=days)
    query = select(Case).where(Case.closed_at < before).order_by(Case.closed_at, Case.id).limit(AT_ONCE)
    by_workspace: dict[int, list[Case]] = {}
    for case in await db.scalars(query):
        by_workspace.setdefault(case.workspace_id, []).append(case)
    for workspace_id, cases in by_workspace.items():
        await _erase(db, now, workspace_id, cases, done)
    done.chat = await _old_chat(db, before)
    return done


async def _erase(db: AsyncSession, now: datetime, workspace_id: int, cases: list[Case], done: Retired) -> None:
    ids = [case.id for case in cases]
    numbers = ", ".join(f"SAL-{case.number}" for case in cases)
    space, meant = await space_of(db, workspace_id), Meant(None, frozenset(case.number for case in cases))
    texts = await texts_of_cases(db, space, ids, meant)
    clients = await db.scalars(select(Client.name).where(Client.id.in_({case.client_id for case in cases})))
    names = frozenset(clients) | {case.contact for case in cases if case.contact}
    for case in cases:
        db.expunge(case)
    await erase_rows(db, ids, None, Traces(names, texts=texts), done.erased)
    # The clients are still the team's: their names stay, only what was told in these cases goes.
    await sweep(db, space, Traces(frozenset(), texts=texts), done.erased, meant)
    db.add(Audit(workspace_id=workspace_id, person_id=None, case_id=None, what=f"retired by age: {numbers}", at=now))
    done.cases += len(ids)


async def _old_chat(db: AsyncSession, before: datetime) -> int:
    """Chat that belongs to no case: local lines, finished conversations, messages that are through."""
    gone = 0
    for statement in (
        delete(LocalRow).where(LocalRow.at < before),
        delete(ConversationRow).where(
            ConversationRow.at < before,
            ConversationRow.case_id.is_(None),
            ConversationRow.state.not_in(("open", "parked")),
        ),
        delete(Outgoing).where(
            Outgoing.made_at < before, Outgoing.case_id.is_(None), Outgoing.state.not_in(("waiting", "sending"))
        ),
    ):
        result = await db.execute(statement)
        gone += result.rowcount if isinstance(result, CursorResult) else 0
    return gone
