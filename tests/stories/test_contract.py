"""One contract, held on every platform."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from bot.ports import Role
from bot.storage.tables import Case, Client, Entry, Occurrence, Schedule
from tests.stories.stage import Person, Stage

STORY = "The migration we promised for Friday slipped to Tuesday and nobody told them."


async def opened(person: Person, client: str = "Acme") -> None:
    """A case of this person's, opened by the short path."""
    await person.say(f"start {client}: {STORY}")
    await person.say("cancel")


async def cases(stage: Stage) -> int:
    """How many cases there are."""
    async with stage.house.database.reading() as db:
        return await db.scalar(select(func.count()).select_from(Case)) or 0


async def entries(stage: Stage, kind: str) -> list[str]:
    """The lines of a kind in all timelines."""
    async with stage.house.database.reading() as db:
        return list(await db.scalars(select(Entry.words).where(Entry.kind == kind).order_by(Entry.id)))


# --- who is answered -----------------------------------------------------------------------------------------


async def test_a_command_is_answered_to_the_person_alone(stage: Stage) -> None:
    priya, omar = await stage.person("Priya"), await stage.person("Omar")
    await opened(priya)
    assert "SAL-1" in await priya.ask_in_channel("clients")
    assert "SAL-1" not in await omar.reads()
    assert "Acme" not in " ".join(p.words for p in await stage.posted())


async def test_outsiders_are_refused(stage: Stage) -> None:
    priya, gus = await stage.person("Priya"), await stage.outsider("Gus")
    await opened(priya)
    for words in ("summary", "SAL-1", "next Acme", "clients", "Acme", "log Acme she is gone", "start Other: it broke"):
        await gus.say(words)
    assert "migration" not in await gus.reads()
    assert "SAL-1" not in await gus.reads()
    assert "contact there" in await gus.reads(), "a refusal says what to do instead"
    assert await cases(stage) == 1


async def test_the_ids_of_another_team_are_refused(stage: Stage) -> None:
    priya, eve = await stage.person("Priya"), await stage.stranger("Eve")
    await opened(priya)
    await priya.say("remind Acme weekly on Monday at 9:00 in #accounts")
    await priya.say("promise Acme a call by Friday 15:00")
    await stage.house.skip(days=7)
    for words in ("SAL-1", "next SAL-1", "kept 1", "reading 1 colder", "reminder 1 cancel", "approve 1", "close SAL-1"):
        await eve.say(words)
    for value in ('["c","reading 1 colder"]', '["c","kept 1"]', '["a",1,"story","x"]', '["c","reminder 1 cancel"]'):
        await eve.forge(value)
    assert "migration" not in await eve.reads()
    assert "Acme" not in await eve.reads()
    async with stage.house.database.reading() as db:
        assert await db.scalar(select(Occurrence.answer)) is None
        assert await db.scalar(select(Schedule.state)) == "on"
        assert await db.scalar(select(Case.closed_at)) is None


# --- questions -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["press", "label", "number"])
async def test_a_questions_option_can_be_pressed_or_typed_by_label_or_number(stage: Stage, how: str) -> None:
    priya = await stage.person("Priya")
    await priya.say("start Acme")
    asked = await priya.say(STORY)
    assert "That sounds like" in asked
    answer = {"press": priya.press, "label": priya.say, "number": priya.say}[how]
    words = {"press": "They were kept in the dark", "label": "they were kept in the dark", "number": "1"}[how]
    assert "Whose doing was it" in await answer(words)


async def test_back_asks_the_question_before_and_help_says_what_can_be_typed(stage: Stage) -> None:
    priya = await stage.person("Priya")
    await priya.say("start Acme")
    await priya.say(STORY)
    helped = await priya.say("help")
    assert "cancel stops" in helped
    assert "That sounds like" in helped, "the open question is asked again"
    assert "What happened" in await priya.say("back")
    await priya.say(STORY)
    assert "Stopped" in await priya.say("cancel")
    assert await cases(stage) == 0


async def test_a_digression_is_answered_and_the_open_question_asked_again(stage: Stage) -> None:
    priya = await stage.person("Priya")
    await priya.say("start Acme")
    await priya.say(STORY)
    said = await priya.say("summary")
    assert "That sounds like" in said
    assert said.index("No client") < said.index("That sounds like") if "No client" in said else True
    assert "Whose doing was it" in await priya.say("1")


async def test_a_form_is_sent_and_the_next_question_follows(stage: Stage) -> None:
    priya = await stage.person("Priya")
    asked = await priya.ask_in_channel("start Acme")
    assert "What happened" in asked
    assert "That sounds like" in await priya.fill(story=STORY)


async def test_a_long_answer_is_kept_whole(stage: Stage) -> None:
    priya = await stage.person("Priya")
    story = " ".join(f"On day {n} the import failed again and nobody told them." for n in range(170))
    await priya.say("start Acme")
    await priya.say(story)
    await priya.say("1")
    await priya.press("Open the case now, the rest later")
    async with stage.house.database.reading() as db:
        assert await db.scalar(select(Case.story)) == story
    assert "kept in full" in await priya.say("Acme")


