"""A client list into a workspace: what it would change, and changing it, all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.data.csv_file import BadLine, Sheet, rows
from bot.data.csv_row import ClientLine, Contact, Reader
from bot.local import TENANT, person_key
from bot.ports import Role, Who
from bot.services import people
from bot.storage.tables import Audit, Base, Case, Client, ContactPerson, Person, Workspace

BATCH = 5_000
"""Names looked up or rows written at a time; both databases take some 32,000 values in one statement."""

Grown = Callable[[int], None]
"""Told how many more rows were dealt with."""

_FIELDS = ("value_cents", "currency", "period", "renewal_on", "notice_on", "owner_id", "channel")
T = TypeVar("T")


@dataclass(frozen=True)
class Change:
    """A known client that a row says something new about: columns, and people added or with other roles."""

    line: ClientLine
    client_id: int
    before: dict[str, Any]
    after: dict[str, Any]
    people: tuple[ContactChange, ...] = ()


@dataclass(frozen=True)
class ContactChange:
    """A person at the client who is new (``id`` None) or whose roles change."""

    id: int | None
    contact: Contact
    before: frozenset[str] = frozenset()


@dataclass
class Plan:
    """What a list would do to a workspace; ``owners`` are the ids of the named colleagues by folded name."""

    new: list[ClientLine] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    same: int = 0
    bad: list[BadLine] = field(default_factory=list)
    owners: dict[str, int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    strangers: dict[str, str] = field(default_factory=dict)

    @property
    def changes_nothing(self) -> bool:
        """Whether everything in the list is known already."""
        return not (self.new or self.changed)


@dataclass(frozen=True)
class Listed:
    """A whole file, read: its good rows and its bad ones."""

    lines: list[ClientLine]
    bad: list[BadLine]


def read_all(sheet: Sheet, reader: Reader, grown: Grown) -> Listed:
    """Read every row; of two with the same name the later is a bad one."""
    lines: list[ClientLine] = []
    bad: list[BadLine] = []
    first: dict[str, int] = {}
    wanted = [(n, column) for n, column in enumerate(sheet.columns) if column]
    for count, row in enumerate(rows(sheet), 1):
        if isinstance(row, BadLine):
            bad.append(row)
        else:
            number, cells = row
            made = reader.read(number, {column: cells[n] for n, column in wanted})
            if isinstance(made, list):
                bad += [BadLine(number, why) for why in made]
            elif made.folded in first:
                bad.append(BadLine(number, f"{made.name} is on line {first[made.folded]} too. Keep one of them."))
            else:
                first[made.folded] = number
                lines.append(made)
        if count % 1_000 == 0:
            grown(1_000)
    return Listed(lines, bad)


# --- planning ----------------------------------------------------------------------------------------------


async def plan(db: AsyncSession, workspace: Workspace | None, listed: Listed, *, create_people: bool = False) -> Plan:
    """Compare a list with what is known; writes nothing."""
    made = Plan(bad=list(listed.bad))
    await _find_owners(db, workspace, listed.lines, made, create_people)
    known = await _known(db, workspace, [line.folded for line in listed.lines])
    contacts = await _contacts(db, [row.id for row in known.values()])
    for line in listed.lines:
        if line.owner and _owner(line.owner) not in made.owners and _owner(line.owner) not in made.strangers:
            continue
        _place(made, line, known.get(line.folded), contacts)
    made.bad.sort(key=lambda b: b.line)
    return made


def _place(made: Plan, line: ClientLine, row: Any, contacts: dict[int, dict[str, Any]]) -> None:
    currency = line.currency or (row.currency if row is not None else None)
    if line.cents is not None and currency is None:
        why = "value: it names no currency. Add a currency column, write it like €1,200, or say --currency EUR."
        made.bad.append(BadLine(line.line, why))
    elif row is None:
        made.new.append(line)
    else:
        after = {k: v for k, v in _wanted(made, line).items() if v is not None and v != getattr(row, k)}
        moved = tuple(_moved(line.people, contacts.get(row.id, {})))
        if after or moved:
            made.changed.append(Change(line, row.id, {k: getattr(row, k) for k in _FIELDS}, after, moved))
        else:
            made.same += 1


def _wanted(made: Plan, line: ClientLine) -> dict[str, Any]:
    """The columns a row fills; an owner still to be made has -1."""
    return {
        "value_cents": line.cents,
        "currency": line.currency if line.cents is not None else None,
        "period": line.period,
        "renewal_on": line.renewal,
        "notice_on": line.notice,
        "owner_id": made.owners.get(_owner(line.owner), -1) if line.owner else None,
        "channel": line.channel,
    }


def _moved(wanted: Sequence[Contact], known: dict[str, Any]) -> Iterator[ContactChange]:
    for contact in wanted:
        row = known.get(contact.folded)
        if row is None:
            yield ContactChange(None, contact)
        else:
            before = frozenset(role for role in ("decides", "hurt", "ally") if getattr(row, role))
            if contact.roles is not None and contact.roles != before:
                yield ContactChange(row.id, contact, before)


async def _known(db: AsyncSession, workspace: Workspace | None, names: Sequence[str]) -> dict[str, Any]:
    if workspace is None:
        return {}
    columns = [getattr(Client, name) for name in _FIELDS]
    found: dict[str, Any] = {}
    for part in batched(names, BATCH):
        query = select(Client.id, Client.folded, *columns).where(
            Client.workspace_id == workspace.id, Client.folded.in_(part)
        )
        found.update({row.folded: row for row in await db.execute(query)})
    return found


async def _contacts(db: AsyncSession, clients: Sequence[int]) -> dict[int, dict[str, Any]]:
    c = ContactPerson
    found: dict[int, dict[str, Any]] = {}
    for part in batched(clients, BATCH):
        for row in await db.execute(
            select(c.id, c.client_id, c.name, c.decides, c.hurt, c.ally).where(c.client_id.in_(part))
        ):
            found.setdefault(row.client_id, {})[people.folded(row.name)] = row
    return found


def _owner(name: str) -> str:
    return people.folded(name)


async def _find_owners(
    db: AsyncSession, workspace: Workspace | None, lines: Sequence[ClientLine], made: Plan, create: bool
) -> None:
    """Who the named owners are; a row whose owner is nobody, several or gone is a bad one."""
    team = await _team(db, workspace)
    made.names = {row.id: row.name for rows_ in team.values() for row in rows_}
    for line in lines:
        if not line.owner or (wanted := _owner(line.owner)) in made.owners or wanted in made.strangers:
            continue
        here = [row for row in team.get(wanted, ()) if row.gone_at is None]
        if len(here) == 1:
            made.owners[wanted] = here[0].id
        elif not team.get(wanted) and create:
            made.strangers[wanted] = line.owner
    for line in lines:
        if line.owner and _owner(line.owner) not in made.owners and _owner(line.owner) not in made.strangers:
            made.bad.append(
                BadLine(line.line, "owner: " + _nobody(line.owner, team.get(_owner(line.owner), []), workspace))
            )


async def _team(db: AsyncSession, workspace: Workspace | None) -> dict[str, list[Any]]:
    """Everybody of a workspace by folded name and by key."""
    found: dict[str, list[Any]] = {}
    if workspace is not None:
        query = select(Person.id, Person.name, Person.folded, Person.key, Person.gone_at)
        for row in await db.execute(query.where(Person.workspace_id == workspace.id)):
            for name in {row.folded, people.folded(row.key)}:
                found.setdefault(name, []).append(row)
    return found


def _nobody(name: str, known: Sequence[Any], workspace: Workspace | None) -> str:
    if len([row for row in known if row.gone_at is None]) > 1:
        keys = ", ".join(row.key for row in known if row.gone_at is None)
        return f"{len(known)} people are called {name}. Write one of: {keys}."
    if known:
        return f"{name} has left. Name somebody who is there."
    words = f"I don't know {name[:80]}. Ask them to say hello to the coach once"
    local = workspace is None or workspace.name == TENANT
    return words + (", or add --create-people." if local else ", and import again.")


# --- carrying it out ---------------------------------------------------------------------------------------


async def apply(
    db: AsyncSession, workspace: Workspace, made: Plan, now: datetime, grown: Grown, zone: str = ""
) -> None:
    """Write everything a plan says, in the caller's one transaction; people it makes live in ``zone``."""
    assert not made.bad, "a plan with bad rows is never carried out"
    if made.changes_nothing:
        return
    for wanted, name in made.strangers.items():
        person = await people.person_of(db, workspace, Who(TENANT, person_key(name), name, Role.member, zone), now)
        made.owners[wanted], made.names[person.id] = person.id, person.name
    await _add(db, workspace, made, now, grown)
    await _change(db, made, now, grown)
    words = f"imported clients: {len(made.new)} new, {len(made.changed)} changed"
    db.add(Audit(workspace_id=workspace.id, person_id=None, case_id=None, what=words, at=now))


