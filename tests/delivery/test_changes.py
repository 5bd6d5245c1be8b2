"""What people and clocks do while check-ins come due and are being sent."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.coach.cadence import Cadence, Rhythm, first_due, to_json
from bot.coach.outcomes import ReminderChange
from bot.coach.playbook import Playbook
from bot.delivery.courier import Courier
from bot.delivery.in_process import InProcess, Sole
from bot.delivery.ledger import Take, Taken
from bot.delivery.occurrences import occur
from bot.ports import Who
from bot.services import cards, cases, people, schedules
from bot.services.turn import Turn
from bot.storage.tables import Case, Criterion, Occurrence, Outgoing, Person, Schedule, Step, Workspace
from bot.view import card_from_json
from tests.delivery.platform import HttpMessenger
from tests.delivery.post import Office, open_office
from tests.postgres import postgres


async def test_two_ticks_at_once_make_each_check_in_once(office: Office) -> None:
    await office.stock(["fake:T0"], 60)

    async def tick() -> int:
        async with office.database.begin() as db:
            return (await occur(db, office.clock.now(), {"fake:T0": 100})).counts["fake:T0"]

    taken = await asyncio.gather(tick(), tick(), tick())
    assert sum(taken) == 60
    async with office.database.reading() as db:
        assert await db.scalar(select(func.count()).select_from(Occurrence)) == 60
    assert await office.states() == Counter(sending=60)


async def test_a_check_in_does_not_overtake_what_waits_in_its_place(office: Office) -> None:
    await office.stock(["fake:T0"], 2, one_place=True)
    await office.post("fake:T0:C0", "said before")
    async with office.database.begin() as db:
        made = await occur(db, office.clock.now(), {"fake:T0": 5})
    assert made.counts == Counter({"fake:T0": 2})
    assert made.jobs == []
    assert await office.states() == Counter(waiting=3)


async def test_a_check_in_is_taken_as_it_is_made_one_in_each_place(office: Office) -> None:
    await office.stock(["fake:T0"], 2, one_place=True)
    async with office.database.begin() as db:
        made = await occur(db, office.clock.now(), {"fake:T0": 5})
    assert len(made.jobs) == 1
    assert await office.states() == Counter(sending=1, waiting=1)


async def test_a_lane_whose_turn_another_process_has_takes_nothing_and_ends() -> None:
    async with open_office(await postgres().fresh()) as office:
        await office.stock(["fake:T0"], 3)
        wanted = Take("fake:T0", 8, due=True, fence=(1, uuid4()))
        assert await office.courier.ledger.take(lambda: wanted) == Taken()


async def test_a_removed_workspace_with_a_thousand_waiting_gets_nothing_more(office: Office) -> None:
    office.platform.seconds = 0.1
    await office.stock(["fake:T0"], 1_000)
    office.run()
    await office.platform.until(lambda: len(office.platform.posts) > 30)
    async with office.database.begin() as db:
        await people.remove_tenant(db, "fake:T0", office.clock.now())
    removed = asyncio.get_running_loop().time()
    await asyncio.sleep(0)
    states = await office.until_states(lambda s: s["sending"] + s["waiting"] == 0)
    await office.stop()
    under_way = 0.35  # a post that had been taken, and its tenth of a second
    assert [at for at in office.platform.at.values() if at > removed + under_way] == []
    assert states["sent"] < 1_000


async def test_the_clock_set_back_an_hour_repeats_nothing_and_set_forward_sends_once(office: Office) -> None:
    await office.stock(["fake:T0"], 5)
    office.run()
    await office.until_states(lambda s: s["sent"] == 5)
    await office.clock.skip(timedelta(hours=-1))
    await office.engine.wake()
    await office.stock(["fake:T1"], 3, due_in=1800)
    await office.clock.skip(timedelta(hours=1))
    await office.engine.wake()
    await office.until_states(lambda s: s["sent"] == 8)
    assert len(office.platform.keys) == len(set(office.platform.keys)) == 8


async def test_missed_weeks_are_caught_up_once(office: Office) -> None:
    await office.stock(["fake:T0"], 3, due_in=-30 * 24 * 3600)
    await office.engine.drain()
    assert len(office.platform.posts) == 3
    async with office.database.reading() as db:
        upcoming = (await db.scalars(select(Schedule.next_due_at))).all()
    assert all(at is not None and at > office.clock.now() for at in upcoming)


async def test_a_schedule_that_cannot_be_read_is_put_off_and_harms_no_other(office: Office) -> None:
    await office.stock(["fake:T0"], 3)
    async with office.database.begin() as db:
        first = await db.scalar(select(Schedule).order_by(Schedule.id).limit(1))
        assert first is not None
        first.cadence = {"rhythm": "never heard of"}
    await office.engine.drain()
    assert len(office.platform.posts) == 2


async def test_a_message_taken_long_ago_is_looked_up_again_before_it_is_sent(office: Office) -> None:
    """A lane's messages may have to wait for their turn; what changed meanwhile counts."""
    office.platform.seconds = 0.6
    await office.stock(["fake:T0"], 40)
    office.courier.gate.slots = 1
    office.courier.gate.__post_init__()
    office.run()
    await office.platform.until(lambda: len(office.platform.posts) == 1)
    async with office.database.begin() as db:
        await db.execute(update(Outgoing).where(Outgoing.state == "sending").values(state="dropped"))
        await db.execute(update(Outgoing).where(Outgoing.state == "waiting").values(state="dropped"))
        await db.execute(update(Schedule).values(state="cancelled", next_due_at=None))
    await office.until_states(lambda s: s["sending"] == 0)
    await office.stop()
    assert len(office.platform.posts) == 1


