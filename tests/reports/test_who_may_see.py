"""A confidential case through every word people type, every button and form: seen, or refused with whom to ask."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.commands import COMMANDS
from bot.ports import Pressed, Role
from bot.services import access
from bot.services.turn import Turn
from bot.storage.tables import Audit, Case, Occurrence, Person, PromiseRow, Reparation, Schedule, Workspace
from bot.view import Attachment, CommandPress, press_value
from tests.house import MONDAY, House

SECRET = "quarrel about the takeover"
ABOUT_A_CASE = [
    "SAL-1", "Acme", "next SAL-1", "next Acme", "draft apology Acme", "draft SAL-1", "log SAL-1 They called.",
    "log Acme They called.", "promise SAL-1 a report by Friday", "remind SAL-1 weekly", "waiting SAL-1",
    "answered SAL-1", "offer SAL-1", "edit SAL-1", "edit SAL-1 backup", "handover SAL-1 to Omar", "decide SAL-1",
    "close SAL-1", "kept 1", "broken 1", "slip 1", "reading 1 warmer", "reminder 1", "snooze 1", "skip 1", "pause 1",
    "resume 1", "people Acme", "person Acme Dana",
]  # fmt: skip
FOR_MANAGERS = ["ask SAL-1", "call SAL-1", "take SAL-1", "override SAL-1", "approve 1", "decline 1"]
LISTS = ["summary", "summary csv", "clients", "home", "reminders", "lessons takeover"]


async def confidential(house: House) -> None:
    """Acme's case: Omar owns it, Nina steps in, Vera sponsors it; a promise, a check-in and an offer hang on it."""
    for name in ("Omar", "Nina", "Vera", "Mallory"):
        await house.seat(name).say("help")
    omar = house.seat("Omar")
    await omar.say(f"start Acme: {SECRET}, and nobody told them for a week.")
    async with house.database.begin() as db:
        case = (await db.scalars(select(Case))).one()
        people = {p.name: p.id for p in await db.scalars(select(Person))}
        case.confidential = True
        case.backup_id, case.sponsor_id = people["Nina"], people["Vera"]
        db.add(PromiseRow(case_id=case.id, client_id=case.client_id, words=SECRET, owner_id=people["Omar"],
                          made_at=MONDAY, due_at=MONDAY, state="open"))  # fmt: skip
        schedule = Schedule(workspace_id=case.workspace_id, case_id=case.id, tenant="local", place="@local:omar",
                            cadence={"rhythm": "weekly", "at": "09:00", "weekday": 0, "monthday": None,
                                     "zone": "Europe/Berlin", "on": None},
                            state="on", made_by=people["Omar"])  # fmt: skip
        db.add(schedule)
        await db.flush()
        db.add(Occurrence(schedule_id=schedule.id, case_id=case.id, due_at=MONDAY))
        db.add(Reparation(case_id=case.id, words=SECRET, offer_cents=100, currency="EUR", state="waiting",
                          by_id=people["Omar"], at=MONDAY))  # fmt: skip


def test_every_word_people_type_is_tried_here() -> None:
    tried = {words.split()[0] for words in (*ABOUT_A_CASE, *FOR_MANAGERS, *LISTS)}
    apart = {"start", "check", "review", "digest", "limit", "role", "zone", "hours", "help", "demo", "link", "unlink"}
    new = {c.name for c in COMMANDS} - tried - apart
    assert not {n for n in new if n not in HARMLESS}, f"say in this test what {new} may show of a confidential case"


HARMLESS = {"language", "name"}


async def test_somebody_without_a_part_in_it_is_refused_and_told_whom_to_ask(house: House) -> None:
    await confidential(house)
    wrong = {}
    for words in ABOUT_A_CASE:
        said = await house.seat("Mallory").say(words)
        if SECRET in said or "Ask Omar or a manager" not in said:
            wrong[words] = said
        await house.seat("Mallory").say("cancel")
    assert not wrong


