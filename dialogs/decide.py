"""Nothing has got better for weeks: owner and manager decide what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.coach import casefile
from bot.coach.outcomes import Decided, Nothing
from bot.dialog import Choice, Dialog, Load, Say, Text
from bot.view import Option, say
from dialogs.options import argument
from dialogs.review import review_card

CHOICES = (
    Option("Escalate to a sponsor", "escalate"),
    Option("Make a new plan", "new_plan"),
    Option("Accept the loss", "accept_loss"),
    Option("Part ways", "part_ways"),
)


def decide(args: Mapping[str, Any]) -> Dialog[Decided | Nothing]:
    """The facts on one card, one of four ways, and the reason, which is kept."""
    case = yield from Load("case", "case", casefile.from_json, {"number": args["case"]})
    if not case.open:
        return Nothing(f"{case.label} is closed. There is nothing left to decide.")
    yield from Say("look", review_card(case))
    what = yield from Choice(
        "what", say("{client} has not got better. What do you decide?", client=case.client), options=CHOICES
    )
    reason = argument(args, "reason") or (yield from Text("reason", "Why? One or two sentences, kept with the case."))
    return Decided(case.number, what, reason)  # type: ignore[arg-type] # one of CHOICES
