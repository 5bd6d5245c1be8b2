"""A case as one frozen :class:`CaseFile`: what a card shows of it, and all that dialogs and rules may know of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, func, select
from sqlalchemy import case as sql_case

from bot.coach.casefile import CaseFile, Commitment, Offer, Stakeholder, Wish
from bot.coach.causes import Cause
from bot.coach.money import Money
from bot.coach.playbook import Fault, Severity, Stage, StepRecord
from bot.coach.playbook_facts import StepState
from bot.services import scoring
from bot.services.turn import Turn
from bot.storage.tables import (
    Case,
    Client,
    ContactPerson,
    Criterion,
    Entry,
    Person,
    PromiseRow,
    Reparation,
    Schedule,
    Step,
)

FEWEST_VALUED = 4
"""Of so many clients whose worth is known, the lower half are called small."""

PATTERN = 3
"""From how many cases of one kind on a pattern is pointed out."""


def standing(
    case: Case | Row[Any],
    *,
    case_id: int,
    client: str,
    owner: Person,
    asker: Person,
    now: datetime,
    wishes: Iterable[Wish],
    steps: Iterable[StepRecord],
) -> CaseFile:
    """How a case stands: the part of it that a check-in shows. ``case`` may be a row of the columns read here."""
    return CaseFile(
        id=case_id, number=case.number, client=client, client_id=case.client_id, stage=Stage(case.stage),
        owner=owner.name, owner_key=owner.key, story=case.story, cause=Cause(case.cause),
        fault=cast(Fault, case.fault), severity=cast(Severity, case.severity), now=now, zone=asker.zone,
        opened_at=case.opened_at, stage_at=case.stage_at, version=case.version, contact=case.contact,
        asker=asker.name, temperature=case.temperature, readings=tuple(case.readings),
        last_contact_at=case.last_contact_at, wishes=tuple(wishes), steps=tuple(steps),
    )  # fmt: skip


async def snapshot(turn: Turn, case: Case) -> CaseFile:
    """Everything known about a case, for dialogs and rules."""
    client = await turn.db.get_one(Client, case.client_id)
    file = standing(
        case,
        case_id=case.id,
        client=client.name,
        owner=await turn.db.get_one(Person, case.owner_id),
        asker=turn.person,
        now=turn.now,
        wishes=await _wishes(turn, case),
        steps=await _steps(turn, case),
    )
    file = await _with_people(turn, case, _with_client(_with_what_was_told(file, turn, case), client))
    return await _with_history(turn, case, replace(file, small_client=await _is_small(turn, client)))


def watched(case: Case, now: datetime) -> bool:
    """Whether a healed case is still being watched."""
    return case.outcome == Stage.healed.value and case.watch_until is not None and now < case.watch_until


def _with_what_was_told(file: CaseFile, turn: Turn, case: Case) -> CaseFile:
    return replace(
        file,
        second_cause=Cause(case.second_cause) if case.second_cause else None,
        client_words=case.client_words,
        our_words=case.our_words,
        cost=_money(case.cost_cents, case.cost_currency),
        cost_words=case.cost_words,
        since=case.since,
        heard=case.heard,
        waiting_since=case.waiting_since,
        reply_due_at=case.reply_due_at,
        closed_at=case.closed_at,
        confidential=case.confidential,
        watched=watched(case, turn.now),
    )


def _with_client(file: CaseFile, client: Client) -> CaseFile:
    return replace(
        file,
        value=_money(client.value_cents, client.currency),
        period=client.period,
        notice_on=client.notice_on,
        renewal_on=client.renewal_on,
    )


async def _is_small(turn: Turn, client: Client) -> bool:
    """Whether half of the team's clients in its currency, or more, pay more than it does."""
    worth = scoring.a_month(client.value_cents, client.period)
    if worth is None:
        return False
    larger = func.sum(sql_case((worth < scoring.MONTHLY, 1), else_=0))
    query = select(func.count(), larger).where(
        Client.workspace_id == client.workspace_id, Client.currency == client.currency, Client.value_cents.is_not(None)
    )
    known, more = (await turn.db.execute(query)).one()
    return bool(known >= FEWEST_VALUED and more * 2 >= known)


async def _with_people(turn: Turn, case: Case, file: CaseFile) -> CaseFile:
    """Who stands behind it, who is hurt, and what was promised and offered by whom."""
    made = select(PromiseRow).where(PromiseRow.case_id == case.id)
    promises = (await turn.db.scalars(made.order_by(PromiseRow.due_at))).all()
    given = select(Reparation).where(Reparation.case_id == case.id)
    offers = await turn.db.scalars(given.order_by(Reparation.id))
    there = select(ContactPerson).where(ContactPerson.client_id == case.client_id)
    contacts = await turn.db.scalars(there.order_by(ContactPerson.id))
    names = await _names(turn, {case.backup_id, case.sponsor_id, *(p.owner_id for p in promises)} - {None})
    return replace(
        file,
        backup=names.get(case.backup_id, ""),
        sponsor=names.get(case.sponsor_id, ""),
        promises=tuple(Commitment(p.id, p.words, p.due_at, p.state, names.get(p.owner_id, "")) for p in promises),
        offers=tuple(Offer(o.id, o.words, o.offer_cents, o.currency, o.state) for o in offers),
        stakeholders=tuple(Stakeholder(c.name, c.decides, c.hurt, c.ally, c.channel) for c in contacts),
    )


async def _with_history(turn: Turn, case: Case, file: CaseFile) -> CaseFile:
    """What was done so far, here and in earlier cases of the client."""
    last_entry = await turn.db.scalar(select(func.max(Entry.id)).where(Entry.case_id == case.id))
    on = select(func.count()).select_from(Schedule).where(Schedule.case_id == case.id, Schedule.state == "on")
    ours = select(func.count()).select_from(Case).where(Case.client_id == case.client_id, Case.fault == "ours")
    earlier = select(Reparation.words).join(Case, Case.id == Reparation.case_id)
    remedies = earlier.where(Case.client_id == case.client_id, Case.id < case.id).order_by(Reparation.id.desc())
    return replace(
        file,
        last_entry=last_entry or 0,
        schedules=await turn.db.scalar(on) or 0,
        always_our_fault=(await turn.db.scalar(ours) or 0) >= PATTERN,
        second_failure=await scoring.second_failure(turn.db, case),
        last_remedy=await turn.db.scalar(remedies.limit(1)) or "",
    )


async def _wishes(turn: Turn, case: Case) -> list[Wish]:
    rows = await turn.db.scalars(select(Criterion).where(Criterion.case_id == case.id).order_by(Criterion.id))
    return [Wish(w.id, w.words, w.met_at is not None) for w in rows]


async def _steps(turn: Turn, case: Case) -> list[StepRecord]:
    rows = await turn.db.scalars(select(Step).where(Step.case_id == case.id).order_by(Step.id))
    return [StepRecord(s.play, cast(StepState, s.state), s.reason, s.due_at, s.out_of_order) for s in rows]


async def _names(turn: Turn, ids: set[int | None]) -> dict[int | None, str]:
    """The names of those colleagues; no question to the database where there are none."""
    if not ids:
        return {}
    query = select(Person.id, Person.name).where(Person.workspace_id == turn.workspace.id, Person.id.in_(ids))
    return {row.id: row.name for row in await turn.db.execute(query)}


def _money(cents: int | None, currency: str | None) -> Money | None:
    return None if cents is None or currency is None else Money(cents, currency)
