"""The conversations kept at a person's seat in a place: one open, others put aside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select

from bot.dialog import load_key, said_key
from bot.errors import Refusal
from bot.services import halftold
from bot.services.snapshots import watched
from bot.services.turn import Begin, Turn
from bot.storage.tables import Case, ConversationRow

OPENING = "diagnose"
"""The dialog at whose end a case is opened."""

STANDING = frozenset({"next"})
"""Dialogs that only say how a case stands now: an older one about the same case means nothing any more, and their
question can wait without being asked again."""

REPLACED = STANDING | {
    "remind", "reminder", "edit", "review", "reparation", "decide", "handover", "override", "close"
}  # fmt: skip
"""Dialogs of which a newer one about the same thing is meant instead of the older, however either was typed."""

ABOUT_OPEN_CASES = frozenset({"next", "log", "remind", "reparation", "decide", "handover", "override", "close"})
"""Dialogs that have nothing left to ask once their case is closed."""

MOST_PARKED = 50


async def open_row(turn: Turn) -> ConversationRow | None:
    """The dialog open at this seat."""
    return await _newest(turn, "open")


def without_facts(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers without what was looked up and said: both are done again."""
    return {key: kept for key, kept in answers.items() if not key.startswith((load_key(""), said_key("")))}


async def look_again(turn: Turn) -> None:
    """Forget the facts that the questions open here were asked with: somebody else has changed them."""
    for row in await turn.db.scalars(_HERE, _seat(turn, "open", "parked")):
        row.answers = without_facts(row.answers)


# Made once: each turn asks some of these, and making a statement costs more than SQLite takes to answer it.
_HERE = select(ConversationRow).where(
    ConversationRow.person_id == bindparam("person"),
    ConversationRow.place == bindparam("place"),
    ConversationRow.state.in_(bindparam("states", expanding=True)),
)
_NEWEST_FIRST = (ConversationRow.at.desc(), ConversationRow.id.desc())
_NEWEST = _HERE.order_by(*_NEWEST_FIRST).limit(1)
_WAITING = _HERE.order_by((ConversationRow.state == "open").desc(), *_NEWEST_FIRST).limit(MOST_PARKED)
_OPENING = _HERE.where(ConversationRow.dialog == OPENING).order_by(*_NEWEST_FIRST).limit(1)
_STANDING = _HERE.where(ConversationRow.dialog.in_(STANDING)).order_by(*_NEWEST_FIRST).limit(1)
_HALF_WAY = _HERE.where(ConversationRow.case_id == bindparam("case"), ConversationRow.dialog.not_in(STANDING))

_OWNED = select(ConversationRow).where(
    ConversationRow.id == bindparam("id"), ConversationRow.person_id == bindparam("person")
)


def _seat(turn: Turn, *states: str) -> dict[str, Any]:
    return {"person": turn.person.id, "place": turn.place.key, "states": states}


async def _newest(turn: Turn, state: str) -> ConversationRow | None:
    return await turn.db.scalar(_NEWEST, _seat(turn, state))


async def waiting_row(turn: Turn) -> ConversationRow | None:
    """The conversation to go on with: the open one, else the one put aside last; what has become idle is ended."""
    for row in (await turn.db.scalars(_WAITING, _seat(turn, "open", "parked"))).all():
        if await _idle(turn, row):
            await _end(turn, row)
        elif row.state == "open" or row.dialog not in STANDING:
            return row
    return None


async def half_way(turn: Turn, start: Begin) -> bool:
    """Whether a standing question is to begin while another one about the same case was put aside here unanswered."""
    if start.dialog not in STANDING or start.case_id is None:
        return False
    parked = await turn.db.scalars(_HALF_WAY, _seat(turn, "parked") | {"case": start.case_id})
    return any([not await _idle(turn, row) for row in parked.all()])


async def standing_row(turn: Turn) -> ConversationRow | None:
    """The newest standing question put aside here."""
    row = await turn.db.scalar(_STANDING, _seat(turn, "parked"))
    return None if row is None or await _idle(turn, row) else row


async def opening_row(turn: Turn) -> ConversationRow | None:
    """The newest case that is being asked about here, its question open or put aside."""
    return await turn.db.scalar(_OPENING, _seat(turn, "open", "parked"))


async def _idle(turn: Turn, row: ConversationRow) -> bool:
    if row.case_id is None or row.dialog not in ABOUT_OPEN_CASES:
        return False
    case = await turn.db.get(Case, row.case_id)
    if case is None or case.closed_at is None:
        return case is None
    return row.dialog != "log" or not watched(case, turn.now)


async def _end(turn: Turn, row: ConversationRow) -> None:
    """End a conversation that has nothing left to ask; words told in it stay with its case."""
    row.state = "cancelled"
    case = await turn.db.get(Case, row.case_id) if row.case_id else None
    if case is not None and await halftold.keep(turn, case, row):
        await halftold.tell(turn, case, row)


async def owned(turn: Turn, conversation: int) -> ConversationRow:
    """A conversation of this person; a Refusal where it is somebody else's."""
    asked = {"id": conversation, "person": turn.person.id}
    row = await turn.db.scalar(_OWNED, asked) if 0 < conversation < 2**63 else None
    if row is None:
        raise Refusal("That question isn't yours to answer. Type help to see what I can do.")
    return row


async def take_up(turn: Turn, row: ConversationRow) -> None:
    """Make a conversation the open one of its seat; another open one is parked."""
    if row.state != "open" or row.place != turn.place.key:
        other = await open_row(turn)
        if other is not None and other.id != row.id:
            other.state = "parked"
        row.state = "open"
    row.at = turn.now


async def begin(turn: Turn, start: Begin) -> ConversationRow:
    """Start a dialog at this seat; an open one is parked, and one that asks the same is replaced."""
    other = await open_row(turn)
    if other is not None:
        other.state = "parked"
    older = await _replace(turn, start)
    row = ConversationRow(
        workspace_id=turn.workspace.id,
        person_id=turn.person.id,
        place=turn.place.key,
        dialog=start.dialog,
        args={**(older.args if older else {}), **start.args},
        answers=without_facts(older.answers) if older else {},
        state="open",
        case_id=start.case_id,
        at=turn.now,
    )
    turn.db.add(row)
    await turn.db.flush()
    return row


async def _replace(turn: Turn, start: Begin) -> ConversationRow | None:
    """End what is parked here and asks the same thing of the same case: it would only ask it again, out of date.

    Gives the draft that goes on instead of beginning anew: one of the same kind, of which nothing was shown yet.
    """
    if start.case_id is None:
        return None
    going_on = None
    query = _HERE.where(ConversationRow.dialog == start.dialog, ConversationRow.case_id == start.case_id)
    for row in await turn.db.scalars(query, _seat(turn, "parked")):
        if _asks_the_same(row, start):
            row.state = "cancelled"
            if start.dialog == "draft" and said_key("draft:1") not in row.answers:
                going_on = row
    return going_on


def _asks_the_same(row: ConversationRow, start: Begin) -> bool:
    """Whether a question put aside is asked anew; of a case's check-ins it has to be the same one."""
    if start.dialog in REPLACED:
        return bool(row.args.get("id") == start.args.get("id"))
    if start.dialog == "draft":
        return all(row.args.get(what) == start.args.get(what) for what in ("kind", "promise", "known"))
    return bool(row.args == dict(start.args))
