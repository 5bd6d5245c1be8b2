"""Check-in schedules: making them, changing them, and moving their pace with what the client says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from bot.coach import cadence as rhythm
from bot.coach.cadence import Cadence
from bot.coach.dates import say_when
from bot.coach.outcomes import ReminderChange
from bot.errors import NotFound, Refusal
from bot.ports import PlaceKind
from bot.services import access, cases
from bot.services.turn import Turn
from bot.storage.tables import Case, Client, Occurrence, Outgoing, PlaceRow, Schedule


async def make(turn: Turn, case: Case, cadence: Cadence, place: str) -> Schedule:
    """A new cadence for a case, beginning at its first due time after now."""
    due = rhythm.first_due(cadence, turn.now)
    if due is None:
        raise Refusal("That time has passed. When should the check-in be?")
    row = Schedule(
        workspace_id=turn.workspace.id,
        case_id=case.id,
        tenant=await tenant_of(turn, place),
        place=place,
        cadence=rhythm.to_json(cadence),
        state="on",
        anchor_at=None,
        next_due_at=due,
        made_by=turn.person.id,
    )
    turn.db.add(row)
    await turn.db.flush()
    return row


async def of_case(turn: Turn, case: Case) -> Sequence[Schedule]:
    """The schedules of a case that are on or paused."""
    query = select(Schedule).where(Schedule.case_id == case.id, Schedule.state.in_(("on", "paused")))
    return (await turn.db.scalars(query.order_by(Schedule.id))).all()


async def of_workspace(turn: Turn, most: int = 50) -> Sequence[Schedule]:
    """Every schedule this person may see, the next due first."""
    query = (
        select(Schedule)
        .join(Case, Case.id == Schedule.case_id)
        .where(Schedule.workspace_id == turn.workspace.id, Schedule.state.in_(("on", "paused")), access.readable(turn))
        .order_by(Schedule.next_due_at, Schedule.id)
        .limit(most)
    )
    return (await turn.db.scalars(query)).all()


async def by_id(turn: Turn, number: int) -> Schedule:
    """A schedule of this workspace that the person may see."""
    row = await turn.db.get(Schedule, number)
    if row is None or row.workspace_id != turn.workspace.id or row.state in ("cancelled", "stopped"):
        raise NotFound(f"There is no reminder {number}. Type reminders to see them all.")
    await cases.allow(turn, await turn.db.get_one(Case, row.case_id))
    return row


async def change(turn: Turn, asked: ReminderChange) -> str:
    """Carry out a change; gives the sentence that says what is now the case."""
    row = await by_id(turn, asked.schedule)
    await _withdraw(turn, [row.id])
    cadence = rhythm.from_json(row.cadence)
    if asked.what == "cancel":
        row.state, row.next_due_at = "cancelled", None
        words = "Cancelled. No more check-ins come from it."
    elif asked.what == "pause":
        row.state, row.next_due_at = "paused", None
        words = f"Paused. Start it again with: resume {row.id}."
    elif asked.what == "resume":
        row.state, row.next_due_at = "on", rhythm.next_due(cadence, turn.now, row.anchor_at)
        words = f"On again. Next: {_next(turn, row)}."
    elif asked.what == "skip":
        row.next_due_at = rhythm.next_due(cadence, row.next_due_at or turn.now, row.anchor_at)
        words = f"Skipped once. Next: {_next(turn, row)}."
    elif asked.what == "snooze" and asked.until:
        row.next_due_at = asked.until
        words = f"Put off. Next: {_next(turn, row)}. After that it keeps its own rhythm."
    elif asked.what == "move":
        words = await _move(turn, row, asked.place)
    elif asked.what == "edit" and asked.cadence:
        row.cadence = rhythm.to_json(asked.cadence)
        row.state, row.anchor_at = "on", None
        row.next_due_at = rhythm.first_due(asked.cadence, turn.now)
        words = f"Changed to {in_words(turn, row)}. Next: {_next(turn, row)}."
    else:
        raise Refusal("I need a time for that. Try: snooze, and then a day such as Thursday 9:00.")
    if row.state == "on" and row.next_due_at is None:
        row.state = "done"
        words = "That was its last one; it is over now."
    case = await turn.db.get_one(Case, row.case_id)
    cases.note(turn, case, "reminder", words)
    return words


async def _move(turn: Turn, row: Schedule, place: str) -> str:
    """Take a schedule to another place; one that was paused goes on there."""
    row.tenant, row.place = await tenant_of(turn, place), place
    if row.state == "paused":
        row.state = "on"
        row.next_due_at = rhythm.next_due(rhythm.from_json(row.cadence), turn.now, row.anchor_at)
    return f"Moved to {await place_name(turn, place)}. {await warning(turn, place)}Next: {_next(turn, row)}."


async def tenant_of(turn: Turn, place: str) -> str:
    """The tenant of a place that check-ins may be set for; raises NotFound for one that is not this team's."""
    if place == turn.who.private.key:
        return turn.who.tenant
    query = select(PlaceRow.tenant).where(PlaceRow.key == place, PlaceRow.workspace_id == turn.workspace.id)
    tenant = await turn.db.scalar(query)
    if tenant is None:
        raise NotFound("I don't know that place. Speak to me there once, then ask again.")
    return tenant


