"""The people at a client: who decides, who was hurt, who is an ally, and when each was last spoken to."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from bot.coach.outcomes import PersonAtClient
from bot.errors import NotFound
from bot.services import cases
from bot.services.people import folded
from bot.services.turn import Result, Turn, offer, shown, told
from bot.storage.tables import Case, Client, ContactPerson
from bot.view import Actions, Table, card, clip


async def of_client(turn: Turn, client: Client) -> Sequence[ContactPerson]:
    """Everybody known at a client."""
    query = select(ContactPerson).where(ContactPerson.client_id == client.id)
    return (await turn.db.scalars(query.order_by(ContactPerson.id))).all()


async def as_card(turn: Turn, client: Client) -> Result:
    """The people at a client as a table."""
    rows = await of_client(turn, client)
    add = Actions((offer("Add somebody", f"person {client.name}"),))
    if not rows:
        return shown(
            card(f"I know nobody at {clip(client.name, 80)} yet. The apology should go to the one who was hurt.", add)
        )
    table = Table(
        ("Name", "Part", "Reach by", "Last spoken to"),
        tuple(
            (
                clip(r.name, 60),
                _part(r),
                r.channel or "not known",
                cases.local_day(turn, r.touched_at) if r.touched_at else "never",
            )
            for r in rows
        ),
        f"People at {clip(client.name, 80)}",
    )
    return shown(card(table, add))


def _part(row: ContactPerson) -> str:
    parts = [
        words for flag, words in ((row.decides, "decides"), (row.hurt, "was hurt"), (row.ally, "on our side")) if flag
    ]
    return ", ".join(parts) or "not known"


async def keep(turn: Turn, outcome: PersonAtClient) -> Result:
    """Keep somebody at a client, in place of what was known of them."""
    client = await turn.db.get(Client, outcome.client_id)
    if client is None or client.workspace_id != turn.workspace.id:
        raise NotFound("I don't know that client any more.")
    row = await _named(turn, client.id, outcome.name)
    row.decides, row.hurt, row.ally = outcome.decides, outcome.hurt, outcome.ally
    row.channel = outcome.channel or row.channel
    turn.audit(f"changed who is known at {client.name}")
    part = f", {_part(row)}" if row.decides or row.hurt or row.ally else ""
    return told(f"Kept: {outcome.name} at {client.name}{part}.", offer("Everybody there", f"people {client.name}"))


async def _named(turn: Turn, client_id: int, name: str) -> ContactPerson:
    for row in await turn.db.scalars(select(ContactPerson).where(ContactPerson.client_id == client_id)):
        if folded(row.name) == folded(name):
            return row
    row = ContactPerson(client_id=client_id, name=name[:300])
    turn.db.add(row)
    return row


async def hurt(turn: Turn, case: Case) -> None:
    """Keep a case's contact as the one who was hurt."""
    if case.contact:
        (await _named(turn, case.client_id, case.contact)).hurt = True


async def touched(turn: Turn, case: Case) -> None:
    """Somebody at the client was spoken to: the case's contact, or whoever was hurt."""
    for row in await turn.db.scalars(select(ContactPerson).where(ContactPerson.client_id == case.client_id)):
        if folded(row.name) == folded(case.contact) or (row.hurt and not case.contact):
            row.touched_at = turn.now
