"""``salvage audit``: who read or changed whose case, and when; oldest first."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.coach.cadence import zone_named
from bot.coach.dates import BadDate, parse_date
from bot.errors import NotFound, Refusal
from bot.services.people import folded
from bot.storage.tables import Audit, Case, Client, Person


@dataclass(frozen=True)
class Looked:
    """One line of the trail; ``person`` is empty for the coach itself and for the command line."""

    at: datetime
    person: str
    person_key: str
    what: str
    case: str
    client: str

    def words(self, zone: str) -> str:
        """The line in words, in that zone's time."""
        about = f" · {self.client}" if self.client else ""
        case = f" · {self.case}" if self.case and self.case not in self.what else ""
        when = f"{self.at.astimezone(zone_named(zone)):%Y-%m-%d %H:%M %z}"
        return f"{when} · {self.person or 'Salvage'} · {self.what}{case}{about}"

    @property
    def record(self) -> dict[str, str | None]:
        """The line as JSON."""
        return {
            "at": self.at.isoformat(),
            "person": self.person or None,
            "person_key": self.person_key or None,
            "what": self.what,
            "case": self.case or None,
            "client": self.client or None,
        }


@dataclass(frozen=True)
class Wanted:
    """Which lines: of one case (its number), of people of one name, from an instant on."""

    case: int | None = None
    person: str = ""
    since: datetime | None = None


def wanted(case: str | None, person: str | None, since: str | None, now: datetime, zone: str) -> Wanted:
    """What was typed, as a filter; raises Refusal."""
    number = None
    if case:
        match = re.fullmatch(r"(?:sal-?)?(\d{1,9})", case.strip(), re.IGNORECASE)
        if match is None:
            raise Refusal(f"“{case[:40]}” is no case. Write it like SAL-7.")
        number = int(match[1])
    return Wanted(number, person or "", _since(since, now, zone) if since else None)


def _since(words: str, now: datetime, zone: str) -> datetime:
    try:
        day = date.fromisoformat(words) if re.fullmatch(r"\d{4}-\d\d-\d\d", words) else None
        day = day or parse_date(words, now.astimezone(zone_named(zone)).date(), past=True)
    except BadDate as no:
        raise Refusal(f"--since: {no}") from no
    except ValueError:
        raise Refusal(f"--since: “{words[:40]}” is no date. Write it like 2026-11-02.") from None
    return datetime.combine(day, time(0), zone_named(zone))


async def trail(db: AsyncConnection, workspace_id: int, want: Wanted) -> AsyncIterator[Looked]:
    """The lines, read a thousand at a time; raises NotFound for a case or person nobody knows."""
    query = (
        select(Audit.at, Audit.what, Person.name, Person.key, Case.number, Client.name.label("client"))
        .outerjoin(Person, Person.id == Audit.person_id)
        .outerjoin(Case, Case.id == Audit.case_id)
        .outerjoin(Client, Client.id == Case.client_id)
        .where(Audit.workspace_id == workspace_id)
        .order_by(Audit.id)
    )
    if want.since is not None:
        query = query.where(Audit.at >= want.since)
    if want.person:
        query = query.where(Audit.person_id.in_(await _people(db, workspace_id, want.person)))
    if want.case is not None:
        query = query.where(await _of_case(db, workspace_id, want.case))
    rows = await db.stream(query.execution_options(yield_per=1_000))
    async for row in rows:
        if want.case is None or row.number == want.case or _speaks_of(row.what, want.case):
            case = f"SAL-{row.number}" if row.number else ""
            yield Looked(row.at, row.name or "", row.key or "", row.what, case, row.client or "")


async def _people(db: AsyncConnection, workspace_id: int, name: str) -> list[int]:
    """Everybody of that name or key, whoever has left included."""
    who = folded(name.removeprefix("@"))
    query = select(Person.id).where(Person.workspace_id == workspace_id, or_(Person.folded == who, Person.key == name))
    found = list((await db.scalars(query)).all())
    if not found:
        near = select(Person.name).where(
            Person.workspace_id == workspace_id, Person.folded.startswith(who[:1], autoescape=True)
        )
        names = ", ".join((await db.scalars(near.order_by(Person.folded).limit(8))).all())
        raise NotFound(f"I don't know {name[:80]}." + (f" Near it: {names}." if names else ""))
    return found


async def _of_case(db: AsyncConnection, workspace_id: int, number: int) -> ColumnElement[bool]:
    """Lines of a case, or, once it was erased, those whose words name its number."""
    case = await db.scalar(select(Case.id).where(Case.workspace_id == workspace_id, Case.number == number))
    spoken = Audit.what.contains(f"SAL-{number}")
    if case is None and not await db.scalar(
        select(Audit.id).where(Audit.workspace_id == workspace_id, spoken).limit(1)
    ):
        raise NotFound(f"There is no SAL-{number}, and nothing in the trail speaks of it.")
    return or_(Audit.case_id == case, spoken) if case is not None else spoken


def _speaks_of(words: str, number: int) -> bool:
    return re.search(rf"SAL-{number}(?!\d)", words) is not None
