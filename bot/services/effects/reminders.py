"""Setting and changing check-ins."""

from __future__ import annotations

from bot.coach import outcomes as o
from bot.ports import PlaceKind
from bot.services import cases, schedules
from bot.services.effects.steps import done_once
from bot.services.turn import Result, Turn, offer, told


async def reminder_set(turn: Turn, outcome: o.Reminder) -> Result:
    """A new check-in cadence, with the first time it comes."""
    case = await cases.by_number(turn, outcome.case)
    place = outcome.place or (turn.origin.key if turn.origin.kind is PlaceKind.internal else turn.who.private.key)
    row = await schedules.make(turn, case, outcome.cadence, place)
    where = await schedules.place_name(turn, place)
    words = f"{schedules.in_words(turn, row)}, in {where}"
    cases.note(turn, case, "reminder", f"Check-ins {words}")
    await done_once(turn, case, "scheduled_check_ins")
    file = await cases.settle(turn, case)
    first = cases.local_day(turn, row.next_due_at) if row.next_due_at else "never"
    return told(
        f"I'll ask about {file.client} {words}. {await schedules.warning(turn, place)}First: {first}.",
        offer("Snooze", f"reminder {row.id} snooze"),
        offer("Edit", f"reminder {row.id} edit"),
        offer("Cancel it", f"reminder {row.id} cancel"),
    )


async def reminder_changed(turn: Turn, outcome: o.ReminderChange) -> Result:
    """A change of a schedule."""
    return told(await schedules.change(turn, outcome))
