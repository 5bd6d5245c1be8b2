"""The promise ledger: what a client was told to expect, by when, and whether it was kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select

from bot.coach import outcomes as o
from bot.coach.promises import next_word
from bot.errors import NotFound
from bot.ports import PlaceKind
from bot.services import access, cases, ending, people
from bot.services.turn import Begin, Result, Turn, offer, told
from bot.storage.tables import Case, Client, Criterion, PromiseRow
from bot.view import clip


async def make(turn: Turn, promise: o.Promise) -> Result:
    """Keep a promise; where it was made on the way to a case's next step, that comes after it."""
    row, words = await keep(turn, promise)
    result = told(words, offer("Kept", f"kept {row.id}"), offer("It will slip", f"slip {row.id}"))
    if row.case_id and promise.case is not None:
        return Result(result.cards, Begin("next", {"case": promise.case}, row.case_id))
    return result


async def keep(turn: Turn, promise: o.Promise, *, warn: bool = True) -> tuple[PromiseRow, str]:
    """Keep a promise and the time at which its owner hears of it; with what to say, also of a broken one before it."""
    client = await turn.db.get(Client, promise.client_id)
    if client is None or client.workspace_id != turn.workspace.id:
        raise NotFound("I don't know that client any more.")
    case = await _case_of(turn, client, promise.of or promise.case)
    broken = await unmended(turn, client.id) if warn else ""
    row = PromiseRow(
        case_id=case.id if case else None,
        client_id=client.id,
        words=promise.words,
        owner_id=turn.person.id,
        made_at=turn.now,
        due_at=promise.due,
        warn_at=next_word(turn.now, promise.due, people.hours_of(turn.person), turn.now),
        state="open",
    )
    turn.db.add(row)
    await turn.db.flush()
    if case:
        cases.note(turn, case, "promise", f"{promise.words}, {cases.local_day(turn, promise.due)}")
        await cases.settle(turn, case)
    words = f"I'll watch it: {promise.words.rstrip('.')}, {cases.local_day(turn, promise.due)}."
    if broken:
        words += (
            f" One promise to {client.name} was broken: “{clip(broken, 120)}”. Better not to promise more before you "
            "have talked about that one; a new word weighs little on top of a broken one."
        )
    return row, words


async def _case_of(turn: Turn, client: Client, number: int | None) -> Case | None:
    """The case a promise was given in; once that is closed, it is the client's alone."""
    if number is None:
        return None
    case = await cases.by_number(turn, number)
    return case if case.client_id == client.id and case.closed_at is None else None


async def by_id(turn: Turn, number: int) -> PromiseRow:
    """A promise of this workspace."""
    row = await turn.db.get(PromiseRow, number)
    client = await turn.db.get(Client, row.client_id) if row else None
    if row is None or client is None or client.workspace_id != turn.workspace.id:
        raise NotFound(f"There is no promise {number}. Type promises to see yours with their numbers.")
    if row.case_id:
        await cases.allow(turn, await turn.db.get_one(Case, row.case_id))
    return row


async def open_of(turn: Turn) -> Sequence[tuple[PromiseRow, str]]:
    """The promises this person has still to keep, with the client's name, the one due first at the top.

    Those of a confidential case are left out where others may read along, and for who has no part in it any more.
    """
    query = (
        select(PromiseRow, Client.name)
        .join(Client, Client.id == PromiseRow.client_id)
        .outerjoin(Case, Case.id == PromiseRow.case_id)
        .where(
            Client.workspace_id == turn.workspace.id,
            PromiseRow.owner_id == turn.person.id,
            PromiseRow.state == "open",
            or_(PromiseRow.case_id.is_(None), access.readable(turn)),
        )
    )
    if turn.place.kind is not PlaceKind.private:
        query = query.where(func.coalesce(Case.confidential, False).is_(False))
    return [(row, name) for row, name in await turn.db.execute(query.order_by(PromiseRow.due_at, PromiseRow.id))]


async def renegotiated(turn: Turn, number: int) -> PromiseRow:
    """A promise was replaced by a new one before it broke; gives the one that was."""
    row = await by_id(turn, number)
    if row.state == "open":
        row.state, row.settled_at, row.warn_at = "renegotiated", turn.now, None
    return row


async def watched(turn: Turn, client_id: int, due: datetime) -> bool:
    """Whether a promise to this client for this very time is watched already."""
    query = select(PromiseRow.id).where(
        PromiseRow.client_id == client_id, PromiseRow.state == "open", PromiseRow.due_at == due
    )
    return (await turn.db.scalar(query.limit(1))) is not None


async def unmended(turn: Turn, client_id: int) -> str:
    """The words of the newest broken promise to a client after which none was kept; '' for none."""
    settled = select(PromiseRow).where(
        PromiseRow.client_id == client_id, PromiseRow.state.in_(("kept", "broken")), PromiseRow.settled_at.is_not(None)
    )
    last = await turn.db.scalar(settled.order_by(PromiseRow.settled_at.desc(), PromiseRow.id.desc()).limit(1))
    return last.words if last is not None and last.state == "broken" else ""


async def counts(turn: Turn, client_id: int) -> dict[str, int]:
    """How many promises to a client were kept, renegotiated and broken."""
    query = select(PromiseRow.state, func.count()).where(PromiseRow.client_id == client_id).group_by(PromiseRow.state)
    return {row[0]: row[1] for row in await turn.db.execute(query)}


_AGAIN_AND_AGAIN = re.compile(r"\b(?:every|each|always|weekly|daily|monthly)\b", re.IGNORECASE)


async def _wish_of(turn: Turn, row: PromiseRow) -> int | None:
    """The open wish a promise was made for; None where it is to be kept again and again, which once does not show."""
    if _AGAIN_AND_AGAIN.search(row.words):
        return None
    open_wishes = select(Criterion).where(Criterion.case_id == row.case_id, Criterion.met_at.is_(None))
    wishes = (await turn.db.scalars(open_wishes)).all()
    return next((w.id for w in wishes if w.words.casefold() == row.words.casefold()), None)


async def settle(turn: Turn, number: int, state: str) -> Result:
    """Mark a promise as kept or broken."""
    row = await by_id(turn, number)
    if row.state != "open":
        return told(f"That promise is already {row.state}. Nothing was changed.")
    row.state, row.settled_at, row.warn_at = state, turn.now, None
    if row.case_id:
        case = await turn.db.get_one(Case, row.case_id)
        cases.note(turn, case, "promise", f"{state}: {row.words}")
        wished = await _wish_of(turn, row) if state == "kept" else None
        if wished is not None:
            await ending.tick(turn, case, (wished,))
        await cases.settle(turn, case)
        if wished is not None:
            return told("Kept. That is how trust comes back. It was one of their wishes, so that is ticked, too.")
    if state == "kept":
        return told("Kept. That is how trust comes back.")
    return told("Noted as broken. Call them before they call you.", offer("Help me say it", f"slip {row.id}"))
