"""The same run with procrastinate, for a peer; it runs in a virtual environment of its own and knows nothing of ours.

``peer.py URL COUNT SLOTS PROCESSES SECONDS`` leaves jobs that are due at one instant, runs workers, and writes how late
each was recorded as done, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from datetime import UTC, datetime, timedelta

from procrastinate import App, PsycopgConnector

POLL = 0.5
"""Seconds between looks at the queue; the library's own setting is 5, which would count as lateness here."""

BATCH = 1_000


def app_on(url: str, seconds: float = 0.0) -> App:
    """An application with the one task."""
    app = App(connector=PsycopgConnector(conninfo=url, min_size=2, max_size=8))

    @app.task(name="post", queue="bench")
    async def post(number: int) -> None:
        await asyncio.sleep(seconds)

    return app


async def work(url: str, slots: int, seconds: float) -> None:
    """One worker, until it is ended; writes its CPU seconds, its start left out, when it is told to."""
    app = app_on(url, seconds)
    async with app.open_async():
        began = time.process_time()
        sys.stdout.write("up\n")
        sys.stdout.flush()
        running = asyncio.create_task(
            app.run_worker_async(queues=["bench"], concurrency=slots, fetch_job_polling_interval=POLL, wait=True,
                                 install_signal_handlers=False)
        )  # fmt: skip
        await asyncio.to_thread(sys.stdin.read)
        sys.stdout.write(f"{time.process_time() - began}\n")
        sys.stdout.flush()
        running.cancel()
        await asyncio.wait([running])


async def leave(app: App, count: int, due: datetime) -> None:
    """Leave the jobs, in as few statements as the library offers."""
    later = app.configure_task("post", queue="bench", schedule_at=due)
    for first in range(0, count, BATCH):
        await later.batch_defer_async(*({"number": n} for n in range(first, min(first + BATCH, count))))


async def done_at(app: App, count: int) -> list[datetime]:
    """When each job was recorded as done, once all are."""
    while True:
        await asyncio.sleep(0.5)
        row = await app.connector.execute_query_one_async(
            "SELECT count(*) AS done FROM procrastinate_jobs WHERE status = 'succeeded'"
        )
        if row["done"] >= count:
            break
    rows = await app.connector.execute_query_all_async("SELECT at FROM procrastinate_events WHERE type = 'succeeded'")
    return [row["at"] for row in rows]


async def main(url: str, count: int, slots: int, processes: int, seconds: float) -> None:
    """Leave the jobs, run the workers, write what came of it."""
    app = app_on(url)
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        due = datetime.now(UTC) + timedelta(seconds=4 + count / 2_000)
        await leave(app, count, due)
        command = (sys.executable, __file__, "--worker", url, str(slots // processes), str(seconds))
        pipe = asyncio.subprocess.PIPE
        workers = [await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe) for _ in range(processes)]
        finished = await done_at(app, count)
    cpu = 0.0
    for worker in workers:
        out, _ = await worker.communicate(b"")
        cpu += float(out.decode().split()[-1])
    late = [(at - due).total_seconds() for at in finished]
    sys.stdout.write(json.dumps({"late": late, "cpu": cpu}) + "\n")


if __name__ == "__main__":
    if sys.argv[1] == "--worker":
        asyncio.run(work(sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))
    else:
        asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5])))
