"""What has to follow when people leave and places change."""

from __future__ import annotations

from sqlalchemy import select

from bot.services import people
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
        case.owner_id = heir.id
        if case.backup_id == heir.id:
            case.backup_id = None
        client = await turn.db.get_one(Client, case.client_id)
        turn.tell(
            heir,
            f"left:{gone.id}:{case.id}",
            card(
                say(
                    "{gone} has left. **SAL-{n} · {client}** is yours for now.",
                    gone=gone.name,
                    n=case.number,
                    client=client.name,
                ),
                Actions((offer("See the case", f"SAL-{case.number}"), offer("Next step", f"next SAL-{case.number}"))),
            ),
            case_id=case.id,
        )


async def _heir(turn: Turn, case: Case, gone: Person) -> Person | None:
    """The backup, else the sponsor, else a manager."""
    for candidate in (case.backup_id, case.sponsor_id):
        person = await turn.db.get(Person, candidate) if candidate else None
        if person is not None and person.gone_at is None and person.id != gone.id:
            return person
    query = select(Person).where(
        Person.workspace_id == turn.workspace.id,
        Person.gone_at.is_(None),
        Person.id != gone.id,
        Person.role.in_(("manager", "admin")),
    )
    return await turn.db.scalar(query.order_by(Person.id).limit(1))


async def place_changed(turn: Turn, key: str) -> None:
    """Who can read in a place changed: its check-ins move to the owners' private chats, with the reason."""
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
                Actions((offer("Change that", f"reminder {schedule.id} edit"),)),
            ),
            case_id=case.id,
        )