async def _add(db: AsyncSession, workspace: Workspace, made: Plan, now: datetime, grown: Grown) -> None:
    for part in batched(made.new, BATCH):
        values = [
            {
                **_wanted(made, line),
                "name": line.name,
                "folded": line.folded,
                "period": line.period or "month",
                "channel": line.channel or "",
                "workspace_id": workspace.id,
                "do_not_say": "",
                "created_at": now,
            }
            for line in part
        ]
        await db.execute(insert(_table(Client)), values)
        with_people = [line for line in part if line.people]
        ids = await _known(db, workspace, [line.folded for line in with_people])
        await _add_contacts(db, [(ids[line.folded].id, c) for line in with_people for c in line.people])
        grown(len(part))


async def _change(db: AsyncSession, made: Plan, now: datetime, grown: Grown) -> None:
    table = _table(Client)
    write = update(table).where(table.c.id == bindparam("_id")).values({f: bindparam("_" + f) for f in _FIELDS})
    for part in batched(made.changed, BATCH):
        columns = [change for change in part if change.after]
        if columns:
            values = [
                {**change.before, **change.after, **_late_owner(made, change), "id": change.client_id}
                for change in columns
            ]
            await db.execute(write, [{"_" + k: v for k, v in row.items()} for row in values])
            # What a client is worth and its dates are part of its cases' risk; the next tick rescores these.
            cases = _table(Case)
            touched = cases.c.client_id.in_([change.client_id for change in columns])
            await db.execute(update(cases).where(touched, cases.c.closed_at.is_(None)).values(rescore_at=now))
        await _add_contacts(db, [(ch.client_id, c.contact) for ch in part for c in ch.people if c.id is None])
        await _change_contacts(db, [c for ch in part for c in ch.people if c.id is not None])
        grown(len(part))


