"""After healing: three thinning check-ins over ninety days, and a case that opens again on a colder answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from bot.coach import cadence as rhythm
from bot.coach.cadence import Cadence, Rhythm
from bot.coach.playbook import Stage
from bot.services import cases
from bot.services.snapshots import watched as watched
from bot.services.turn import Turn
from bot.storage.tables import Case, Criterion, Person, Schedule

LOOKS = (30, 60, 90)
"""Days after healing on which the owner is asked once more."""

GRACE = timedelta(days=14)
"""How long after the last look an answer, or a look that came late, still counts."""


async def begin(turn: Turn, case: Case, like: Schedule | None) -> str:
    """Plan the looks after healing, where the check-ins came before; gives the sentence that says so."""
    owner = await turn.db.get_one(Person, case.owner_id)
    case.watch_until = turn.now + timedelta(days=LOOKS[-1]) + GRACE
    for days in LOOKS:
        cadence = _once(turn.now + timedelta(days=days), owner.zone)
        turn.db.add(
            Schedule(
                workspace_id=case.workspace_id, case_id=case.id, tenant=like.tenant if like else owner.tenant,
                place=like.place if like else "@" + owner.key,
                cadence=rhythm.to_json(cadence), state="on", purpose="watch", anchor_at=None,
                next_due_at=rhythm.first_due(cadence, turn.now), made_by=turn.person.id,
            )
        )  # fmt: skip
    return f"I'll ask again after {LOOKS[0]}, {LOOKS[1]} and {LOOKS[2]} days; if they are colder, the case opens again."


def _once(instant: datetime, zone: str) -> Cadence:
    day = instant.astimezone(ZoneInfo(zone)).date()
    return replace(Cadence(Rhythm.once, time(9), None, None, zone, day))


async def sounded(turn: Turn, case: Case, reading: str) -> str:
    """A healed client who goes colder while watched is a case again; gives the sentence that says so, '' where not."""
    if case.closed_at is None or reading != "colder" or not watched(case, turn.now):
        return ""
    return await _reopen(turn, case)


async def _reopen(turn: Turn, case: Case) -> str:
    """The case is open again and goes first; what was ticked holds no more, and the check-ins are weekly again."""
    case.stage, case.stage_at, case.closed_at, case.outcome = Stage.at_risk.value, turn.now, None, None
    case.watch_until = None
    case.decide_at, case.decide_asked_at = turn.now + cases.WITHOUT_IMPROVEMENT, None
    await turn.db.execute(
        update(Criterion)
        .where(Criterion.case_id == case.id)
        .values(met_at=None, met_by=None)
        .execution_options(synchronize_session="fetch")
    )
    cases.note(turn, case, "reopened", "colder after it had healed")
    words = f"SAL-{case.number} is open again and goes first."
    if await _weekly_again(turn, case):
        words += " I'll ask every week again."
    return words


async def _weekly_again(turn: Turn, case: Case) -> bool:
    """The looks that were left become one weekly check-in in the same place."""
    query = select(Schedule).where(Schedule.case_id == case.id, Schedule.purpose == "watch")
    looks = (await turn.db.scalars(query.order_by(Schedule.id))).all()
    for look in looks:
        look.state, look.next_due_at = "done", None
    if not looks:
        return False
    owner = await turn.db.get_one(Person, case.owner_id)
    today = turn.now.astimezone(ZoneInfo(owner.zone)).date()
    weekly = Cadence(Rhythm.weekly, time(9), today.weekday(), None, owner.zone, None)
    turn.db.add(
        Schedule(
            workspace_id=case.workspace_id, case_id=case.id, tenant=looks[-1].tenant, place=looks[-1].place,
            cadence=rhythm.to_json(weekly), state="on", anchor_at=None,
            next_due_at=rhythm.first_due(weekly, turn.now), made_by=turn.person.id,
        )
    )  # fmt: skip
    return True
