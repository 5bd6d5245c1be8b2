"""The summary that comes by itself, to a manager or an internal channel, only when there is something to say."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.coach import cadence as rhythm
from bot.coach.cadence import Cadence
from bot.coach.playbook import Playbook
from bot.errors import Refusal
from bot.ports import LEADS, Place, PlaceKind, Role, Who
from bot.services import cases, people, schedules
from bot.services.reports import counts, movement, summary
from bot.services.turn import Result, Turn, told
from bot.storage.tables import Digest, Outgoing, Person, PlaceRow, Tenant, Workspace
from bot.view import to_json

AT_ONCE = 20


async def set_digest(turn: Turn, cadence: Cadence, place_name: str) -> Result:
    """A digest for this person or for an internal channel; an earlier one to the same place is replaced."""
    turn.require_manager("have the summary sent")
    place = await _place(turn, place_name)
    mine = (Digest.workspace_id == turn.workspace.id) & (Digest.place == place)
    await turn.db.execute(delete(Digest).where(mine))
    due = rhythm.first_due(cadence, turn.now)
    turn.db.add(
        Digest(
            workspace_id=turn.workspace.id, tenant=turn.who.tenant, place=place, person_id=turn.person.id,
            cadence=rhythm.to_json(cadence), state="on", next_due_at=due,
        )
    )  # fmt: skip
    words = rhythm.in_words(cadence, turn.person.zone)
    where = await schedules.place_name(turn, place)
    first = cases.local_day(turn, due) if due else "never"
    return told(f"The summary comes {words}, in {where}. First: {first}. Nothing to say, nothing sent.")


async def _place(turn: Turn, name: str) -> str:
    if name in ("", "private"):
        return turn.who.private.key
    row = (
        await turn.db.scalar(select(PlaceRow).where(PlaceRow.key == turn.origin.key))
        if name == "here"
        else await people.place_named(turn.db, turn.workspace, name)
    )
    if row is None:
        why = next((p.why for p in turn.places if p.name.lstrip("#") == name.lstrip("#") and p.why), "")
        if why:
            raise Refusal(f"I can't send it to {name[:60]}: {why}. Invite me there, or pick another channel.")
        raise Refusal(f"I don't know {name[:60]}. Speak to me there once, then ask again.")
    if row.kind != PlaceKind.internal.value:
        raise Refusal(
            f"People from outside may read in {row.name}, so the summary can't go there. Pick an internal channel."
        )
    return row.key


async def stop_digests(turn: Turn) -> Result:
    """No more digests to this person, nor to channels they set up."""
    gone = await turn.db.scalar(select(func.count()).select_from(Digest).where(Digest.person_id == turn.person.id))
    await turn.db.execute(delete(Digest).where(Digest.person_id == turn.person.id))
    return told("The summary no longer comes by itself." if gone else "No summary was set to come by itself.")


async def due(db: AsyncSession, now: datetime, playbook: Playbook) -> list[Outgoing]:
    """The digests that are due, as waiting messages."""
    query = (
        select(Digest)
        .join(Tenant, Tenant.key == Digest.tenant)
        .where(Digest.state == "on", Digest.next_due_at <= now, Tenant.removed_at.is_(None))
        .order_by(Digest.next_due_at)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True, of=Digest)
    )
    made = []
    for digest in await db.scalars(query):
        cadence = rhythm.from_json(digest.cadence)
        assert digest.next_due_at is not None, "only digests with a due time are chosen"
        at, digest.next_due_at = rhythm.catch_up(cadence, digest.next_due_at, now)
        row = await _message(db, now, playbook, digest, at or now)
        if row is not None:
            digest.sent_at = now
            db.add(row)
            made.append(row)
    return made


async def _message(
    db: AsyncSession, now: datetime, playbook: Playbook, digest: Digest, at: datetime
) -> Outgoing | None:
    person = await db.get_one(Person, digest.person_id)
    if person.gone_at is not None or person.role not in LEADS:
        digest.state = "off"
        return None
    turn = await _as_reader(db, now, playbook, person, digest)
    counted = await counts.counts(turn)
    since = digest.sent_at or now - timedelta(days=7)
    if not counted.totals.cases and not (await movement.since(turn, since)).closed:
        return None
    shows = await summary.build(turn, counted, since, 0)
    return Outgoing(
        workspace_id=digest.workspace_id, tenant=digest.tenant, place=digest.place,
        key=f"digest:{digest.id}:{at.isoformat()}", card=to_json(shows), secret=True, owner_id=person.id,
        state="waiting", not_before=now, made_at=now, problem="",
    )  # fmt: skip


async def _as_reader(db: AsyncSession, now: datetime, playbook: Playbook, person: Person, digest: Digest) -> Turn:
    """Reads as the manager does; in a channel as any member does, so that nothing confidential is posted."""
    workspace = await db.get_one(Workspace, digest.workspace_id)
    reader = person
    if not digest.place.startswith("@"):
        reader = Person(id=0, workspace_id=person.workspace_id, tenant=person.tenant, key="", name=person.name,
                        role=Role.member.value, zone=person.zone, hours={})  # fmt: skip
    place = Place(digest.tenant, digest.place, PlaceKind.internal, "")
    return Turn(
        db, workspace, reader, Who(person.tenant, person.key, person.name), place, place, now, "digest", playbook
    )
