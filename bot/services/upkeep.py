"""What has to follow when a place changes."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select, update

from bot.ports import Place, PlaceKind
from bot.services.people import place_seen
from bot.services.turn import Turn, offer
from bot.storage.tables import Case, Client, ConversationRow, Digest, Outgoing, Person, PlaceRow, Schedule
from bot.view import Actions, card, say


async def place_changed(turn: Turn, key: str) -> None:
    """Who can read in a place changed: its check-ins move to the owners' private chats, with the reason.

    Where the platform has looked again and found only the team there, a colleague has come or gone; nothing moves.
    """
    if turn.origin.key == key and turn.origin.kind is PlaceKind.internal:
        return
    place = await turn.db.scalar(select(PlaceRow).where(PlaceRow.key == key))
    if place is None or place.workspace_id != turn.workspace.id:
        return
    place.kind = PlaceKind.shared.value
    for schedule in await turn.db.scalars(
        select(Schedule).where(Schedule.place == key, Schedule.state.in_(("on", "paused")))
    ):
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


async def place_moved(turn: Turn, key: str, now: Place) -> None:
    """A place has another key now: what is to be said or edited there, or is still asked there, goes along.

    Who can read there is asked at the moment of posting, as always.
    """
    rows = {r.key: r for r in await turn.db.scalars(select(PlaceRow).where(PlaceRow.key.in_((key, now.key))))}
    before = rows.pop(key, None)
    if before is None or any(r.workspace_id != turn.workspace.id for r in (before, *rows.values())):
        return
    if rows:  # somebody has spoken there already
        await turn.db.delete(before)
    else:
        before.key = now.key
    # A place that could not be looked at has no name but its key.
    await place_seen(turn.db, turn.workspace, replace(now, name=before.name) if now.kind is PlaceKind.unknown else now)
    # Schedules before messages: a tick that is under way keeps its schedules locked until its messages are there.
    for table in (Schedule, Digest, Outgoing, ConversationRow):
        await turn.db.execute(update(table).where(table.place == key).values(place=now.key))
