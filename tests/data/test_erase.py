"""`salvage erase CLIENT` and retention: what names a client is gone from every table, and from the file."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, String, select

from adapters.slack.owed import OWED
from bot.data.retention import retire
from bot.data.scope import OWED_NOTES, TABLES
from bot.data.traces import Traces, texts_of
from bot.ports import Role
from bot.storage.database import Database
from bot.storage.tables import Audit, Base, Case, Client, ContactPerson, Lesson, LocalRow, PlaceRow, Schedule
from tests.data.conftest import Salvage
from tests.house import House

STORY = "The migration promised for Friday slipped to Tuesday and their warehouse stood still on Monday morning."


async def play(house: House) -> None:
    """Acme's trouble told by hand and in every way that leaves words behind, beside other clients."""
    sam = house.seat("Sam", Role.manager)
    priya = house.seat("Priya")
    await priya.say("demo", f"/salvage log Acme {STORY}", "warmer")
    await priya.say("/salvage promise Acme a status mail to Dana by Thursday 15:00")
    await priya.say("/salvage remind Acme weekly on Monday at 9:00", "/salvage draft apology Acme")
    await priya.say("/salvage log Bloom & Partner They asked whether acme's outage could happen to them too")
    await sam.say("/salvage summary", "/salvage Acme", "/salvage check We are sorry if Acme feels bad")
    async with house.database.begin() as db:
        acme = await db.scalar(select(Client).where(Client.name == "Acme"))
        case = await db.scalar(select(Case).where(Case.client_id == acme.id))
        db.add(ContactPerson(client_id=acme.id, name="Wanda Quill", decides=True, channel=""))
        for words in ("Tell people at Acme before they find out", "Say the date before they ask for it"):
            lesson = Lesson(workspace_id=case.workspace_id, case_id=case.id, cause=case.cause, at=house.clock.at)
            lesson.words, lesson.folded = words, words.casefold()
            db.add(lesson)
        db.add(PlaceRow(workspace_id=case.workspace_id, tenant="local", key="local:#client-acme", name="#client-acme",
                        folded="#client-acme", kind="shared"))  # fmt: skip
    await house.skip(days=8)
    for n, words in enumerate((STORY, "Wanda Quill called", "acme is back", "Nothing about anybody")):
        from bot.view import card

        await house.log.append("local:#accounts", "", card(words), key=f"typed {n}")


async def words_of(house: House) -> dict[str, list[Any]]:
    """Every text and JSON value of every table."""
    found: dict[str, list[Any]] = {}
    async with house.database.begin() as db:
        for table in Base.metadata.sorted_tables:
            for row in (await db.execute(select(table))).mappings():
                for column in table.c:
                    if isinstance(column.type, JSON | String) and row[column.name]:
                        found.setdefault(f"{table.name}.{column.name}", []).append(row[column.name])
    return found


async def naming(house: House, *names: str) -> list[str]:
    return [
        f"{where}: {value}"
        for where, values in (await words_of(house)).items()
        for value in values
        if any(name.casefold() in str(value).casefold() for name in names)
    ]


async def test_after_erasing_nothing_names_the_client_or_its_people(house: House, salvage: Salvage, url: str) -> None:
    await play(house)
    assert await naming(house, "Acme", "Wanda Quill", "warehouse stood still")
    told = await asyncio.to_thread(salvage, "erase", "acme", "--yes")
    assert told.exit_code == 0, told.output
    assert "Erased: 1 case, 1 client, " in told.output
    assert "the name was blanked out in" in told.output
    assert "1 lesson without a name kept" in told.output
    assert await naming(house, "Acme", "Wanda Quill", "warehouse stood still") == []
    left = Path(url.removeprefix("sqlite:///"))
    await house.database.close()
    files = [left, *left.parent.glob("salvage.db-wal")]
    assert not any(word in f.read_bytes() for f in files for word in (b"Acme", b"Wanda Quill", b"warehouse stood"))


