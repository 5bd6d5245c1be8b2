"""What is done once a day: old claims of events and cases past their retention are let go of."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from bot.compose import Coach
from bot.conversation import forget_events
from bot.data.retention import AT_ONCE, retire

log = structlog.get_logger()

A_DAY = 24 * 3600.0
CLAIMS_KEPT = timedelta(days=14)
"""Far longer than any platform retries an event."""


async def every_day(coach: Coach) -> None:
    """Keep house now and once a day, until cancelled; whatever goes wrong is logged and tried again tomorrow."""
    while True:
        try:
            await keep_house(coach)
        except Exception as wrong:
            # Nobody waits for this work: what is not said here is never heard of.
            log.warning("housekeeping.put_off", exc_info=wrong)
        await asyncio.sleep(A_DAY)


async def keep_house(coach: Coach) -> int:
    """Forget old claims and erase what is past its retention; gives how many cases were erased."""
    now, days, erased = coach.clock.now(), coach.settings.salvage_retention_days, 0
    async with coach.database.begin(long=True) as db:
        await forget_events(db, now - CLAIMS_KEPT)
    while True:
        async with coach.database.begin(long=True) as db:
            done = await retire(db, now, days)
        erased += done.cases
        if done.cases < AT_ONCE:
            break
    if erased:
        log.info("housekeeping.erased", cases=erased)
    return erased
