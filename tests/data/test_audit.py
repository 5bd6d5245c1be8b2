"""`salvage audit`: who read or changed whose case, when, for those who must be able to tell."""

from __future__ import annotations

import asyncio
import json

from bot.ports import Role
from bot.storage.tables import Audit
from tests.data.conftest import Salvage
from tests.house import House


async def look_around(house: House) -> None:
    await house.seat("Priya").say("demo")
    await house.seat("Sam", Role.manager).say("/salvage SAL-2")
    await house.skip(days=3)
    await house.seat("Sam", Role.manager).say("/salvage SAL-1")
    await house.seat("Lena", Role.manager).say("/salvage SAL-1")


async def test_the_trail_says_who_when_and_whose(house: House, salvage: Salvage) -> None:
    await look_around(house)
    told = await asyncio.to_thread(lambda: salvage("audit", env={"SALVAGE_ZONE": "Europe/Berlin"}))
    lines = told.output.splitlines()
    assert "2026-11-02 10:00 +0100 · Sam · read SAL-2 · Acme" in lines
    assert "2026-11-05 10:00 +0100 · Lena · read SAL-1 · Northwind" in lines
    assert lines == sorted(lines, key=lambda x: x[:16])


async def test_the_trail_of_one_case_one_person_or_one_day(house: House, salvage: Salvage) -> None:
    await look_around(house)
    for words, expected in (
        (("--case", "SAL-1"), ["Sam · read SAL-1", "Lena · read SAL-1"]),
        (("--case", "2", "--person", "sam"), ["Sam · read SAL-2"]),
        (("--person", "Lena"), ["Lena · read SAL-1"]),
        (("--since", "2026-11-05", "--person", "Sam"), ["Sam · read SAL-1"]),
        (("--since", "5 November 2026", "--person", "Sam"), ["Sam · read SAL-1"]),
    ):
        lines = (await asyncio.to_thread(salvage, "audit", *words)).output.splitlines()
        read = [line for line in lines if "read SAL" in line]
        assert [line.split(" · ", 1)[1].rsplit(" · ", 1)[0] for line in read] == expected


async def test_as_json_each_line_is_an_object(house: House, salvage: Salvage) -> None:
    await look_around(house)
    rows = [
        json.loads(x)
        for x in (await asyncio.to_thread(salvage, "audit", "--json", "--person", "Lena")).stdout.splitlines()
    ]
    assert rows[-1] == {
        "at": "2026-11-05T09:00:00+00:00",
        "person": "Lena",
        "person_key": "local:lena",
        "what": "read SAL-1",
        "case": "SAL-1",
        "client": "Northwind",
    }


async def test_what_cannot_be_meant_is_said(house: House, salvage: Salvage) -> None:
    await look_around(house)
    for words, why in (
        (("--case", "SAL-99"), "There is no SAL-99, and nothing in the trail speaks of it."),
        (("--case", "Acme"), "“Acme” is no case. Write it like SAL-7."),
        (("--person", "Lenna"), "I don't know Lenna. Near it: Lena."),
        (("--since", "2026-02-31"), "is no date"),
        (("--since", "soonish"), "--since: "),
        (("--workspace", "slack:T9"), "There is no workspace slack:T9. Name one of: local."),
    ):
        told = await asyncio.to_thread(salvage, "audit", *words)
        assert told.exit_code == 1
        assert why in told.output


async def test_sal_1_is_not_sal_10(house: House, salvage: Salvage) -> None:
    await look_around(house)
    async with house.database.begin() as db:
        db.add(
            Audit(workspace_id=1, person_id=None, case_id=None, what="erased the client of SAL-10", at=house.clock.at)
        )
    assert "SAL-10" not in (await asyncio.to_thread(salvage, "audit", "--case", "SAL-1")).output
    assert "SAL-10" in (await asyncio.to_thread(salvage, "audit", "--case", "SAL-10")).output


async def test_nothing_to_show_is_said(house: House, salvage: Salvage) -> None:
    await look_around(house)
    assert (
        await asyncio.to_thread(salvage, "audit", "--since", "2030-01-01")
    ).output == "Nothing in the trail fits that.\n"