async def test_a_process_without_a_platform_leaves_its_messages_to_those_that_have_it(url: str) -> None:
    async with open_office(url) as office:
        await office.stock(["elsewhere:T0", "fake:T0"], 2)
        await office.engine.drain()
        assert {p.place.split(":")[0] for p in office.platform.posts} == {"fake"}
        async with office.database.reading() as db:
            taken = select(func.max(Outgoing.attempts)).where(Outgoing.tenant == "elsewhere:T0")
            assert not await db.scalar(taken)


async def test_only_one_process_at_a_time_delivers_from_an_sqlite_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'salvage.db'}"
    async with open_office(url) as office:
        await office.stock(["fake:T0"], 5)
        serving = Sole(office.database.url)
        assert serving.take()
        beside = InProcess(
            Courier(office.database, office.clock, Playbook.load(), {"fake": HttpMessenger(office.platform.url)})
        )
        waiting = asyncio.create_task(beside.drain())
        await office.until_states(lambda s: s == Counter())
        serving.release()
        office.run()
        assert await waiting == 0
        await office.until_states(lambda s: s["sent"] == 5)


@pytest.mark.parametrize("what", ["cancel", "pause", "skip", "snooze"])
async def test_a_changed_reminder_takes_back_the_check_in_that_still_waits(office: Office, what: str) -> None:
    await office.stock(["fake:T0"], 1)
    async with office.database.begin() as db:
        await occur(db, office.clock.now(), {"fake:T0": 1})
        await db.execute(update(Outgoing).values(state="waiting", attempts=0))
    async with office.database.begin() as db:
        schedule = (await db.scalars(select(Schedule))).one()
        until = office.clock.now() + timedelta(days=1)
        await schedules.change(await _turn(db, office), ReminderChange(schedule.id, what, until=until))
    await office.engine.drain()
    assert office.platform.posts == []
    assert await office.states() == Counter(dropped=1)


