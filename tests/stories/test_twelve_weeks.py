"""Twelve weeks of one client, played through the terminal, Slack and Teams with the same outcome.

It begins on Monday 13 April 2026. Priya owns the case and works by German hours; 1 May is a holiday there. Omar is
her backup, Sam manages, Dana is the one who was hurt.
"""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from bot.ports import Role
from bot.storage.tables import Case, Climb, Entry, Occurrence, Person, PromiseRow, Schedule
from tests.house import House, open_house
from tests.stories.opening import open_stage
from tests.stories.stage import Person as Player
from tests.stories.stage import Posted, Stage, until

PLATFORMS = ("terminal", "slack", "teams")

STORY = (
    "The migration we promised for Friday slipped to Tuesday and nobody told them. "
    "Their warehouse stood still on Monday. Dana found out from her own staff."
)


def berlin(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """A summer's wall time in Berlin, 2026."""
    return datetime(2026, month, day, hour - 2, minute, tzinfo=UTC)


@dataclass
class Team:
    """Who plays."""

    stage: Stage
    priya: Player
    omar: Player
    sam: Player

    async def at(self, month: int, day: int, hour: int, minute: int = 0) -> None:
        """Let the time pass until then."""
        await until(self.stage, berlin(month, day, hour, minute))

    async def last_post(self) -> Posted:
        """The newest message in the team's channel."""
        return (await self.stage.posted())[-1]


async def gathered(stage: Stage) -> Team:
    """The team says hello on a Monday morning."""
    stage.house.clock.at = berlin(4, 13, 9)
    priya, omar = await stage.person("Priya"), await stage.person("Omar")
    team = Team(stage, priya, omar, await stage.person("Sam", Role.manager))
    for one in (team.priya, team.omar):
        assert "not on holidays in DE" in await one.say("hours 9:00 to 17:30 Mon-Fri DE")
    return team


async def week_1_a_case_and_a_broken_promise(team: Team) -> None:
    priya = team.priya
    await priya.say("start Acme")
    await priya.say(STORY)
    await priya.press("They were kept in the dark")
    await priya.press("Ours")
    await priya.say("Serious")
    await priya.say("half a day of picking")
    await priya.say("last Friday")
    await priya.say("Dana")
    await priya.say("We found out from our own people.")
    await priya.say("The hand-over note was never sent.")
    await priya.say("the migration done\na status mail every Thursday")
    await priya.press("I do")
    said = await priya.press("Omar")
    assert "SAL-1 is open" in said
    assert "Backup: Omar" in said
    await priya.say("cancel")
    said = await priya.say("remind Acme weekly on Friday at 9:00 in #accounts")
    assert "I'll ask about Acme every Friday at 09:00" in said
    said = await priya.say("promise Acme a status mail by Thursday 15:00")
    assert "I'll watch it: a status mail" in said
    await team.at(4, 16, 9)
    assert "Will it hold?" in await priya.news(), "a warning comes before it breaks"
    await team.at(4, 16, 15)
    assert "Was it kept?" in await priya.news()
    assert "Noted as broken" in await priya.press("Not kept")
    said = await priya.say("promise Acme a written report by Wednesday 12:00")
    assert "promise more" in said, "while one is broken, no further promise is advised"
    await priya.say("cancel")
    await team.at(4, 17, 9)
    post = await team.last_post()
    assert "Acme, week 1." in post.words
    assert "Acme: the same, noted" in await priya.press_on(post, "Same")
    assert "Priya answered this first" in await team.omar.press_on(post, "Warmer")


async def week_2_nobody_answers(team: Team) -> None:
    await team.at(4, 22, 11)
    await team.priya.news()
    await team.priya.press("Kept")
    await team.at(4, 24, 9)
    before = len(await team.stage.posted())
    await team.at(4, 24, 17)
    assert "Priya has not answered about Acme" in await team.omar.news(), "the backup is asked after a working day"
    assert "Acme" not in await team.sam.news()
    assert "No answer yet, so I've asked Omar too." in (await team.last_post()).words
    await team.at(4, 27, 9)
    assert "Acme" not in await team.sam.news(), "the weekend is nobody's working time"
    await team.at(4, 27, 16, 30)
    assert "Priya has not answered about Acme" in await team.sam.news()
    assert "Acme: colder, noted" in await team.sam.press("Colder")
    assert (await team.last_post()).words.startswith("Acme: Colder. Sam")
    assert len(await team.stage.posted()) == before, "one message, edited in place"
    assert "Sam answered this first" in await team.omar.press("Warmer")


async def week_3_a_holiday(team: Team) -> None:
    before = len(await team.stage.posted())
    await team.at(5, 1, 17)
    assert len(await team.stage.posted()) == before, "nothing is asked of Priya on the first of May"
    await team.at(5, 4, 9)
    assert len(await team.stage.posted()) == before + 1
    assert "noted" in await team.priya.press_on(await team.last_post(), "No reply yet")


async def week_4_the_owner_leaves_and_something_breaks_again(team: Team) -> None:
    await team.at(5, 7, 11)
    assert "Put off. Next: Tuesday 10:00" in await team.priya.say("snooze 1 until Tuesday 10:00")
    await team.priya.say("thanks")
    await team.omar.news()
    await team.stage.leaves("Priya")
    told = await team.omar.news()
    assert "SAL-1 · Acme is yours" in told
    assert "the migration done" in told
    assert "Tuesday" in await team.omar.say("reminders"), "the snooze has survived the thanks and the handover"
    await team.at(5, 8, 9)
    assert "Is this the same trouble" in await team.omar.say("start Acme")
    await team.omar.press("Something new")
    await team.omar.say("We charged them twice for the migration.")
    await team.omar.say("1")
    said = await team.omar.press("Open the case now, the rest later")
    assert "second failure with Acme within 90 days" in said
    assert "I won't offer the usual apology" in said
    await team.omar.press("Name a sponsor")
    await team.omar.say("Sam")
    await team.omar.say("cancel")


async def week_5_a_decision_has_to_be_made(team: Team) -> None:
    await team.at(5, 11, 9)
    assert "has not got better for 4 weeks" in await team.sam.news()
    assert "has not got better for 4 weeks" in await team.omar.news()
    assert "What do you decide" in await team.omar.press("Decide")
    await team.omar.press("Make a new plan")
    assert "Decided for SAL-1: a new plan" in await team.omar.say("The old one had no dates in it.")
    await team.omar.say("cancel")
    await team.at(5, 12, 10)
    assert "noted" in await team.omar.press_on(await team.last_post(), "Same")


async def weeks_6_and_7_two_check_ins_are_missed(team: Team) -> None:
    await team.at(5, 28, 9)
    await team.omar.news()
    await team.at(5, 29, 9)
    assert "Two check-ins about Acme went by without an answer, so I've paused them" in await team.omar.news()
    assert "On again" in await team.omar.press("Start them again")


async def week_8_healing(team: Team) -> None:
    omar = team.omar
    await team.at(6, 2, 11)
    await omar.say("log SAL-1 Dana: the migration runs, and the mails come.")
    await omar.press("Warmer")
    assert "Every wish of Dana is met" in await omar.say("all")
    await omar.press("Close it")
    await omar.press("Healed")
    await omar.say("Now I can sleep again.")
    said = await omar.say("Say on the same day when a date slips.")
    assert "Acme is healed, in Dana's own words" in said
    assert "back to standard priority" in said
    assert "I'll ask again after 30, 60 and 90 days" in said
    await omar.say("close SAL-2")
    await omar.press("Healed")
    await omar.say("the money back")
    await omar.say("The money is here.")
    assert "SAL-2 is closed" in await omar.press("Nothing new")


async def week_12_the_watch(team: Team) -> None:
    before = len(await team.stage.posted())
    await team.at(7, 1, 17)
    await team.omar.news()
    assert len(await team.stage.posted()) == before, "a healed client is left in peace for a month"
    await team.at(7, 2, 9)
    assert "Acme, week 8." in await team.omar.news(), "the second case is asked about where it had no channel"
    assert "same, noted" in await team.omar.press("Same")
    post = await team.last_post()
    assert "Acme, week 12. 2 of 2 wishes met." in post.words
    assert "SAL-1 is open again and goes first" in await team.sam.press_on(post, "Colder")
    await team.at(7, 6, 9)
    said = await team.sam.say("summary")
    assert "1 client at risk · 1 worse" in said
    assert "a promise was broken" in said


async def played(stage: Stage) -> None:
    """The twelve weeks."""
    team = await gathered(stage)
    await week_1_a_case_and_a_broken_promise(team)
    await week_2_nobody_answers(team)
    await week_3_a_holiday(team)
    await week_4_the_owner_leaves_and_something_breaks_again(team)
    await week_5_a_decision_has_to_be_made(team)
    await weeks_6_and_7_two_check_ins_are_missed(team)
    await week_8_healing(team)
    await week_12_the_watch(team)


# --- what came of it -----------------------------------------------------------------------------------------

FIRST_CASE = """
opened: The migration we promised for Friday slipped to Tuesday and nobody told them.
reminder: Check-ins every Friday at 09:00
promise: a status mail, Thursday 15:00
promise: broken: a status mail
promise: a written report, Wednesday 12:00
check-in: the same
promise: kept: a written report
check-in: colder
check-in: no reply
reminder: Put off. Next: Tuesday 10:00.
handed over: Priya left; Omar takes it over
decision: a new plan: The old one had no dates in it.
check-in: the same
reminder: On again. Next: 5 June 09:00.
met: the migration done
met: a status mail every Thursday
contact: Dana: the migration runs, and the mails come. (warmer)
stage: On watch
closed: Healed. Now I can sleep again.
lesson: Say on the same day when a date slips.
reopened: colder after it had healed
check-in: colder
""".strip().splitlines()
"""How the first case's timeline reads; each line as it begins."""


@dataclass(frozen=True)
class Outcome:
    """What is left of twelve weeks, without what differs by platform (ids, and how a channel is called)."""

    timelines: tuple[tuple[tuple[str, str], ...], ...]
    cases: tuple[tuple[object, ...], ...]
    promises: dict[str, int]
    check_ins: tuple[str | None, ...]
    schedules: tuple[tuple[str, str], ...]
    climbs: tuple[tuple[int, str], ...]
    gone: tuple[str, ...]


async def outcome(house: House) -> Outcome:
    """The outcome as the database has it."""
    async with house.database.reading() as db:
        cases = (await db.scalars(select(Case).order_by(Case.number))).all()
        people = {p.id: p for p in await db.scalars(select(Person))}
        entries = (await db.scalars(select(Entry).order_by(Entry.id))).all()
        promises = (await db.scalars(select(PromiseRow.state))).all()
        schedules = (await db.scalars(select(Schedule).order_by(Schedule.id))).all()
        occurrences = (await db.scalars(select(Occurrence).order_by(Occurrence.due_at, Occurrence.id))).all()
        climbs = (await db.scalars(select(Climb).order_by(Climb.id))).all()
    return Outcome(
        tuple(tuple((e.kind, e.words.replace("#", "")) for e in entries if e.case_id == c.id) for c in cases),
        tuple((c.stage, c.outcome, c.severity, tuple(c.readings), people[c.owner_id].name, c.risk) for c in cases),
        dict(Counter(promises)),
        tuple(o.answer for o in occurrences),
        tuple((s.purpose, s.state) for s in schedules),
        tuple((c.level, c.state) for c in climbs),
        tuple(p.name for p in people.values() if p.gone_at is not None and p.name),
    )


async def test_twelve_weeks_end_the_same_on_every_platform(tmp_path: Path, empty: Path) -> None:
    outcomes: dict[str, Outcome] = {}
    for platform in PLATFORMS:
        file = tmp_path / f"{platform}.db"
        shutil.copy(empty, file)
        async with open_house(f"sqlite:///{file}") as house:
            stage = await open_stage(platform, house)
            await played(stage)
            outcomes[platform] = await outcome(house)
            await stage.close()
    first = outcomes["terminal"]
    for platform in PLATFORMS:
        assert outcomes[platform] == first, platform
    told = [f"{kind}: {words}" for kind, words in first.timelines[0]]
    assert [line for line, begins in zip(told, FIRST_CASE, strict=True) if not line.startswith(begins)] == []
    assert first.promises == {"broken": 1, "kept": 1}
    assert first.check_ins == ("same", "colder", "no_reply", "same", None, None, "colder", "same")
    assert first.gone == ("Priya",)
    (stage_of_first, ended, severity, readings, owner, _), second = first.cases
    assert (stage_of_first, ended, severity, owner) == ("at_risk", None, "medium", "Omar")
    assert readings == ("same", "colder", "no_reply", "same", "warmer", "colder")
    assert second[:3] == ("healed", "healed", "high"), "a second failure is a degree graver than it looks"
