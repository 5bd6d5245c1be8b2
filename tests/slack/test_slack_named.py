"""Channels and user groups that somebody names, in words or as Slack links them, with the real core."""

from collections.abc import AsyncIterator

import pytest

from adapters.slack.groups import GROUP_SECONDS, Groups
from adapters.slack.mrkdwn import channels, groups, typed_channels
from bot.ports import PlaceKind
from tests.house import House
from tests.slack.stage import Scripted, Stage, open_stage
from tests.slack.test_slack_story import first_answers, open_case


@pytest.fixture
async def stage(house: House) -> AsyncIterator[Stage]:
    async with open_stage(house.conversation, house=house) as opened:
        yield opened


# --- channels ----------------------------------------------------------------------------------------------


def test_channels_and_groups_are_found_in_words() -> None:
    assert channels("in <#C1|ops> and <#C2> and <#C1|ops>") == {"C1": "#ops", "C2": "#C2"}
    assert groups("<!subteam^S1|@leads> <!subteam^S2> <!here>") == ("S1", "S2")
    assert typed_channels("in #ops, #client-acme2 but not #7, C#sharp, <#C1|x> or https://x/#top") == (
        "ops",
        "client-acme2",
    )


@pytest.mark.parametrize("named", ["<#COPS|ops>", "<#COPS>", "<#COPS|>", "#ops", "#OPS"])
async def test_a_reminder_for_a_channel_the_coach_has_never_heard_from(stage: Stage, named: str) -> None:
    assert stage.house
    priya = stage.actor("UPRIYA")
    await open_case(priya)
    await priya.command(f"remind Acme weekly on Monday at 09:00 in {named}")
    assert "UPRIYA" not in stage.slack.modals
    assert "every Monday at 09:00" in priya.last.text
    assert "in #ops" in priya.last.text
    await stage.house.skip(days=7)
    assert [m.text for m in stage.slack.messages if m.channel == "COPS"]


async def test_a_channel_can_be_named_in_the_private_chat_too(stage: Stage) -> None:
    priya = stage.actor("UPRIYA")
    await open_case(priya)
    await priya.say("remind Acme weekly on Monday at 09:00 in #ops")
    await stage.deliver()
    assert "every Monday at 09:00" in priya.last.text
    assert "in #ops" in priya.last.text


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ("<#CFAR|far>", "I can't ask in #far: I am not in that channel. Invite me, or pick another place."),
        ("#far", "I can't ask in #far: I am in no channel of that name. Invite me, or pick another place."),
        ("<#CCLOSED|board>", "I can't ask in #board: I am in no channel of that name."),
        ("#board", "I can't ask in #board: I am in no channel of that name."),
        ("<#CNONE>", "I can't ask in #CNONE: I am not in it, so I cannot see who reads there."),
    ],
)
async def test_a_channel_where_nothing_can_be_posted_says_why_at_once(stage: Stage, named: str, says: str) -> None:
    priya = stage.actor("UPRIYA")
    await open_case(priya)
    await priya.command(f"remind Acme weekly on Monday at 09:00 in {named}")
    assert says in priya.reads()
    assert "every Monday" not in priya.reads()


async def test_here_where_the_coach_is_not_says_so(stage: Stage) -> None:
    await open_case(stage.actor("UPRIYA"))
    priya = stage.actor("UPRIYA", "CFAR")
    await priya.command("remind Acme weekly on Monday at 09:00 in here")
    assert "I can't ask here: I am not in that channel." in priya.reads()


async def test_slacks_silence_about_channels_is_said(stage: Stage) -> None:
    priya = stage.actor("UPRIYA")
    await open_case(priya)
    stage.slack.failing["users.conversations"] = ["ratelimited"]
    await priya.command("remind Acme weekly on Monday at 09:00 in #ops")
    assert "I can't ask in #ops: Slack did not tell me which channels I am in." in priya.reads()


async def test_a_named_channel_that_people_outside_read_gets_no_check_in(stage: Stage) -> None:
    assert stage.house
    priya = stage.actor("UPRIYA")
    await open_case(priya)
    await priya.command("remind Acme weekly on Monday at 09:00 in <#CSHARED|client-acme>")
    while "UPRIYA" in stage.slack.modals:
        await priya.submit(**first_answers(priya))
    await stage.house.skip(days=7)
    assert not [m for m in stage.slack.messages if m.channel == "CSHARED"]


async def test_what_is_named_reaches_the_core() -> None:
    core = Scripted()
    async with open_stage(core) as stage:
        await stage.actor("UPRIYA").command("remind Acme in <#COPS> for <!subteam^SLEADS>, not <#CFAR|far>")
        (heard,) = core.heard
        assert [(p.key, p.kind) for p in heard.places] == [
            ("slack:T1:COPS", PlaceKind.internal),
            ("slack:T1:CFAR", PlaceKind.unknown),
        ]
        assert getattr(heard.act, "text", "") == "remind Acme in #ops for @leads, not #far"
        (leads,) = heard.groups
        assert [(m.name, m.outsider) for m in leads.members] == [("Omar", False), ("Gus", True)]


# --- user groups -------------------------------------------------------------------------------------------

NAME_LEADS = "role <!subteam^SLEADS> manager"


async def may_review(stage: Stage, user: str) -> bool:
    person = stage.actor(user)
    await person.command("review")
    return "Only a manager" not in person.last.text


