"""Who may see what, decided here alone: once for a case at hand, once as a condition for a list of them.

Members see their own cases and every one that is shared with the team; managers see all; a confidential case only its
owner, backup, sponsor and managers see.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, bindparam, or_, select, true, union_all
from sqlalchemy.orm import InstrumentedAttribute

from bot.errors import NotAllowed, NotFound
from bot.services.turn import Turn
from bot.storage.tables import Case, Person

NEAR: tuple[InstrumentedAttribute[Any], ...] = (Case.owner_id, Case.backup_id, Case.sponsor_id)
"""Who has a part in a case."""

PERSON: ColumnElement[int] = bindparam("person", type_=BigInteger)
"""The person a ready query is asked for."""

Person_ = int | ColumnElement[int]


def near(turn: Turn, case: Case) -> bool:
    """Whether this person has a part in a case."""
    return turn.person.id in (case.owner_id, case.backup_id, case.sponsor_id)


def may_read(turn: Turn, case: Case) -> bool:
    """Whether this person may see a case."""
    return case.workspace_id == turn.workspace.id and (turn.manages or not case.confidential or near(turn, case))


async def allow(turn: Turn, case: Case) -> None:
    """Refuse a case this person may not read, and say whom to ask; keep that somebody else's case was read."""
    if case.workspace_id != turn.workspace.id:
        raise NotFound("There is no such case. Type clients to see every open case.")
    if not may_read(turn, case):
        owner = await turn.db.get(Person, case.owner_id)
        raise NotAllowed(f"SAL-{case.number} is confidential. Ask {owner.name if owner else 'its owner'} or a manager.")
    if turn.person.id != case.owner_id:
        turn.audit(f"read SAL-{case.number}", case.id)


def readable(turn: Turn) -> ColumnElement[bool]:
    """:func:`may_read` as a condition on the cases of the workspace."""
    return readable_by(manages=turn.manages, person=turn.person.id)


def readable_by(*, manages: bool, person: Person_ = PERSON) -> ColumnElement[bool]:
    """The same condition for whoever is asked for, or, in a query that is kept ready, for its bound ``person``."""
    if manages:
        return true()
    hidden = union_all(*(_of(part, person).where(Case.confidential) for part in NEAR))
    return or_(Case.confidential.is_(False), Case.id.in_(hidden))


def own(person: Person_ = PERSON) -> ColumnElement[bool]:
    """The condition for an open case to be a person's to look after: as its owner or its backup."""
    return Case.id.in_(union_all(*(_of(part, person) for part in NEAR[:2])))


def _of(part: InstrumentedAttribute[Any], person: Person_) -> Select[int]:
    # One query a part, so that each walks an index of its own; a case in two of them is still one case.
    return select(Case.id).where(part == person, Case.closed_at.is_(None)).correlate(None)