# --- once ----------------------------------------------------------------------------------------------------


async def test_the_same_event_twice_is_one_outcome(stage: Stage) -> None:
    priya = await stage.person("Priya")
    await priya.say_twice(f"start Acme: {STORY}")
    assert await cases(stage) == 1
    assert (await priya.reads()).count("SAL-1 is open") == 1


async def test_a_double_press_is_one_outcome(stage: Stage) -> None:
    priya = await stage.person("Priya")
    await opened(priya)
    await priya.say("promise Acme a status mail by Friday 15:00")
    await priya.press_twice("Kept")
    assert await entries(stage, "promise") == ["a status mail, Friday 15:00", "kept: a status mail"]


# --- check-ins -----------------------------------------------------------------------------------------------


async def nudged(stage: Stage) -> Person:
    """Priya, with a check-in in the team's channel."""
    priya = await stage.person("Priya")
    await opened(priya)
    await priya.say("remind Acme weekly on Monday at 9:00 in #accounts")
    return priya


async def test_a_check_in_is_edited_in_place_and_the_second_presser_sees_who_was_first(stage: Stage) -> None:
    priya, omar = await nudged(stage), await stage.person("Omar")
    before = len(await stage.posted())
    await stage.house.skip(days=7)
    *_, nudge = await stage.posted()
    assert len(await stage.posted()) == before + 1
    assert "how are they?" in nudge.words
    assert "Acme: the same, noted" in await priya.press_on(nudge, "Same")
    *_, after = await stage.posted()
    assert len(await stage.posted()) == before + 1, "edited, not posted anew"
    assert after.words.startswith("Acme: The same. Priya")
    assert not after.controls
    assert "Priya answered this first: the same" in await omar.press_on(nudge, "Colder")
    async with stage.house.database.reading() as db:
        assert await db.scalar(select(Occurrence.answer)) == "same"
    assert (await stage.posted())[-1].words == after.words


async def test_a_colleague_who_joins_the_channel_moves_no_check_in(stage: Stage) -> None:
    await nudged(stage)
    before = len(await stage.posted())
    await stage.joins("Noor")
    await stage.house.skip(days=7)
    assert len(await stage.posted()) == before + 1


async def test_a_shared_channel_shows_nothing_secret_and_the_owner_can_answer_in_private(stage: Stage) -> None:
    priya = await nudged(stage)
    before = await stage.posted()
    await stage.opens_up()
    await stage.house.skip(days=7)
    assert await stage.posted() == before
    told = await priya.news()
    assert "shared" in told
    assert "Acme" in told
    assert "Acme: warmer, noted" in await priya.press("Warmer")
    assert "Acme" not in " ".join(p.words for p in await stage.posted())


# --- restarts ------------------------------------------------------------------------------------------------


async def test_a_restart_in_the_middle_of_a_dialog_loses_nothing(stage: Stage) -> None:
    priya = await nudged(stage)
    await priya.say("start Northwind")
    await priya.say(STORY)
    await stage.restart()
    assert "Whose doing was it" in await priya.press("They were kept in the dark")
    await stage.restart()
    assert "SAL-2 is open" in await priya.press("Open the case now, the rest later")
    before = len(await stage.posted())
    await stage.house.skip(days=7)
    assert len(await stage.posted()) == before + 1


# --- hostile words -------------------------------------------------------------------------------------------

HOSTILE = (
    "<!channel> & <@UOMAR> @everyone @here {name} %s",
    "**bold** _it_ [link](https://example.org) <script>alert(1)</script><at>Omar</at>",
    "Acme " + "x" * 290 + " GmbH",
    "🦄🏳️‍🌈 Söhne شركة الأمل evil\u202eemca",
)


async def test_hostile_client_names_ping_nobody_and_break_nothing(stage: Stage) -> None:
    priya, sam = await stage.person("Priya"), await stage.person("Sam", Role.manager)
    for name in HOSTILE:
        await priya.say("start")
        await priya.say(name)
        await priya.say(STORY)
        await priya.say("1")
        assert "is open" in await priya.press("Open the case now, the rest later")
    before = len(await stage.posted())
    for number in range(1, len(HOSTILE) + 1):
        await priya.say(f"remind SAL-{number} weekly on Monday at 9:00 in #accounts")
    await stage.house.skip(days=7)
    posts = await stage.posted()
    assert len(posts) == before + len(HOSTILE)
    for post in posts[before:]:
        assert "noted" in await priya.press_on(post, "Colder")
    for words in ("SAL-1", "clients", "home", "reminders", "next SAL-2"):
        await priya.say(words)
    await sam.say("summary")
    async with stage.house.database.reading() as db:
        kept = list(await db.scalars(select(Client.name).order_by(Client.id)))
    # What the person typed is what is kept, but for characters that nobody can see.
    assert kept == [" ".join(name.replace("\u202e", "").split()) for name in HOSTILE]
    shown = "".join(c for c in await priya.reads() if c not in "\u200b\u2060")
    assert [name for name in kept if name[:60] not in shown] == []
    assert not stage.pings()
