"""Giving a case to a colleague so that nothing stays behind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.coach import casefile
from bot.coach.outcomes import HandedOver, Nothing
from bot.dialog import Dialog, Load, Person, Text
from bot.view import Option, say
from dialogs.options import LATER, argument, colleagues, people_options


def handover(args: Mapping[str, Any]) -> Dialog[HandedOver | Nothing]:
    """To whom, what must not be said to the client, and who speaks to them next and when."""
    case = yield from Load("case", "case", casefile.from_json, {"number": args["case"]})
    team = yield from Load("team", "team", lambda d: colleagues(d["people"]))
    others = people_options(team, but=case.owner_key)
    if not others:
        return Nothing(
            f"I know nobody else in the team yet, so {case.label} stays with {case.owner}. "
            "Ask a colleague to say hello to me, then try again."
        )
    person = argument(args, "person") or (
        yield from Person("person", say("Who takes {client}?", client=case.client), options=others, holder=case.owner)
    )
    avoid = yield from Text(
        "avoid",
        say("Is there anything that must not be said to {who}?", who=case.hurt),
        hint="A sore point, a name, an old promise.",
        options=(Option("Nothing", LATER),),
    )
    touch = yield from Text(
        "touch",
        say("When does {who} hear from us next, and from whom?", who=case.hurt),
        hint="Such as: Thursday 15:00, a call from Omar.",
        options=(Option("Not agreed yet", LATER),),
        multiline=False,
    )
    return HandedOver(case.number, person, "" if avoid == LATER else avoid, "" if touch == LATER else touch)
