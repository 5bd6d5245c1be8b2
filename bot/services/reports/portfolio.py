"""The queries behind every list: a page of cases, and what is counted over all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, Select, bindparam, case, func, literal, select, union_all
from sqlalchemy.orm import aliased

from bot.coach.money import Money
from bot.coach.playbook import Stage
from bot.coach.risk import Risk, assess
from bot.services import access, scoring
from bot.services.reports.ready import NOW, SINCE, WORKSPACE, rows
from bot.services.scoring import Weighed
from bot.services.turn import Turn
from bot.storage.tables import Ask, Case, Client, Person, PromiseRow, Reparation, RiskChange, Tally

ON_ONE_SCREEN = 10


@dataclass(frozen=True)
class Row:
    """A case in a list, with what its client is worth and its owner's name."""

    id: int
    number: int
    stage: str
    cause: str
    severity: str
    risk: int
    risk_why: Sequence[str]
    override_risk: int | None
    override_why: str
    override_until: datetime | None
    owner_id: int
    backup_id: int | None
    temperature: str | None
    readings: Sequence[str]
    last_contact_at: datetime | None
    opened_at: datetime
    next_play: str | None
    next_due_at: datetime | None
    waiting_since: datetime | None
    reply_due_at: datetime | None
    decide_at: datetime | None
    client: str
    value_cents: int | None
    currency: str | None
    period: str
    notice_on: date | None
    renewal_on: date | None
    owner: str

    @property
    def label(self) -> str:
        """SAL-7."""
        return f"SAL-{self.number}"

    @property
    def weighed(self) -> Weighed:
        """What its score is made of."""
        return Weighed(
            self.severity, self.readings, self.last_contact_at, self.opened_at, self.next_due_at, self.waiting_since,
            self.value_cents, self.currency, self.period, self.notice_on, self.renewal_on,
        )  # fmt: skip


_COLUMNS: tuple[Any, ...] = (
    *(Case.__table__.c[name] for name in list(Row.__dataclass_fields__)[:21]),
    Client.name, *(Client.__table__.c[name] for name in list(Row.__dataclass_fields__)[22:27]),
    Person.name,
)  # fmt: skip
"""The columns of a :class:`Row`, in its order."""


def _page(*which: Any, more: Sequence[Any] = ()) -> Select[*tuple[Any, ...]]:
    """Open cases, the worst first, and of equals the one opened last."""
    return (
        select(*_COLUMNS, *more)
        .select_from(Case)
        .join(Client, Client.id == Case.client_id)
        .join(Person, Person.id == Case.owner_id)
        .where(Case.closed_at.is_(None), *which)
        .order_by(Case.risk.desc(), Case.id.desc())
        .offset(bindparam("skip"))
        .limit(bindparam("most"))
    )


@cache
def _visible(manages: bool, others: bool) -> Select[*tuple[Any, ...]]:
    theirs = (Case.owner_id != access.PERSON,) if others else ()
    return _page(Case.workspace_id == WORKSPACE, access.readable_by(manages=manages), *theirs)


_OWN = _page(access.own())


async def visible(turn: Turn, most: int = ON_ONE_SCREEN, *, others: bool = False) -> Sequence[Row]:
    """The worst of the open cases this person may see, or of those that others own."""
    return [Row(*found) for found in await rows(turn, _visible(turn.manages, others), most=most, skip=0)]


async def own(turn: Turn, most: int = ON_ONE_SCREEN) -> Sequence[Row]:
    """The worst of the open cases this person owns or steps in for."""
    return [Row(*found) for found in await rows(turn, _OWN, most=most, skip=0)]


# --- a page of the summary ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Waiting:
    """An offer that waits for an approver."""

    id: int
    sum: Money


@dataclass(frozen=True)
class Standing:
    """A case in the summary: its score's reasons, its risk at the last look where it has changed since, its offer."""

    row: Row
    risk: Risk
    before: int | None
    waiting: Waiting | None


def _facts_beside() -> tuple[Any, ...]:
    """What is known of a case in other tables, looked up for the rows of the page alone."""
    earlier = aliased(Case)
    change = (
        select(RiskChange.before)
        .where(RiskChange.case_id == Case.id, RiskChange.at > SINCE)
        .order_by(RiskChange.id)
        .limit(1)
    )
    offer = [
        select(column)
        .where(Reparation.case_id == Case.id, Reparation.state == "waiting")
        .order_by(Reparation.id)
        .limit(1)
        .scalar_subquery()
        for column in (Reparation.id, Reparation.offer_cents, Reparation.currency)
    ]
    broken = select(func.count()).where(PromiseRow.case_id == Case.id, PromiseRow.state == "broken")
    before = select(func.max(earlier.opened_at)).where(
        earlier.client_id == Case.client_id, earlier.number < Case.number
    )
    return (broken.scalar_subquery(), before.scalar_subquery(), change.scalar_subquery(), *offer)


