"""Cases: opening, reading, and everything that is done to them; each change leaves a line in the timeline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import func, select, update

from bot.coach.casefile import CaseFile, Commitment, Offer, Stakeholder, Wish
from bot.coach.causes import Cause
from bot.coach.money import Money
from bot.coach.playbook import Fault, Severity, Stage, StepRecord
from bot.coach.playbook_facts import StepState
from bot.errors import NotFound, Stale
from bot.services import people, planned, scoring
from bot.services.access import allow as allow
from bot.services.turn import Turn
from bot.storage.tables import (
    Case,
    Client,
    ContactPerson,
    Criterion,
    Entry,
    Person,
    PromiseRow,
    Reading,
    Reparation,
    Schedule,
    Step,
    Workspace,
)

WITHOUT_IMPROVEMENT = timedelta(weeks=4)
"""After what time without improvement owner and manager are asked to decide."""

PATTERN = 3
"""From how many cases of one kind on a pattern is pointed out."""


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


# --- the snapshot ------------------------------------------------------------------------------------------


async def snapshot(turn: Turn, case: Case) -> CaseFile:
    """Everything known about a case, for dialogs and rules."""
    db = turn.db
    client = await db.get_one(Client, case.client_id)
    names = await _names(turn, case)
    wishes = (await db.scalars(select(Criterion).where(Criterion.case_id == case.id).order_by(Criterion.id))).all()
    steps = (await db.scalars(select(Step).where(Step.case_id == case.id).order_by(Step.id))).all()
    promises = (
        await db.scalars(select(PromiseRow).where(PromiseRow.case_id == case.id).order_by(PromiseRow.due_at))
    ).all()
    offers = (await db.scalars(select(Reparation).where(Reparation.case_id == case.id).order_by(Reparation.id))).all()
    contacts = (
        await db.scalars(select(ContactPerson).where(ContactPerson.client_id == client.id).order_by(ContactPerson.id))
    ).all()
    last_entry = await db.scalar(select(func.max(Entry.id)).where(Entry.case_id == case.id))
    schedules = await db.scalar(
        select(func.count()).select_from(Schedule).where(Schedule.case_id == case.id, Schedule.state == "on")
    )
    failures, remedy = await _history(turn, case)
    owner = await db.get_one(Person, case.owner_id)
    return CaseFile(
        id=case.id,
        number=case.number,
        client=client.name,
        client_id=client.id,
        stage=Stage(case.stage),
        owner=owner.name,
        owner_key=owner.key,
        story=case.story,
        cause=Cause(case.cause),
        fault=cast(Fault, case.fault),
        severity=cast(Severity, case.severity),
        now=turn.now,
        zone=turn.person.zone,
        opened_at=case.opened_at,
        stage_at=case.stage_at,
        version=case.version,
        last_entry=last_entry or 0,
        second_cause=Cause(case.second_cause) if case.second_cause else None,
        contact=case.contact,
        backup=names.get(case.backup_id, ""),
        sponsor=names.get(case.sponsor_id, ""),
        asker=turn.person.name,
        client_words=case.client_words,
        our_words=case.our_words,
        cost=_money(case.cost_cents, case.cost_currency),
        cost_words=case.cost_words,
        since=case.since,
        heard=case.heard,
        temperature=case.temperature,
        readings=tuple(case.readings),
        last_contact_at=case.last_contact_at,
        waiting_since=case.waiting_since,
        reply_due_at=case.reply_due_at,
        closed_at=case.closed_at,
        confidential=case.confidential,
        value=_money(client.value_cents, client.currency),
        period=client.period,
        notice_on=client.notice_on,
        renewal_on=client.renewal_on,
        wishes=tuple(Wish(w.id, w.words, w.met_at is not None) for w in wishes),
        steps=tuple(StepRecord(s.play, cast(StepState, s.state), s.reason, s.due_at, s.out_of_order) for s in steps),
        promises=tuple(Commitment(p.id, p.words, p.due_at, p.state, names.get(p.owner_id, "")) for p in promises),
        offers=tuple(Offer(o.id, o.words, o.offer_cents, o.currency, o.state) for o in offers),
        stakeholders=tuple(Stakeholder(c.name, c.decides, c.hurt, c.ally, c.channel) for c in contacts),
        schedules=schedules or 0,
        always_our_fault=failures >= PATTERN,
        second_failure=await scoring.second_failure(turn.db, case),
        last_remedy=remedy,
        watched=case.outcome == Stage.healed.value and case.watch_until is not None and turn.now < case.watch_until,
    )


def _money(cents: int | None, currency: str | None) -> Money | None:
    return None if cents is None or currency is None else Money(cents, currency)


async def _names(turn: Turn, case: Case) -> dict[int | None, str]:
    rows = await turn.db.execute(select(Person.id, Person.name).where(Person.workspace_id == turn.workspace.id))
    return {row.id: row.name for row in rows}


async def _history(turn: Turn, case: Case) -> tuple[int, str]:
    """How many cases with this client were our doing, and what was given the last time."""
    ours = await turn.db.scalar(
        select(func.count()).select_from(Case).where(Case.client_id == case.client_id, Case.fault == "ours")
    )
    remedy = await turn.db.scalar(
        select(Reparation.words)
        .join(Case, Case.id == Reparation.case_id)
        .where(Case.client_id == case.client_id, Case.id < case.id)
        .order_by(Reparation.id.desc())
        .limit(1)
    )
    return ours or 0, remedy or ""


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
    from bot.coach.dates import say_when

    return say_when(instant, turn.now, turn.person.zone)
