"""The pages of installing: off to Slack with a fresh state, and back with a code."""

from __future__ import annotations

from collections.abc import Awaitable

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from adapters.slack import pages
from adapters.slack.install import Installations
from adapters.slack.scopes import SCOPES
from adapters.slack.tokens import SlackSettings, Web
from bot.metrics import REFUSED

log = structlog.get_logger()

INSTALL_PATH, REDIRECT_PATH = "/slack/install", "/slack/oauth_redirect"


class Flow(AsyncOAuthFlow):
    """Bolt's flow with our own page to begin at."""

    async def build_install_page_html(self, url: str, request: AsyncBoltRequest) -> str:
        """The page with the way to Slack."""
        return pages.asking(url)


def flow_of(settings: SlackSettings, installations: Installations, web_: Web) -> AsyncOAuthFlow:
    """Bolt's flow over our stores."""
    return Flow(
        client=web_.writes(None),
        settings=AsyncOAuthSettings(
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            scopes=list(SCOPES),
            user_scopes=[],
            install_path=INSTALL_PATH,
            redirect_uri_path=REDIRECT_PATH,
            authorization_url=settings.base_url.removesuffix("api/") + "oauth/v2/authorize",
            installation_store=installations.store,
            state_store=installations.states,
            callback_options=AsyncCallbackOptions(success=_installed, failure=_failed),
        ),
    )


def routes(flow: AsyncOAuthFlow) -> list[web.RouteDef]:
    """Where a browser begins to install, and where Slack sends it back to."""

    async def begin(request: web.Request) -> web.Response:
        return await _shown(flow.handle_installation(await to_bolt_request(request)))

    async def back(request: web.Request) -> web.Response:
        return await _shown(flow.handle_callback(await to_bolt_request(request)))

    return [web.get(INSTALL_PATH, begin), web.get(REDIRECT_PATH, back)]


async def _shown(answered: Awaitable[BoltResponse]) -> web.Response:
    """The page; where Slack or the database is away it says so, and nothing is installed."""
    try:
        return await to_aiohttp_response(await answered)
    except Exception:
        log.exception("slack.install_failed")
        return web.Response(status=503, text=pages.failed("away", INSTALL_PATH), headers=pages.HEADERS)


async def _installed(done: AsyncSuccessArgs) -> BoltResponse:
    made = done.installation
    log.info("slack.installed", team=made.team_id, whole_organisation=bool(made.is_enterprise_install))
    name = made.team_name or made.enterprise_name or ""
    return _answer(200, pages.installed(name, made.team_id or ""), done)


async def _failed(no: AsyncFailureArgs) -> BoltResponse:
    REFUSED.labels("slack", "install").inc()
    log.info("slack.install_refused", because=no.reason[:80])
    status = 503 if no.suggested_status_code >= 500 else no.suggested_status_code
    return _answer(status, pages.failed(no.reason, INSTALL_PATH), no)


def _answer(status: int, page: str, args: AsyncSuccessArgs | AsyncFailureArgs) -> BoltResponse:
    spent = args.settings.state_utils.build_set_cookie_for_deletion()
    return BoltResponse(status=status, body=page, headers={**pages.HEADERS, "Set-Cookie": spent})
