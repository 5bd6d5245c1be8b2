"""What closed cases taught, offered again when the same cause comes back, and the patterns behind them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from bot.coach.causes import INFO, Cause
from bot.services.people import folded
from bot.services.snapshots import PATTERN
from bot.services.turn import Result, Turn, shown
from bot.storage.tables import Case, Client, Lesson
from bot.view import Heading, card, clip, say


def keep(turn: Turn, case: Case, words: str) -> None:
    """Keep a lesson of a case."""
    turn.db.add(
        Lesson(
            workspace_id=turn.workspace.id,
            case_id=case.id,
            cause=case.cause,
            words=words,
            folded=folded(words, 4000),
            at=turn.now,
        )
    )


async def for_cause(turn: Turn, cause: str, most: int = 3) -> Sequence[Lesson]:
    """The newest lessons of a cause."""
    query = select(Lesson).where(Lesson.workspace_id == turn.workspace.id, Lesson.cause == cause)
    return (await turn.db.scalars(query.order_by(Lesson.id.desc()).limit(most))).all()


async def search(turn: Turn, words: str, most: int = 10) -> Sequence[Lesson]:
    """Lessons that hold every one of the words; without words the newest."""
    query = select(Lesson).where(Lesson.workspace_id == turn.workspace.id)
    for word in folded(words).split()[:8]:
        query = query.where(Lesson.folded.contains(word, autoescape=True))
    return (await turn.db.scalars(query.order_by(Lesson.id.desc()).limit(most))).all()


async def pattern(turn: Turn, case: Case) -> str:
    """A sentence on what keeps happening: one cause across clients, or always our doing with one client."""
    same_cause = await turn.db.scalar(
        select(func.count())
        .select_from(Case)
        .where(Case.workspace_id == turn.workspace.id, Case.cause == case.cause, Case.id <= case.id)
    )
    ours = await turn.db.scalar(
        select(func.count())
        .select_from(Case)
        .where(Case.client_id == case.client_id, Case.fault == "ours", Case.id <= case.id)
    )
    client = await turn.db.get_one(Client, case.client_id)
    if (ours or 0) >= PATTERN:
        return (
            f"This is case {ours} with {client.name} that is put down to us. Either something there keeps breaking, "
            "or you always take the blame; look at it with your manager."
        )
    if (same_cause or 0) >= PATTERN:
        return (
            f"This is case {same_cause} in which {INFO[Cause(case.cause)].said}. "
            "A change in how you work may save the next one."
        )
    return ""


async def as_json(turn: Turn, cause: str) -> Any:
    """The lessons of a cause, for a dialog."""
    return [row.words for row in await for_cause(turn, cause)]


def as_card(found: Sequence[Lesson], words: str) -> Result:
    """Lessons as a list, with the cause each came from."""
    if not found:
        more = f" about “{clip(words, 60)}”" if words else " yet"
        return shown(card(f"No lessons{more}. I ask for one before each case is closed."))
    lines = "\n".join(f"– {clip(row.words, 300)} ({INFO[Cause(row.cause)].said})" for row in found)
    return shown(card(Heading("Lessons"), say("{lines}", lines=lines)))
