"""The queries behind every list: what is on a screen, a page of the summary, the whole of a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import CompoundSelect, Select, bindparam, func, literal, null, select, true, union_all
from sqlalchemy.orm import aliased

from bot.coach.money import Money
from bot.coach.risk import Risk, assess
from bot.services import access, scoring
from bot.services.reports import movement
from bot.services.reports.movement import Movement
from bot.services.reports.ready import NOW, SINCE, WORKSPACE, rows
from bot.services.scoring import Weighed
from bot.services.turn import Turn
from bot.storage.tables import Ask, Case, Client, Instant, Person, PromiseRow, Reparation, RiskChange

ON_ONE_SCREEN = 10


class Row(NamedTuple):
    """A case in a list, with what its client is worth and its owner's name."""

    id: int
    number: int
    stage: str
    cause: str
    severity: str
    risk: int
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
    *(Case.__table__.c[name] for name in Row._fields[:19]),
    Client.name, *(Client.__table__.c[name] for name in Row._fields[20:25]),
    Person.name,
)  # fmt: skip
"""The columns of a :class:`Row`, in its order."""


def _page(columns: Sequence[Any], *which: Any, most: Any) -> Select[*tuple[Any, ...]]:
    """Open cases, the worst first, and of equals the one opened last."""
    return (
        select(*columns)
        .select_from(Case)
        .join(Client, Client.id == Case.client_id)
        .join(Person, Person.id == Case.owner_id)
        .where(Case.closed_at.is_(None), *which)
        .order_by(Case.risk.desc(), Case.id.desc())
        .limit(most)
    )


def _seen(manages: bool) -> tuple[Any, ...]:
    return Case.workspace_id == WORKSPACE, access.readable_by(manages=manages)


# --- what is on the first screen ---------------------------------------------------------------------------


class Today(NamedTuple):
    """One thing of today: a case (``own`` or ``others``), or something promised (its words as the ``client``)."""

    part: str
    id: int
    risk: int
    number: int
    stage: str
    next_play: str | None
    next_due_at: datetime | None
    waiting_since: datetime | None
    reply_due_at: datetime | None
    client: str
    owner: str

    @property
    def label(self) -> str:
        """SAL-7."""
        return f"SAL-{self.number}"


def _brief(part: str) -> tuple[Any, ...]:
    """The columns of a case as a :class:`Today`."""
    table = Case.__table__.c
    return literal(part).label("part"), *(table[name] for name in Today._fields[1:9]), Client.name, Person.name


@dataclass(frozen=True)
class Begun:
    """What somebody begins the day with: their own cases, what they promised, the worst that others look after."""

    own: Sequence[Today]
    promised: Sequence[Today]
    others: Sequence[Today]


AT_RISK_SHOWN = 5
PROMISES_SHOWN = 5


@cache
def _begun(manages: bool) -> CompoundSelect[*tuple[Any, ...]]:
    promised = (
        select(
            literal("promised").label("part"), PromiseRow.id, literal(0).label("risk"), literal(0).label("number"),
            literal("").label("stage"), null().label("next_play"), PromiseRow.due_at,
            literal(None, Instant()).label("waiting_since"), literal(None, Instant()).label("reply_due_at"),
            PromiseRow.words, literal("").label("owner"),
        )
        .where(PromiseRow.owner_id == access.PERSON, PromiseRow.state == "open")
        .order_by(PromiseRow.due_at)
        .limit(PROMISES_SHOWN)
    )  # fmt: skip
    parts = [_page(_brief("own"), access.own(), most=ON_ONE_SCREEN), promised]
    if manages:
        theirs = (*_seen(manages), Case.owner_id != access.PERSON)
        parts.append(_page(_brief("others"), *theirs, most=AT_RISK_SHOWN))
    return union_all(*(select(part.subquery()) for part in parts))


