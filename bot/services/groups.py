"""Groups of people who manage: an admin names one, and whoever is in it manages for as long as they are."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, delete, select

from bot.errors import Refusal
from bot.ports import Group, Role
from bot.services import people
from bot.services.people import folded
from bot.services.turn import Result, Turn, told
from bot.storage.tables import Note, Person

MANAGING, THROUGH = "managing_group", "manages_through_group"
"""Kinds of notes: a group that manages, by its key; and whom it made a manager, by its key and theirs."""


def named(turn: Turn, name: str) -> Group | None:
    """The group a typed name means, among those the words name."""
    wanted = folded(name).lstrip("@")
    return next((g for g in turn.groups if folded(g.name).lstrip("@") == wanted), None)


async def name_role(turn: Turn, group: Group, wanted: str) -> Result:
    """An admin says that a group manages, or (``member``) no longer does."""
    if turn.role is not Role.admin:
        raise Refusal("Only an admin can name managers. Ask yours.")
    if wanted not in (Role.manager, Role.member):
        raise Refusal(f"A group can be manager or member; name admins one by one. Try: role {group.name} manager.")
    row = await _managing(turn, group)
    turn.audit(f"named {group.name} {wanted}")
    if wanted == Role.member:
        if row is not None:
            await turn.db.delete(row)
        await _keep_only(turn, group, frozenset())
        return told(f"{group.name} no longer manages. Whoever was named by name still does.")
    if row is None:
        value = {"workspace": turn.workspace.id, "name": group.name}
        turn.db.add(Note(kind=MANAGING, key=group.key, value=value))
    count = await _take_in(turn, group)
    everybody = "everybody" if count != 1 else "the one person"
    return told(f"{group.name} manages from now on: {everybody} in it, for as long as they are in it.")


async def follow(turn: Turn, group: Group) -> None:
    """Whoever joined a group that manages now manages; whoever left it no longer does, unless named by name."""
    if await _managing(turn, group) is None:
        return
    await _take_in(turn, group)
    await _keep_only(turn, group, frozenset(m.key for m in group.members))


async def named_by_name(turn: Turn, person: Person) -> None:
    """What an admin says of one person by name counts from now on, whatever groups they leave; a Refusal where it takes
    away what a group they are in gives."""
    marks = (await turn.db.scalars(select(Note.key).where(_mark_of(person)))).all()
    if marks and person.role == Role.member:
        keys = [mark.removesuffix(" " + person.key) for mark in marks]
        group = await turn.db.scalar(select(Note).where(Note.kind == MANAGING, Note.key.in_(keys)).limit(1))
        name = group.value["name"] if group else "a group that manages"
        raise Refusal(
            f"{person.name} manages as one of {name}. Take them out of it in your chat, or say: role {name} member."
        )
    await turn.db.execute(delete(Note).where(_mark_of(person)))


async def _managing(turn: Turn, group: Group) -> Note | None:
    row = await turn.db.scalar(select(Note).where(Note.kind == MANAGING, Note.key == group.key))
    return row if row is not None and row.value.get("workspace") == turn.workspace.id else None


async def _take_in(turn: Turn, group: Group) -> int:
    """Make the members managers; gives how many members there are."""
    members = [m for m in group.members if not m.outsider and m.tenant == turn.who.tenant]
    for member in members:
        person = await people.person_of(turn.db, turn.workspace, member, turn.now)
        marks = (await turn.db.scalars(select(Note.key).where(_mark_of(person)))).all()
        mark = f"{group.key} {person.key}"
        if mark not in marks and (person.role == Role.member or marks):
            person.role = Role.manager.value if person.role == Role.member else person.role
            turn.db.add(Note(kind=THROUGH, key=mark, value={"person": person.id}))
            await turn.db.flush()
    return len(members)


async def _keep_only(turn: Turn, group: Group, members: frozenset[str]) -> None:
    """Take the role from those the group gave it to who are not in it any more, nor in another that gives it."""
    given = select(Note).where(Note.kind == THROUGH, Note.key.startswith(f"{group.key} ", autoescape=True))
    for note in (await turn.db.scalars(given)).all():
        key = note.key.removeprefix(f"{group.key} ")
        if key in members:
            continue
        await turn.db.delete(note)
        await turn.db.flush()
        person = await people.by_key(turn.db, turn.workspace, key)
        if person is not None and person.role == Role.manager and not await _through_another(turn, person):
            person.role = Role.member.value


async def _through_another(turn: Turn, person: Person) -> bool:
    return await turn.db.scalar(select(Note.id).where(_mark_of(person)).limit(1)) is not None


def _mark_of(person: Person) -> ColumnElement[bool]:
    return and_(Note.kind == THROUGH, Note.key.endswith(" " + person.key, autoescape=True))
