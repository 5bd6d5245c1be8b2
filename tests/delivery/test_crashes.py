"""Processes killed without warning, databases stopped under load: nothing is lost and nothing is seen twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, text

from bot.delivery.outage import CATCHING_UP
from bot.storage.tables import Outgoing
from tests.delivery.platform import Platform
from tests.delivery.post import Office, open_office, reckoned
from tests.postgres import again, postgres, start, stop

MANY = 2_000
TENANTS = 20


def _each_once(platform: Platform, expected: int) -> None:
    """The platform's channel shows every check-in once: what was in flight was found by its key, not sent again."""
    seen = Counter(platform.keys)
    assert len(seen) == expected
    assert [key for key, times in seen.items() if times > 1] == []


async def test_a_worker_killed_amid_two_thousand_loses_none_and_repeats_none() -> None:
    async with open_office(await postgres().fresh()) as office:
        office.platform.seconds = 0.05
        await office.stock(TENANTS, MANY // TENANTS)
        first, _ = await office.worker(), await office.worker()
        await office.platform.until(lambda: len(office.platform.posts) > MANY // 4, 40)
        first.kill()
        await first.wait()
        await office.until_states(lambda s: s["sent"] == MANY, 60)
        _each_once(office.platform, MANY)


async def test_what_a_dead_worker_had_is_taken_up_within_the_heartbeat_and_two_seconds() -> None:
    heartbeat = 10.0  # what the program runs with
    async with open_office(await postgres().fresh(), heartbeat=timedelta(seconds=heartbeat)) as office:
        await office.stock(["fake:T0"], 1)
        office.platform.behave = lambda post: "hang" if post.tried == 1 else "ok"
        worker = await office.worker()
        await office.platform.until(lambda: len(office.platform.posts) == 1)
        office.run()
        worker.kill()
        async with reckoned() as lived:
            await worker.wait()
            await office.platform.until(lambda: office.platform.asked == office.platform.keys, 120)
        assert lived.seconds <= heartbeat + 2
        assert (await office.until_states(lambda s: s["sent"] == 1)) == Counter(sent=1)
        _each_once(office.platform, 1)


async def test_the_only_process_killed_on_sqlite_loses_none_and_repeats_none(tmp_path: Path) -> None:
    async with open_office(f"sqlite:///{tmp_path / 'salvage.db'}") as office:
        office.platform.seconds = 0.05
        await office.stock(TENANTS, MANY // TENANTS)
        for share in (4, 2):
            process = await office.worker()
            await office.platform.until(lambda share=share: len(office.platform.posts) > MANY // share, 60)  # type: ignore[misc]
            process.kill()
            await process.wait()
        await office.worker()
        await office.until_states(lambda s: s["sent"] == MANY, 60)
        _each_once(office.platform, MANY)


async def test_postgresql_stopped_and_started_under_load_loses_nothing() -> None:
    server = start()
    async with open_office(await server.fresh()) as office:
        office.platform.seconds = 0.05
        await office.stock(10, 50)
        office.run()
        await office.worker()
        await office.platform.until(lambda: len(office.platform.posts) > 50)
        await asyncio.to_thread(stop, server, how="immediate")
        await asyncio.to_thread(again, server)
        await office.until_states(lambda s: s["sent"] == 500, 90)
        _each_once(office.platform, 500)


async def test_what_a_stopped_postgresql_made_late_says_that_it_is_catching_up() -> None:
    server = start()
    async with open_office(await server.fresh()) as office:
        office.platform.seconds = 0.05
        await office.stock(10, 30)
        office.run()
        await office.platform.until(lambda: len(office.platform.posts) > 20)
        await asyncio.to_thread(stop, server)
        await office.until(lambda: office.courier.outage.since is not None)
        in_time = set(office.platform.keys)
        await office.clock.skip(timedelta(seconds=30))
        await asyncio.to_thread(again, server)
        await office.until_states(lambda s: s["sent"] == 300, 90)
        assert office.courier.outage.since is None
        _each_once(office.platform, 300)
    late = {key for key, words in office.platform.said.items() if CATCHING_UP in words}
    assert late
    assert not late & in_time


async def test_a_stop_while_the_database_is_away_ends() -> None:
    server = start()
    async with open_office(await server.fresh()) as office:
        await office.stock(["fake:T0"], 1, due_in=3600)
        office.run()
        await asyncio.to_thread(stop, server)
        await office.until(lambda: office.courier.outage.since is not None)
        async with asyncio.timeout(10):
            await office.stop()


async def test_a_stop_finishes_what_is_under_way_and_leaves_the_rest(office: Office) -> None:
    office.platform.seconds = 0.2
    await office.stock(4, 100)
    office.run()
    await office.platform.until(lambda: len(office.platform.posts) > 10)
    await office.stop()
    states = await office.states()
    assert states["sending"] == 0
    assert states["sent"] == len(office.platform.posts) < 400


async def test_what_a_stopped_worker_leaves_another_takes_up_at_once() -> None:
    async with open_office(await postgres().fresh(), heartbeat=timedelta(seconds=60)) as office:
        office.platform.seconds = 0.1
        await office.stock(4, 100)
        leaving = await office.worker()
        await office.platform.until(lambda: len(office.platform.posts) > 20)
        leaving.terminate()
        assert await leaving.wait() == 0
        office.platform.seconds = 0.0
        office.run()
        await office.until_states(lambda s: s["sent"] == 400)
        _each_once(office.platform, 400)


async def test_a_message_written_and_its_turn_in_the_queue_are_one_transaction() -> None:
    async with open_office(await postgres().fresh()) as office:
        await office.stock(["fake:T0"], 0)
        await office.post("fake:T0:A", "kept")

        class Crash(Exception):
            pass

        try:
            async with office.database.begin() as db:
                await db.execute(text("DELETE FROM pgqueuer"))
                row = await db.scalar(select(Outgoing))
                assert row is not None
                await office.engine.enqueue(db, ["fake:T0", "fake:T1"])
                raise Crash
        except Crash:
            pass
        async with office.database.begin() as db:
            turns = (await db.execute(text("SELECT convert_from(payload, 'utf8') FROM pgqueuer"))).scalars().all()
        assert turns == ["fake:T0"]