@cache
def _standing(manages: bool) -> Select[*tuple[Any, ...]]:
    return _page(Case.workspace_id == WORKSPACE, access.readable_by(manages=manages), more=_facts_beside())


async def standing(turn: Turn, since: datetime, skip: int) -> Sequence[Standing]:
    """A page of the summary."""
    found = await rows(turn, _standing(turn.manages), since=since, most=ON_ONE_SCREEN, skip=skip)
    return [_stands(turn, *columns) for columns in found]


def _stands(turn: Turn, *columns: Any) -> Standing:
    broken, earlier, before, offer, cents, currency = columns[len(_COLUMNS) :]
    row = Row(*columns[: len(_COLUMNS)])
    again = earlier is not None and earlier > row.opened_at - scoring.SECOND_FAILURE
    risk = assess(scoring.facts_of(turn.now, row.weighed, broken, again))
    return Standing(row, risk, before, Waiting(offer, Money(cents, currency)) if offer is not None else None)


# --- sums --------------------------------------------------------------------------------------------------


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
    found = list(await rows(turn, _tallies(turn.manages)))
    if not turn.manages:
        found += await rows(turn, _hidden())
    return _summed([(r[0], r[1], r[2], int(r[3]), int(r[4])) for r in found])


@cache
def _tallies(manages: bool) -> CompoundSelect[*tuple[Any, ...]]:
    """What is kept, once by stage and currency and once by cause: few rows, whatever the causes."""
    count, cents = func.sum(Tally.cases), func.sum(Tally.cents)
    staged = select(Tally.stage, literal(""), Tally.currency, count, cents).group_by(Tally.stage, Tally.currency)
    caused = select(literal(""), Tally.cause, literal(""), count, literal(0)).group_by(Tally.cause)
    hidden = () if manages else (Tally.confidential.is_(False),)
    return union_all(*(part.where(Tally.workspace_id == WORKSPACE, *hidden) for part in (staged, caused)))


@cache
def _hidden() -> CompoundSelect[*tuple[Any, ...]]:
    """The same of the confidential cases that a person has a part in, counted one by one: these are few."""
    monthly = case((Client.period == "year", Client.value_cents // 12), else_=Client.value_cents)
    currency, cents = func.coalesce(Client.currency, ""), func.coalesce(func.sum(monthly), 0)
    staged = select(Case.stage, literal(""), currency, func.count(), cents).group_by(Case.stage, currency)
    caused = select(literal(""), Case.cause, literal(""), func.count(), literal(0)).group_by(Case.cause)
    mine = (Case.workspace_id == WORKSPACE, Case.closed_at.is_(None), Case.confidential)
    seen = access.readable_by(manages=False)
    return union_all(*(q.join(Client, Client.id == Case.client_id).where(*mine, seen) for q in (staged, caused)))


def _summed(found: Sequence[tuple[str, str, str, int, int]]) -> Totals:
    """Rows of a stage, or of a cause, put together."""
    stages: Counter[str] = Counter()
    causes: Counter[str] = Counter()
    worth: Counter[tuple[str, str]] = Counter()
    sums: Counter[str] = Counter()
    unknown = 0
    for stage, cause, currency, count, cents in found:
        if cause:
            causes[cause] += count
            continue
        stages[stage] += count
        unknown += 0 if currency else count
        if currency:
            worth[(stage, currency)] += cents
            sums[currency] += cents
    return Totals(
        sum(stages.values()),
        tuple(Money(cents, currency) for currency, cents in sorted(sums.items(), key=lambda p: (-p[1], p[0])) if cents),
        tuple((s, stages[s.value]) for s in Stage if stages[s.value]),
        tuple((s, Money(c, cur)) for s in Stage for (st, cur), c in sorted(worth.items()) if st == s.value and c),
        tuple(sorted(((k, n) for k, n in causes.items() if n), key=lambda p: (-p[1], p[0]))),
        unknown,
    )


# --- what a manager asked ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Overdue:
    """What somebody asked of others, or took on, and is past its time."""

    case_id: int
    number: int
    client: str
    words: str
    due_at: datetime


@cache
def _overdue(manages: bool) -> Select[*tuple[Any, ...]]:
    return (
        select(Case.id, Case.number, Client.name, Ask.words, Ask.due_at)
        .join(Case, Case.id == Ask.case_id)
        .join(Client, Client.id == Case.client_id)
        .where(Ask.by_id == access.PERSON, Ask.done_at.is_(None), Ask.due_at < NOW)
        .where(Case.closed_at.is_(None), access.readable_by(manages=manages))
        .order_by(Ask.due_at)
        .limit(5)
    )


async def overdue_asks(turn: Turn) -> Sequence[Overdue]:
    """This person's asks that are past their time."""
    return [Overdue(*found) for found in await rows(turn, _overdue(turn.manages))]
