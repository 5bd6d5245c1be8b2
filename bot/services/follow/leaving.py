"""Somebody leaves the team: cases, promises and what was planned go to those who stay, who are told why."""

from __future__ import annotations

from sqlalchemy import or_, select

from bot.ports import LEADS
from bot.services import cases, people
from bot.services.follow import handover
from bot.services.turn import Turn, offer
from bot.storage.tables import Case, Client, Entry, Person, PromiseRow
from bot.view import Actions, card, clip, say


async def person_left(turn: Turn, key: str) -> None:
    """Nothing stays with somebody who is gone; whoever steps in gets one page a case."""
    gone = await people.by_key(turn.db, turn.workspace, key)
    if gone is None:
        return
    gone.gone_at = turn.now
    await turn.db.flush()
    mine = select(Case).where(Case.owner_id == gone.id, or_(Case.closed_at.is_(None), Case.watch_until > turn.now))
    for case in (await turn.db.scalars(mine.order_by(Case.id))).all():
        await _hand_on(turn, case, gone)
    await _no_longer_behind(turn, gone)
    await _promises_left(turn, gone)


async def _hand_on(turn: Turn, case: Case, gone: Person) -> None:
    heir = await _heir(turn, case, gone)
    if heir is None:
        return
    await handover.move(turn.db, case, gone, heir)
    words = f"{gone.name} left; {heir.name} takes it over"
    turn.db.add(Entry(case_id=case.id, at=turn.now, by_id=None, kind="handed over", words=words, data={}))
    client = await turn.db.get_one(Client, case.client_id)
    await turn.db.flush()
    file = await cases.snapshot(turn, case)
    page = handover.page(file, f"{gone.name}, who has left the team", client.do_not_say, "")
    turn.tell(heir, f"left:{gone.id}:{case.id}:{turn.event}"[:200], page, case_id=case.id)


async def _heir(turn: Turn, case: Case, gone: Person) -> Person | None:
    """The backup, else whoever is asked above the owner, else a colleague who worked on it, else anybody."""
    backup = await turn.db.get(Person, case.backup_id) if case.backup_id else None
    if backup is not None and backup.gone_at is None and backup.id != gone.id:
        return backup
    manager = await people.manager_of(turn.db, case)
    if manager is not None:
        return manager
    there = select(Person).where(Person.workspace_id == case.workspace_id, Person.gone_at.is_(None))
    worked = there.join(Entry, Entry.by_id == Person.id).where(Entry.case_id == case.id).order_by(Entry.id.desc())
    return await turn.db.scalar(worked.limit(1)) or await turn.db.scalar(there.order_by(Person.id).limit(1))


async def _no_longer_behind(turn: Turn, gone: Person) -> None:
    """Cases they stood behind as backup or sponsor lose them; the owner is told once."""
    query = select(Case, Client, Person).join(Client, Client.id == Case.client_id).join(
        Person, Person.id == Case.owner_id
    )  # fmt: skip
    rows = await turn.db.execute(
        query.where(or_(Case.backup_id == gone.id, Case.sponsor_id == gone.id), Case.closed_at.is_(None))
    )
    for case, client, owner in rows.all():
        part = "backup" if case.backup_id == gone.id else "sponsor"
        case.backup_id = None if case.backup_id == gone.id else case.backup_id
        case.sponsor_id = None if case.sponsor_id == gone.id else case.sponsor_id
        if owner.gone_at is None:
            shows = card(
                say("{who} has left, so {client} (SAL-{n}) has no {part} any more.", who=gone.name,
                    client=client.name, n=case.number, part=part),
                Actions((offer("Name another", f"edit SAL-{case.number} {part}"),)),
            )  # fmt: skip
            turn.tell(owner, f"{part}-left:{gone.id}:{case.id}:{turn.event}"[:200], shows, case_id=case.id)


async def _promises_left(turn: Turn, gone: Person) -> None:
    """Open promises that hang on no case of theirs go to the case's owner, else to a manager or anybody there."""
    rows = await turn.db.execute(
        select(PromiseRow, Client)
        .join(Client, Client.id == PromiseRow.client_id)
        .where(PromiseRow.owner_id == gone.id, PromiseRow.state == "open")
    )
    for promise, client in rows.all():
        case = await turn.db.get(Case, promise.case_id) if promise.case_id else None
        owner = await turn.db.get(Person, case.owner_id) if case else None
        heir = owner if owner is not None and owner.gone_at is None else await _anybody(turn)
        if heir is None:
            continue
        promise.owner_id = heir.id
        shows = card(
            say("{who} has left. A promise to {client} is yours now: “{words}”, due {when}.", who=gone.name,
                client=client.name, words=clip(promise.words, 200), when=cases.local_day(turn, promise.due_at)),
            Actions((offer("Kept", f"kept {promise.id}"), offer("It will slip", f"slip {promise.id}"))),
        )  # fmt: skip
        turn.tell(heir, f"promise-left:{promise.id}:{gone.id}", shows, case_id=promise.case_id)


async def _anybody(turn: Turn) -> Person | None:
    there = select(Person).where(Person.workspace_id == turn.workspace.id, Person.gone_at.is_(None))
    leads = there.where(Person.role.in_(LEADS))
    return await turn.db.scalar(leads.order_by(Person.id).limit(1)) or await turn.db.scalar(
        there.order_by(Person.id).limit(1)
    )
