"""Other companies and whole organisations: whose event it is, who counts as one of us, and what leaving takes away."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import Undeliverable
from bot.ports import PlaceChanged, PlaceKind, Removed
from bot.view import card
from tests.slack.stage import Scripted, Stage, open_stage
from tests.slack.test_slack_install import an_installation, installations

ORG = {"enterprise_id": "E1", "is_enterprise_install": "true"}


@pytest.fixture
async def many(core: Scripted, engine: AsyncEngine) -> AsyncIterator[Stage]:
    """Installed in the whole organisation E1, and heard in its workspace T1."""
    async with open_stage(core, engine=engine) as opened:
        opened.slack.teams["T1"].enterprise = "E1"
        await installations(opened).store.async_save(
            an_installation(None, enterprise_id="E1", is_enterprise_install=True)
        )
        await opened.actor("UPRIYA").command("home", **ORG)
        core.heard.clear()
        yield opened


def seen_by_ours(team: str | None = "T1", enterprise: str | None = None) -> dict[str, object]:
    """The outer part of an event from a channel that another company, T9 of E9, has opened to us."""
    ours = {"team_id": team, "enterprise_id": enterprise, "user_id": "UBOT", "is_enterprise_install": team is None}
    return {"team_id": "T9", "enterprise_id": "E9", "context_team_id": "T1", "authorizations": [ours]}


async def test_an_event_in_another_companys_channel_is_heard_where_we_are_installed(
    stage: Stage, core: Scripted
) -> None:
    inner = {"type": "app_mention", "channel": "CSHARED", "user": "UPRIYA", "text": "<@UBOT> next", "ts": "1.5"}
    await stage.actor("UPRIYA").event({**inner, "team": "T1"}, **seen_by_ours())
    await stage.actor("UPRIYA").event({"type": "channel_shared", "channel": "C1"}, **seen_by_ours())
    assert [i.who.tenant for i in core.heard] == ["slack:T1", "slack:T1"]
    assert not core.heard[0].who.outsider
    assert core.heard[1].act == PlaceChanged("slack:T1:C1")


async def test_an_organisations_event_in_another_companys_channel_is_heard_in_its_own_workspace(
    many: Stage, core: Scripted
) -> None:
    inner = {"type": "app_mention", "channel": "CSHARED", "user": "UPRIYA", "text": "<@UBOT> next", "ts": "1.5"}
    await many.actor("UPRIYA").event({**inner, "team": "T1"}, **seen_by_ours(None, "E1"))
    assert [(i.who.tenant, i.who.outsider) for i in core.heard] == [("slack:T1", False)]


async def test_somebody_of_another_company_who_shares_a_channel_is_an_outsider(stage: Stage, core: Scripted) -> None:
    stage.slack.team("T2", "xoxb-two").person("UDANA", "Dana")
    await stage.actor("UDANA", "CSHARED").mention("summary")
    assert core.heard[0].who.outsider
    stage.slack.teams["T1"].channel("CODD", "odd", ["UPRIYA", "UDANA"])
    assert (await stage.adapter.messenger.audience("slack:T1:CODD")).kind is PlaceKind.shared


async def test_a_colleague_of_the_same_organisation_is_one_of_us(many: Stage, core: Scripted) -> None:
    grid = {"enterprise_id": "E1"}
    many.slack.team("T2", "xoxb-two").person("UTHEA", "Thea", enterprise_user=grid)
    many.slack.teams["T1"].channel("CORG", "all-of-us", ["UPRIYA", "UTHEA"], is_shared=True, is_org_shared=True)
    assert (await many.adapter.messenger.audience("slack:T1:CORG")).kind is PlaceKind.internal
    many.slack.teams["T2"].person("UDANA", "Dana", enterprise_user={"enterprise_id": "E9"})
    many.slack.teams["T1"].channel("CODD", "odd", ["UPRIYA", "UDANA"])
    assert (await many.adapter.messenger.audience("slack:T1:CODD")).kind is PlaceKind.shared


@pytest.mark.parametrize("kind", ["app_uninstalled", "tokens_revoked"])
async def test_an_organisation_that_leaves_leaves_from_every_workspace(many: Stage, core: Scripted, kind: str) -> None:
    inner = {"type": kind, **({"tokens": {"bot": ["UBOT"]}} if kind == "tokens_revoked" else {})}
    await many.actor("UPRIYA").event(inner, **{**seen_by_ours(None, "E1"), "team_id": "T1"})
    assert [(i.who.tenant, i.act) for i in core.heard] == [("slack:T1", Removed())]
    with pytest.raises(Undeliverable):
        await many.adapter.messenger.send("slack:T1:C1", card("x"), key="k")
    with pytest.raises(Undeliverable):
        await installations(many).of("T1", "E1")


async def test_a_workspace_with_an_installation_of_its_own_outlives_its_organisations(
    many: Stage, core: Scripted
) -> None:
    await installations(many).store.async_save(an_installation("T1", enterprise_id="E1"))
    gone = {"team_id": None, "enterprise_id": "E1", "authorizations": []}
    await many.actor("UPRIYA").event({"type": "app_uninstalled"}, **gone)
    assert not core.heard
    await many.adapter.messenger.send("slack:T1:C1", card("x"), key="k")


async def test_who_leaves_elsewhere_does_not_silence_the_one_workspace_of_the_settings(
    stage: Stage, core: Scripted
) -> None:
    other = {"team_id": "T9", "authorizations": [{"team_id": "T9", "user_id": "UBOT"}]}
    await stage.actor("UPRIYA").event({"type": "app_uninstalled"}, **other)
    assert not core.heard
    await stage.adapter.messenger.send("slack:T1:C1", card("x"), key="k")