async def warning(turn: Turn, place: str) -> str:
    """What to know before a check-in is set for a place that people outside can read; '' for a safe one."""
    kind = await turn.db.scalar(select(PlaceRow.kind).where(PlaceRow.key == place))
    if kind is None or kind == PlaceKind.internal:
        return ""
    return "People from outside can read there, so as long as they do I ask the owner privately instead. "


def _next(turn: Turn, row: Schedule) -> str:
    return say_when(row.next_due_at, turn.now, turn.person.zone) if row.next_due_at else "none"


def in_words(turn: Turn, row: Schedule) -> str:
    """The cadence as this person says it."""
    return rhythm.in_words(rhythm.from_json(row.cadence), turn.person.zone, turn.now.date())


async def after_reading(turn: Turn, case: Case) -> str:
    """Move the pace of a case's check-ins with its readings; gives what changed, in words."""
    changed = ""
    for row in await of_case(turn, case):
        before = rhythm.from_json(row.cadence)
        after = rhythm.after_reading(before, case.readings)
        if after == before or row.state != "on":
            continue
        row.cadence = rhythm.to_json(after)
        row.next_due_at = rhythm.next_due(after, turn.now, row.anchor_at)
        changed = f"Check-ins are now {in_words(turn, row)}."
        cases.note(turn, case, "reminder", changed)
    return changed


async def keep_wall_times(turn: Turn, before: str) -> int:
    """This person's zone has changed: the check-ins of their cases come at the same wall time as ever, in the new one.

    Gives how many were moved; those set in yet another zone stay.
    """
    theirs = select(Schedule).join(Case, Case.id == Schedule.case_id).where(
        Case.owner_id == turn.person.id, Schedule.state.in_(("on", "paused"))
    )  # fmt: skip
    moved = 0
    for row in await turn.db.scalars(theirs):
        cadence = rhythm.from_json(row.cadence)
        if cadence.zone != before:
            continue
        there = replace(cadence, zone=turn.person.zone)
        row.cadence = rhythm.to_json(there)
        if row.next_due_at is not None:
            wall = row.next_due_at.astimezone(ZoneInfo(before)).replace(tzinfo=None)
            same = rhythm.localise(wall, there.zone)
            row.next_due_at = same if same > turn.now else rhythm.next_due(there, turn.now, row.anchor_at)
        moved += 1
    return moved


async def stop_all(turn: Turn, case: Case) -> int:
    """End every schedule of a case; gives how many there were."""
    rows = await of_case(turn, case)
    for row in rows:
        row.state, row.next_due_at = "done", None
    await _withdraw(turn, [row.id for row in rows])
    return len(rows)


async def _withdraw(turn: Turn, schedules: Sequence[int]) -> None:
    """Check-ins that came due before a change and still wait to be sent are not sent after it."""
    due = select(Occurrence.id).where(Occurrence.schedule_id.in_(schedules))
    await turn.db.execute(
        update(Outgoing)
        .where(Outgoing.occurrence_id.in_(due), Outgoing.state == "waiting", Outgoing.edits.is_(None))
        .values(state="dropped", problem="its reminder was changed before it was sent")
        .execution_options(synchronize_session=False)
    )


async def place_name(turn: Turn, key: str) -> str:
    """How a place is called for this person."""
    if key.startswith("@"):
        return "your private chat" if key == turn.who.private.key else "a private chat"
    return (await turn.db.scalar(select(PlaceRow.name).where(PlaceRow.key == key))) or "a channel"


async def as_json(turn: Turn, schedule: int) -> Any:
    """A schedule for a dialog: its case, client, cadence and next time."""
    row = await by_id(turn, schedule)
    case = await turn.db.get_one(Case, row.case_id)
    client = await turn.db.get_one(Client, case.client_id)
    return {
        "id": row.id,
        "number": case.number,
        "client": client.name,
        "cadence": row.cadence,
        "words": in_words(turn, row),
        "state": row.state,
        "next": _next(turn, row),
    }
