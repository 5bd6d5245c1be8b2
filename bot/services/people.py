"""Tenants, people and places as the database knows them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.coach.hours import Hours
from bot.errors import Refusal
from bot.ports import LEADS, Place, PlaceKind, Role, Who
from bot.services.turn import Result, Turn, told
from bot.storage.tables import Case, Outgoing, Person, PlaceRow, Schedule, Tenant, Workspace


def folded(name: str, most: int = 300) -> str:
    """A name as it is compared: compatible forms, no case, single blanks."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())[:most]


@dataclass(frozen=True)
class Seen:
    """What the database knows of whoever speaks, and where; None for what it sees for the first time."""

    tenant: Tenant | None = None
    workspace: Workspace | None = None
    person: Person | None = None
    place: PlaceRow | None = None

    def wake(self) -> None:
        """Somebody speaks, so the coach is there, again or still."""
        if self.tenant:
            self.tenant.removed_at = None


_SEEN = (
    select(Tenant, Workspace, Person, PlaceRow)
    .join(Workspace, Workspace.id == Tenant.workspace_id)
    .outerjoin(Person, Person.key == bindparam("person"))
    .outerjoin(PlaceRow, PlaceRow.key == bindparam("place"))
    .where(Tenant.key == bindparam("tenant"))
)


async def seen_before(db: AsyncSession, who: Who, origin: Place) -> Seen:
    """Workspace, person and channel of a turn, in one look."""
    row = (await db.execute(_SEEN, {"tenant": who.tenant, "person": who.key, "place": origin.key})).first()
    if row is None:
        return Seen()
    seen = Seen(*row)
    if seen.workspace and seen.place:
        _update_place(seen.place, seen.workspace, origin)
    return seen


async def workspace_of(db: AsyncSession, tenant_key: str, now: datetime) -> Workspace:
    """The workspace a tenant's data lives in; made at its first word, woken when it was reinstalled."""
    tenant = await db.scalar(select(Tenant).where(Tenant.key == tenant_key))
    if tenant is None:
        workspace = Workspace(name=tenant_key, created_at=now, settings={})
        db.add(workspace)
        await db.flush()
        db.add(Tenant(workspace_id=workspace.id, key=tenant_key))
        return workspace
    tenant.removed_at = None
    return await db.get_one(Workspace, tenant.workspace_id)


async def remove_tenant(db: AsyncSession, tenant_key: str, now: datetime) -> None:
    """The coach was taken out: nothing that waits is sent there, and no new check-in comes due."""
    await db.execute(update(Tenant).where(Tenant.key == tenant_key).values(removed_at=now))
    await db.execute(
        update(Outgoing)
        .where(Outgoing.tenant == tenant_key, Outgoing.state.in_(("waiting", "sending")))
        .values(state="dropped", problem="the coach was removed there")
    )
    await db.execute(
        update(Schedule)
        .where(Schedule.tenant == tenant_key, Schedule.state.in_(("on", "paused")))
        .values(state="stopped", next_due_at=None)
    )


async def person_of(db: AsyncSession, workspace: Workspace, who: Who, now: datetime, zone: str = "UTC") -> Person:
    """The person's row, made or brought up to date with what the platform says; ``zone`` where it says none."""
    person = await db.scalar(select(Person).where(Person.key == who.key))
    if person is None:
        person = Person(
            workspace_id=workspace.id,
            tenant=who.tenant,
            key=who.key,
            name=who.name,
            folded=folded(who.name),
            role=(who.role or Role.member).value,
            zone=who.zone or zone,
            hours={},
            seen_at=now,
        )
        db.add(person)
        await db.flush()
        return person
    return up_to_date(person, who)


def up_to_date(person: Person, who: Who) -> Person:
    """The person, with what the platform says now."""
    if who.name and person.name != who.name:
        person.name, person.folded = who.name, folded(who.name)
    if who.role and person.role != who.role.value:
        person.role = who.role.value
    if who.zone and person.zone != who.zone:
        person.zone = who.zone
    person.gone_at = None
    return person


async def bystander(db: AsyncSession, workspace: Workspace, who: Who, now: datetime) -> Person:
    """Whom an event names that nobody sent; left as they are, and never kept where they are not known."""
    return await by_key(db, workspace, who.key) or Person(
        workspace_id=workspace.id, tenant=who.tenant, key=who.key, name=who.name, folded=folded(who.name),
        role=Role.member.value, zone=who.zone or "UTC", hours={}, seen_at=now,
    )  # fmt: skip