async def begun(turn: Turn) -> Begun:
    """What is on a person's first screen, in one query; what others look after only for a manager."""
    of: dict[str, list[Today]] = {"own": [], "promised": [], "others": []}
    for found in await rows(turn, _begun(turn.manages)):
        of[found[0]].append(Today._make(found))
    for part in ("own", "others"):
        of[part].sort(key=lambda row: (-row.risk, -row.id))
    return Begun(of["own"], sorted(of["promised"], key=lambda row: (row.next_due_at or turn.now, row.id)), of["others"])


@cache
def _listed(manages: bool) -> Select[*tuple[Any, ...]]:
    return _page(_brief("seen"), *_seen(manages), most=bindparam("most"))


async def listed(turn: Turn, most: int) -> Sequence[Today]:
    """The worst of the open cases this person may see, in brief."""
    return [Today._make(found) for found in await rows(turn, _listed(turn.manages), most=most)]


@cache
def _whole(manages: bool) -> Select[*tuple[Any, ...]]:
    return _page((*_COLUMNS, Case.risk_why), *_seen(manages), most=bindparam("most"))


async def whole(turn: Turn, most: int) -> Sequence[tuple[Row, Sequence[str]]]:
    """The worst of the open cases this person may see, with the reasons kept beside each."""
    return [(Row._make(found[:-1]), found[-1]) for found in await rows(turn, _whole(turn.manages), most=most)]


# --- a page of the summary ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Waiting:
    """An offer that waits for an approver."""

    id: int
    sum: Money


@dataclass(frozen=True)
class Standing:
    """A case in the summary: why it stands there, its risk at the last look where it has changed since, its offer."""

    row: Row
    risk: Risk
    days_quiet: int
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
    offer = select(func.min(Reparation.id)).where(Reparation.case_id == Case.id, Reparation.state == "waiting")
    broken = select(func.count()).where(PromiseRow.case_id == Case.id, PromiseRow.state == "broken")
    before = select(func.max(earlier.opened_at)).where(
        earlier.client_id == Case.client_id, earlier.number < Case.number
    )
    told = {"broken": broken, "earlier": before, "before": change, "offer": offer}
    return tuple(query.scalar_subquery().label(name) for name, query in told.items())


@dataclass(frozen=True)
class Page:
    """The cases of one page; on the first, what has moved among all of them."""

    lines: Sequence[Standing]
    moved: Movement


@cache
def _standing(manages: bool, first: bool) -> Select[*tuple[Any, ...]]:
    """What has moved beside each case of the page with its offer; a page without cases is one row of that alone."""
    columns = [column.label(name) for name, column in zip(Row._fields, _COLUMNS, strict=True)]
    page = _page((*columns, *_facts_beside()), *_seen(manages), most=ON_ONE_SCREEN).offset(bindparam("skip")).subquery()
    moved = (movement.moved(manages) if first else movement.STILL).subquery()
    beside = (page.c.broken, page.c.earlier, page.c.before, Reparation.id, Reparation.offer_cents, Reparation.currency)
    return (
        select(*moved.c, *(page.c[name] for name in Row._fields), *beside)
        .select_from(moved.outerjoin(page, true()).outerjoin(Reparation, Reparation.id == page.c.offer))
        .order_by(page.c.risk.desc(), page.c.id.desc())
    )


async def page(turn: Turn, since: datetime, number: int) -> Page:
    """A page of the summary; the first is 0."""
    query = _standing(turn.manages, number == 0)
    found = await rows(turn, query, since=since, skip=number * ON_ONE_SCREEN)
    parts = [(one[: movement.WIDTH], one[movement.WIDTH :]) for one in found]
    lines = [_stands(turn, *columns) for _, columns in parts if columns[0] is not None]
    return Page(lines, movement.told(*parts[0][0]))


def _stands(turn: Turn, *found: Any) -> Standing:
    row = Row._make(found[: len(Row._fields)])
    broken, earlier, before, offer, cents, currency = found[len(Row._fields) :]
    again = earlier is not None and earlier > row.opened_at - scoring.SECOND_FAILURE
    facts = scoring.facts_of(turn.now, row.weighed, broken, again)
    waiting = Waiting(offer, Money(cents, currency)) if offer is not None else None
    return Standing(row, assess(facts), facts.days_quiet, before, waiting)


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
