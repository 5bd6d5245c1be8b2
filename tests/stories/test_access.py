"""Who may see what, held on every platform: by typed words, by forged buttons, by forms, in lists."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select, update

from bot.ports import Role
from bot.storage.tables import Case, ConversationRow, Entry
from tests.secret import ABOUT_A_CASE, FOR_MANAGERS, LISTS, SECRET, STORY, make_confidential
from tests.stories.stage import Person, Stage

WHOM_TO_ASK = "Ask Omar or a manager"


async def confidential(stage: Stage) -> dict[str, Person]:
    """Omar's confidential case; Nina is its backup, Vera its sponsor, Mallory a colleague without a part in it."""
    people = {name: await stage.person(name) for name in ("Omar", "Nina", "Vera", "Mallory")}
    await people["Omar"].say(f"start Acme: {STORY}")
    await people["Omar"].say("cancel")
    await make_confidential(stage.house)
    return people


async def test_every_word_is_refused_to_somebody_without_a_part_and_says_whom_to_ask(stage: Stage) -> None:
    mallory = (await confidential(stage))["Mallory"]
    said = {words: await mallory.say(words) for words in ABOUT_A_CASE}
    assert not {w: s for w, s in said.items() if WHOM_TO_ASK not in s or SECRET in s}


async def test_every_button_is_refused_like_its_words(stage: Stage) -> None:
    mallory = (await confidential(stage))["Mallory"]
    said = {words: await mallory.forge(json.dumps(["c", words])) for words in ABOUT_A_CASE}
    assert not {w: s for w, s in said.items() if WHOM_TO_ASK not in s or SECRET in s}


async def test_what_managers_do_is_refused_to_others(stage: Stage) -> None:
    mallory = (await confidential(stage))["Mallory"]
    said = {words: await mallory.say(words) for words in FOR_MANAGERS}
    assert not {w: s for w, s in said.items() if "Ask " not in s or SECRET in s}


async def test_no_list_shows_or_counts_it(stage: Stage) -> None:
    mallory = (await confidential(stage))["Mallory"]
    shown = {words: await mallory.say(words) + await mallory.ask_in_channel(words) for words in LISTS}
    leaks = (SECRET, "Acme", "SAL-1", "1 client", "1 open", "1 new")
    assert not {words: said for words, said in shown.items() if any(leak in said for leak in leaks)}


async def test_a_form_is_opened_by_nobody_without_a_part_and_answered_by_nobody_who_lost_it(stage: Stage) -> None:
    people = await confidential(stage)
    assert WHOM_TO_ASK in await people["Mallory"].ask_in_channel("edit SAL-1")
    await people["Nina"].ask_in_channel("log SAL-1")
    async with stage.house.database.begin() as db:
        row = (await db.scalars(select(ConversationRow).where(ConversationRow.state == "open"))).one()
        await db.execute(update(Case).values(backup_id=None, version=Case.version + 1))
    stolen = await people["Mallory"].forge(json.dumps(["a", row.id, "words", "stolen"]))
    assert "isn't yours to answer" in stolen
    await people["Nina"].fill(words="They are calm again.")
    await people["Nina"].say("Warmer")
    async with stage.house.database.reading() as db:
        assert (await db.scalars(select(Entry.words).where(Entry.kind == "contact"))).all() == []


@pytest.mark.parametrize("name", ["Omar", "Nina", "Vera", "Sam"])
async def test_whoever_has_a_part_in_it_or_manages_sees_it(stage: Stage, name: str) -> None:
    people = await confidential(stage)
    people["Sam"] = await stage.person("Sam", Role.manager)
    said = {words: await people[name].say(words) for words in ("SAL-1", "next SAL-1", "summary", "reminders")}
    assert not {w: s for w, s in said.items() if "Acme" not in s or "confidential. Ask" in s}
