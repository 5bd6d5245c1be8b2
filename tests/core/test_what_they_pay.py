"""What a client pays and when its contract ends can be told in the chat, and counts in the summary."""

import pytest
from sqlalchemy import select

from bot.coach.playbook import Playbook
from bot.services import snapshots
from bot.services.turn import Turn
from bot.storage.tables import Case, Client, Person, Workspace
from tests.core.told import manager, opened
from tests.house import House


async def test_what_they_pay_is_kept_and_seen_in_the_summary(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    said = await priya.say("edit Acme value", "no idea what")
    assert "I could not read a sum" in said
    assert "Changed. What they pay us: €12,000 a month." in await priya.say("€ 12.000 a month")
    assert "Worth" in await priya.say("Acme")
    assert "€12,000 a month" in await manager(house).say("summary")


async def test_a_year_and_lakhs_are_read(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    assert "a year" in await priya.say("edit Acme value", "12 lakh INR per year")


async def test_notice_and_renewal_are_days(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    assert "February has no 31st" in await priya.say("edit Acme notice", "31.2.")
    assert "Notice by: 15 December 2026" in await priya.say("15 December")
    assert "notice" in (await manager(house).say("summary")).casefold()
    assert "Renewal: 1 January 2027" in await priya.say("edit Acme renewal", "1 January")


async def test_what_they_pay_a_month_is_no_cost_of_theirs(house: House) -> None:
    priya = house.seat()
    await priya.say("start Acme: the migration slipped, nobody told Dana, and they pay us 12k a month")
    await priya.say("cancel")
    assert "Cost to them" not in await priya.say("Acme")


async def test_i_called_her_is_a_step_done(house: House) -> None:
    priya = house.seat()
    await priya.say("start Acme: it slipped and nobody told them")
    assert "Hear their side" in priya.words
    assert "Noted." in await priya.say("I called her")
    assert "What did Acme say?" in priya.words


async def test_i_called_her_with_nothing_open_is_news_of_the_only_case(house: House) -> None:
    priya = house.seat()
    await opened(priya, "Acme")
    said = await priya.say("I just called her")
    assert "What did Acme say?" in said
    assert "Noted." not in said


async def test_a_promise_by_a_day_is_due_when_that_day_ends(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    assert "tomorrow 17:30" in await priya.say("promise Acme the report by tomorrow")
    assert "tomorrow 17:30" in await priya.say("promise Acme a call", "tomorrow")


async def test_commands_alone_ask_whom_they_are_about(house: House) -> None:
    from bot.ports import Role

    priya = house.seat()
    assert "Which client? Type people and the name" in await priya.say("people")
    assert "Which client? Type person and the name" in await priya.say("person")
    await opened(priya, "Acme")
    await opened(priya, "Bolt")
    assert "or a number such as SAL-1 (Acme), SAL-2 (Bolt)." in await priya.say("draft apology")
    assert "Who, and as what?" in await house.seat("Ada", Role.admin).say("role")


async def test_somebody_of_no_known_part_is_kept_without_a_remark(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    assert "Kept: Tom at Acme." in await priya.say("person Acme Tom", "none", "skip")


@pytest.mark.parametrize(
    ("client", "small"), [("Acme", True), ("Bloom", True), ("Cobalt", False), ("Delta", False), ("Elm", False)]
)
async def test_the_lower_half_of_the_clients_whose_worth_is_known_are_small(
    house: House, client: str, small: bool
) -> None:
    priya = house.seat()
    for name, worth in (("Acme", "1,000 a month"), ("Bloom", "13,000 a year"), ("Cobalt", "3,000"), ("Delta", "9,000")):
        await opened(priya, name)
        await priya.say(f"edit {name} value €{worth}")
    await opened(priya, "Elm")
    async with house.database.begin() as db:
        person = (await db.scalars(select(Person))).one()
        workspace = await db.get_one(Workspace, person.workspace_id)
        found = (await db.scalars(select(Case).join(Client).where(Client.name == client))).one()
        who = priya.who
        turn = Turn(db, workspace, person, who, who.private, who.private, house.clock.now(), "t", Playbook.load())
        assert (await snapshots.snapshot(turn, found)).small_client is small
