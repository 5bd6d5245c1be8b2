"""A fault of ours in the middle of a turn: one sentence, nothing changed, and the operator sees it."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import func, select
from structlog.testing import capture_logs

from bot.coach.outcomes import Nothing
from bot.dialog import Dialog, Text
from bot.ports import PersonLeft, Said
from bot.storage.tables import Case, Event
from dialogs.registry import DIALOGS
from tests.core.told import opened
from tests.house import House, open_house
from tests.postgres import again, start, stop


class Broken(Exception):
    """A fault nobody thought of."""


def breaks(args: Mapping[str, Any]) -> Dialog[Nothing]:
    """A dialog that breaks after its question."""
    yield from Text("text", "Which text?")
    raise Broken("secret words of a client")


@pytest.fixture
def broken_house(house: House) -> House:
    """A coach whose tone check breaks."""
    house.conversation = replace(house.conversation, dialogs={**DIALOGS, "check": lambda args: lambda: breaks(args)})
    return house


def failed(kind: str) -> float:
    return REGISTRY.get_sample_value("salvage_turns_total", {"kind": kind, "outcome": "failed"}) or 0.0


async def test_a_fault_is_one_sentence_that_says_what_to_do(broken_house: House) -> None:
    priya = broken_house.seat()
    before = failed("said")
    await priya.say("check")
    with capture_logs() as logs:
        said = await priya.say("We are sorry.")
    assert said.startswith("That did not work, and nothing was changed")
    assert "try again" in said
    assert "Traceback" not in said
    assert "Broken" not in said
    (seen,) = [entry for entry in logs if entry["event"] == "turn.failed"]
    assert seen["exc_info"]
    assert failed("said") == before + 1


async def test_a_fault_changes_nothing_and_the_same_event_may_come_again(broken_house: House) -> None:
    priya = broken_house.seat()
    await priya.say("check")
    await priya.act(Said("We are sorry."), event="evt-7")
    async with broken_house.database.begin() as db:
        assert await db.get(Event, "evt-7") is None
    broken_house.conversation = replace(broken_house.conversation, dialogs=DIALOGS)
    await priya.act(Said("We are sorry."), event="evt-7")
    assert "Tone" in priya.words


async def test_after_a_fault_the_person_can_leave_and_go_on(broken_house: House) -> None:
    priya = broken_house.seat()
    await priya.say("check", "We are sorry.")
    assert "Stopped" in await priya.say("cancel")
    await opened(priya)
    async with broken_house.database.begin() as db:
        assert await db.scalar(select(func.count()).select_from(Case)) == 1


async def test_an_event_nobody_waits_for_is_brought_again_by_its_platform(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    house.conversation = replace(house.conversation, clock=NoClock())
    before = failed("personleft")
    with pytest.raises(Broken):
        await priya.act(PersonLeft("local:priya"))
    assert failed("personleft") == before + 1


async def test_while_the_database_is_away_a_person_hears_that_nothing_was_kept() -> None:
    server = start()
    async with open_house(await server.fresh()) as house:
        priya = house.seat()
        await priya.say("start Acme")
        await asyncio.to_thread(stop, server)
        said = await priya.say("The migration was late")
        assert said.startswith("I can't reach my notes right now, so nothing of this was kept")
        await asyncio.to_thread(again, server)
        assert "what happened" not in (await priya.say("The migration was late and nobody told them")).casefold()
        assert priya.last.cards[-1].form


class NoClock:
    """A clock that has stopped altogether."""

    def now(self) -> datetime:
        raise Broken("no time")

    async def skip(self, span: timedelta) -> None:
        raise Broken("no time")
