"""A confidential case through every word people type, every button and form: seen, or refused with whom to ask."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.commands import COMMANDS
from bot.ports import Pressed, Role
from bot.services import access
from bot.services.turn import Turn
from bot.storage.tables import Audit, Case, Person, Workspace
from bot.view import Attachment, CommandPress, press_value
from tests.house import MONDAY, House
from tests.secret import ABOUT_A_CASE, FOR_MANAGERS, LISTS, SECRET, STORY, make_confidential


async def confidential(house: House) -> None:
    """Acme's case: Omar owns it, Nina steps in, Vera sponsors it; Mallory is a colleague with no part in it."""
    for name in ("Omar", "Nina", "Vera", "Mallory"):
        await house.seat(name).say("help")
    await house.seat("Omar").say(f"start Acme: {STORY}")
    await make_confidential(house)


def test_every_word_people_type_is_tried_here() -> None:
    tried = {words.split()[0] for words in (*ABOUT_A_CASE, *FOR_MANAGERS, *LISTS)}
    apart = {"start", "check", "review", "digest", "limit", "role", "zone", "hours", "help", "demo", "link", "unlink"}
    apart |= {"erase", "export", "import", "audit"}  # these only say who does it
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


async def test_whoever_has_a_part_in_it_finds_its_check_ins_in_the_list(house: House) -> None:
    await confidential(house)
    for name, sees in (("Omar", True), ("Nina", True), ("Vera", True), ("Mallory", False)):
        assert ("Acme" in await house.seat(name).say("reminders")) is sees, name


async def test_a_read_of_somebody_elses_case_and_every_change_are_on_record(house: House) -> None:
    await confidential(house)
    await house.seat("Nina").say("SAL-1")
    await house.seat("Omar").say("cancel", "SAL-1", "waiting SAL-1")
    async with house.database.reading() as db:
        query = select(Person.name, Audit.what).join(Person, Person.id == Audit.person_id).order_by(Audit.id)
        kept = [(name, what) for name, what in await db.execute(query)]
    assert ("Nina", "read SAL-1") in kept
    assert ("Omar", "waiting in SAL-1") in kept
    assert ("Omar", "read SAL-1") not in kept


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