@pytest.mark.parametrize("what", ["cancel", "pause", "snooze", "edit"])
async def test_a_reminder_changed_while_its_check_in_is_being_sent_sends_that_one_once(
    office: Office, what: str
) -> None:
    office.platform.seconds = 0.5
    await office.stock(["fake:T0"], 1)
    office.run()
    await office.platform.until(lambda: len(office.platform.posts) == 1)
    until = office.clock.now() + timedelta(days=1)
    daily = Cadence(Rhythm.monthly, time(9, 0), monthday=-1, zone="Asia/Kathmandu")
    async with office.database.begin() as db:
        schedule = (await db.scalars(select(Schedule))).one()
        await schedules.change(await _turn(db, office), ReminderChange(schedule.id, what, cadence=daily, until=until))
    assert await office.until_states(lambda s: s["sent"] == 1) == Counter(sent=1)
    await office.stop()
    async with office.database.reading() as db:
        upcoming = (await db.scalars(select(Schedule.next_due_at))).one()
    planned = {"snooze": until, "edit": first_due(daily, office.clock.now())}
    assert upcoming == planned.get(what)
    assert len(office.platform.posts) == 1


async def test_a_check_in_that_comes_due_outside_working_hours_waits_for_them_and_is_not_dropped(
    office: Office,
) -> None:
    """Christmas 2026 is a Friday; in Germany the 26th is a holiday too, and the 27th a Sunday."""
    christmas = datetime(2026, 12, 25, 8, 0, tzinfo=UTC)
    office.clock.shift = christmas - datetime.now(UTC)
    await office.stock(["fake:T0"], 1, due_in=0)
    async with office.database.begin() as db:
        person = (await db.scalars(select(Person))).one()
        person.hours = {"start": "09:00:00", "end": "17:30:00", "country": "DE"}
        schedule = (await db.scalars(select(Schedule))).one()
        schedule.cadence = to_json(Cadence(Rhythm.monthly, time(9, 0), monthday=25, zone="Europe/Berlin"))
    await office.engine.drain()
    assert await office.states() == Counter(waiting=1)
    async with office.database.reading() as db:
        assert (await db.scalars(select(Outgoing.not_before))).one() == datetime(2026, 12, 28, 8, 0, tzinfo=UTC)
    await office.clock.skip(timedelta(days=3, minutes=1))
    await office.engine.drain()
    assert await office.states() == Counter(sent=1)


async def _turn(db: AsyncSession, office: Office) -> Turn:
    person = (await db.scalars(select(Person))).one()
    workspace = (await db.scalars(select(Workspace))).one()
    who = Who(person.tenant, person.key, person.name)
    return Turn(
        db, workspace, person, who, who.private, who.private, office.clock.now(), "test:1", office.courier.playbook
    )


async def test_a_check_in_made_in_bulk_says_what_the_case_says(office: Office) -> None:
    """The facts that a crowd of check-ins is written from are those of the whole snapshot."""
    await office.stock(["fake:T0"], 2)
    async with office.database.begin() as db:
        first, second = (await db.scalars(select(Case).order_by(Case.id))).all()
        db.add(Criterion(case_id=first.id, words="Answers within a day", met_at=office.clock.now()))
        db.add(Criterion(case_id=first.id, words="One person to call"))
        db.add(Step(case_id=second.id, play="listen_first", state="done", by_id=second.owner_id, at=office.clock.now()))
    async with office.database.begin() as db:
        await occur(db, office.clock.now(), {"fake:T0": 10})
        rows = (await db.scalars(select(Outgoing).order_by(Outgoing.id))).all()
        said = [card_from_json(row.card).text.replace("Client 1", "Client 2") for row in rows]
        assert said[0] != said[1], "the wishes of one and the step of the other show"
        for row in rows:
            case = await db.get_one(Case, row.case_id)
            occurrence = await db.get_one(Occurrence, row.occurrence_id)
            week = (occurrence.due_at - case.opened_at).days // 7 + 1
            whole = cards.nudge(await cases.snapshot(await _turn(db, office), case), occurrence.id, week)
            assert card_from_json(row.card) == whole
