"""What a line of the summary rests on: facts that the case itself shows, the same on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, insert, select, update

from benchmarks.portfolio import NOW, fill, turn_of
from bot.coach.playbook import Playbook
from bot.coach.risk import assess
from bot.ports import Role
from bot.services import scoring
from bot.services.reports import home, movement, summary
from bot.storage import migrate
from bot.storage.database import Database
from bot.storage.tables import Case, Client, PromiseRow, RiskChange
from tests.house import MONDAY, House
from tests.postgres import postgres

PLAYBOOK = Playbook.load()

FACTS = {
    "the account is at risk": "at risk of leaving",
    "it is serious": "serious",
    "sounded colder twice": "Last reading: colder, before that colder",
    "sounded colder the time before": "before that colder",
    "no contact for": "Last contact: ",
    "notice or renewal": "Notice by: ",
    "a large account": "Worth: ",
    "a promise was broken": "(broken)",
    "it is the second failure": "another case in the 90 days before",
}
"""What the case says where a reason of its place in the list begins so."""


async def test_every_reason_of_every_line_is_a_fact_the_case_shows(house: House) -> None:
    sam = house.seat("Sam", Role.manager)
    await sam.say("demo")
    async with house.database.begin() as db:
        case = (await db.scalars(select(Case).where(Case.number == 4))).one()
        db.add(PromiseRow(case_id=case.id, client_id=case.client_id, words="a fix", owner_id=case.owner_id,
                          made_at=MONDAY, due_at=MONDAY, state="broken"))  # fmt: skip
        await db.execute(update(Case).where(Case.number == 5).values(client_id=case.client_id))
    async with house.database.reading() as db:
        pairs = (await db.execute(select(Case, Client).join(Client, Client.id == Case.client_id))).all()
        found = await scoring.assess_all(db, house.clock.now(), pairs)
    said = {case.number: found[case.id].reasons for case, _ in pairs}
    assert (
        len({FACTS[begin] for reasons in said.values() for begin in FACTS for r in reasons if r.startswith(begin)}) == 9
    )
    for number, reasons in said.items():
        shown = await sam.say(f"SAL-{number}")
        for reason in reasons:
            assert next(fact for begin, fact in FACTS.items() if reason.startswith(begin)) in shown, (number, reason)


@pytest.mark.parametrize(
    ("notice", "renewal", "said"),
    [
        (-10, 20, "renewal on 22 Nov"),
        (20, 10, "renewal on 12 Nov"),
        (10, 20, "notice by 12 Nov"),
        (-10, None, "notice was by 23 Oct"),
        (400, None, "notice by 7 Dec 2027"),
    ],
)
async def test_the_date_on_a_line_is_the_one_that_counts(
    house: House, notice: int, renewal: int | None, said: str
) -> None:
    sam = house.seat("Sam", Role.manager)
    await sam.say("demo")
    days = {"notice_on": day(notice), "renewal_on": None if renewal is None else day(renewal)}
    async with house.database.begin() as db:
        await db.execute(update(Client).where(Client.name == "Northwind").values(**days))
    assert said in next(row for row in (await sam.say("summary")).splitlines() if "Northwind" in row)


def day(ahead: int) -> date:
    return (MONDAY + timedelta(days=ahead)).date()


async def test_a_place_set_by_hand_is_said_in_words_in_the_case(house: House) -> None:
    sam = house.seat("Sam", Role.manager)
    await sam.say("demo")
    await sam.say("override SAL-3", "To the bottom", "They signed again", "in 7 days")
    assert "set by hand: to the bottom until" in await sam.say("SAL-3")


async def test_the_review_of_the_made_up_clients_begins_with_the_one_nobody_spoke_to(house: House) -> None:
    sam = house.seat("Sam", Role.manager)
    await sam.say("demo")
    assert "St Aldhelm School" in await sam.say("review")


async def filled(url: str, cases: int) -> Database:
    """A database with a large made-up portfolio."""
    database = Database(url)
    await migrate.upgrade(database)
    await fill(database, cases, 3)
    return database


async def pages(database: Database) -> list[str]:
    """Home and summary, as a manager and a member read them."""
    read = []
    for manager in (True, False):
        for page in (home.home, summary.summary):
            async with database.begin() as db:
                read.append((await page(await turn_of(db, PLAYBOOK, manager=manager))).cards[0].text)
    return read


async def test_a_portfolio_reads_the_same_on_both_databases(tmp_path: Path) -> None:
    read = []
    for url in (f"sqlite:///{tmp_path / 'salvage.db'}", await postgres().fresh()):
        database = await filled(url, 60)
        read.append(await pages(database))
        await database.close()
    assert read[0] == read[1]
    assert all("Client " in page for page in read[0])


async def test_what_counts_of_a_case_is_its_first_change_since_the_look(tmp_path: Path) -> None:
    database = await filled(f"sqlite:///{tmp_path / 'salvage.db'}", 12)
    since = NOW - timedelta(days=7)
    async with database.begin() as db:
        turn = await turn_of(db, PLAYBOOK, manager=True)
        here = Case.workspace_id == turn.workspace.id
        await db.execute(update(RiskChange).values(at=since - timedelta(days=1)))
        await db.execute(update(Case).where(here).values(risk=50, opened_at=since - timedelta(days=9)))
        ids = (await db.scalars(select(Case.id).where(here).order_by(Case.id))).all()
        back, worse, better = ids[:3]
        for case, before in ((back, 50), (back, 90), (worse, 20), (worse, 70), (better, 70), (better, 10)):
            await db.execute(insert(RiskChange).values(
                workspace_id=turn.workspace.id, case_id=case, before=before, at=since + timedelta(hours=before)
            ))  # fmt: skip
        moved = await movement.since(turn, since)
    await database.close()
    assert (moved.new, moved.better, moved.worse, moved.closed) == (0, 1, 1, 0)


async def test_what_is_new_and_what_changed_is_read_from_indexes_alone(tmp_path: Path) -> None:
    database = await filled(f"sqlite:///{tmp_path / 'salvage.db'}", 30)
    sent: list[tuple[str, tuple[object, ...]]] = []
    async with database.begin() as db:
        turn = await turn_of(db, PLAYBOOK, manager=True)
        event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *told: sent.append(told[2:4]))
        await movement.since(turn, NOW - timedelta(days=7))
        words, values = sent[0]
        plan = await db.connection()
        rows = [str(row[3]) for row in await plan.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", values)]
    await database.close()
    for index in ("ix_risk_changes_since", "ix_cases_opened_open", "ix_cases_closed"):
        assert [row for row in rows if f"COVERING INDEX {index}" in row], rows


def test_a_score_is_the_sum_of_the_points_it_names() -> None:
    facts = scoring.facts_of(NOW, _weighed(), 2, second=True)
    found = assess(facts)
    assert found.score == sum(p.points for p in found.points)
    assert len(found.points) == len(set(found.reasons))


def _weighed() -> scoring.Weighed:
    long_ago = NOW - timedelta(days=30)
    return scoring.Weighed(
        "high", ["colder", "colder"], None, long_ago, long_ago, long_ago, 900_000, "EUR", "month", NOW.date(), None
    )
