"""A large made-up portfolio, written in bulk: one workspace with many open cases, and others beside it."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.coach.causes import Cause
from bot.coach.playbook import Playbook
from bot.ports import Place, PlaceKind, Role, Who
from bot.services.turn import Turn
from bot.storage import tallies
from bot.storage.database import Database
from bot.storage.tables import Case, Client, Person, Reading, RiskChange, Tenant, Workspace

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
TEAM = 50
"""People of the large workspace besides the two who are measured."""

OWNED = 20
"""Cases of the member who is measured, however large the portfolio is."""

_CAUSES = [c.value for c in Cause]
_READINGS = ("warmer", "same", "colder", "no_reply")
_PART = 1_000


async def fill(database: Database, cases: int, beside: int) -> None:
    """Write the workspace ``bench``, and ``beside`` others of five cases each, and fold what the triggers counted."""
    numbers = random.Random(6)
    async with database.begin() as db:
        await _spaces(db, numbers, ["bench"], TEAM + 2, cases)
        await _spaces(db, numbers, [f"beside{n}" for n in range(beside)], 2, 5)
    while True:
        async with database.begin() as db:
            if not await tallies.fold(db):
                break


async def _spaces(db: AsyncSession, numbers: random.Random, keys: Sequence[str], people: int, cases: int) -> None:
    """Workspaces of equal size, table by table."""
    made = insert(Workspace).returning(Workspace.id, sort_by_parameter_order=True)
    rows = [{"name": key, "created_at": NOW, "settings": {}, "next_number": cases + 1} for key in keys]
    spaces = (await db.scalars(made, rows)).all() if rows else []
    await _insert(db, Tenant, ({"workspace_id": s, "key": key} for s, key in zip(spaces, keys, strict=True)))
    team = ((s, key, n) for s, key in zip(spaces, keys, strict=True) for n in range(people))
    await _insert(db, Person, (_person(*one) for one in team))
    await _insert(db, Client, (_client(numbers, s, n) for s in spaces for n in range(cases)))
    of: dict[int, list[int]] = {s: [] for s in spaces}
    for space, number in await db.execute(select(Person.workspace_id, Person.id).order_by(Person.id)):
        of.get(space, []).append(number)
    clients = _ids(await db.execute(select(Client.workspace_id, Client.id).order_by(Client.id)), of)
    await _insert(db, Case, (_case(numbers, s, of[s], c, n) for s in spaces for n, c in enumerate(clients[s], 1)))
    ids = _ids(await db.execute(select(Case.workspace_id, Case.id).order_by(Case.id)), of)
    await _insert(db, Reading, (_reading(numbers, s, c) for s in spaces for c in ids[s] for _ in range(2)))
    await _insert(db, RiskChange, (_change(numbers, s, c) for s in spaces for c in ids[s]))


def _ids(rows: Iterable[Any], of: Mapping[int, object]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {space: [] for space in of}
    for space, number in rows:
        found.get(space, []).append(number)
    return found


def _person(space: int, key: str, n: int) -> dict[str, Any]:
    return {
        "workspace_id": space, "tenant": key, "key": f"{key}:{n}", "name": f"Person {n}", "folded": f"person {n}",
        "role": "manager" if n == 0 else "member", "zone": "Europe/Berlin", "hours": {}, "seen_at": NOW,
    }  # fmt: skip


async def _insert(db: AsyncSession, table: type[Any], rows: Iterable[Mapping[str, Any]]) -> None:
    for part in batched_rows(rows):
        await db.execute(insert(table.__table__), part)


def batched_rows(rows: Iterable[Mapping[str, Any]]) -> Iterable[list[Mapping[str, Any]]]:
    """The rows in parts."""
    rest = iter(rows)
    while part := list(islice(rest, _PART)):
        yield part


def _client(numbers: random.Random, space: int, n: int) -> dict[str, Any]:
    return {
        "workspace_id": space, "name": f"Client {n}", "folded": f"client {n}", "value_cents": numbers.randrange(10**7),
        "currency": numbers.choice(("EUR", "EUR", "USD")), "period": numbers.choice(("month", "year")),
        "channel": "", "do_not_say": "", "created_at": NOW,
        "notice_on": (NOW + timedelta(days=numbers.randrange(400))).date(),
    }  # fmt: skip


def _case(numbers: random.Random, space: int, people: Sequence[int], client: int, n: int) -> dict[str, Any]:
    opened = NOW - timedelta(days=numbers.randrange(180), hours=numbers.randrange(24))
    owner = people[1] if n <= OWNED else people[numbers.randrange(2, len(people))] if len(people) > 2 else people[1]
    return {
        "workspace_id": space, "number": n, "client_id": client, "owner_id": owner, "confidential": n % 97 == 0,
        "stage": numbers.choice(("at_risk", "plan", "recovering", "watch")), "cause": numbers.choice(_CAUSES),
        "fault": "ours", "severity": numbers.choice(("low", "medium", "high")), "story": "They waited for a week.",
        "contact": "Dana", "client_words": "", "our_words": "", "cost_words": "", "heard": True,
        "readings": ["same", "colder"], "temperature": numbers.choice(_READINGS), "risk": numbers.randrange(180),
        "risk_why": ["it is serious"], "override_why": "", "last_contact_at": NOW - timedelta(days=n % 30),
        "next_due_at": NOW + timedelta(days=n % 20 - 5), "rescore_at": NOW + timedelta(days=3),
        "opened_at": opened, "touched_at": opened, "stage_at": opened, "version": 1,
    }  # fmt: skip


def _reading(numbers: random.Random, space: int, case: int) -> dict[str, Any]:
    at = NOW - timedelta(hours=numbers.randrange(24 * 42))
    return {"workspace_id": space, "case_id": case, "reading": numbers.choice(_READINGS), "at": at}


def _change(numbers: random.Random, space: int, case: int) -> dict[str, Any]:
    at = NOW - timedelta(hours=numbers.randrange(24 * 60))
    return {"workspace_id": space, "case_id": case, "before": numbers.randrange(180), "at": at}


async def turn_of(db: AsyncSession, playbook: Playbook, *, manager: bool) -> Turn:
    """A turn in the large workspace, as its manager or as a member with cases of their own."""
    key = "bench:0" if manager else "bench:1"
    person = (await db.scalars(select(Person).where(Person.key == key))).one()
    workspace = await db.get_one(Workspace, person.workspace_id)
    who = Who("bench", key, person.name, Role(person.role))
    place = Place("bench", "@" + key, PlaceKind.private, "")
    return Turn(db, workspace, person, who, place, place, NOW, "bench", playbook)


async def settle_down(database: Database) -> None:
    """What PostgreSQL does by itself in the minutes after so many rows are written (autovacuum)."""
    if not database.sqlite:
        async with database.engine.connect() as connection:
            options = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await options.execute(text("VACUUM ANALYZE"))
