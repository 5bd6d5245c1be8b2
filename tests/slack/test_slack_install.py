"""Many workspaces: installing, secrets at rest, renewal, leaving, and keeping workspaces apart."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlparse

import aiohttp
import pytest
from cryptography.fernet import Fernet
from slack_sdk.oauth.installation_store import Installation
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.slack.app import Slack
from adapters.slack.install import Installations, cipher_of
from adapters.slack.scopes import SCOPES
from adapters.slack.tokens import SlackSettings, Web
from bot.errors import CannotStart, Undeliverable
from bot.ports import Removed
from bot.view import card
from tests.fakes.notes import MemoryNotes
from tests.fakes.slack import FakeSlack
from tests.house import House
from tests.slack.actor import Actor
from tests.slack.stage import SECRET, Scripted, Stage, make_tables, open_stage


@pytest.fixture
async def stage(engine: AsyncEngine) -> AsyncIterator[Stage]:
    async with open_stage(Scripted(), engine=engine) as opened:
        yield opened


def installations(stage_: Stage) -> Installations:
    tokens = stage_.adapter._tokens
    assert isinstance(tokens, Installations)
    return tokens


def an_installation(team: str | None = "T1", token: str = "xoxb-one", **more: Any) -> Installation:
    return Installation(
        app_id="A1", team_id=team, user_id="USAM", bot_token=token, bot_id="BBOT", bot_user_id="UBOT",
        bot_scopes=list(SCOPES), **more,
    )  # fmt: skip


def url_of(stage_: Stage, path: str) -> str:
    return stage_.slack.app_url.replace("/slack/events", path)


async def install(stage_: Stage, team: str = "T1", token: str = "xoxb-one") -> int:
    """Go through the pages of installing, as a browser does."""
    stage_.slack.codes["c0de"] = {
        "app_id": "A1", "team": {"id": team, "name": "One"}, "enterprise": None, "access_token": token,
        "token_type": "bot", "bot_user_id": "UBOT", "scope": ",".join(SCOPES), "authed_user": {"id": "USAM"},
    }  # fmt: skip
    async with aiohttp.ClientSession() as browser:
        async with browser.get(url_of(stage_, "/slack/install")) as page:
            body = await page.text()
            cookie = page.headers["Set-Cookie"].split(";")[0]
        link = next(part.split('"')[0] for part in body.split('href="') if "oauth/v2/authorize" in part)
        link = link.replace("&amp;", "&")
        asked = parse_qs(urlparse(link).query)
        assert set(asked["scope"][0].split(",")) == set(SCOPES)
        back = url_of(stage_, "/slack/oauth_redirect") + f"?code=c0de&state={asked['state'][0]}"
        async with browser.get(back, headers={"Cookie": cookie}) as done:
            return done.status


async def test_a_workspace_installs_and_is_heard(stage: Stage) -> None:
    assert await install(stage) == 200
    ack = await stage.actor("UPRIYA").command("home")
    assert isinstance(ack, dict)
    assert ack["text"] == "Noted."
    await stage.adapter.messenger.send("slack:T1:C1", card("Hello"), key="k")


async def test_a_workspace_that_did_not_install_is_told_so(stage: Stage) -> None:
    priya = stage.actor("UPRIYA")
    await priya.command("home")
    assert "not installed" in priya.last.text


async def test_a_made_up_state_installs_nothing(stage: Stage, engine: AsyncEngine) -> None:
    async with (
        aiohttp.ClientSession() as browser,
        browser.get(url_of(stage, "/slack/oauth_redirect") + "?code=c0de&state=forged") as answer,
    ):
        assert answer.status == 400
    with pytest.raises(Undeliverable):
        await installations(stage).of("T1")


async def test_tokens_are_not_readable_in_the_database(stage: Stage, engine: AsyncEngine) -> None:
    await install(stage)
    await installations(stage).store.async_save(
        an_installation("T3", "xoxb-three", bot_refresh_token="xoxe-T3-1", bot_token_expires_in=43_200,
                        user_token="xoxp-secret")
    )  # fmt: skip
    async with engine.connect() as db:
        rows = [*(await db.execute(text("select * from slack_bots"))).all()]
        rows += (await db.execute(text("select * from slack_installations"))).all()
    assert len(rows) == 4
    assert not any("xox" in str(value) for row in rows for value in row)


async def test_a_new_key_takes_over_and_the_old_one_can_go(engine: AsyncEngine) -> None:
    new = Fernet.generate_key().decode()
    async with FakeSlack() as slack:
        await make_tables(engine)

        def opened(secret: str) -> Installations:
            settings = SlackSettings(
                client_id="1.2", client_secret="x", signing_secret="s", secret_key=secret, api_url=slack.api_url
            )
            return Installations(Web(settings), settings, engine)

        await opened(SECRET).store.async_save(an_installation())
        both = opened(f"{new}, {SECRET}")
        assert (await both.of("T1")).token == "xoxb-one"
        await both.store.reseal()
        assert (await opened(new).of("T1")).token == "xoxb-one"
        with pytest.raises(Undeliverable):
            await opened(SECRET).of("T1")


@pytest.mark.parametrize("secret", ["", " , ", "short", f"{'x' * 40},short"])
def test_a_missing_or_weak_key_is_refused_at_the_start(secret: str) -> None:
    with pytest.raises(CannotStart, match="SALVAGE_SECRET_KEY"):
        cipher_of(secret)


async def test_nothing_to_install_with_is_refused_at_the_start() -> None:
    with pytest.raises(CannotStart):
        Slack(SlackSettings(), Scripted(), MemoryNotes())
    with pytest.raises(CannotStart, match="database"):
        Slack(SlackSettings(client_id="1", client_secret="2", signing_secret="3"), Scripted(), MemoryNotes())


async def test_a_wrong_bot_token_is_refused_at_the_start() -> None:
    async with FakeSlack() as slack:
        settings = SlackSettings(bot_token="xoxb-wrong", signing_secret="s", api_url=slack.api_url)
        adapter = Slack(settings, Scripted(), MemoryNotes())
        with pytest.raises(CannotStart, match="invalid_auth"):
            await adapter.start()
        await adapter.stop()


async def ending_soon(stage_: Stage) -> None:
    stage_.slack.teams["T1"].token = "xoxe.xoxb-old"
    soon = an_installation(token="xoxe.xoxb-old", bot_refresh_token="xoxe-T1-1", bot_token_expires_in=600)
    await installations(stage_).store.async_save(soon)


async def test_a_token_is_renewed_before_a_scheduled_post(stage: Stage) -> None:
    await ending_soon(stage)
    await stage.adapter.messenger.send("slack:T1:C1", card("Good morning"), key="k")
    assert stage.slack.refreshed == {"xoxe-T1-1"}
    installations(stage).forget("T1")
    assert (await installations(stage).of("T1")).token == stage.slack.teams["T1"].token


async def test_two_workers_renew_a_token_once(stage: Stage, engine: AsyncEngine) -> None:
    await ending_soon(stage)
    stage.slack.slow = {"oauth.v2.access": 0.3}
    settings = stage.adapter._settings
    other = Installations(Web(settings), settings, engine)
    found = await asyncio.gather(*(i.of("T1") for i in (installations(stage), other, installations(stage), other)))
    assert {f.token for f in found} == {stage.slack.teams["T1"].token}
    assert [m for m, _ in stage.slack.calls].count("oauth.v2.access") == 1
    await other._web.close()


async def test_a_renewal_that_died_half_way_is_taken_over(stage: Stage) -> None:
    await ending_soon(stage)
    ours = installations(stage)
    assert await ours._lease(":T1")
    late = Installations(ours._web, ours._settings, ours._engine, now=lambda: time.time() + 31)
    assert (await late.of("T1")).token == stage.slack.teams["T1"].token


async def test_leaving_deletes_tokens_and_stops_sending(stage: Stage, engine: AsyncEngine) -> None:
    await install(stage)
    await stage.actor("UPRIYA").event({"type": "tokens_revoked", "tokens": {"bot": ["UBOT"]}})
    await stage.actor("UPRIYA").event({"type": "app_uninstalled"})
    with pytest.raises(Undeliverable):
        await stage.adapter.messenger.send("slack:T1:C1", card("x"), key="k")
    async with engine.connect() as db:
        assert not (await db.execute(text("select 1 from slack_bots"))).all()
        assert not (await db.execute(text("select 1 from slack_installations"))).all()
    assert await install(stage) == 200
    await stage.adapter.messenger.send("slack:T1:C1", card("back"), key="k")


async def test_an_organisation_installs_once_for_all_its_workspaces(stage: Stage) -> None:
    core = stage.adapter._turns._conversations
    assert isinstance(core, Scripted)
    stage.slack.teams["T1"].enterprise = "E1"
    await installations(stage).store.async_save(an_installation(None, enterprise_id="E1", is_enterprise_install=True))
    with pytest.raises(Undeliverable):
        await installations(stage).of("T1")
    over = {"enterprise_id": "E1", "is_enterprise_install": "true"}
    ack = await stage.actor("UPRIYA").command("home", **over)
    assert isinstance(ack, dict)
    assert core.heard[0].who.tenant == "slack:T1"
    await stage.adapter.messenger.send("slack:T1:C1", card("scheduled"), key="k")
    gone = {"team_id": None, "enterprise_id": "E1", "authorizations": [], "is_ext_shared_channel": False}
    await stage.actor("UPRIYA").event({"type": "app_uninstalled"}, **gone)
    assert [i.who.tenant for i in core.heard if i.act == Removed()] == ["slack:T1"]
    with pytest.raises(Undeliverable):
        await installations(stage).of("T1")


async def test_two_workspaces_never_see_each_others_data(house: House) -> None:
    async with open_stage(house.conversation, house=house, engine=house.database.engine) as stage:
        other = stage.slack.team("T2", "xoxb-two")
        other.person("UTHEA", "Thea", is_owner=True)
        other.channel("C9", "theirs", ["UTHEA"])
        for team, token in (("T1", "xoxb-one"), ("T2", "xoxb-two")):
            await installations(stage).store.async_save(an_installation(team, token))
        priya, thea = stage.actor("UPRIYA"), stage.actor("UTHEA", "C9", "T2")
        await open_a_case(priya)
        forms = priya.submit_payload({})
        before = list(stage.slack.messages)
        for words in ("next SAL-1", "SAL-1", "Acme", "summary", "clients", "close SAL-1", "log SAL-1 x", "draft SAL-1",
                      "remind SAL-1 weekly", "reminders", "lessons", "promise SAL-1 x by Friday", ""):  # fmt: skip
            await thea.command(words)
            stage.slack.modals.pop("UTHEA", None)
        for message in [m for m in before if m.buttons]:
            for button in [b for b in message.buttons if b["type"] == "button"]:
                await stage.slack.deliver("interactive", thea.press_payload(message, button))
                stage.slack.modals.pop("UTHEA", None)
        forms["user"], forms["team"] = {"id": "UTHEA", "team_id": "T2"}, {"id": "T2"}
        await stage.slack.deliver("interactive", forms)
        await stage.deliver()
        seen = [m.text for m in stage.slack.messages if m not in before and m.only == "UTHEA"]
        assert seen
        assert not [s for s in seen if "kept in the dark" in s or "Priya" in s]
        await priya.submit(story="It broke and nobody told them")
        assert "UPRIYA" in stage.slack.modals, "Priya's own form still works"


async def open_a_case(priya: Actor) -> None:
    await priya.command("start Acme")
    await priya.submit(story="It broke, it was late, and nobody told them for a week")
    while "UPRIYA" in priya.slack.modals:
        answers: dict[str, object] = {}
        for block_id, block in priya.modal.inputs.items():
            kind, _, key = block_id.partition(":")
            if "options" in block["element"]:
                answers[key if kind == "q" else f"{key}_pick"] = block["element"]["options"][0]["text"]["text"]
        await priya.submit(**answers)
    await priya.command("start Beta")
