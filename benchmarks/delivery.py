"""How much delivery costs: check-ins due at one instant, a fixed time a post, beside a bare asyncio loop.

``python -m benchmarks.delivery`` runs the bare loop, SQLite with one process, PostgreSQL with two, procrastinate with
two for a peer, and then 100,000 at once over a year of history, and writes its section of ``RESULTS.md``. It takes
about six minutes on two cores that do nothing else. ``--count 600 --peer 300 --large 1000`` is a rehearsal,
``--only`` names parts (``sqlite postgresql peer large``), ``--postgres URL`` a server to use instead of starting one.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
from sqlalchemy import func, select, text

from benchmarks import results
from benchmarks.stock import Stock, fill, remember
from bot.clock import RealClock
from bot.coach.playbook import Playbook
from bot.delivery.courier import Courier
from bot.delivery.gate import Gate
from bot.delivery.in_process import InProcess
from bot.delivery.pgqueuer_engine import PgQueuerEngine
from bot.logs import set_up_logs
from bot.ports import MessageRef, Place, PlaceKind
from bot.serving import set_aside
from bot.storage import migrate
from bot.storage.database import Database
from bot.storage.tables import Outgoing, Schedule
from bot.view import Card

POST = 0.1
"""Seconds a post takes."""

TENANTS = 100
LARGE_SLOTS = 256
"""Posts under way at a time in the large run, where the posts themselves should not be what is waited for."""

YEAR = 52
"""Check-ins that a weekly schedule has sent in a year."""

PEER = Path(__file__).with_name("peer.py")
PEER_HOME = Path(__file__).parents[1] / "build" / "peer"
PEER_NEEDS = ("procrastinate==3.10.0", "psycopg[binary]==3.3.9", "psycopg-pool==3.3.3")
LEAD = 3.0
"""Seconds between the processes being up and the instant at which everything comes due."""


class Sleepy:
    """A platform whose every post takes the same time."""

    async def send(self, place: str, card: Card, *, key: str) -> MessageRef:
        """Take a post."""
        await asyncio.sleep(POST)
        return {"key": key}

    async def update(self, place: str, ref: MessageRef, card: Card) -> None:
        """Take a change."""
        await asyncio.sleep(POST)

    async def find(self, place: str, *, key: str) -> MessageRef | None:
        """Nothing is ever found."""
        return None

    async def audience(self, place: str) -> Place:
        """Everybody may read."""
        return Place(place.split(":")[0], place, PlaceKind.internal, place)


@dataclass(frozen=True)
class Run:
    """What one run came to: seconds in all, and how late each message was."""

    name: str
    seconds: float
    late: list[float]
    cpu: float = 0.0
    postgres_cpu: float = 0.0
    count: int = 0

    @property
    def p50(self) -> float:
        """The middle lateness."""
        return statistics.median(self.late)

    @property
    def p99(self) -> float:
        """How late the latest hundredth was at least."""
        return statistics.quantiles(self.late, n=100)[98]


# --- the bare loop -----------------------------------------------------------------------------------------


async def bare(count: int, slots: int) -> Run:
    """The same posts from a plain asyncio loop with nothing kept anywhere."""
    late: list[float] = []
    posts = iter(range(count))
    began, cpu = time.perf_counter(), time.process_time()

    async def worker() -> None:
        for _ in posts:
            await asyncio.sleep(POST)
            late.append(time.perf_counter() - began)

    await asyncio.gather(*(worker() for _ in range(slots)))
    return Run(
        "bare asyncio loop", time.perf_counter() - began, late, (time.process_time() - cpu) / count * 1000, 0.0, count
    )


# --- ours --------------------------------------------------------------------------------------------------


async def work(url: str, slots: int) -> None:
    """One process that delivers until its input ends; writes the CPU seconds that this took, its start left out."""
    set_up_logs(quiet=True)
    database = Database(url)
    courier = Courier(database, RealClock(), Playbook.load(), {"bench": Sleepy()}, gate=Gate(slots))
    engine = InProcess(courier) if database.sqlite else PgQueuerEngine(courier)
    set_aside()
    running, began = asyncio.create_task(engine.run()), time.process_time()
    sys.stdout.write("up\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    sys.stdout.write(f"{time.process_time() - began}\n")
    await engine.stop()
    await running
    await engine.close()
    await database.close()


@contextlib.asynccontextmanager
async def workers(url: str, processes: int, slots: int) -> AsyncIterator[list[asyncio.subprocess.Process]]:
    """Processes that deliver."""
    command = (sys.executable, "-m", "benchmarks.delivery", "--worker", url, "--slots", str(slots))
    started = [
        await asyncio.create_subprocess_exec(*command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(processes)
    ]
    for process in started:
        assert process.stdout is not None
        await process.stdout.readline()
    try:
        yield started
    finally:
        for process in started:
            if process.returncode is None:
                process.terminate()
        await asyncio.gather(*(process.wait() for process in started))


async def ours(
    name: str, url: str, count: int, slots: int, processes: int, history: int = 0, *, postmaster: int = 0
) -> Run:
    """Check-ins due at one instant, delivered by processes of their own."""
    database = Database(url)
    await migrate.upgrade(database)
    await _stock(database, count, history)
    async with workers(url, processes, slots // processes) as started:
        due = datetime.now(UTC) + timedelta(seconds=LEAD + count / 20_000)
        async with database.begin() as db:
            await db.execute(Schedule.__table__.update().values(next_due_at=due))  # type: ignore[attr-defined]
        await asyncio.sleep(max((due - datetime.now(UTC)).total_seconds() - 0.2, 0))
        before = _postgres_cpu(postmaster)
        await _until_sent(database)
        postgres_cpu = _postgres_cpu(postmaster) - before
        cpu = sum([await _ask_cpu(process) for process in started])
    async with database.begin() as db:
        sent = await db.scalars(select(Outgoing.sent_at).where(Outgoing.state == "sent", Outgoing.not_before >= due))
        late = [(at - due).total_seconds() for at in sent if at is not None]
    await database.close()
    assert len(late) == count, f"{len(late)} of {count} were delivered"
    return Run(name, max(late), late, cpu / count * 1000, postgres_cpu / count * 1000, count)


async def _stock(database: Database, count: int, history: int) -> None:
    """Schedules of many tenants that are due far in the future, and what they have sent before."""
    tenants = [f"bench:T{n}" for n in range(TENANTS)]
    far = datetime(2199, 1, 1, tzinfo=UTC)
    await fill(database, Stock(tenants, count // TENANTS, far))
    if history:
        await asyncio.gather(*(_remember(database, tenants[n::2], history) for n in range(2)))
    if not database.sqlite:
        async with database.engine.connect() as connection:
            await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("VACUUM ANALYZE"))


async def _remember(database: Database, tenants: list[str], weeks: int) -> None:
    async with database.begin() as db:
        await remember(db, tenants, weeks, datetime.now(UTC))


async def _until_sent(database: Database) -> None:
    open_rows = select(func.count()).where(text("state IN ('waiting', 'sending')")).select_from(Outgoing)
    unplanned = select(func.count()).select_from(Schedule).where(Schedule.anchor_at.is_(None))
    while True:
        await asyncio.sleep(0.5)
        async with database.reading() as db:
            if not await db.scalar(unplanned) and not await db.scalar(open_rows):
                return


# --- a peer ------------------------------------------------------------------------------------------------


async def peer(url: str, count: int, slots: int, processes: int, *, postmaster: int = 0) -> Run:
    """The same with procrastinate, in a virtual environment of its own (``build/peer``)."""
    python = await _peer_python()
    before = _postgres_cpu(postmaster)
    command = [str(python), str(PEER), url, str(count), str(slots), str(processes), str(POST)]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, wrong = await process.communicate()
    if process.returncode:
        raise SystemExit(f"The peer's run failed: {wrong.decode()[-500:]}")
    found = json.loads(out.decode().splitlines()[-1])
    postgres_cpu = _postgres_cpu(postmaster) - before
    late: list[float] = found["late"]
    return Run(
        f"procrastinate, two processes, {count:,}",
        max(late),
        late,
        found["cpu"] / count * 1000,
        postgres_cpu / count * 1000,
        count,
    )


async def _peer_python() -> Path:
    python = PEER_HOME / "bin" / "python"
    if not python.exists():
        await _call(sys.executable, "-m", "venv", str(PEER_HOME))
    await _call(str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PEER_NEEDS)
    return python


async def _call(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL)
    if await process.wait():
        raise SystemExit(f"{' '.join(command)} failed.")


async def _ask_cpu(process: asyncio.subprocess.Process) -> float:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    return float(await process.stdout.readline())


def _postgres_cpu(postmaster: int) -> float:
    """CPU seconds of a PostgreSQL server so far, those of connections that ended included."""
    if not postmaster:
        return 0.0
    server = psutil.Process(postmaster)
    times = server.cpu_times()
    total = times.user + times.system + times.children_user + times.children_system
    for process in server.children(recursive=True):
        with contextlib.suppress(psutil.Error):
            times = process.cpu_times()
            total += times.user + times.system
    return total


# --- the report --------------------------------------------------------------------------------------------


def report(runs: list[Run], slots: int, large: list[Run], machine: str) -> str:
    """The section of RESULTS.md."""
    base = runs[0]
    rows = [
        f"| {r.name} | {r.seconds:.2f} s | {r.seconds / _bare(base, r):.2f} | {r.p50:.2f} s | {r.p99:.2f} s "
        f"| {r.p99 / _bare(base, r) * base.seconds / base.p99:.2f} | {r.cpu:.2f} ms | {_or_dash(r.postgres_cpu)} |"
        for r in runs
    ]
    lines = [
        "## Delivery (`make bench-delivery`)",
        "",
        f"{base.count:,} check-ins of {TENANTS} teams due at one instant, each in a channel of its own, "
        f"{POST * 1000:.0f} ms a post, {slots} posts under way in all. Late: from the due instant to the message being "
        "recorded as sent. The peer is compared with the bare loop for as many; its "
        "jobs were left beforehand and only wait, while ours become due, are written, judged "
        "and recorded within the time. CPU of our processes and of the peer's: once they are up.",
        "",
        f"{machine}.",
        "",
        "Goals: SQLite at most 1.05 and PostgreSQL at most 1.20 beside bare, p99 at most 1.2, PostgreSQL CPU a job at "
        "most 0.2 ms.",
        "",
        "| run | all sent after | beside bare | late p50 | late p99 | p99 beside bare "
        "| own CPU a job | PostgreSQL CPU a job |",
        "|---|---|---|---|---|---|---|---|",
        *rows,
    ]
    if large:
        lines += ["", f"How the cost grows with a year of history kept, {LARGE_SLOTS} posts under way in all:", ""]
        lines += ["| run | due at once | all sent after | a second | late p99 | own CPU a job | PostgreSQL CPU a job |"]
        lines += ["|---|---|---|---|---|---|---|"]
        lines += [
            f"| {r.name} | {r.count:,} | {r.seconds:.1f} s | {r.count / r.seconds:.0f} | {r.p99:.1f} s "
            f"| {r.cpu:.2f} ms | {_or_dash(r.postgres_cpu)} |"
            for r in large
        ]
    return "\n".join(lines)


def _bare(base: Run, run: Run) -> float:
    """The seconds the bare loop takes for as many."""
    return base.seconds * run.count / base.count


def _or_dash(milliseconds: float) -> str:
    return f"{milliseconds:.2f} ms" if milliseconds else "–"


async def main(options: argparse.Namespace) -> None:
    """Run everything and write what it came to."""
    from tests.postgres import Postgres, postgres

    server = Postgres(options.postgres) if options.postgres else postgres()
    postmaster = server.handle.get_pid() or 0 if server.handle else 0
    count, slots = options.count, options.slots
    began, machine = time.perf_counter(), results.machine()
    runs = [show(await bare(count, slots))]
    if "sqlite" in options.only:
        with tempfile.TemporaryDirectory() as folder:
            runs.append(show(await ours("SQLite, one process", f"sqlite:///{folder}/bench.db", count, slots, 1)))
    if "postgresql" in options.only:
        url = await server.fresh()
        runs.append(show(await ours("PostgreSQL, two processes", url, count, slots, 2, postmaster=postmaster)))
    if "peer" in options.only:
        runs.append(show(await peer(await server.fresh(), options.peer, slots, 2, postmaster=postmaster)))
    large: list[Run] = []
    if "large" in options.only:
        url, many = await server.fresh(), options.large
        name = f"PostgreSQL, two processes, {many * YEAR:,} sent before"
        large.append(show(await ours(name, url, many, LARGE_SLOTS, 2, YEAR, postmaster=postmaster)))
    print(f"in {time.perf_counter() - began:.0f} s", flush=True)
    if not options.dry:
        results.write("delivery", report(runs, slots, large, machine))


def show(run: Run) -> Run:
    """The run, with a line of what it came to."""
    print(
        f"{run.name}: {run.seconds:.2f} s, p50 {run.p50:.2f}, p99 {run.p99:.2f}, "
        f"CPU {run.cpu:.2f} ms a job, PostgreSQL {run.postgres_cpu:.2f} ms a job",
        flush=True,
    )
    return run


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="due at once")
    parser.add_argument("--slots", type=int, default=64, help="posts under way at a time, in all processes together")
    parser.add_argument("--large", type=int, default=100_000, help="due at once over a year of history")
    parser.add_argument("--peer", type=int, default=2_500, help="due at once in the peer's run, which takes longest")
    parser.add_argument("--postgres", default="", help="a server to use instead of starting one")
    parser.add_argument("--only", nargs="*", default=["sqlite", "postgresql", "peer", "large"])
    parser.add_argument("--dry", action="store_true", help="write nothing")
    parser.add_argument("--worker", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    asyncio.run(work(asked.worker, asked.slots) if asked.worker else main(asked))