async def team(db: AsyncSession, workspace: Workspace, most: int = 100) -> Sequence[Person]:
    """The people of a workspace who are still there, by name."""
    query = select(Person).where(Person.workspace_id == workspace.id, Person.gone_at.is_(None))
    return (await db.scalars(query.order_by(Person.folded, Person.id).limit(most))).all()


async def by_name(db: AsyncSession, workspace: Workspace, name: str) -> Sequence[Person]:
    """The people a typed name may mean: exact first, else by the beginning of a name."""
    wanted = folded(name.removeprefix("@"))
    if not wanted:
        return []
    mine = select(Person).where(Person.workspace_id == workspace.id, Person.gone_at.is_(None))
    exact = (await db.scalars(mine.where(Person.folded == wanted).limit(5))).all()
    if exact:
        return exact
    return (await db.scalars(mine.where(Person.folded.startswith(wanted, autoescape=True)).limit(5))).all()


async def by_key(db: AsyncSession, workspace: Workspace, key: str) -> Person | None:
    """A person of this workspace by their key."""
    return await db.scalar(select(Person).where(Person.key == key, Person.workspace_id == workspace.id))


async def place_seen(db: AsyncSession, workspace: Workspace, place: Place) -> None:
    """Remember a channel, its name, and who could read there when it was last seen."""
    if place.kind is PlaceKind.private:
        return
    row = await db.scalar(select(PlaceRow).where(PlaceRow.key == place.key))
    if row is None:
        db.add(
            PlaceRow(
                workspace_id=workspace.id,
                tenant=place.tenant,
                key=place.key,
                name=place.name,
                folded=folded(place.name),
                kind=place.kind.value,
            )
        )
    else:
        _update_place(row, workspace, place)


def _update_place(row: PlaceRow, workspace: Workspace, place: Place) -> None:
    if row.workspace_id == workspace.id and (row.name != place.name or row.kind != place.kind.value):
        row.name, row.folded, row.kind = place.name, folded(place.name), place.kind.value


async def place_names(db: AsyncSession, workspace: Workspace) -> Sequence[str]:
    """How the channels known in this workspace are called."""
    query = select(PlaceRow.name).where(PlaceRow.workspace_id == workspace.id, PlaceRow.kind != "private")
    return (await db.scalars(query.limit(1_000))).all()


async def place_named(db: AsyncSession, workspace: Workspace, name: str) -> PlaceRow | None:
    """A channel of this workspace by its name, with or without ``#``."""
    bare = folded(name).lstrip("#")
    query = select(PlaceRow).where(PlaceRow.workspace_id == workspace.id, PlaceRow.folded.in_((bare, "#" + bare)))
    return await db.scalar(query.limit(1))


async def manager_of(db: AsyncSession, case: Case) -> Person | None:
    """Who is asked above a case's owner: its sponsor, else the first manager, else an admin."""
    sponsor = await db.get(Person, case.sponsor_id) if case.sponsor_id else None
    if sponsor is not None and sponsor.gone_at is None:
        return sponsor
    query = select(Person).where(
        Person.workspace_id == case.workspace_id,
        Person.gone_at.is_(None),
        Person.id != case.owner_id,
        Person.role.in_(LEADS),
    )
    return await db.scalar(query.order_by(Person.role.desc(), Person.id).limit(1))


def hours_of(person: Person) -> Hours:
    """A person's business hours; nine to half past five on weekdays where nothing else is kept."""
    kept = person.hours or {}
    standard = Hours(zone=person.zone)
    return Hours(
        zone=person.zone,
        start=time.fromisoformat(kept["start"]) if "start" in kept else standard.start,
        end=time.fromisoformat(kept["end"]) if "end" in kept else standard.end,
        days=frozenset(kept["days"]) if "days" in kept else standard.days,
        country=kept.get("country"),
        subdivision=kept.get("subdivision"),
    )


async def name_role(turn: Turn, person: Person, wanted: str) -> Result:
    """An admin names who manages; in the local tools the seat says it itself."""
    if turn.role is not Role.admin:
        raise Refusal("Only an admin can name managers. Ask yours.")
    if wanted not in set(Role):
        raise Refusal(f"A role is member, manager or admin. Try: role {person.name} manager.")
    person.role = wanted
    turn.audit(f"named {person.name} {wanted}")
    return told(f"{person.name} is now {wanted}.")
