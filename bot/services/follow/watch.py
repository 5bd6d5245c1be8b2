"""After healing: three thinning check-ins over ninety days, and a case that opens again on a colder answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.coach import cadence as rhythm
from bot.coach.cadence import Cadence, Rhythm
from bot.coach.playbook import Stage
from bot.services import cases
from bot.services.turn import Turn
from bot.storage.tables import Case, Person, Schedule

LOOKS = (30, 60, 90)
"""Days after healing on which the owner is asked once more."""


async def begin(turn: Turn, case: Case, place: str) -> str:
    """Plan the looks after healing; gives the sentence that says so."""
    owner = await turn.db.get_one(Person, case.owner_id)
    case.watch_until = turn.now + timedelta(days=LOOKS[-1] + 1)
    for days in LOOKS:
        cadence = _once(turn.now + timedelta(days=days), owner.zone)
        turn.db.add(
            Schedule(
                workspace_id=case.workspace_id, case_id=case.id, tenant=owner.tenant, place=place or "@" + owner.key,
                cadence=rhythm.to_json(cadence), state="on", purpose="watch", anchor_at=None,
                next_due_at=rhythm.first_due(cadence, turn.now), made_by=turn.person.id,
            )
        )  # fmt: skip
    return f"I'll ask again after {LOOKS[0]}, {LOOKS[1]} and {LOOKS[2]} days; if they are colder, the case opens again."


def _once(instant: datetime, zone: str) -> Cadence:
    day = instant.astimezone(ZoneInfo(zone)).date()
    return replace(Cadence(Rhythm.once, time(9), None, None, zone, day))


def watched(case: Case, now: datetime) -> bool:
    """Whether a healed case is still being watched."""
    return case.outcome == Stage.healed.value and case.watch_until is not None and now < case.watch_until


def reopen(turn: Turn, case: Case, why: str) -> None:
    """A healed client has gone colder: the case is open again, where it stood, and goes first again."""
    case.stage, case.stage_at, case.closed_at, case.outcome = Stage.at_risk.value, turn.now, None, None
    case.decide_at, case.decide_asked_at = turn.now + cases.WITHOUT_IMPROVEMENT, None
    cases.note(turn, case, "reopened", why)
