"""The local clock, moved in one process of a database while another one delivers."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.compose import running
from bot.config import Settings
from bot.local import TENANT
from tests.delivery.post import open_office
from tests.delivery.programs import salvage, serving

IN_FOUR_DAYS = timedelta(days=4).total_seconds()


async def _planned(url: str, checkins: int) -> None:
    """Check-ins of the local workspace, days away, in channels of their own."""
    async with open_office(url) as office:
        await office.stock([TENANT], checkins, due_in=IN_FOUR_DAYS)


async def test_days_skipped_at_a_terminal_are_delivered_by_the_server_beside_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'salvage.db'}"
    await _planned(url, 2)
    async with serving(url) as coach:
        await coach.until_ready()
        for days, seen in ((3, 0), (2, 2)):
            code, shown, wrong = await salvage(url, "chat", "--as", "Priya", typed=f"skip {days} days\n")
            assert (code, wrong) == (0, "")
            assert "It is now" in shown
            assert shown.count("how are they?") == seen, "only the server delivers, and the terminal shows it at once"
        assert 'salvage_sent_total{platform="local"} 2.0' in await coach.metrics()


async def test_a_process_goes_along_when_another_one_moves_the_clock(url: str) -> None:
    await _planned(url, 1)
    settings = Settings(database_url=url)
    async with running(settings, real_time=False) as serves, running(settings, real_time=False) as beside:
        delivering = asyncio.create_task(serves.engine.run())
        await beside.clock.skip(timedelta(days=5))
        async with asyncio.timeout(20):
            while not await serves.log.since(0, person="nobody"):  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0.05)
        assert serves.clock.now() - datetime.now(UTC) > timedelta(days=4)
        await serves.engine.stop()
        await delivering


async def test_a_terminal_beside_a_platform_does_not_move_other_peoples_time(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'salvage.db'}"
    slack = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}
    code, shown, wrong = await salvage(url, "chat", "--as", "Priya", typed="skip 7 days\n", **slack)
    assert (code, wrong) == (0, "")
    assert "The time is real here" in shown
