"""Change one check-in schedule: put it off, leave one out, edit, pause, resume or cancel it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.coach import cadence, casefile
from bot.coach.cadence import Cadence, Rhythm
from bot.coach.dates import parse_when
from bot.coach.outcomes import Nothing, ReminderChange
from bot.dialog import Choice, Confirm, Date, Dialog, Load, Say
from bot.view import Note, Option, card, say
from dialogs.options import argument, read_when
from dialogs.places import where
from dialogs.remind import RHYTHM_WORDS, RHYTHMS, Clock, Given, when_of

PLAIN = ("skip", "pause", "resume")
"""Changes that need no further question."""

STANDS = ("snooze", "skip", "pause", "resume")
"""Changes that only fit a schedule that is on, or one that is paused."""


@dataclass(frozen=True)
class Scheduled:
    """A schedule as it stands; ``words`` say its cadence and ``next`` its next time for the person who asks."""

    id: int
    number: int
    client: str
    cadence: Cadence
    words: str
    state: str
    next: str


def scheduled(data: Any) -> Scheduled:
    """A schedule as it was looked up."""
    return Scheduled(
        data["id"], data["number"], data["client"], cadence.from_json(data["cadence"]), data["words"], data["state"],
        data["next"],
    )  # fmt: skip


def reminder(args: Mapping[str, Any]) -> Dialog[ReminderChange | Nothing]:
    """One change of one schedule."""
    row = yield from Load("schedule", "schedule", scheduled, {"schedule": args["id"]})
    what = argument(args, "what").casefold()
    if what in STANDS and what not in known_changes(row):
        return Nothing(standing(row, what))
    if what not in known_changes(row):
        what = yield from which_change(row)
    if what in PLAIN:
        return ReminderChange(row.id, what)  # type: ignore[arg-type] # one of the Literal's words
    if what == "cancel":
        return (yield from cancelled(row))
    if what == "move":
        return ReminderChange(row.id, "move", place=(yield from where(argument(args, "rest"), ask=True)))
    case = yield from Load("case", "case", casefile.from_json, {"number": row.number})
    clock = Clock(case.now, case.zone)
    if what == "snooze":
        return ReminderChange(row.id, "snooze", until=(yield from until_when(argument(args, "rest"), clock)))
    return ReminderChange(row.id, "edit", cadence=(yield from edited(row, clock)))


def standing(row: Scheduled, what: str) -> str:
    """What is said where a change would change nothing."""
    if what == "resume":
        return f"I ask about {row.client} {row.words} already. Next: {row.next}."
    return f"The check-ins for {row.client} ({row.words}) are paused. Start them again with: resume {row.id}."


def known_changes(row: Scheduled) -> dict[str, str]:
    """What can be done with a schedule, with its label; a paused one can be resumed."""
    always = {"edit": "Change it", "move": "Another place", "cancel": "Cancel it"}
    if row.state == "paused":
        return {"resume": "Start it again"} | always
    return {"snooze": "Put it off", "skip": "Leave the next one out"} | always | {"pause": "Pause it"}


def which_change(row: Scheduled) -> Dialog[str]:
    """What to do with the schedule."""
    now = "It is paused." if row.state == "paused" else f"Next: {row.next}."
    return (
        yield from Choice(
            "what", say("**{client}**: {words}. {now} What shall change?", client=row.client, words=row.words, now=now),
            options=tuple(Option(label, what) for what, label in known_changes(row).items()),
            near={"later": "snooze", "postpone": "snooze", "change": "edit", "stop": "cancel", "delete": "cancel"},
        )
    )  # fmt: skip


def until_when(given: str, clock: Clock) -> Dialog[datetime]:
    """The moment at which it comes instead."""
    if given:
        try:
            return parse_when(given.removeprefix("until ").removeprefix("to "), clock.now, clock.zone)
        except ValueError as wrong:
            yield from Say("bad_until", card(Note(say("{wrong}", wrong=str(wrong)))))
    return (
        yield from Date[datetime](
            "until", "Until when?", hint="Such as Thursday 9:00.",
            options=(
                Option("Tomorrow", "tomorrow 9:00"), Option("In three days", "in 3 days"),
                Option("Next week", "next week"),
            ),
            reader=read_when, made=datetime.fromisoformat,
        )
    )  # fmt: skip


def edited(row: Scheduled, clock: Clock) -> Dialog[Cadence]:
    """The schedule's new cadence; what it is now is marked among the answers."""
    present = row.cadence
    picked = yield from Choice(
        "rhythm", say("**{client}** is asked {words}. How often from now on?", client=row.client, words=row.words),
        options=tuple(
            Option(f"{o.label} (as now)" if o.value == present.rhythm else o.label, o.value) for o in RHYTHMS
        ),
        near=RHYTHM_WORDS,
    )  # fmt: skip
    # The schedule keeps its own zone: whoever edits it from elsewhere means the clock it is read by.
    return (yield from when_of(Rhythm(picked), Given(), Clock(clock.now, present.zone), present))


def cancelled(row: Scheduled) -> Dialog[ReminderChange | Nothing]:
    """Ask before ending it for good."""
    sure = yield from Confirm(
        "sure", say("No more check-ins for **{client}** ({words})?", client=row.client, words=row.words),
        yes="Cancel them", no="Keep them",
    )  # fmt: skip
    if not sure:
        return Nothing(f"Kept. I ask about {row.client} {row.words}, next: {row.next}.")
    return ReminderChange(row.id, "cancel")