async def test_somebody_there_who_was_only_named_in_passing_is_gone_too(house: House, salvage: Salvage) -> None:
    await play(house)
    await house.seat("Priya").say("person Acme Quorthon Blabb", "cancel")
    await house.seat("Sam", Role.manager).say("check Dear Quorthon Blabb, we apologise if you feel bad", "cancel")
    assert await naming(house, "Quorthon")
    await asyncio.to_thread(salvage, "erase", "Acme", "--yes")
    assert await naming(house, "Quorthon") == []


async def test_other_clients_keep_everything_but_the_name(house: House, salvage: Salvage) -> None:
    await play(house)
    await asyncio.to_thread(salvage, "erase", "Acme", "--yes")
    async with house.database.begin() as db:
        names = (await db.scalars(select(Client.name).order_by(Client.name))).all()
        words = (await db.scalars(select(LocalRow.card))).all()
    assert names == ["Bloom & Partner", "Hafen Logistik", "Northwind", "St Aldhelm School"]
    assert any("Nothing about anybody" in str(w) for w in words)
    assert not await naming(house, "acme")
    seat = house.seat("Priya")
    assert "Bloom" in await seat.say("/salvage Bloom & Partner")


async def test_answers_a_slow_platform_has_not_shown_yet_are_gone_with_the_client(
    house: House, salvage: Salvage
) -> None:
    await play(house)
    here, elsewhere = "@local:priya", "@slack:T9:UEVE"
    for key, place, words in (("1", here, "Acme: call Dana."), ("2", here, "Call her."), ("3", elsewhere, "Beta.")):
        owed = {"place": place, "at": 0.0, "messages": [{"text": words, "blocks": []}]}
        await house.notes.put(OWED, key, owed)
    await house.notes.put("slack_thread", "local:priya", {"ts": "1.1"})
    told = await asyncio.to_thread(salvage, "erase", "Acme", "--yes")
    assert "2 answers not shown yet" in told.output
    assert list(await house.notes.all(OWED)) == ["3"], "another team keeps its own"
    assert await house.notes.get("slack_thread", "local:priya")
    assert await naming(house, "Acme") == []
    assert OWED in OWED_NOTES


async def test_who_read_the_erased_case_stays_on_record(house: House, salvage: Salvage) -> None:
    await play(house)
    async with house.database.begin() as db:
        number = await db.scalar(select(Case.number).join(Client).where(Client.name == "Acme"))
    await asyncio.to_thread(salvage, "erase", "Acme", "--yes")
    told = (await asyncio.to_thread(salvage, "audit", "--case", f"SAL-{number}")).output
    assert f"Sam · read SAL-{number}" in told
    assert f"Salvage · erased the client of SAL-{number}" in told


async def test_nothing_is_erased_until_it_is_agreed_to(house: House, salvage: Salvage) -> None:
    await play(house)
    for answer in ("n\n", ""):
        told = await asyncio.to_thread(lambda a=answer: salvage("erase", "Acme", answer=a))
        assert told.exit_code == 1
        assert "Erase Acme: 1 " in told.output
        assert "Nothing was erased. Answer y, or add --yes" in told.output
    async with house.database.begin() as db:
        assert await db.scalar(select(Client.id).where(Client.name == "Acme"))
    told = await asyncio.to_thread(lambda: salvage("erase", "Acme", answer="y\n"))
    assert "Erased: " in told.output


async def test_a_name_nobody_has_is_refused_with_what_is_near(house: House, salvage: Salvage) -> None:
    await play(house)
    told = await asyncio.to_thread(salvage, "erase", "Northwnd", "--yes")
    assert told.exit_code == 1
    assert "There is no client Northwnd. Near it: Northwind." in told.output


async def test_backups_that_still_hold_the_client_are_named(house: House, salvage: Salvage, url: str) -> None:
    await play(house)
    await asyncio.to_thread(Path(url.removeprefix("sqlite:///") + ".backup-20260101-000000").write_bytes, b"x")
    assert "Backups still hold the client: " in (await asyncio.to_thread(salvage, "erase", "Acme", "--yes")).output


