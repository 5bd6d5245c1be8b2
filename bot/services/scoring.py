"""Keeping a case's risk and its reasons up to date, so that lists need no work per case.

A score also changes as time passes (silence, an overdue step, a date that nears). So each case keeps the instant at
which that happens next, and a tick rescores just those cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import case as sql_case
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.coach import risk
from bot.storage.tables import Case, Client, PromiseRow, RiskChange

SECOND_FAILURE = timedelta(days=90)
"""Within what time another failure with the same client counts as a second one."""

AT_ONCE = 200


async def rescore(db: AsyncSession, now: datetime, case: Case, client: Client) -> None:
    """Write the case's risk as it stands now, what it was before, and when time will change it next.

    A place set by hand, and its end, is no change for the better or worse: nothing happened to the client.
    """
    found = await assess(db, now, case, client)
    standing = case.override_risk is not None and (case.override_until is None or case.override_until > now)
    score = case.override_risk if standing and case.override_risk is not None else found.score
    first = case.rescore_at is None and not case.risk_why
    if case.risk != score and not first and case.override_risk is None:
        db.add(RiskChange(workspace_id=case.workspace_id, case_id=case.id, before=case.risk, at=now))
    case.risk, case.risk_why = score, list(found.reasons)
    if case.override_risk is not None and not standing:
        case.override_risk, case.override_until, case.override_why = None, None, ""
    case.rescore_at = next_change(now, case, client) if case.closed_at is None else None


async def assess(db: AsyncSession, now: datetime, case: Case, client: Client) -> risk.Risk:
    """The score a case's facts give, without anybody's override."""
    return (await assess_all(db, now, [(case, client)]))[case.id]


async def assess_all(db: AsyncSession, now: datetime, pairs: Sequence[tuple[Case, Client]]) -> dict[int, risk.Risk]:
    """The scores of some cases by id, in two queries however many they are."""
    ids = [case.id for case, _ in pairs]
    broken = await db.execute(
        select(PromiseRow.case_id, func.count())
        .where(PromiseRow.case_id.in_(ids), PromiseRow.state == "broken")
        .group_by(PromiseRow.case_id)
    )
    counts = {row[0]: row[1] for row in broken}
    second = await _second_failures(db, [case for case, _ in pairs])
    return {
        case.id: risk.assess(facts_of(now, weighed(case, client), counts.get(case.id, 0), case.id in second))
        for case, client in pairs
    }


MONTHLY = sql_case((Client.period == "year", Client.value_cents // 12), else_=Client.value_cents)
"""What a client is worth a month, in cents of its own currency, in SQL; :func:`a_month` of one that was read."""


def a_month(cents: int | None, period: str) -> int | None:
    """A sum for each ``period`` as one for each month."""
    return cents // 12 if cents is not None and period == "year" else cents


class Weighed(NamedTuple):
    """What a case and its client hold that its score is made of."""

    severity: str
    readings: Sequence[str]
    last_contact_at: datetime | None
    opened_at: datetime
    next_due_at: datetime | None
    waiting_since: datetime | None
    value_cents: int | None
    currency: str | None
    period: str
    notice_on: date | None
    renewal_on: date | None

    def days_quiet(self, now: datetime) -> int:
        """Whole days since the last contact, or since the case was opened."""
        return max((now - (self.last_contact_at or self.opened_at)).days, 0)

    @property
    def monthly_cents(self) -> int | None:
        """What the client is worth a month, in its own currency."""
        return a_month(self.value_cents, self.period)


def weighed(case: Case, client: Client) -> Weighed:
    """The part of a case and its client that counts."""
    return Weighed(
        case.severity, case.readings, case.last_contact_at, case.opened_at, case.next_due_at, case.waiting_since,
        client.value_cents, client.currency, client.period, client.notice_on, client.renewal_on,
    )  # fmt: skip


def facts_of(now: datetime, case: Weighed, broken: int, second: bool) -> risk.RiskFacts:
    """The score's visible inputs."""
    return risk.RiskFacts(
        severity=case.severity,
        readings=tuple(case.readings),
        days_quiet=case.days_quiet(now),
        overdue=case.next_due_at is not None and case.next_due_at <= now,
        waiting=case.waiting_since is not None,
        broken_promises=broken,
        second_failure=second,
        monthly_cents=case.monthly_cents,
        currency=case.currency or "",
        days_to_date=_days_to(now, case),
    )


async def second_failure(db: AsyncSession, case: Case) -> bool:
    """Whether this client has failed before within ninety days."""
    return case.id in await _second_failures(db, [case])


async def _second_failures(db: AsyncSession, rows: Sequence[Case]) -> set[int]:
    """The ids of those cases that are a second failure."""
    query = select(Case.client_id, Case.number, Case.opened_at).where(Case.client_id.in_({c.client_id for c in rows}))
    earlier: dict[int, list[tuple[int, datetime]]] = {}
    for client_id, number, opened_at in await db.execute(query):
        earlier.setdefault(client_id, []).append((number, opened_at))
    return {
        case.id
        for case in rows
        if any(
            number < case.number and opened > case.opened_at - SECOND_FAILURE
            for number, opened in earlier.get(case.client_id, [])
        )
    }


def next_change(now: datetime, case: Case, client: Client) -> datetime | None:
    """When time alone will change the score next."""
    quiet_from = case.last_contact_at or case.opened_at
    moments = [quiet_from + timedelta(days=d) for d in (risk.SILENT_AFTER_DAYS, risk.VERY_SILENT_AFTER_DAYS)]
    moments += [m for m in (case.next_due_at, case.override_until) if m is not None]
    for day in _dates(client):
        moments += [_midnight(day - timedelta(days=risk.DATE_NEAR_DAYS)), _midnight(day + timedelta(days=1))]
    return min((m for m in moments if m > now), default=None)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), UTC)


def _dates(client: Client | Weighed) -> list[date]:
    return [d for d in (client.notice_on, client.renewal_on) if d is not None]


def _days_to(now: datetime, client: Weighed) -> int | None:
    ahead = [(d - now.date()).days for d in _dates(client) if d >= now.date()]
    return min(ahead) if ahead else None


async def rescore_due(db: AsyncSession, now: datetime) -> int:
    """Rescore the cases that time has changed; gives how many there were."""
    query = (
        select(Case, Client)
        .join(Client, Client.id == Case.client_id)
        .where(Case.rescore_at <= now, Case.closed_at.is_(None))
        .order_by(Case.rescore_at, Case.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True, of=Case)
    )
    rows = (await db.execute(query)).all()
    for case, client in rows:
        await rescore(db, now, case, client)
    return len(rows)
