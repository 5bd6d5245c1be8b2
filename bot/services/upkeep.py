"""What has to follow when people leave and places change."""

from __future__ import annotations

from sqlalchemy import select

from bot.ports import PlaceKind
from bot.services import cases, people
from bot.services.follow import handover
from bot.services.turn import Turn, offer
from bot.storage.tables import Case, Client, Person, PlaceRow, Schedule
from bot.view import Actions, card, say


async def person_left(turn: Turn, key: str) -> None:
    """Somebody left: nothing stays with them; whoever steps in is told what is theirs now."""
    gone = await people.by_key(turn.db, turn.workspace, key)
    if gone is None:
        return
    gone.gone_at = turn.now
    rows = await turn.db.scalars(select(Case).where(Case.owner_id == gone.id, Case.closed_at.is_(None)))
    for case in rows:
        heir = await _heir(turn, case, gone)
        if heir is None:
            continue
        await handover.move(turn.db, case, gone, heir)
        client = await turn.db.get_one(Client, case.client_id)
        file = await cases.snapshot(turn, case)
        turn.tell(
            heir, f"left:{gone.id}:{case.id}", handover.page(file, gone.name, client.do_not_say, ""), case_id=case.id
        )


async def _heir(turn: Turn, case: Case, gone: Person) -> Person | None:
    """The backup, else whoever is asked above the owner."""
    backup = await turn.db.get(Person, case.backup_id) if case.backup_id else None
    if backup is not None and backup.gone_at is None and backup.id != gone.id:
        return backup
    return await people.manager_of(turn.db, case)


async def place_changed(turn: Turn, key: str) -> None:
    """Who can read in a place changed: its check-ins move to the owners' private chats, with the reason.

    Where the platform has looked again and found only the team there, a colleague has come or gone; nothing moves.
    """
    if turn.origin.key == key and turn.origin.kind is PlaceKind.internal:
        return
    place = await turn.db.scalar(select(PlaceRow).where(PlaceRow.key == key))
    if place is None or place.workspace_id != turn.workspace.id:
        return
    place.kind = "shared"
    for schedule in await turn.db.scalars(select(Schedule).where(Schedule.place == key, Schedule.state == "on")):
        case = await turn.db.get_one(Case, schedule.case_id)
        owner = await turn.db.get_one(Person, case.owner_id)
        client = await turn.db.get_one(Client, case.client_id)
        schedule.place = "@" + owner.key
        schedule.tenant = owner.tenant
        turn.tell(
            owner,
            f"moved:{schedule.id}:{turn.event}"[:200],
            card(
                say(
                    "{place} is shared with people outside now, so {client}'s check-ins come to you here instead.",
                    place=place.name,
                    client=client.name,
                ),
                Actions((offer("Pick a channel", f"reminder {schedule.id} move"),)),
            ),
            case_id=case.id,
        )
