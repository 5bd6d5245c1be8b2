"""Whom a case can be given to in Slack: a colleague, and neither an app nor a guest."""

from collections.abc import AsyncIterator

import pytest

from tests.house import House
from tests.slack.stage import Stage, open_stage
from tests.slack.test_slack_story import open_case


@pytest.fixture
async def stage(house: House) -> AsyncIterator[Stage]:
    async with open_stage(house.conversation, house=house) as opened:
        opened.slack.teams["T1"].person("UTOOL", "Ticketbot", is_bot=True)
        yield opened


@pytest.mark.parametrize("mention", ["<@UTOOL>", "<@UTOOL|ticketbot>", "<@UGUEST>", "<@USLACKBOT>"])
async def test_a_case_is_given_to_no_app_and_no_guest(stage: Stage, mention: str) -> None:
    priya = stage.actor("UPRIYA")
    await open_case(priya)
    await priya.command(f"handover Acme to {mention}")
    assert "A case can only go to a colleague" in priya.reads()
    assert "UPRIYA" not in stage.slack.modals


async def test_a_case_is_given_to_a_colleague_who_never_spoke(stage: Stage) -> None:
    priya = stage.actor("UPRIYA")
    await open_case(priya)
    await priya.command("handover Acme to <@UOMAR>")
    assert "A case can only go to a colleague" not in priya.reads()
