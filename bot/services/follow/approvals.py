"""What each role may offer by itself, and the approver's one card for what goes beyond."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from bot.coach.money import Money, say_money
from bot.errors import NotFound, Refusal
from bot.ports import LEADS, Role
from bot.services import cases
from bot.services.turn import Result, Turn, offer, told
from bot.storage.tables import Case, Client, Person, Reparation, Workspace
from bot.view import Actions, card, clip, say

STANDARD = {"member": 50_000, "manager": 500_000}
"""Cents that a role may offer by itself where nothing else is set; an admin may offer anything."""


def limit(workspace: Workspace, role: str) -> int | None:
    """The most a role may offer by itself, in cents of any currency; None for no limit."""
    kept: Mapping[str, Any] = workspace.settings.get("credit_limits", {})
    if role == Role.admin.value:
        return None
    return int(kept.get(role, STANDARD[role]))


def may_offer(workspace: Workspace, person: Person, cents: int) -> bool:
    """Whether a person's role covers an offer."""
    most = limit(workspace, person.role)
    return most is None or cents <= most


async def approvers(turn: Turn, cents: int) -> list[Person]:
    """Those who may approve a sum, the least senior first."""
    query = select(Person).where(
        Person.workspace_id == turn.workspace.id, Person.gone_at.is_(None), Person.id != turn.person.id,
        Person.role.in_(LEADS),
    )  # fmt: skip
    rows = (await turn.db.scalars(query.order_by(Person.role.desc(), Person.id).limit(20))).all()
    return [p for p in rows if may_offer(turn.workspace, p, cents)]


async def ask(turn: Turn, case: Case, row: Reparation, wanted: Person | None) -> str:
    """Send an offer to its approver; gives the sentence for the person who made it."""
    found = await approvers(turn, row.offer_cents)
    chosen = wanted if wanted is not None and wanted.id in {p.id for p in found} else next(iter(found), None)
    sum_words = say_money(Money(row.offer_cents, row.currency))
    if chosen is None:
        most = say_money(Money(limit(turn.workspace, turn.person.role) or 0, row.currency))
        return (
            f"{sum_words} is more than you may offer by yourself ({most}), and nobody here may approve it yet. It is "
            f"kept and waits: ask a manager or an admin to say hello to me, then to type: approve {row.id}."
        )
    client = await turn.db.get_one(Client, case.client_id)
    turn.tell(
        chosen,
        f"approve:{row.id}",
        card(
            say("**{who}** wants to offer {client} {sum}: {words} (SAL-{n}).", who=turn.person.name, client=client.name,
                sum=sum_words, words=clip(row.words, 300), n=case.number),
            Actions((offer("Approve", f"approve {row.id}"), offer("Decline", f"decline {row.id}"))),
        ),
        case_id=case.id,
    )  # fmt: skip
    return f"{chosen.name} has it now. Don't name the sum to the client before there is a yes; I'll tell you."


async def settle(turn: Turn, number: int, *, approved: bool) -> Result:
    """An approver's answer, once; whoever made the offer is told."""
    row = await turn.db.get(Reparation, number)
    case = await turn.db.get(Case, row.case_id) if row else None
    if row is None or case is None or case.workspace_id != turn.workspace.id:
        raise NotFound("I don't know that offer any more.")
    if row.state != "waiting":
        return told(f"That offer is already {row.state}. Nothing was changed.")
    if not turn.manages or not may_offer(turn.workspace, turn.person, row.offer_cents):
        raise Refusal("That sum is beyond what you may approve. Ask an admin.")
    row.state, row.approver_id = ("approved" if approved else "declined"), turn.person.id
    sum_words = say_money(Money(row.offer_cents, row.currency))
    cases.note(turn, case, "offer", f"{row.state} by {turn.person.name}: {sum_words}, {row.words}")
    await cases.settle(turn, case)
    maker = await turn.db.get_one(Person, row.by_id)
    turn.tell(maker, f"approved:{row.id}", card(
        say("**{who}** {state} {sum} for SAL-{n}.", who=turn.person.name, state=row.state, sum=sum_words,
            n=case.number),
        Actions((offer("Draft the offer", f"draft reparation SAL-{case.number}"),)) if approved else None,
    ), case_id=case.id)  # fmt: skip
    who = "You know already." if maker.id == turn.person.id else f"{maker.name} is told."
    return told(f"{row.state.capitalize()}. {who}")


async def set_limit(turn: Turn, role: str, sum_: Money) -> Result:
    """What a role may offer by itself from now on."""
    if turn.role is not Role.admin:
        raise Refusal("Only an admin can set what a role may offer. Ask yours.")
    if role not in STANDARD:
        raise Refusal("Limits are for member or manager. Try: limit member 500 euros.")
    limits = {**turn.workspace.settings.get("credit_limits", {}), role: sum_.cents}
    turn.workspace.settings = {**turn.workspace.settings, "credit_limits": limits}
    turn.audit(f"set the limit of a {role} to {sum_.cents} cents")
    return told(f"A {role} may offer up to {say_money(sum_)} without asking.")
