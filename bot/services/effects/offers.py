"""Keeping what is offered to make it right."""

from __future__ import annotations

from bot.coach import outcomes as o
from bot.coach.money import say_money
from bot.services import cases
from bot.services.follow import approvals
from bot.services.turn import Begin, Result, Turn, told
from bot.storage.tables import Reparation
from bot.view import card


async def offer_made(turn: Turn, outcome: o.OfferMade) -> Result:
    """Keep what is offered, against what it cost them, and who approved."""
    case = await cases.by_number(turn, outcome.case)
    if outcome.cost:
        case.cost_cents, case.cost_currency = outcome.cost.cents, outcome.cost.currency
    approver = await cases.person_named(turn, outcome.approver) if outcome.approver else None
    within = approvals.may_offer(turn.workspace, turn.person, outcome.offer.cents)
    row = Reparation(
        case_id=case.id,
        words=outcome.words,
        cost_cents=outcome.cost.cents if outcome.cost else None,
        offer_cents=outcome.offer.cents,
        currency=outcome.offer.currency,
        state="approved" if within else "waiting",
        by_id=turn.person.id,
        approver_id=approver.id if approver and within else None,
        at=turn.now,
    )
    turn.db.add(row)
    if not within:
        await turn.db.flush()
        words = await approvals.ask(turn, case, row, approver)
        cases.note(turn, case, "offer", f"waits for approval: {say_money(outcome.offer)}, {outcome.words}")
        await cases.settle(turn, case)
        return told(words)
    by = f", approved by {approver.name}" if approver else ""
    cases.note(turn, case, "offer", f"{say_money(outcome.offer)}: {outcome.words}{by}")
    await cases.settle(turn, case)
    words = f"Kept: {say_money(outcome.offer)}{by}. Tell them yourself; I can help to word it."
    return Result((card(words),), Begin("next", {"case": case.number}, case.id))
