"""No improvement in four weeks: owner and manager are asked to decide, and the decision is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.coach.outcomes import Decided
from bot.services import cases, people
from bot.services.turn import Begin, Result, Turn, offer, told
from bot.storage.tables import Case, Client, Outgoing, Person
from bot.view import Actions, card, say, to_json

ASK_AGAIN = timedelta(days=7)
AT_ONCE = 50

WORDS = {
    "escalate": "escalate to a sponsor",
    "new_plan": "a new plan",
    "accept_loss": "accept the loss",
    "part_ways": "part ways",
}


async def due(db: AsyncSession, now: datetime) -> list[Outgoing]:
    """Ask for a decision about every case that has not got better for too long; once a week until there is one."""
    query = (
        select(Case, Client)
        .join(Client, Client.id == Case.client_id)
        .where(Case.decide_at <= now, Case.closed_at.is_(None))
        .where(Case.decide_asked_at.is_(None) | (Case.decide_asked_at <= now - ASK_AGAIN))
        .order_by(Case.decide_at)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True, of=Case)
    )
    made: list[Outgoing] = []
    for case, client in (await db.execute(query)).all():
        case.decide_asked_at = now
        owner = await db.get_one(Person, case.owner_id)
        asked = {owner.id: owner}
        manager = await people.manager_of(db, case)
        if manager is not None:
            asked[manager.id] = manager
        made += [_question(case, client, person, now) for person in asked.values()]
    db.add_all(made)
    return made


def _question(case: Case, client: Client, person: Person, now: datetime) -> Outgoing:
    weeks = max((now - (case.stage_at or case.opened_at)).days // 7, 4)
    shows = card(
        say(
            "**{client}** (SAL-{n}) has not got better for {weeks} weeks. Decide together: escalate, make a new plan, "
            "accept the loss, or part ways. Going on as before is the one thing that rarely helps.",
            client=client.name, n=case.number, weeks=weeks,
        ),
        Actions((offer("Decide", f"decide SAL-{case.number}"), offer("See the case", f"SAL-{case.number}"))),
    )  # fmt: skip
    return Outgoing(
        workspace_id=case.workspace_id, tenant=person.tenant, place="@" + person.key,
        key=f"decide:{case.id}:{person.id}:{now.isoformat()}"[:200], card=to_json(shows), secret=True,
        owner_id=person.id, case_id=case.id, state="waiting", not_before=now, made_at=now, problem="",
    )  # fmt: skip


async def decided(turn: Turn, outcome: Decided) -> Result:
    """Keep a decision and its reason, and go where it leads."""
    case = await cases.by_number(turn, outcome.case)
    if case.owner_id != turn.person.id:
        turn.require_manager("decide about a case of somebody else")
    case.decide_at, case.decide_asked_at = turn.now + cases.WITHOUT_IMPROVEMENT, None
    cases.note(turn, case, "decision", f"{WORDS[outcome.what]}: {outcome.reason}")
    await cases.settle(turn, case)
    kept = told(f"Decided for SAL-{case.number}: {WORDS[outcome.what]}. Your reason is kept with the case.").cards
    leads = {
        "escalate": Begin("edit", {"case": case.number, "field": "sponsor"}, case.id),
        "new_plan": Begin("next", {"case": case.number}, case.id),
        "accept_loss": Begin("close", {"case": case.number, "how": "lost"}, case.id),
        "part_ways": Begin("close", {"case": case.number, "how": "parted"}, case.id),
    }
    return Result(kept, leads[outcome.what])
