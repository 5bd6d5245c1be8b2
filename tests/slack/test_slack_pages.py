"""Installing as a browser sees it: a page for every end, and never a server's error."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlparse

import aiohttp
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.slack.pages import WRONG
from adapters.slack.scopes import SCOPES
from bot.errors import Undeliverable
from bot.metrics import REFUSED
from bot.view import card
from tests.slack.stage import Scripted, Stage, open_stage
from tests.slack.test_slack_install import installations, url_of


@pytest.fixture
async def stage(engine: AsyncEngine) -> AsyncIterator[Stage]:
    async with open_stage(Scripted(), engine=engine) as opened:
        yield opened


@dataclass
class Browser:
    """Somebody who installs."""

    stage: Stage
    cookie: str = ""

    async def begins(self) -> str:
        """Open the page to install from; gives the state that goes to Slack."""
        status, page = await self._get("/slack/install")
        assert status == 200
        link = next(part.split('"')[0] for part in page.split('href="') if "oauth/v2/authorize" in part)
        return parse_qs(urlparse(link.replace("&amp;", "&")).query)["state"][0]

    async def comes_back(self, query: str) -> tuple[int, str]:
        return await self._get("/slack/oauth_redirect" + query)

    async def _get(self, path: str) -> tuple[int, str]:
        async with (
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.get(url_of(self.stage, path), headers={"Cookie": self.cookie}) as answer,
        ):
            self.cookie = answer.headers.get("Set-Cookie", self.cookie).split(";")[0]
            return answer.status, await answer.text()


@pytest.fixture
def browser(stage: Stage) -> Browser:
    return Browser(stage)


def allowed(stage: Stage, code: str = "c0de", **more: object) -> None:
    """Slack gives this for a code once somebody has allowed the app."""
    stage.slack.codes[code] = {
        "app_id": "A1", "team": {"id": "T1", "name": "One & <b>Only</b>"}, "enterprise": None, "token_type": "bot",
        "access_token": "xoxb-one", "bot_user_id": "UBOT", "scope": ",".join(SCOPES), "authed_user": {"id": "USAM"},
        **more,
    }  # fmt: skip


async def nothing_is_installed(stage: Stage, engine: AsyncEngine) -> bool:
    async with engine.connect() as db:
        rows = (await db.execute(text("select 1 from slack_bots"))).all()
    with pytest.raises(Undeliverable):
        await installations(stage).of("T1")
    return not rows


async def test_whoever_installs_is_told_what_to_type_next(stage: Stage, browser: Browser) -> None:
    allowed(stage)
    state = await browser.begins()
    status, page = await browser.comes_back(f"?code=c0de&state={state}")
    assert status == 200
    assert "Salvage is in One &amp; &lt;b&gt;Only&lt;/b&gt;" in page
    assert "Type /salvage in Slack to begin." in page
    assert (await installations(stage).of("T1")).token == "xoxb-one"


async def test_a_state_is_good_once_and_in_the_browser_that_began(
    stage: Stage, browser: Browser, engine: AsyncEngine
) -> None:
    allowed(stage)
    state = await browser.begins()
    stranger = Browser(stage)
    await stranger.begins()
    assert await stranger.comes_back(f"?code=c0de&state={state}") == (400, page_of("invalid_browser"))
    assert await nothing_is_installed(stage, engine)
    kept = browser.cookie
    assert (await browser.comes_back(f"?code=c0de&state={state}"))[0] == 200
    allowed(stage)
    browser.cookie = kept
    assert await browser.comes_back(f"?code=c0de&state={state}") == (401, page_of("invalid_state"))


def page_of(reason: str) -> str:
    from adapters.slack.pages import failed

    return failed(reason, "/slack/install")


@pytest.mark.parametrize(
    ("query", "status", "reason"),
    [
        ("", 400, "invalid_browser"),
        ("?state=forged&code=c0de", 400, "invalid_browser"),
        ("?error=access_denied", 200, "access_denied"),
        ("?state={state}", 401, "missing_code"),
        ("?state={state}&code=never-given", 401, "invalid_code"),
        ("?state={state}&code=" + "x" * 4000, 401, "invalid_code"),
    ],
)
async def test_what_goes_wrong_has_a_page_that_says_what_to_do(
    stage: Stage, browser: Browser, engine: AsyncEngine, query: str, status: int, reason: str
) -> None:
    state = await browser.begins()
    before = REFUSED.labels("slack", "install")._value.get()
    assert await browser.comes_back(query.format(state=state)) == (status, page_of(reason))
    assert "Start again" in WRONG[reason]
    assert REFUSED.labels("slack", "install")._value.get() == before + 1
    assert await nothing_is_installed(stage, engine)


async def test_what_slack_says_is_words_on_the_page(browser: Browser) -> None:
    _, page = await browser.comes_back("?error=<script>alert(1)</script>")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("method", ["oauth.v2.access", "auth.test"])
async def test_a_slack_that_is_away_installs_nothing_and_says_so(
    stage: Stage, browser: Browser, engine: AsyncEngine, method: str
) -> None:
    allowed(stage)
    stage.slack.dropping.add(method)
    state = await browser.begins()
    assert await browser.comes_back(f"?code=c0de&state={state}") == (503, page_of("away"))
    assert await nothing_is_installed(stage, engine)


async def test_a_database_that_is_away_says_so(stage: Stage, browser: Browser, engine: AsyncEngine) -> None:
    async with engine.begin() as db:
        await db.execute(text("drop table slack_oauth_states"))
    assert await browser.comes_back("?code=c0de&state=x") == (400, page_of("invalid_browser"))
    assert await browser._get("/slack/install") == (503, page_of("away"))


async def test_a_whole_organisation_installs_by_the_same_pages(stage: Stage, browser: Browser) -> None:
    stage.slack.teams["T1"].enterprise = "E1"
    allowed(stage, team=None, enterprise={"id": "E1", "name": "Org"}, is_enterprise_install=True)
    status, page = await browser.comes_back(f"?code=c0de&state={await browser.begins()}")
    assert (status, "Salvage is in Org" in page) == (200, True)
    over = {"enterprise_id": "E1", "is_enterprise_install": "true"}
    ack = await stage.actor("UPRIYA").command("home", **over)
    assert isinstance(ack, dict)
    assert ack["text"] == "Noted."


async def test_a_token_that_ends_is_installed_with_what_renews_it(stage: Stage, browser: Browser) -> None:
    allowed(stage, access_token="xoxb-one", refresh_token="xoxe-T1-1", expires_in=600)
    await browser.comes_back(f"?code=c0de&state={await browser.begins()}")
    await stage.adapter.messenger.send("slack:T1:C1", card("Good morning"), key="k")
    assert stage.slack.refreshed == {"xoxe-T1-1"}
