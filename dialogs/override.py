"""A manager sets a client's place in the list by hand, with a reason that is shown and expires."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.coach import casefile
from bot.coach.outcomes import Override
from bot.dialog import Choice, Date, Dialog, Load, Text
from bot.view import Option, say
from dialogs.options import read_when

PLACES = (Option("To the top", "200"), Option("In the middle", "40"), Option("To the bottom", "0"))


def override(args: Mapping[str, Any]) -> Dialog[Override]:
    """Where it belongs, why, and until when."""
    case = yield from Load("case", "case", casefile.from_json, {"number": args["case"]})
    risk = yield from Choice("risk", say("Where does {client} belong in the list?", client=case.client), options=PLACES)
    reason = yield from Text("reason", "Why? One sentence; it is shown beside the case.", multiline=False)
    until = yield from Date[datetime](
        "until",
        "Until when?",
        hint="After that the facts decide again.",
        options=(Option("A week", "in 7 days"), Option("A month", "in 30 days")),
        reader=read_when,
        made=datetime.fromisoformat,
    )
    return Override(case.number, int(risk), reason, until)