async def test_an_admin_names_a_user_group_and_its_members_manage(stage: Stage) -> None:
    sam = stage.actor("USAM")
    assert not await may_review(stage, "UOMAR")
    await sam.command(NAME_LEADS)
    assert "@leads manages from now on" in sam.last.text
    assert await may_review(stage, "UOMAR")
    assert not await may_review(stage, "UPRIYA")
    await stage.actor("UPRIYA").command("role <!subteam^SLEADS|@leads> manager")
    assert "Only an admin" in stage.actor("UPRIYA").last.text


@pytest.mark.parametrize("event", ["subteam_members_changed", "subteam_updated"])
async def test_who_leaves_the_user_group_stops_managing_when_slack_says_so(stage: Stage, event: str) -> None:
    sam = stage.actor("USAM")
    await sam.command(NAME_LEADS)
    stage.slack.teams["T1"].groups["SLEADS"]["users"] = ["UPRIYA"]
    await sam.event({"type": event, "subteam_id": "SLEADS", "subteam": {"id": "SLEADS"}})
    await stage.deliver()
    assert await may_review(stage, "UPRIYA")
    assert not await may_review(stage, "UOMAR")


async def test_a_user_group_that_is_switched_off_manages_no_more(stage: Stage) -> None:
    sam = stage.actor("USAM")
    await sam.command(NAME_LEADS)
    stage.slack.teams["T1"].groups["SLEADS"]["date_delete"] = 1
    await sam.event({"type": "subteam_updated", "subteam": {"id": "SLEADS"}})
    await stage.deliver()
    assert not await may_review(stage, "UOMAR")


async def test_slacks_silence_about_groups_changes_nobody(stage: Stage) -> None:
    sam = stage.actor("USAM")
    await sam.command(NAME_LEADS)
    for method in ("usergroups.list", "users.info"):
        stage.slack.failing[method] = ["internal_error"] * 3
        stage.adapter._turns._people._kept.clear()
        await sam.event({"type": "subteam_members_changed", "subteam_id": "SLEADS"})
        await stage.deliver()
        stage.slack.failing[method] = []
    assert await may_review(stage, "UOMAR")


async def test_a_group_is_watched_after_a_restart(house: House) -> None:
    async with open_stage(house.conversation, house=house) as stage:
        await stage.actor("USAM").command(NAME_LEADS)
        await stage.deliver()
    async with open_stage(house.conversation, house=house) as stage:
        stage.slack.teams["T1"].groups["SLEADS"]["users"] = ["UPRIYA"]
        await stage.actor("USAM").command("home")
        await stage.deliver()
        assert await may_review(stage, "UPRIYA")
        assert not await may_review(stage, "UOMAR")


async def test_a_look_at_the_groups_is_kept_ten_minutes(house: House) -> None:
    async with open_stage(house.conversation, house=house) as stage:
        await stage.actor("USAM").command(NAME_LEADS)
        await stage.deliver()
        for _ in range(3):
            await stage.actor("USAM").command("home")
        await stage.deliver()
        assert [m for m, _ in stage.slack.calls].count("usergroups.list") == 1
        clock = [0.0]
        turns = stage.adapter._turns
        later = Groups(turns._groups._web, turns._tokens, turns._people, house.notes, lambda: clock[0])
        assert later.due("T1")
        assert not later.due("T1")
        assert [g.name for g in await later.changed("T1")] == ["@leads"]
        clock[0] = GROUP_SECONDS + 1
        assert later.due("T1")
        stage.slack.teams["T1"].groups["SLEADS"]["users"] = []
        assert [g.members for g in await later.changed("T1")] == [()]


async def test_a_group_slack_does_not_know_names_nobody(stage: Stage) -> None:
    sam = stage.actor("USAM")
    await sam.command("role <!subteam^SNONE|@nobody> manager")
    assert "@nobody" in sam.last.text
    assert "manages from now on" not in sam.last.text
    assert "no group of that name" in sam.last.text


# --- owners ------------------------------------------------------------------------------------------------


async def test_who_no_longer_owns_the_workspace_is_no_admin_any_more(house: House) -> None:
    async with open_stage(house.conversation, house=house) as stage:
        sam = stage.actor("USAM")
        await sam.command("role Sam manager")
        await sam.command(NAME_LEADS)
        assert "manages from now on" in sam.last.text
        stage.slack.teams["T1"].users["USAM"]["is_owner"] = False
        await sam.event({"type": "user_change", "user": stage.slack.teams["T1"].users["USAM"]})
        await sam.command("limit member 5 euros")
        assert "Only an admin" in sam.last.text


async def test_an_owner_seen_before_a_restart_is_no_admin_after_it_without_owning(house: House) -> None:
    async with open_stage(house.conversation, house=house) as stage:
        await stage.actor("USAM").command("home")
    async with open_stage(house.conversation, house=house) as stage:
        stage.slack.teams["T1"].users["USAM"]["is_owner"] = False
        await stage.actor("USAM").command("limit member 5 euros", trigger_id="later.USAM.x")
        assert "Only an admin" in stage.actor("USAM").last.text


async def test_whoever_an_admin_named_stays_named_though_they_own_nothing(stage: Stage) -> None:
    await stage.actor("UOMAR").command("home")
    await stage.actor("USAM").command("role Omar manager")
    await stage.actor("UOMAR").command("home")
    assert await may_review(stage, "UOMAR")