def _late_owner(made: Plan, change: Change) -> dict[str, Any]:
    """The id of an owner who was made a moment ago."""
    return {"owner_id": made.owners[_owner(change.line.owner or "")]} if change.after.get("owner_id") == -1 else {}


async def _add_contacts(db: AsyncSession, wanted: Sequence[tuple[int, Contact]]) -> None:
    if wanted:
        values = [
            {"client_id": client, "name": c.name, "channel": "", **_flags(c.roles or frozenset())}
            for client, c in wanted
        ]
        await db.execute(insert(_table(ContactPerson)), values)


async def _change_contacts(db: AsyncSession, wanted: Sequence[ContactChange]) -> None:
    if wanted:
        table = _table(ContactPerson)
        write = update(table).where(table.c.id == bindparam("_id"))
        write = write.values({role: bindparam("_" + role) for role in ("decides", "hurt", "ally")})
        await db.execute(
            write,
            [{"_id": c.id, **{"_" + k: v for k, v in _flags(c.contact.roles or frozenset()).items()}} for c in wanted],
        )


def _flags(roles: frozenset[str]) -> dict[str, bool]:
    return {role: role in roles for role in ("decides", "hurt", "ally")}


def _table(of: type[Base]) -> Table:
    """The plain table: bulk work goes past the mapped objects."""
    table = of.__table__
    assert isinstance(table, Table)
    return table


def batched(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The items in parts of at most ``size``."""
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part
