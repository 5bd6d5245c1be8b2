"""Keeping a draft, and what follows once the person has sent it."""

from __future__ import annotations

from bot.coach import outcomes as o
from bot.coach.promises import commitments
from bot.services import cases, planned, promises
from bot.services.effects.steps import done
from bot.services.turn import Begin, Result, Turn, told
from bot.storage.tables import DraftRow
from bot.view import card


async def draft_made(turn: Turn, outcome: o.DraftMade) -> Result:
    """Keep a draft; a sent one is a step done and perhaps a promise."""
    case = await cases.by_number(turn, outcome.case)
    turn.db.add(
        DraftRow(
            case_id=case.id,
            kind=outcome.kind,
            words=outcome.words,
            by_id=turn.person.id,
            made_at=turn.now,
            sent_at=turn.now if outcome.sent else None,
        )
    )
    case.contact = case.contact or outcome.name
    cases.note(turn, case, "sent" if outcome.sent else "draft", outcome.words, draft=outcome.kind)
    if not outcome.sent:
        await cases.settle(turn, case)
        return told(f"Kept with SAL-{case.number}. Nothing was sent; say so when you have sent it.")
    case.last_contact_at = turn.now
    await planned.stop_clock(turn.db, case)
    play = outcome.play or _play_of(turn, outcome.kind)
    replaced = await promises.renegotiated(turn, outcome.promise) if outcome.promise else None
    if play:
        done(turn, case, play)
        case.next_due_at = None
        await planned.take_back(turn.db, case, f"later:{case.id}:{play}:")
    await cases.settle(turn, case)
    when = cases.local_day(turn, turn.now)
    did = f"you called, {when}." if outcome.talk else f"you sent it, {when}. I never send anything myself."
    noted = card(f"Noted: {did}")
    found = commitments(outcome.words, turn.now, turn.person.zone)
    if found and not await promises.watched(turn, case.client_id, found[0].due):
        args = {
            "client_id": case.client_id,
            "case": case.number,
            "words": replaced.words if replaced else found[0].words,
            "when": found[0].due.isoformat(),
        }
        return Result((noted,), Begin("promise", args, case.id))
    return Result((noted,), Begin("next", {"case": case.number}, case.id))


def _play_of(turn: Turn, kind: str) -> str:
    return next((p.id for p in turn.playbook.plays if p.draft == kind), "")
