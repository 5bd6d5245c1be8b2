"""The queries behind every list: a page of cases, and what is counted over all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, case, func, select

from bot.coach.money import Money
from bot.coach.playbook import Stage
from bot.services import access
from bot.services.turn import Turn
from bot.storage.tables import Ask, Case, Client, Person, Reparation, Tally

ON_ONE_SCREEN = 10


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
    """The open cases this person may see."""
    return _open(turn).where(Case.workspace_id == turn.workspace.id, access.readable(turn))


def own(turn: Turn) -> Rows:
    """The open cases this person owns or steps in for."""
    return _open(turn).where(access.own(turn))


def _open(turn: Turn) -> Rows:
    return (
        select(Case, Client, Person.name)
        .join(Client, Client.id == Case.client_id)
        .join(Person, Person.id == Case.owner_id)
        .where(Case.closed_at.is_(None))
    )


async def page(turn: Turn, query: Rows, most: int = ON_ONE_SCREEN, skip: int = 0) -> Sequence[Row]:
    """A page of a list, the worst first, and of equals the one opened last."""
    found = await turn.db.execute(query.order_by(Case.risk.desc(), Case.id.desc()).offset(skip).limit(most))
    return [Row(c, client, name) for c, client, name in found]


@dataclass(frozen=True)
class Totals:
    """What is counted over a portfolio; sums are a month, per currency; ``unknown`` have no value kept."""

    cases: int
    sums: tuple[Money, ...]
    by_stage: tuple[tuple[Stage, int], ...]
    sums_by_stage: tuple[tuple[Stage, Money], ...]
    causes: tuple[tuple[str, int], ...]
    unknown: int = 0


async def totals(turn: Turn) -> Totals:
    """Cases, value, stages and causes, from the counts that are kept; costs the same however many cases there are."""
    kept = (
        select(Tally.stage, Tally.cause, Tally.currency, func.sum(Tally.cases), func.sum(Tally.cents))
        .where(Tally.workspace_id == turn.workspace.id)
        .group_by(Tally.stage, Tally.cause, Tally.currency)
    )
    rows = (await turn.db.execute(kept if turn.manages else kept.where(Tally.confidential.is_(False)))).all()
    hidden = [] if turn.manages else (await turn.db.execute(_hidden(turn))).all()
    return _summed([(r[0], r[1], r[2], int(r[3]), int(r[4])) for r in (*rows, *hidden)])


def _hidden(turn: Turn) -> Select[str, str, str, int, int]:
    """The confidential cases that this person has a part in, counted one by one: these are few."""
    monthly = case((Client.period == "year", Client.value_cents // 12), else_=Client.value_cents)
    currency = func.coalesce(Client.currency, "")
    return (
        visible(turn)
        .where(Case.confidential)
        .with_only_columns(Case.stage, Case.cause, currency, func.count(), func.coalesce(func.sum(monthly), 0))
        .group_by(Case.stage, Case.cause, currency)
    )


def _summed(rows: Sequence[tuple[str, str, str, int, int]]) -> Totals:
    stages: dict[str, int] = {}
    causes: dict[str, int] = {}
    worth: dict[tuple[str, str], int] = {}
    unknown = 0
    for stage, cause, currency, count, cents in rows:
        stages[stage] = stages.get(stage, 0) + count
        causes[cause] = causes.get(cause, 0) + count
        unknown += 0 if currency else count
        if currency and cents:
            worth[(stage, currency)] = worth.get((stage, currency), 0) + cents
    sums: dict[str, int] = {}
    for (_, currency), cents in worth.items():
        sums[currency] = sums.get(currency, 0) + cents
    return Totals(
        sum(stages.values()),
        tuple(Money(cents, currency) for currency, cents in sorted(sums.items(), key=lambda p: (-p[1], p[0])) if cents),
        tuple((s, stages[s.value]) for s in Stage if stages.get(s.value)),
        tuple((s, Money(c, cur)) for s in Stage for (st, cur), c in sorted(worth.items()) if st == s.value and c),
        tuple(sorted(((k, n) for k, n in causes.items() if n), key=lambda p: (-p[1], p[0]))),
        unknown,
    )


async def overdue_asks(turn: Turn) -> Sequence[tuple[Ask, Case, str]]:
    """What this person asked of others, or took on, and is past its time: the ask, its case, the client."""
    found = await turn.db.execute(
        select(Ask, Case, Client.name)
        .join(Case, Case.id == Ask.case_id)
        .join(Client, Client.id == Case.client_id)
        .where(Ask.by_id == turn.person.id, Ask.done_at.is_(None), Ask.due_at < turn.now)
        .where(Case.closed_at.is_(None), access.readable(turn))
        .order_by(Ask.due_at)
        .limit(5)
    )
    return [(ask, c, name) for ask, c, name in found]


async def offers_waiting(turn: Turn, rows: Sequence[Row]) -> dict[int, Reparation]:
    """The offers of some cases that wait for an approver, by case id; the oldest of each."""
    query = select(Reparation).where(Reparation.case_id.in_([r.case.id for r in rows]), Reparation.state == "waiting")
    found = (await turn.db.scalars(query.order_by(Reparation.id.desc()))).all()
    return {offer.case_id: offer for offer in found}
