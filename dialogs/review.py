"""The review: one case a card, sixty seconds each: keep, ask, reassign, decide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.coach import casefile
from bot.coach.casefile import CaseFile
from bot.coach.causes import INFO
from bot.coach.dates.saying import say_date
from bot.coach.money import say_money
from bot.coach.outcomes import Reviewed
from bot.dialog import Choice, Dialog, Load, Person, Say, Text
from bot.view import Card, Facts, Heading, Line, Option, card, clip, say
from dialogs.options import colleagues, people_options

STOP = Option("Stop here", "stop")
CHOICES = (
    Option("Keep going", "keep"),
    Option("Ask the owner", "ask"),
    Option("Reassign", "reassign"),
    Option("Decide", "decide"),
    STOP,
)


def review(args: Mapping[str, Any]) -> Dialog[Reviewed]:
    """One case, and what to do about it."""
    case = yield from Load("case", "case", casefile.from_json, {"number": args["case"]})
    yield from Say("look", review_card(case))
    what = yield from Choice("what", say("What about {client}?", client=case.client), options=CHOICES)
    if what == "ask":
        words = yield from Text("words", say("What shall I ask {owner}?", owner=case.owner),
                                options=(Option("How are they?", "how are they?"), STOP), multiline=False)  # fmt: skip
        return Reviewed(case.number, "stop") if words == STOP.value else Reviewed(case.number, "ask", words=words)
    if what == "reassign":
        team = yield from Load("team", "team", lambda d: colleagues(d["people"]))
        others = people_options(team, but=case.owner_key)
        person = yield from Person("person", "Who takes it?", options=(*others, STOP), holder=case.owner)
        if person == STOP.value:
            return Reviewed(case.number, "stop")
        return Reviewed(case.number, "reassign", person=person)
    return Reviewed(case.number, what)  # type: ignore[arg-type] # one of CHOICES


def review_card(case: CaseFile) -> Card:
    """What a manager needs to see in sixty seconds."""
    rows: list[tuple[str, str]] = [
        ("What", INFO[case.cause].said),
        ("Owner", case.owner),
        ("Last contact", ("" if case.last_contact_at else "none since it was opened, ") + ago(case.days_quiet)),
        ("Still open", "; ".join(clip(w.words, 100) for w in case.open_wishes) or "nothing they asked for"),
    ]
    if case.value:
        rows.insert(0, ("Worth", f"{say_money(case.value)} a {case.period}"))
    dates = (("Notice by", case.notice_on), ("Renewal on", case.renewal_on))
    rows += [(name, say_date(day)) for name, day in dates if day]
    if case.readings:
        rows.append(("Readings", ", ".join(r.replace("_", " ") for r in case.readings[-4:])))
    facts: tuple[tuple[str, Line], ...] = tuple((name, say("{v}", v=value)) for name, value in rows)
    return card(Heading(f"{case.label} · {case.client}"), Facts(facts))


def ago(days: int) -> str:
    """How long ago something was, in whole days."""
    return {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")
