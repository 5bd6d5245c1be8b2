"""What is counted over a portfolio, from the counts that triggers keep, and when its reader looked last: one query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import CompoundSelect, Date, Select, bindparam, case, func, literal, null, select, union_all

from bot.coach.money import Money
from bot.coach.playbook import Stage
from bot.services import access
from bot.services.reports.ready import NOW, WORKSPACE, rows
from bot.services.scoring import MONTHLY
from bot.services.turn import Turn
from bot.storage.tables import Ask, Case, Client, Look, ReadingTally, Tally

WEEKS = 6
"""How many weeks of readings are shown."""

READINGS = ("warmer", "same", "colder", "no_reply")


@dataclass(frozen=True)
class Totals:
    """What is counted over open cases; sums are a month, per currency; ``unknown`` have no value kept."""

    cases: int
    sums: tuple[Money, ...]
    sums_by_stage: tuple[tuple[Stage, Money], ...]
    causes: tuple[tuple[str, int], ...]
    unknown: int = 0


@dataclass(frozen=True)
class Counts:
    """All that is counted for a summary.

    ``weeks`` are the first days of the last weeks and ``sounded`` how often each reading was heard in every one of
    them; ``looked_at`` and ``looked_before`` are the reader's last look and the one before it.
    """

    totals: Totals
    weeks: Sequence[date]
    sounded: Mapping[str, Sequence[int]]
    overdue_asks: int = 0
    looked_at: datetime | None = None
    looked_before: datetime | None = None


async def counts(turn: Turn) -> Counts:
    """What there is, from the counts that are kept; costs the same however many cases there are.

    Whoever does not manage is shown how clients sounded without the confidential ones.
    """
    last = turn.now.date() - timedelta(days=6)
    weeks = [last - timedelta(weeks=WEEKS - 1 - n) for n in range(WEEKS)]
    found = await rows(turn, _counted(turn.manages), **{f"day{n}": day for n, day in enumerate(weeks)})
    of: defaultdict[str, list[_Found]] = defaultdict(list)
    for what, *counted in found:
        of[what].append(_Found(*counted))
    sounded = {reading: [0] * WEEKS for reading in READINGS}
    for reading, _, times, week, *_ in of["reading"]:
        sounded[reading][int(week)] = int(times)
    (reader,) = of["reader"]
    totals = _summed(of["stage"], of["cause"])
    return Counts(totals, weeks, sounded, int(reader.number), reader.at, reader.before_at)


# --- the query ---------------------------------------------------------------------------------------------


class _Found(NamedTuple):
    """A row of what is counted: its name and currency, how many, and cents or the number of a week; PostgreSQL sums
    whole numbers to a decimal one."""

    name: str
    currency: str
    number: int | Decimal
    amount: int | Decimal
    at: datetime | None
    before_at: datetime | None


@cache
def _counted(manages: bool) -> CompoundSelect[*tuple[Any, ...]]:
    # The reader comes first: the first of a union names its columns and their types.
    return union_all(_reader(), *_open_cases(manages), _sounded(manages), *(() if manages else _hidden()))


def _part(of: str, name: Any, currency: Any, number: Any, amount: Any) -> Select[*tuple[Any, ...]]:
    return select(literal(of), name, currency, number, amount, null(), null())


def _reader() -> Select[*tuple[Any, ...]]:
    """How many of the reader's asks are past their time, and their last two looks."""
    late = select(func.count()).where(Ask.by_id == access.PERSON, Ask.done_at.is_(None), Ask.due_at < NOW)
    at, before = (
        select(column).where(Look.person_id == access.PERSON).scalar_subquery() for column in (Look.at, Look.before_at)
    )
    return select(
        literal("reader").label("of"), literal("").label("name"), literal("").label("currency"),
        late.scalar_subquery().label("number"), literal(0).label("amount"), at.label("at"), before.label("before_at"),
    )  # fmt: skip


def _open_cases(manages: bool) -> Iterable[Select[*tuple[Any, ...]]]:
    """Once by stage and currency and once by cause: few rows, whatever the causes."""
    count, cents = func.sum(Tally.cases), func.sum(Tally.cents)
    staged = _part("stage", Tally.stage, Tally.currency, count, cents).group_by(Tally.stage, Tally.currency)
    caused = _part("cause", Tally.cause, literal(""), count, literal(0)).group_by(Tally.cause)
    hidden = () if manages else (Tally.confidential.is_(False),)
    return (part.where(Tally.workspace_id == WORKSPACE, *hidden) for part in (staged, caused))


def _hidden() -> Iterable[Select[*tuple[Any, ...]]]:
    """The same of the confidential cases that a person has a part in, counted one by one: these are few."""
    currency, cents = func.coalesce(Client.currency, ""), func.coalesce(func.sum(MONTHLY), 0)
    staged = _part("stage", Case.stage, currency, func.count(), cents).group_by(Case.stage, currency)
    caused = _part("cause", Case.cause, literal(""), func.count(), literal(0)).group_by(Case.cause)
    mine = (Case.workspace_id == WORKSPACE, Case.closed_at.is_(None), Case.confidential)
    seen = access.readable_by(manages=False)
    return (q.join(Client, Client.id == Case.client_id).where(*mine, seen) for q in (staged, caused))


def _sounded(manages: bool) -> Select[*tuple[Any, ...]]:
    """How often each reading was heard in each week."""
    starts = [bindparam(f"day{n}", type_=Date) for n in range(WEEKS)]
    week = case(*((ReadingTally.day >= starts[n], n) for n in range(WEEKS - 1, 0, -1)), else_=0)
    hidden = () if manages else (ReadingTally.confidential.is_(False),)
    return (
        _part("reading", ReadingTally.reading, literal(""), func.sum(ReadingTally.readings), week)
        .where(ReadingTally.workspace_id == WORKSPACE, ReadingTally.day >= starts[0], *hidden)
        .group_by(ReadingTally.reading, week)
    )


def _summed(staged: Iterable[_Found], caused: Iterable[_Found]) -> Totals:
    """Rows of stages and of causes, put together; the hidden ones come beside the others."""
    worth: defaultdict[tuple[str, str], int] = defaultdict(int)
    sums: defaultdict[str, int] = defaultdict(int)
    cases: defaultdict[str, int] = defaultdict(int)
    causes: defaultdict[str, int] = defaultdict(int)
    for stage, currency, number, cents, *_ in staged:
        cases[currency] += int(number)
        sums[currency] += int(cents)
        worth[(stage, currency)] += int(cents)
    for cause, _, number, *_ in caused:
        causes[cause] += int(number)
    known = [(currency, cents) for currency, cents in sums.items() if currency and cents]
    return Totals(
        sum(cases.values()),
        tuple(Money(cents, currency) for currency, cents in sorted(known, key=_most_first)),
        tuple(
            (stage, Money(worth[(stage, currency)], currency))
            for stage in Stage
            for currency, _ in sorted(known)
            if worth.get((stage, currency))
        ),
        tuple((cause, n) for cause, n in sorted(causes.items(), key=_most_first) if n),
        cases[""],
    )


def _most_first(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]