@pytest.mark.parametrize(
    ("words", "after"),
    [
        ("Acme called", "[erased] called"),
        ("ACME's outage, acme", "[erased] outage, [erased]"),
        ("the acmeist", "the acmeist"),
        ("Acme Logistics and Acme", "Acme Logistics and [erased]"),
        ("#client-acme", "#client-[erased]"),
        ("Bloom  &\nPartner", "[erased]"),
        ("Next was late, what next?", "[erased] was late, what next?"),
    ],
)
def test_a_name_is_found_as_people_write_it(words: str, after: str) -> None:
    traces = Traces(frozenset({"Acme", "Bloom & Partner", "Next"}), frozenset({"Acme Logistics"}))
    assert traces.blanked(words) == after
    assert traces.named(words) == (words != after)


def test_a_text_is_found_again_by_its_beginning_and_short_ones_are_no_trace() -> None:
    traces = Traces(frozenset(), texts=texts_of(["The  warehouse stood\nstill (warmer)", "Yes", "Plan in place"]))
    assert traces.told("you wrote: the warehouse stood still and more")
    assert not traces.told("Plan in place")
    assert not traces.told("nothing of the kind, at some length")


# --- retention ---------------------------------------------------------------------------------------------


async def close_acme(house: House) -> int:
    async with house.database.begin() as db:
        case = await db.scalar(select(Case).join(Client).where(Client.name == "Acme"))
        case.closed_at, case.stage, case.outcome = house.clock.at, "healed", "healed"
        return case.id


async def test_closed_cases_go_once_they_are_old_enough(house: House) -> None:
    await play(house)
    case = await close_acme(house)
    for after, gone in ((0, 0), (29, 0), (31, 1), (31, 0)):
        async with house.database.begin() as db:
            done = await retire(db, house.clock.at + timedelta(days=after), 30)
            assert done.cases == gone
    async with house.database.begin() as db:
        assert await db.get(Case, case) is None
        assert len((await db.scalars(select(Case))).all()) == 4
        assert await db.scalar(select(Client.id).where(Client.name == "Acme"))
        assert (await db.scalars(select(Lesson.words))).all() == ["Say the date before they ask for it"]
        assert [a for a in await db.scalars(select(Audit.what)) if a.startswith("retired by age: SAL-")]
        assert not (await db.scalars(select(LocalRow))).all()
        assert not (await db.scalars(select(Schedule).where(Schedule.case_id == case))).all()
    assert await naming(house, "warehouse stood still on Monday morning") == []


async def test_zero_days_keeps_everything(house: House) -> None:
    await play(house)
    await close_acme(house)
    before = await words_of(house)
    async with house.database.begin() as db:
        assert (await retire(db, house.clock.at + timedelta(days=9_999), 0)).cases == 0
    assert await words_of(house) == before


async def test_open_cases_and_what_waits_are_kept_however_old(house: House) -> None:
    await play(house)
    async with house.database.begin() as db:
        done = await retire(db, house.clock.at + timedelta(days=999), 1)
    assert done.cases == 0
    found = await words_of(house)
    assert len(found["cases.story"]) == 5
    assert found["timeline.words"]


def test_tables_that_point_to_a_client_are_all_known() -> None:
    pointing = {t.name for t in TABLES if "case_id" in t.c or "client_id" in t.c}
    assert {"timeline", "drafts", "promises", "outbox", "conversations"} <= pointing


async def test_a_database_that_was_opened_by_the_command_is_closed_again(
    house: House, salvage: Salvage, url: str
) -> None:
    await play(house)
    await asyncio.to_thread(salvage, "erase", "Acme", "--yes")
    again = Database(url)
    async with again.begin() as db:
        db.add(Audit(workspace_id=1, person_id=None, case_id=None, what="free", at=house.clock.at))
    await again.close()
