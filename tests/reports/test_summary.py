"""The page a manager runs the Monday meeting from, its digest, its file, its review, and what is set by hand."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, select, update

from benchmarks.portfolio import fill, turn_of
from bot.coach.playbook import Playbook
from bot.ports import Role
from bot.services.reports import home, sheet, summary
from bot.storage import migrate
from bot.storage.database import Database
from bot.storage.tables import Case, Client, Digest, PlaceRow, PromiseRow
from bot.view import Actions, Attachment, Chart
from tests.core.told import manager, opened
from tests.house import MONDAY, House, Seat


async def portfolio(house: House) -> Seat:
    """The made-up clients, and the manager who looks at them."""
    sam = house.seat("Sam", Role.manager)
    await sam.say("demo")
    return sam


async def test_a_line_says_how_it_stands_why_what_is_at_stake_who_has_it_and_what_comes_next(house: House) -> None:
    sam = await portfolio(house)
    said = await sam.say("summary")
    first = next(row for row in said.splitlines() if row.startswith("1. "))
    for part in (
        "Northwind",
        "colder twice",
        "no contact for 9 days",
        "€12,000 a month",
        "notice by 26 Nov",
        "Omar",
        "next:",
    ):
        assert part in first
    assert said.startswith("5 clients at risk · €31,400 a month")
    assert "Why Northwind is first" in said


async def test_every_line_has_one_button_in_the_order_of_the_lines(house: House) -> None:
    sam = await portfolio(house)
    said = await sam.say("summary")
    names = [row.split(". ", 1)[1].split(" · ")[0] for row in said.splitlines() if " · SAL-" in row]
    assert len(names) == 5
    assert all(name in label for name, label in zip(names, sam.labels, strict=False))
    assert "I'll call Northwind" in sam.labels


async def test_a_silent_client_stands_out_as_an_angry_one_does(house: House) -> None:
    sam = await portfolio(house)
    await sam.say("summary")
    bold = {span.text for e in sam.last.cards[0].elements for span in getattr(e, "line", ()) if span.bold}
    assert {"sounded colder twice, no contact for 9 days", "no contact for 40 days"} <= bold


async def test_what_moved_since_the_last_look_is_said(house: House) -> None:
    sam = await portfolio(house)
    await sam.say("summary")
    await house.skip(days=3)
    said = await sam.say("summary")
    assert "1 worse since Monday" in said
    assert "Bloom & Partner · SAL-3 · getting worse" in said


async def test_a_broken_promise_and_an_ask_in_vain_are_shown(house: House) -> None:
    sam = await portfolio(house)
    await sam.say("ask SAL-4")
    async with house.database.begin() as db:
        case = (await db.scalars(select(Case).where(Case.number == 4))).one()
        db.add(PromiseRow(case_id=case.id, client_id=case.client_id, words="a fix", owner_id=case.owner_id,
                          made_at=MONDAY, due_at=MONDAY, state="broken"))  # fmt: skip
    await house.skip(days=3)
    said = await sam.say("summary")
    assert "a promise was broken" in said
    assert "You wanted this by" in said
    assert "Take over Hafen Logistik" in sam.labels


async def test_a_call_names_its_client_once(house: House) -> None:
    sam = manager(house)
    await opened(house.seat())
    said = await sam.say("call Acme")
    assert said.startswith("Good. You call Acme, by")
    assert "Priya knows." in said
    await house.skip(days=10)
    assert "you call Acme (SAL-1)" in await sam.say("summary")


async def test_a_client_whose_name_is_part_of_a_word_is_named_all_the_same(house: House) -> None:
    sam = manager(house)
    await opened(house.seat(), "Al")
    await sam.say("ask SAL-1 what about the call?")
    await house.skip(days=10)
    assert "(Al, SAL-1)" in await sam.say("summary")


async def test_currencies_are_never_added_together_without_a_word(house: House) -> None:
    sam = await portfolio(house)
    async with house.database.begin() as db:
        await db.execute(update(Client).where(Client.name == "Acme").values(currency="USD", period="year"))
    said = await sam.say("summary")
    assert "€25,200 a month · $516.66 a month" in said
    assert "not added together" in said
    assert "In USD: " in said


async def test_the_pictures_have_the_same_numbers_as_words(house: House) -> None:
    sam = await portfolio(house)
    said = await sam.say("summary")
    charts = [e for e in sam.last.cards[0].elements if isinstance(e, Chart)]
    assert [chart.title for chart in charts] == ["Value at stake a month, EUR", "How clients sounded, by week"]
    for chart in charts:
        for series in chart.series:
            assert all(
                f"{label} {value:,.12g}" in said for label, value in zip(chart.labels, series.values, strict=True)
            )


async def test_somebody_without_cases_is_told_so_and_a_page_too_far_says_where_the_end_is(house: House) -> None:
    sam = house.seat("Sam", Role.manager)
    assert "No client is at risk" in await sam.say("summary")
    assert "Nothing needs you today" in await sam.say("home")
    await portfolio(house)
    assert "The summary has 1 page" in await sam.say("summary 7")


@pytest.mark.parametrize("manager", [True, False])
async def test_home_and_summary_take_the_same_number_of_queries_however_many_cases_there_are(
    tmp_path: Path, manager: bool
) -> None:
    playbook, counts = Playbook.load(), []
    sent: list[str] = []

    def keep(*told: object) -> None:
        sent.append(str(told[2]))

    for cases in (30, 400):
        database = Database(f"sqlite:///{tmp_path / f'{cases}.db'}")
        await migrate.upgrade(database)
        await fill(database, cases, 3)
        sent.clear()
        for page in (home.home, summary.summary):
            async with database.begin() as db:
                turn = await turn_of(db, playbook, manager=manager)
                event.listen(database.engine.sync_engine, "before_cursor_execute", keep)
                shown = await page(turn)
                event.remove(database.engine.sync_engine, "before_cursor_execute", keep)
        buttons = [a for e in shown.cards[0].elements if isinstance(e, Actions) for a in e.actions]
        assert sum(1 for row in shown.cards[0].text.splitlines() if " · SAL-" in row) == 10
        assert any(a.label.startswith("More (") for a in buttons)
        counts.append(len(sent))
        await database.close()
    assert counts[0] == counts[1] <= (6 if manager else 4)


async def test_the_digest_comes_on_its_day_without_what_is_confidential_and_not_when_there_is_nothing(
    house: House,
) -> None:
    sam = house.seat("Sam", Role.manager, place="#accounts")
    await sam.say("digest weekly on Tuesday at 9:00 in here")
    await house.skip(days=8)
    place = sam.place.key
    assert not [m for m in await house.shown_in(place) if "at risk" in m.card.text]
    await portfolio(house)
    async with house.database.begin() as db:
        await db.execute(update(Case).where(Case.number == 1).values(confidential=True, version=Case.version + 1))
    await house.skip(days=7)
    told = [m.card.text for m in await house.shown_in(place) if "at risk" in m.card.text]
    assert len(told) == 1
    assert "4 clients at risk" in told[0]
    assert "Northwind" not in told[0]


async def test_a_digests_time_can_be_in_another_zone(house: House) -> None:
    sam = house.seat("Sam", Role.manager)
    for words, due in (
        ("digest weekly on Tuesday at 9:00 zone New York", 14),
        ("digest weekly on Tuesday zone London at 9:00", 9),
        ("digest weekly zone Asia/Kolkata on Tuesday at 9:30 in private", 4),
        ("digest weekly on Tuesday at 9:00", 8),
    ):
        assert "First: tomorrow" in await sam.say(words)
        async with house.database.reading() as db:
            (digest,) = (await db.scalars(select(Digest))).all()
            assert digest.next_due_at is not None
            assert digest.next_due_at.hour == due, words
    assert "I don't know that time zone" in await sam.say("digest weekly zone Atlantis")


async def test_a_digest_to_a_shared_channel_is_refused_and_says_what_to_do_instead(house: House) -> None:
    sam = house.seat("Sam", Role.manager)
    await house.seat("Sam", Role.manager, place="#client-acme").say("help")
    async with house.database.begin() as db:
        await db.execute(update(PlaceRow).values(kind="shared"))
    said = await sam.say("digest weekly on Monday at 9:00 in #client-acme")
    assert "Pick an internal channel" in said
    async with house.database.reading() as db:
        assert (await db.scalars(select(Digest))).all() == []
    assert "Only a manager" in await house.seat("Priya").say("digest weekly")


async def test_a_place_set_by_hand_needs_a_reason_is_shown_and_expires(house: House) -> None:
    sam = await portfolio(house)
    await sam.say("override SAL-3", "1", "Their board meets on Friday", "1")
    said = await sam.say("summary")
    first = next(row for row in said.splitlines() if row.startswith("1. "))
    assert "Bloom & Partner" in first
    assert "Their board meets on Friday" in first
    assert "set by hand until" in first
    assert "getting" not in first
    assert " worse since" not in said
    await house.skip(days=8)
    later = await sam.say("summary")
    assert "set by hand" not in later
    assert next(row for row in later.splitlines() if row.startswith("1. ")).startswith("1. Northwind")


@pytest.mark.parametrize("typed", ["who is at risk?", "the at-risk list", "Which clients are at risk"])
async def test_the_summary_is_found_by_what_managers_call_it(house: House, typed: str) -> None:
    sam = await portfolio(house)
    assert await sam.say(typed) == await sam.say("summary")


async def test_the_review_goes_from_the_stalest_on_and_is_taken_up_where_it_was_left(house: House) -> None:
    sam = await portfolio(house)
    seen = []
    said = await sam.say("review")
    for _ in range(2):
        seen.append(next(name for name in ("SAL-1", "SAL-2", "SAL-3", "SAL-4", "SAL-5") if name in said))
        said = await sam.say("Keep going")
    stopped_at = next(n for n in range(1, 6) if f"SAL-{n}" in said)
    await sam.say("Stop here")
    again = await sam.say("review")
    assert f"SAL-{stopped_at}" in again
    assert len({*seen, f"SAL-{stopped_at}"}) == 3
    for _ in range(3):
        again = await sam.say("Keep going")
    assert "You have been through every client" in again


async def test_the_file_holds_every_case_and_no_formula(house: House) -> None:
    sam = await portfolio(house)
    async with house.database.begin() as db:
        await db.execute(update(Client).where(Client.name == "Acme").values(name="=HYPERLINK(1) Ä"))
    await sam.say("summary as csv please")
    (content,) = (e.content for c in sam.last.cards for e in c.elements if isinstance(e, Attachment))
    rows = list(csv.reader(io.StringIO(content)))
    assert len(rows) == 6
    assert "call them before you write" in {row[rows[0].index("Next step")] for row in rows}
    assert [row[1] for row in rows if "HYPERLINK" in row[1]] == ["'=HYPERLINK(1) Ä"]


UNSEEN = st.text(st.characters(categories=["Cc", "Cf", "Zs", "Zl", "Zp"]), max_size=5)


@given(UNSEEN, st.sampled_from("=+-@＝＋－＠"), st.text())
def test_no_cell_begins_as_a_formula_does(unseen: str, mark: str, after: str) -> None:
    assert sheet.safe(unseen + mark + after)[0] == "'"


@pytest.mark.parametrize("control", ["\t", "\r", "\n", "\ufeff"])
def test_no_cell_begins_with_what_a_spreadsheet_drops(control: str) -> None:
    assert sheet.safe(f"{control}x")[0] == "'"


def test_a_plain_cell_stays_as_it_is() -> None:
    for words in ("Bloom & Partner", "Ärzte", "12.50", "", "€5", "SAL-7"):
        assert sheet.safe(words) == words