async def test_what_managers_do_is_refused_to_others_with_whom_to_ask(house: House) -> None:
    await confidential(house)
    said = {words: await house.seat("Mallory").say(words) for words in FOR_MANAGERS}
    assert not {w: s for w, s in said.items() if SECRET in s or "Ask " not in s}


async def test_a_button_pressed_by_somebody_else_is_refused_like_the_words(house: House) -> None:
    await confidential(house)
    wrong = {}
    for words in ABOUT_A_CASE:
        mallory = house.seat("Mallory")
        await mallory.act(Pressed(press_value(CommandPress(words))))
        if "Ask Omar or a manager" not in mallory.words:
            wrong[words] = mallory.words
        await mallory.say("cancel")
    assert not wrong


async def test_no_list_shows_it_or_counts_it_for_somebody_without_a_part(house: House) -> None:
    await confidential(house)
    for words in LISTS:
        mallory = house.seat("Mallory")
        said = await mallory.say(words)
        files = "".join(e.content for c in mallory.last.cards for e in c.elements if isinstance(e, Attachment))
        for secret in (SECRET, "Acme", "SAL-1", "1 client", "1 open", "1 new"):
            assert secret not in said + files, words


async def test_owner_backup_and_sponsor_see_it(house: House) -> None:
    await confidential(house)
    for name in ("Omar", "Nina", "Vera"):
        for words in ("SAL-1", "next SAL-1", "edit SAL-1", "summary"):
            said = await house.seat(name).say(words)
            assert "confidential. Ask" not in said, (name, words)
            assert "Acme" in said, (name, words)
            await house.seat(name).say("cancel")


@pytest.mark.parametrize("role", [Role.manager, Role.admin])
async def test_managers_see_it_and_the_audit_trail_keeps_that(house: House, role: Role) -> None:
    await confidential(house)
    sam = house.seat("Sam", role)
    for words in ("summary", "clients", "summary csv", "SAL-1", "call SAL-1"):
        await sam.say(words)
        assert "confidential. Ask" not in sam.words
    async with house.database.reading() as db:
        query = select(Audit.what).join(Person, Person.id == Audit.person_id).where(Person.name == "Sam")
        kept = (await db.scalars(query)).all()
    for what in ("read the summary", "read the list of clients", "took the summary as a file", "read SAL-1"):
        assert what in kept


async def test_a_form_left_open_by_somebody_who_lost_their_part_is_refused(house: House) -> None:
    await confidential(house)
    nina = house.seat("Nina")
    await nina.say("edit SAL-1")
    async with house.database.begin() as db:
        await db.execute(update(Case).values(backup_id=None, version=Case.version + 1))
    assert SECRET not in await nina.say("1", "Somebody else")
    async with house.database.reading() as db:
        assert (await db.scalars(select(Case.contact))).one() != "Somebody else"


async def test_the_rule_for_one_case_and_the_condition_for_a_list_agree(house: House) -> None:
    await confidential(house)
    await house.seat("Sam", Role.manager).say("help")
    for hidden in (True, False):
        async with house.database.begin() as db:
            await db.execute(update(Case).values(confidential=hidden, version=Case.version + 1))
            case = (await db.scalars(select(Case))).one()
            for name in ("Omar", "Nina", "Vera", "Mallory", "Sam"):
                turn = await turn_as(house, db, name)
                listed = await db.scalar(select(Case.id).where(access.readable(turn)))
                assert (listed == case.id) is access.may_read(turn, case), (name, hidden)


async def turn_as(house: House, db: AsyncSession, name: str) -> Turn:
    """A turn of a person, for asking the rules directly."""
    seat = house.seat(name)
    person = (await db.scalars(select(Person).where(Person.name == name))).one()
    workspace = await db.get_one(Workspace, person.workspace_id)
    return Turn(db, workspace, person, seat.who, seat.place, seat.place, MONDAY, "t", house.conversation.playbook)
