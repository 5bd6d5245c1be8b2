"""One play at a time: why it comes now, how to do it well, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.coach import casefile
from bot.coach.casefile import CaseFile
from bot.coach.outcomes import Nothing, StepTaken
from bot.dialog import Choice, Date, Dialog, Load, Say, Text
from bot.view import Facts, Heading, Note, Option, card, say
from dialogs.options import argument, read_when


@dataclass(frozen=True)
class Advice:
    """A play for this case, with why it comes now, and the clauses that say why it would be too early."""

    play: str
    title: str
    why_now: str
    how: tuple[str, ...]
    source: str
    draft: str
    early: tuple[str, ...] = ()


def advice(data: Any) -> tuple[Advice, ...]:
    """Ranked plays as they were looked up, the best first."""
    return tuple(
        Advice(d["play"], d["title"], d["why_now"], tuple(d["how"]), d["source"], d["draft"], tuple(d["early"]))
        for d in data
    )


# The plays after which the coach asks what the client said.
TALKS = {"ask_what_is_wrong", "listen_before_defending", "in_person_or_phone", "stay_in_touch"}


def next_step(args: Mapping[str, Any]) -> Dialog[StepTaken | Nothing]:
    """The next play of a case and what the person does with it."""
    case = yield from Load("case", "case", casefile.from_json, {"number": args["case"]})
    ranked = yield from Load("advice", "advice", advice, {"number": args["case"], "play": argument(args, "play")})
    if not case.open:
        return Nothing(f"{case.label} is closed. Start a new one with: start {case.client}.")
    if not ranked or (ranked[0].early and not argument(args, "play")):
        return Nothing(nothing_to_do(case))
    first = ranked[0]
    yield from Say("play", step_card(case, first))
    near = NEAR | CALLED if first.play in TALKS else NEAR
    done = yield from Choice(
        "do", say("What do you do with it?"), options=tuple(choices(first, others=len(ranked) > 1)), near=near
    )
    if done == "later":
        return (yield from put_off(case, first))
    if done == "skip":
        reason = yield from Text("why", "Why leave it out? One sentence, kept with the case.")
        return taken(case, first.play, "skipped", reason=reason)
    if done == "other":
        return (yield from another(case, ranked[1:]))
    if done == "draft":
        return taken(case, first.play, "begun", draft=first.draft)
    return taken(case, first.play, "done", ask_contact=first.play in TALKS)


NEAR = {
    "yes": "done",
    "i did": "done",
    **dict.fromkeys(("did it", "did that", "i did it", "i did that", "finished", "already done", "ok done"), "done"),
    "draft": "draft",
    "write": "draft",
    "not now": "later",
    "tomorrow": "later",
    "no": "skip",
    "other": "other",
    "something else": "other",
}  # fmt: skip

CALLED = {
    f"{who}{did}{whom}": "done"
    for who in ("", "i ", "i have ", "i've ", "just ", "i just ")
    for did, whoms in {
        "called": ("", " her", " him", " them"),
        "listened": ("", " to her", " to him", " to them"),
        "heard": (" her", " him", " them"),
        "asked": ("", " her", " him", " them"),
        "spoke": (" to her", " to him", " to them", " with her", " with him", " with them"),
        "talked": (" to her", " to him", " to them", " with her", " with him", " with them"),
    }.items()
    for whom in whoms
}
"""What is said of a step that is to be talked through; of another one it says nothing."""


def choices(step: Advice, *, others: bool) -> list[Option]:
    """What can be done with a play."""
    options = [Option("Done", "done")]
    if step.draft:
        options.append(Option("Draft it", "draft"))
    options += [Option("Later", "later"), Option("Skip", "skip")]
    if others:
        options.append(Option("Another step", "other"))
    return options


def step_card(case: CaseFile, step: Advice) -> Any:
    """The play, why now, how, and where it comes from."""
    how = "\n".join(f"{n}. {line}" for n, line in enumerate(step.how, 1))
    return card(
        Heading(f"{case.label} · {case.client}"),
        say("**Next: {title}.**\n*Why now: {why}*", title=step.title, why=step.why_now),
        say("{how}", how=how),
        Facts((("Source", say("{s}", s=step.source)),)),
    )


def nothing_to_do(case: CaseFile) -> str:
    """What is said when no play waits."""
    if case.open_wishes:
        return (
            f"{case.label} · {case.client}: every step is done. Still open in their words: "
            + "; ".join(w.words for w in case.open_wishes)
            + f". Log what you hear with: log {case.label} and their words."
        )
    return f"{case.label} · {case.client}: every step is done. When they say it is fixed, type: close {case.label}."


def put_off(case: CaseFile, step: Advice) -> Dialog[StepTaken]:
    """When the step is to come back."""
    due = yield from Date[datetime](
        "when",
        "When shall I bring it up again?",
        hint="Such as tomorrow 9:00, or Thursday.",
        options=(Option("Tomorrow", "tomorrow 9:00"), Option("In three days", "in 3 days")),
        reader=read_when,
        made=datetime.fromisoformat,
    )
    return taken(case, step.play, "later", due=due)


def another(case: CaseFile, others: tuple[Advice, ...]) -> Dialog[StepTaken]:
    """A play of the person's own choice; one that comes too early needs a reason, which is kept."""
    picked = yield from Choice(
        "other", "Which one instead?", options=tuple(Option(a.title, a.play) for a in others[:8])
    )
    step = next(a for a in others if a.play == picked)
    if not step.early:
        return taken(case, picked, "begun")
    yield from Say("early", card(Note(say("It is early for that: {why}.", why="; ".join(step.early)))))
    reason = yield from Text("early_why", "Why now all the same? One sentence, kept with the case.")
    return taken(case, picked, "begun", reason=reason, out_of_order=True)


def taken(case: CaseFile, play: str, state: Any, **more: Any) -> StepTaken:
    """What became of a play, with what the person knew of the case at the time."""
    return StepTaken(case=case.number, version=case.version, last_entry=case.last_entry, play=play, state=state, **more)
