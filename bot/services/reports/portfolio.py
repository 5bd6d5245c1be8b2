"""The queries behind every list: which cases a person may see, and what is counted over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, case, func, or_, select

from bot.coach.money import Money
from bot.coach.playbook import Stage
from bot.services.turn import Turn
from bot.storage.tables import Ask, Case, Client, Person, Reading, RiskChange

ON_ONE_SCREEN = 10
WEEKS = 6
"""How many weeks of readings are shown."""


@dataclass(frozen=True)
class Row:
    """A case in a list, with its client and owner."""

    case: Case
    client: Client
    owner: str

    @property
    def label(self) -> str:
        """SAL-7."""
        return f"SAL-{self.case.number}"

    @property
    def stage(self) -> Stage:
        """How far the recovery has come."""
        return Stage(self.case.stage)


Rows = Select[Case, Client, str]


def visible(turn: Turn) -> Rows:
    """The open cases this person may see: every one that is not confidential, and their own."""
    query = (
        select(Case, Client, Person.name)
        .join(Client, Client.id == Case.client_id)
        .join(Person, Person.id == Case.owner_id)
        .where(Case.workspace_id == turn.workspace.id, Case.closed_at.is_(None))
    )
    if turn.manages:
        return query
    mine = or_(Case.owner_id == turn.person.id, Case.backup_id == turn.person.id, Case.sponsor_id == turn.person.id)
    return query.where(or_(Case.confidential.is_(False), mine))


def own(turn: Turn) -> Rows:
    """The open cases this person owns or steps in for."""
    return visible(turn).where(or_(Case.owner_id == turn.person.id, Case.backup_id == turn.person.id))


async def page(turn: Turn, query: Rows, most: int = ON_ONE_SCREEN, skip: int = 0) -> Sequence[Row]:
    """A page of a list, the worst first."""
    found = await turn.db.execute(query.order_by(Case.risk.desc(), Case.id).offset(skip).limit(most))
    return [Row(c, client, name) for c, client, name in found]


@dataclass(frozen=True)
class Totals:
    """What is counted over a portfolio; sums are a month, per currency."""

    cases: int
    sums: tuple[Money, ...]
    by_stage: tuple[tuple[Stage, int], ...]
    sums_by_stage: tuple[tuple[Stage, Money], ...]
    causes: tuple[tuple[str, int], ...]


async def totals(turn: Turn) -> Totals:
    """Cases, value, stages and causes in one grouped query."""
    monthly = case((Client.period == "year", Client.value_cents / 12), else_=Client.value_cents)
    rows = (
        await turn.db.execute(
            visible(turn)
            .with_only_columns(Case.stage, Case.cause, Client.currency, func.count(), func.sum(monthly))
            .group_by(Case.stage, Case.cause, Client.currency)
        )
    ).all()
    stages: dict[str, int] = {}
    causes: dict[str, int] = {}
    worth: dict[tuple[str, str], int] = {}
    for stage, cause, currency, count, cents in rows:
        stages[stage] = stages.get(stage, 0) + count
        causes[cause] = causes.get(cause, 0) + count
        if currency and cents:
            worth[(stage, currency)] = worth.get((stage, currency), 0) + int(cents)
    sums: dict[str, int] = {}
    for (_, currency), cents in worth.items():
        sums[currency] = sums.get(currency, 0) + cents
    return Totals(
        sum(stages.values()),
        tuple(Money(cents, currency) for currency, cents in sorted(sums.items(), key=lambda p: -p[1])),
        tuple((s, stages[s.value]) for s in Stage if s.value in stages),
        tuple((s, Money(c, cur)) for s in Stage for (st, cur), c in sorted(worth.items()) if st == s.value),
        tuple(sorted(causes.items(), key=lambda p: (-p[1], p[0]))),
    )


@dataclass(frozen=True)
class Movement:
    """What has changed since a person last looked."""

    new: int
    better: int
    worse: int
    closed: int


async def movement(turn: Turn, since: datetime) -> Movement:
    """New, better, worse and closed cases since an instant; costs as much as what changed, not as what there is."""
    here = Case.workspace_id == turn.workspace.id
    opened = await _count(turn, select(Case.id).where(here, Case.opened_at > since, Case.closed_at.is_(None)))
    closed = await _count(turn, select(Case.id).where(here, Case.closed_at > since))
    first = (
        select(func.min(RiskChange.id))
        .where(RiskChange.workspace_id == turn.workspace.id, RiskChange.at > since)
        .group_by(RiskChange.case_id)
    )
    row = (
        await turn.db.execute(
            select(
                func.sum(case((Case.risk < RiskChange.before, 1), else_=0)),
                func.sum(case((Case.risk > RiskChange.before, 1), else_=0)),
            )
            .select_from(RiskChange)
            .join(Case, Case.id == RiskChange.case_id)
            .where(RiskChange.id.in_(first), Case.opened_at <= since, Case.closed_at.is_(None))
        )
    ).one()
    return Movement(opened, int(row[0] or 0), int(row[1] or 0), closed)


async def _count(turn: Turn, query: Select[int]) -> int:
    return (await turn.db.scalar(select(func.count()).select_from(query.subquery()))) or 0


async def risk_before(turn: Turn, rows: Sequence[Row], since: datetime) -> dict[int, int]:
    """The risk that some cases had at an instant, by case id; only those whose risk has changed."""
    ids = [r.case.id for r in rows]
    first = (
        select(func.min(RiskChange.id))
        .where(RiskChange.case_id.in_(ids), RiskChange.at > since)
        .group_by(RiskChange.case_id)
    )
    found = await turn.db.execute(select(RiskChange.case_id, RiskChange.before).where(RiskChange.id.in_(first)))
    return {row[0]: row[1] for row in found}


async def temperatures(turn: Turn) -> tuple[tuple[str, ...], dict[str, tuple[float, ...]]]:
    """Readings of the last weeks: the weeks' names, and how many of each reading in every week."""
    start = turn.now - timedelta(weeks=WEEKS)
    found = await turn.db.execute(
        select(Reading.at, Reading.reading)
        .where(Reading.workspace_id == turn.workspace.id, Reading.at > start)
        .order_by(Reading.at.desc())
        .limit(5000)
    )
    counts = {name: [0.0] * WEEKS for name in ("warmer", "same", "colder", "no_reply")}
    for at, reading in found:
        week = WEEKS - 1 - min((turn.now - at).days // 7, WEEKS - 1)
        counts[reading][week] += 1
    names = [turn.now - timedelta(weeks=WEEKS - 1 - n) for n in range(WEEKS)]
    return tuple(f"{d.day} {d:%b}" for d in names), {k: tuple(v) for k, v in counts.items()}


async def overdue_asks(turn: Turn) -> Sequence[tuple[Ask, Case, str]]:
    """What this person asked of others, or took on, and is past its time: the ask, its case, the client."""
    found = await turn.db.execute(
        select(Ask, Case, Client.name)
        .join(Case, Case.id == Ask.case_id)
        .join(Client, Client.id == Case.client_id)
        .where(Ask.by_id == turn.person.id, Ask.done_at.is_(None), Ask.due_at < turn.now)
        .order_by(Ask.due_at)
        .limit(5)
    )
    return [(ask, c, name) for ask, c, name in found]
