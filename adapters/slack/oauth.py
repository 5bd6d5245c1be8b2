"""The pages of installing: off to Slack with a fresh state, and back with a code."""

from __future__ import annotations

from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings

from adapters.slack.install import Installations
from adapters.slack.scopes import SCOPES
from adapters.slack.tokens import SlackSettings, Web

INSTALL_PATH, REDIRECT_PATH = "/slack/install", "/slack/oauth_redirect"


def flow_of(settings: SlackSettings, installations: Installations, web: Web) -> AsyncOAuthFlow:
    """Bolt's flow over our stores."""
    return AsyncOAuthFlow(
        client=web.writes(None),
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
        ),
    )
