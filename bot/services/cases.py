"""Cases: opening, reading, and everything that is done to them; each change leaves a line in the timeline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from bot.coach.casefile import CaseFile
from bot.coach.causes import Cause
from bot.coach.dates import say_when
from bot.coach.playbook import Stage
from bot.errors import NotFound, Stale
from bot.services import people, planned, scoring
from bot.services.access import allow as allow
from bot.services.snapshots import snapshot as snapshot
from bot.services.turn import Turn
from bot.storage.tables import Case, Client, Entry, Person, Reading, Workspace

WITHOUT_IMPROVEMENT = timedelta(weeks=4)
"""After what time without improvement owner and manager are asked to decide."""


# --- finding -----------------------------------------------------------------------------------------------


async def by_number(turn: Turn, number: int) -> Case:
    """A case of this workspace by its number, if this person may read it."""
    query = select(Case).where(Case.workspace_id == turn.workspace.id, Case.number == number)
    case = await turn.db.scalar(query)
    if case is None:
        raise NotFound(f"There is no SAL-{number}. Type clients to see every open case.")
    await allow(turn, case)
    return case


async def open_cases_of(turn: Turn, client_id: int) -> Sequence[Case]:
    """Every open case of a client, the newest first."""
    query = select(Case).where(Case.client_id == client_id, Case.closed_at.is_(None))
    return (await turn.db.scalars(query.order_by(Case.id.desc()))).all()


async def newest_of(turn: Turn, client_id: int) -> Case | None:
    """The newest case of a client, open or closed."""
    return await turn.db.scalar(select(Case).where(Case.client_id == client_id).order_by(Case.id.desc()).limit(1))


# --- changing ----------------------------------------------------------------------------------------------


def note(turn: Turn, case: Case, kind: str, words: str, **data: Any) -> None:
    """Add a line to the timeline, and to the audit trail that a change was made."""
    turn.db.add(Entry(case_id=case.id, at=turn.now, by_id=turn.person.id, kind=kind, words=words, data=data))
    case.touched_at = turn.now
    turn.acted.add(case.id)
    turn.audit(f"{kind} in SAL-{case.number}", case.id)


async def open_case(
    turn: Turn, client: Client, *, owner: Person, backup: Person | None, story: str, cause: Cause, **facts: Any
) -> Case:
    """Open a case under the workspace's next number."""
    number = await turn.db.scalar(
        update(Workspace)
        .where(Workspace.id == turn.workspace.id)
        .values(next_number=Workspace.next_number + 1)
        .returning(Workspace.next_number - 1)
        .execution_options(synchronize_session=False)
    )
    case = Case(
        workspace_id=turn.workspace.id,
        number=number,
        client_id=client.id,
        stage=Stage.at_risk.value,
        owner_id=owner.id,
        backup_id=backup.id if backup else None,
        story=story,
        cause=cause.value,
        readings=[],
        risk_why=[],
        decide_at=turn.now + WITHOUT_IMPROVEMENT,
        opened_at=turn.now,
        touched_at=turn.now,
        stage_at=turn.now,
        **facts,
    )
    turn.db.add(case)
    await turn.db.flush()
    note(turn, case, "opened", story)
    return case


async def settle(turn: Turn, case: Case) -> CaseFile:
    """After a change: bring the stage, the next step and the risk up to date, and give the new snapshot."""
    await turn.db.flush()
    file = await snapshot(turn, case)
    stage = stage_of(file)
    if stage is not file.stage:
        if _better(stage, file.stage):
            case.decide_at, case.decide_asked_at = turn.now + WITHOUT_IMPROVEMENT, None
        case.stage, case.stage_at = stage.value, turn.now
        note(turn, case, "stage", STAGE_WORDS[stage])
    suggestion = turn.playbook.next(file.facts()) if file.open else None
    case.next_play = suggestion.play.id if suggestion else None
    client = await turn.db.get_one(Client, case.client_id)
    await scoring.rescore(turn.db, turn.now, case, client)
    await turn.db.flush()
    return await snapshot(turn, case)


STAGE_WORDS = {
    Stage.at_risk: "At risk",
    Stage.plan: "Plan in place",
    Stage.recovering: "Recovering",
    Stage.watch: "On watch",
    Stage.healed: "Healed",
    Stage.parted: "Parted",
    Stage.lost: "Lost",
}
_OWNED = {
    "apologise_and_own",
    "admit_not_always_right",
    "explain_policy_find_middle",
    "communicate_status_and_eta",
}
_MENDED = {"fix_fast_no_fanfare", "subcontract", "hand_over", "pay_or_reparation", "two_ways_to_reach_us"}


def stage_of(file: CaseFile) -> Stage:
    """At risk until they were heard and know our plan; recovering once it mends; watch once every wish is met."""
    if not file.open:
        return file.stage
    done = {s.play for s in file.steps if s.state == "done"}
    if file.wishes and not file.open_wishes and file.temperature != "colder":
        return Stage.watch
    if file.temperature == "colder":
        return Stage.at_risk if file.stage is Stage.at_risk else Stage.plan
    if done & _MENDED or (file.temperature == "warmer" and done & _OWNED):
        return Stage.recovering
    if file.heard and (file.wishes or done & _OWNED):
        return Stage.plan
    return Stage.at_risk


_ORDER = (Stage.at_risk, Stage.plan, Stage.recovering, Stage.watch)


def _better(now: Stage, before: Stage) -> bool:
    return now in _ORDER and before in _ORDER and _ORDER.index(now) > _ORDER.index(before)


async def changes_since(turn: Turn, case: Case, last_entry: int) -> Sequence[tuple[str, Entry]]:
    """What others did to a case after a snapshot was taken: their names and the lines they left."""
    rows = await turn.db.execute(
        select(Person.name, Entry)
        .join(Person, Person.id == Entry.by_id)
        .where(Entry.case_id == case.id, Entry.id > last_entry, Entry.by_id != turn.person.id)
        .order_by(Entry.id)
    )
    return [(row[0], row[1]) for row in rows]


async def refuse_if_changed(turn: Turn, case: Case, last_entry: int) -> None:
    """Refuse to overwrite what somebody else has just done; says what that was."""
    changes = await changes_since(turn, case, last_entry)
    if changes:
        name, entry = changes[-1]
        raise Stale(
            f"{name} changed SAL-{case.number} a moment ago: {entry.kind}, “{entry.words[:200]}”. "
            "Nothing of yours was changed; look at it and press again if it still holds."
        )


async def read_temperature(turn: Turn, case: Case, temperature: str) -> None:
    """Keep how the client sounded; a contact ends the wait for an answer."""
    case.readings = [*case.readings, temperature][-20:]
    turn.db.add(Reading(workspace_id=case.workspace_id, case_id=case.id, reading=temperature, at=turn.now))
    case.temperature = temperature
    if temperature == "warmer":
        case.decide_at, case.decide_asked_at = turn.now + WITHOUT_IMPROVEMENT, None
    if temperature != "no_reply":
        case.last_contact_at = turn.now
        await planned.stop_clock(turn.db, case)


async def person_named(turn: Turn, key: str) -> Person:
    """A colleague by key; raises NotFound."""
    person = await people.by_key(turn.db, turn.workspace, key)
    if person is None:
        raise NotFound("I don't know that person any more. Pick another one.")
    return person


def local_day(turn: Turn, instant: datetime) -> str:
    """An instant in the person's own time, short."""
    return say_when(instant, turn.now, turn.person.zone)
