"""What home and summary cost at 100, 10,000 and 100,000 open cases, beside 1,000 other workspaces.

``python -m benchmarks.summary`` fills an SQLite file and a PostgreSQL database with each, answers as the bot does,
sends the very same SELECTs through the bare driver, and writes its section of ``RESULTS.md``. ``--cases 100,1000`` and
``--beside 10`` make a quick run that writes nothing; ``--postgres URL`` names a server instead of starting one.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped] # it ships no types
from sqlalchemy import event, make_url

from benchmarks import results
from benchmarks.portfolio import NOW, fill, settle_down, turn_of
from bot.coach.playbook import Playbook
from bot.conversation import Conversation
from bot.ports import Inbound, Place, PlaceKind, Role, Said, Who
from bot.services.reports import home, summary
from bot.services.turn import Result, Turn
from bot.storage import migrate
from bot.storage.database import POSTGRES_SETTINGS, Database
from dialogs.registry import DIALOGS

SIZES = (100, 10_000, 100_000)
BESIDE = 1_000
RUNS, WARM_UP = 40, 5
MOST_GROWTH, MOST_OVERHEAD = 3.0, 2.0
"""The goals: from the smallest to the largest on PostgreSQL, and over the bare SQL."""

WHAT = ("answer", "bare", "turn")

Statement = tuple[str, tuple[Any, ...]]
PAGES: dict[str, tuple[bool, Callable[[Turn], Awaitable[Result]]]] = {
    "home": (False, home.home),
    "summary": (True, summary.summary),
}
"""Each page: whether a manager asks for it, and what answers."""


@dataclass(frozen=True)
class Measured:
    """Medians of one page at one size, in milliseconds; ``turn`` is the whole turn with its commit."""

    database: str
    cases: int
    page: str
    queries: int
    answer: float
    bare: float
    turn: float


class StillClock:
    """A clock that stands still."""

    def now(self) -> Any:
        """The one instant."""
        return NOW


@dataclass(frozen=True)
class Asked:
    """A page of one database: how it is answered, how the bare driver answers it, how a whole turn does."""

    kind: str
    cases: int
    page: str
    queries: int
    answer: Callable[[], Awaitable[float]]
    bare: Callable[[], Awaitable[float]]
    turn: Callable[[], Awaitable[float]]


async def filled(kind: str, url: str, cases: int, beside: int) -> Database:
    """A fresh database with so many cases."""
    database = Database(url)
    await migrate.upgrade(database)
    began = time.perf_counter()
    await fill(database, cases, beside)
    await settle_down(database)
    print(f"{kind}: {cases:,} cases written in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    return database


async def asked(database: Database, kind: str, cases: int, name: str, until: AsyncExitStack) -> Asked:
    """What is measured of a page; its connections stay open until then."""
    statements = await sent(database, name)
    bare = await (_bare_sqlite if database.sqlite else _bare_postgres)(database, statements, until)
    answer = partial(_answer, database, name)
    return Asked(kind, cases, name, len(statements), answer, bare, _turns(database, name))


async def measure(pages: Sequence[Asked]) -> list[Measured]:
    """Every figure, taken in rounds over all of them, so that a busy moment of the machine falls on all alike."""
    took: dict[tuple[int, str], list[float]] = {(n, what): [] for n in range(len(pages)) for what in WHAT}
    for run in range(WARM_UP + RUNS):
        for (n, what), times in took.items():
            once: Callable[[], Awaitable[float]] = getattr(pages[n], what)
            milliseconds = await once()
            if run >= WARM_UP:
                times.append(milliseconds)
    return [
        Measured(page.kind, page.cases, page.page, page.queries, *(statistics.median(took[n, what]) for what in WHAT))
        for n, page in enumerate(pages)
    ]


async def sent(database: Database, name: str) -> list[Statement]:
    """The queries that a page sends, with what is bound to them."""
    found: list[Statement] = []
    await _answer(database, name)

    def keep(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            found.append((statement, tuple(parameters)))

    async with database.begin() as db:
        turn = await turn_of(db, PLAYBOOK, manager=PAGES[name][0])
        event.listen(database.engine.sync_engine, "before_cursor_execute", keep)
        await PAGES[name][1](turn)
        event.remove(database.engine.sync_engine, "before_cursor_execute", keep)
    return found


PLAYBOOK = Playbook.load()


async def _answer(database: Database, name: str) -> float:
    """Milliseconds from the question to the card, its transaction begun already."""
    async with database.begin() as db:
        turn = await turn_of(db, PLAYBOOK, manager=PAGES[name][0])
        began = time.perf_counter()
        await PAGES[name][1](turn)
        return (time.perf_counter() - began) * 1_000


def _turns(database: Database, name: str) -> Callable[[], Awaitable[float]]:
    manager = PAGES[name][0]
    key = "bench:0" if manager else "bench:1"
    role = Role.manager if manager else Role.member
    who = Who("bench", key, "Person 0" if manager else "Person 1", role, "Europe/Berlin")
    place = Place("bench", "@" + key, PlaceKind.private, "")

    async def wake() -> None:
        return None

    conversation = Conversation(database, DIALOGS, StillClock(), PLAYBOOK, wake)

    async def once() -> float:
        began = time.perf_counter()
        reply = await conversation.handle(Inbound(f"bench:{began}", who, place, Said(name)))
        took = (time.perf_counter() - began) * 1_000
        assert "Client" in reply.cards[0].text, reply.cards[0].text
        return took

    return once


async def _bare_postgres(
    database: Database, statements: Sequence[Statement], until: AsyncExitStack
) -> Callable[[], Awaitable[float]]:
    url = make_url(database.url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(url, server_settings=POSTGRES_SETTINGS)
    until.push_async_callback(connection.close)

    async def once() -> float:
        began = time.perf_counter()
        for statement, parameters in statements:
            await connection.fetch(statement, *parameters)
        return (time.perf_counter() - began) * 1_000

    return once


async def _bare_sqlite(
    database: Database, statements: Sequence[Statement], until: AsyncExitStack
) -> Callable[[], Awaitable[float]]:
    connection = until.enter_context(closing(sqlite3.connect(str(make_url(database.url).database))))

    async def once() -> float:
        began = time.perf_counter()
        for statement, parameters in statements:
            connection.execute(statement, parameters).fetchall()
        return (time.perf_counter() - began) * 1_000

    return once


# --- telling -----------------------------------------------------------------------------------------------


def told(found: Sequence[Measured], beside: int) -> str:
    """The figures as a table, and what became of the goals."""
    lines = [
        "| database | page | open cases | queries | answer | bare SQL | answer / bare | whole turn |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {m.database} | {m.page} | {m.cases:,} | {m.queries} | {m.answer:.1f} ms | {m.bare:.1f} ms "
            f"| {m.answer / m.bare:.1f} | {m.turn:.1f} ms |"
            for m in found
        ),
    ]
    return "\n".join(
        [
            "## Home and summary (`make bench-summary`)",
            "",
            f"{results.machine()}. {beside:,} other workspaces of five cases each stand beside the one measured; "
            f"medians of {RUNS}, taken in rounds over all of them.",
            "*Answer* is from question to card, *bare SQL* the same SELECTs with the same values through the bare",
            "driver (`asyncpg`, `sqlite3`) one after the other, *whole turn* also reads person and place, keeps the",
            "event, the audit line and the buttons, and commits to disk.",
            "",
            *lines,
            "",
            *goals(found),
        ]
    )


def goals(found: Sequence[Measured]) -> list[str]:
    """Each goal with its figure, met or missed."""
    said = []
    for kind in dict.fromkeys(m.database for m in found):
        for page in PAGES:
            mine = [m for m in found if m.database == kind and m.page == page]
            growth = mine[-1].answer / mine[0].answer
            goal = f" (goal: at most {MOST_GROWTH:g}; {_met(growth <= MOST_GROWTH)})" if kind == "PostgreSQL" else ""
            over = ", ".join(f"{m.answer - m.bare:.1f} ms at {m.cases:,}" for m in mine)
            said.append(
                f"- {kind}, {page}: {growth:.1f} times from {mine[0].cases:,} to {mine[-1].cases:,} cases{goal}. "
                f"Beyond the bare SQL (driver, ten lines, pictures): {over}."
            )
    for kind in dict.fromkeys(m.database for m in found):
        worst = max((m for m in found if m.database == kind), key=lambda m: m.answer / m.bare)
        ratio = worst.answer / worst.bare
        said.append(
            f"- {kind}, over the bare SQL: {ratio:.1f} times at worst, {worst.page}, {worst.cases:,} cases, "
            f"{worst.answer:.1f} ms to {worst.bare:.1f} ms (goal: within {MOST_OVERHEAD:g}; "
            f"{_met(ratio <= MOST_OVERHEAD)})."
        )
    return said


def _met(yes: bool) -> str:
    return "met" if yes else "missed"


async def _main(sizes: Sequence[int], beside: int, server: str | None) -> list[Measured]:
    from tests.postgres import Postgres, postgres

    shared = Postgres(server) if server else postgres()
    pages = []
    with tempfile.TemporaryDirectory() as folder:
        async with AsyncExitStack() as until:
            for kind in ("SQLite", "PostgreSQL"):
                for cases in sizes:
                    url = f"sqlite:///{Path(folder) / f'{cases}.db'}" if kind == "SQLite" else await shared.fresh()
                    database = await filled(kind, url, cases, beside)
                    until.push_async_callback(database.close)
                    pages += [await asked(database, kind, cases, name, until) for name in PAGES]
            return await measure(pages)


def main() -> None:
    """Measure, print, and keep the section of a full run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", default=",".join(map(str, SIZES)))
    parser.add_argument("--beside", type=int, default=BESIDE)
    parser.add_argument("--postgres")
    asked = parser.parse_args()
    sizes = tuple(int(n) for n in asked.cases.split(","))
    body = told(asyncio.run(_main(sizes, asked.beside, asked.postgres)), asked.beside)
    print(body)
    if sizes == SIZES and asked.beside == BESIDE:
        results.write("summary", body)


if __name__ == "__main__":
    main()
