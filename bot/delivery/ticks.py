"""What becomes due by the clock besides check-ins (:mod:`bot.delivery.occurrences`). One tick is one transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.coach.dates import say_when
from bot.coach.playbook import Playbook
from bot.coach.promises import next_word
from bot.services import scoring
from bot.services.follow import climbs, decisions
from bot.services.people import hours_of
from bot.services.reports import digests
from bot.services.turn import offer
from bot.storage import tallies
from bot.storage.tables import Case, Client, Climb, Digest, Outgoing, Person, PromiseRow, Schedule, Tenant
from bot.view import Actions, card, say, to_json

AT_ONCE = 200
"""How much of a kind one tick takes, so that no transaction grows long."""


async def tick(db: AsyncSession, now: datetime, playbook: Playbook) -> list[int]:
    """Turn everything due by now into waiting messages; gives the outbox ids made."""
    made: list[Outgoing | None] = [_warn(db, now, *row) for row in await _due_promises(db, now)]
    await scoring.rescore_due(db, now)
    await tallies.fold(db)
    made += await digests.due(db, now, playbook)
    made += await decisions.due(db, now)
    made += await climbs.due(db, now)
    rows = [row for row in made if row is not None]
    await db.flush()
    return [row.id for row in rows]


async def next_due(db: AsyncSession, after: datetime) -> datetime | None:
    """When the next check-in, digest, climb, promise or decision comes due after an instant."""
    query = select(
        *(
            select(func.min(moment)).where(state, moment > after).scalar_subquery()
            for moment, state in (
                (Schedule.next_due_at, Schedule.state == "on"),
                (Digest.next_due_at, Digest.state == "on"),
                (Climb.next_at, Climb.state == "on"),
                (PromiseRow.warn_at, PromiseRow.state == "open"),
                (Case.decide_at, Case.closed_at.is_(None)),
            )
        )
    )
    return min((moment for moment in (await db.execute(query)).one() if moment is not None), default=None)


async def _due_promises(db: AsyncSession, now: datetime) -> list[tuple[PromiseRow, Client, Person, int | None]]:
    query = (
        select(PromiseRow, Client, Person, Case.number)
        .join(Client, Client.id == PromiseRow.client_id)
        .join(Person, Person.id == PromiseRow.owner_id)
        .outerjoin(Case, Case.id == PromiseRow.case_id)
        .join(Tenant, Tenant.key == Person.tenant)
        .where(PromiseRow.state == "open", PromiseRow.warn_at <= now)
        .where(or_(Tenant.removed_at.is_(None), Tenant.removed_at > now))
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True, of=PromiseRow)
    )
    return [(promise, client, owner, number) for promise, client, owner, number in await db.execute(query)]


def _warn(
    db: AsyncSession, now: datetime, promise: PromiseRow, client: Client, owner: Person, case: int | None
) -> Outgoing:
    """Warn before a promise breaks; once it is due, ask whether it was kept."""
    over = promise.due_at <= now
    when = say_when(promise.due_at, now, owner.zone)
    words = "**{client}**: you promised “{words}”, due {when}. " + ("Was it kept?" if over else "Will it hold?")
    buttons = [offer("Kept", f"kept {promise.id}")]
    if over:
        buttons.append(offer("Not kept", f"broken {promise.id}"))
    else:
        buttons.append(offer("It will slip", f"slip {promise.id}"))
        if case is not None:
            buttons.append(offer("No news yet", f"draft no_news SAL-{case}"))
    told_at = promise.warn_at or now
    promise.warn_at = None if over else next_word(promise.made_at, promise.due_at, hours_of(owner), now)
    row = Outgoing(
        workspace_id=client.workspace_id,
        tenant=owner.tenant,
        place="@" + owner.key,
        key=f"promise:{promise.id}:{'due' if over else 'warn'}:{told_at.isoformat()}",
        card=to_json(
            card(say(words, client=client.name, words=promise.words[:300], when=when), Actions(tuple(buttons)))
        ),
        secret=True,
        owner_id=owner.id,
        case_id=promise.case_id,
        state="waiting",
        not_before=now,
        made_at=now,
        problem="",
    )
    db.add(row)
    return row
