"""What the client lost, what we offer for it, and whether that is too little, right, or too much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.coach import casefile
from bot.coach.casefile import CaseFile
from bot.coach.money import Money as Sum
from bot.coach.money import say_money
from bot.coach.outcomes import Nothing, OfferMade
from bot.coach.reparation import weigh
from bot.dialog import Choice, Dialog, Load, Money, Person, Say, Text
from bot.view import Facts, Note, Option, card, clip, say
from dialogs.options import LATER, Colleague, colleagues, made_money, people_options, read_money

ROUNDS = 20
"""How often an offer can be changed in one conversation; the last one stands."""


@dataclass(frozen=True)
class Approval:
    """Whether the person may offer a sum alone (``limit`` in cents, None for any), and who is asked otherwise."""

    within: bool
    limit: int | None
    asked: str

    @classmethod
    def read(cls, data: Any) -> Approval:
        """The look-up as it was recorded."""
        return cls(bool(data["within"]), data["limit"], str(data["asked"]))


def beyond(offer: Sum, approval: Approval) -> str:
    """Why the sum waits for somebody, and for whom."""
    most = say_money(Sum(approval.limit or 0, offer.currency))
    goes = f"so it goes to {approval.asked} first" if approval.asked else "and nobody here may approve it yet"
    return f"{say_money(offer)} is more than you may offer by yourself ({most}), {goes}."


def reparation(args: Mapping[str, Any]) -> Dialog[OfferMade | Nothing]:
    """From the loss to an offer somebody approved."""
    case = yield from Load("case", "case", casefile.from_json, {"number": args["case"]})
    if not case.open:
        return Nothing(f"{case.label} is closed. Start a new one with: start {case.client}.")
    if case.offers or case.last_remedy:
        yield from Say("before", card(given_before(case)))
    cost = yield from their_loss(case)
    offer = yield from our_offer(case, cost)
    approval = yield from Load("approval", "approval", Approval.read, {"cents": offer.cents})
    if not approval.within:
        yield from Say(f"asks_{offer.cents}", card(say("{words}", words=beyond(offer, approval))))
    words = yield from Text(
        "what", say("What is it, in words {who} would use?", who=case.hurt),
        hint=f"Such as: the two days of picking are credited on the next invoice ({say_money(offer)}).",
    )  # fmt: skip
    approver = ""
    if approval.within:
        team = yield from Load("team", "team", lambda d: (str(d["me"]), colleagues(d["people"])))
        approver = yield from who_approved(*team)
    return OfferMade(case=case.number, words=words, offer=offer, cost=cost, approver=approver)


def given_before(case: CaseFile) -> Any:
    """What was offered already, so that nobody promises it twice."""
    rows = [("Offered", f"{say_money(Sum(o.cents, o.currency))}: {clip(o.words, 200)}") for o in case.offers[-3:]]
    if case.last_remedy:
        rows.append(("Last time", clip(case.last_remedy, 200)))
    return Facts(tuple((name, say("{words}", words=words)) for name, words in rows))


def their_loss(case: CaseFile) -> Dialog[Sum | None]:
    """What it cost the client; None while nobody knows."""
    known = (Option(say_money(case.cost), say_money(case.cost)),) if case.cost else ()
    said = f"You wrote: {clip(case.cost_words, 150)}" if case.cost_words and not case.cost else ""
    cost = yield from Money[Sum | str](
        "cost", say("What did it cost {client}?", client=case.client), hint=said or "One sum, such as €2,400.",
        options=(*known, Option("Don't know yet", LATER)), reader=read_money, made=made_money,
    )  # fmt: skip
    return cost if isinstance(cost, Sum) else None


def our_offer(case: CaseFile, cost: Sum | None) -> Dialog[Sum]:
    """What we offer, weighed against the loss; an offer that is off can be changed or kept."""
    offer = yield from Money[Sum](
        "offer", say("What do we offer {who}, in money?", who=case.hurt), hint="Extra work counts at its price.",
        reader=read_money, made=made_money,
    )  # fmt: skip
    for n in range(2, ROUNDS):
        judged = weigh(cost, offer)
        if not judged.warns:
            break
        anyway = yield from Choice(
            f"keep_{n}", say("{judged}", judged=judged.words),
            options=(Option("Change it", "change"), Option("Keep it", "keep")), near={"no": "change", "yes": "keep"},
        )  # fmt: skip
        if anyway == "keep":
            return offer
        offer = yield from Money[Sum](
            f"offer_{n}", "What do we offer instead?", hint="One sum, such as €2,600.",
            reader=read_money, made=made_money,
        )  # fmt: skip
    judged = weigh(cost, offer)
    # A changed offer is weighed again, so its key holds the sum.
    yield from Say(f"weighed_{offer.cents}_{offer.currency}", card(Note(say("{judged}", judged=judged.words))))
    return offer


def who_approved(me: str, team: tuple[Colleague, ...]) -> Dialog[str]:
    """Who stands behind the sum, as a person's key."""
    if all(p.key == me for p in team):
        return me
    return (
        yield from Person(
            "approver", "Who approved it?", hint="Somebody who may spend the sum.",
            options=(Option("I did", me), *people_options(team, but=me)),
        )
    )  # fmt: skip
