"""Which platforms are set up, and mounting them; the only place that knows every adapter."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from aiohttp import web

from adapters.slack.app import Slack, SlackSettings
from adapters.slack.install import cipher_of
from adapters.teams.app import Teams
from adapters.teams.package import build_package
from adapters.teams.settings import SERVICE_HOSTS, TeamsSettings
from adapters.web.app import mount as mount_web
from bot.compose import Coach, furnish_local_places
from bot.config import Settings


class Platforms:
    """The platforms the settings ask for."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.slack_settings = slack_settings(settings)
        self.teams_settings = teams_settings(settings)
        self._running: list[Slack | Teams] = []

    @property
    def any(self) -> bool:
        """Whether people beyond this machine are reached, so that time must be real."""
        return self.slack_settings.configured or bool(self.settings.microsoft_app_id)

    def check(self) -> None:
        """Raises CannotStart where a platform that is set up could not be started."""
        if self.slack_settings.configured and not self.slack_settings.bot_token:
            cipher_of(self.slack_settings.secret_key)

    async def start(self, app: web.Application | None, coach: Coach) -> None:
        """Mount what is served and connect what connects by itself; without ``app`` only what sends."""
        if app is not None and self.settings.loopback:
            await furnish_local_places(coach)
            bell = mount_web(app, coach.local_words, coach.log, coach.clock, host=self.settings.host)
            coach.local.grown.append(bell.ring)
        if self.slack_settings.configured:
            slack = Slack(self.slack_settings, coach.conversation, coach.notes, engine=coach.database.engine)
            await self._add("slack", slack, app, coach)
        if self.teams_settings.configured:
            await self._add("teams", Teams(self.teams_settings, coach.conversation, coach.notes), app, coach)

    async def _add(self, name: str, platform: Slack | Teams, app: web.Application | None, coach: Coach) -> None:
        if app is not None:
            app.router.add_routes(platform.routes())
        if isinstance(platform, Slack):
            await platform.start(listen=app is not None)
        else:
            await platform.start()
        coach.messengers[name] = platform.messenger
        self._running.append(platform)

    async def stop(self) -> None:
        """Disconnect."""
        for platform in self._running:
            await platform.stop()

    def words(self) -> list[str]:
        """What is set up, a line each."""
        slack, teams = self.slack_settings, self.teams_settings
        lines = []
        if slack.configured:
            way = "Socket Mode" if slack.app_token else "HTTP on /slack/events"
            lines.append(f"Slack: on, over {way}.")
        elif slack.missing:
            lines.append(f"Slack: off. {slack.missing}")
        else:
            lines.append("Slack: off. Set SLACK_BOT_TOKEN and SLACK_APP_TOKEN (or SLACK_SIGNING_SECRET) to turn it on.")
        if teams.app_id and not teams.app_password and teams.app_type != "UserAssignedMSI":
            lines.append("Teams: hears, but can't answer. Set MICROSOFT_APP_PASSWORD, without which it has no token.")
        elif teams.app_id:
            lines.append("Teams: on, at /api/messages.")
        elif teams.local:
            lines.append("Teams: on for tools on this machine only, at /api/messages (TEAMS_LOCAL=1).")
        else:
            lines.append("Teams: off. Set MICROSOFT_APP_ID and its password to turn it on, or TEAMS_LOCAL=1 to try it.")
        return lines


def slack_settings(settings: Settings) -> SlackSettings:
    """What the Slack adapter needs of the settings."""
    return SlackSettings(
        bot_token=settings.slack_bot_token.get_secret_value(),
        signing_secret=settings.slack_signing_secret.get_secret_value(),
        app_token=settings.slack_app_token.get_secret_value(),
        client_id=settings.slack_client_id,
        client_secret=settings.slack_client_secret.get_secret_value(),
        api_url=settings.slack_api_url,
        secret_key=settings.salvage_secret_key.get_secret_value(),
    )


def teams_settings(settings: Settings) -> TeamsSettings:
    """What the Teams adapter needs of the settings."""
    hosts = tuple(h.strip() for h in settings.teams_service_hosts.split(",") if h.strip())
    given = TeamsSettings(
        app_id=settings.microsoft_app_id,
        app_password=settings.microsoft_app_password.get_secret_value(),
        tenant_id=settings.microsoft_app_tenant_id,
        app_type=settings.microsoft_app_type,
        local=settings.teams_local,
        public_url=settings.salvage_public_url,
        openid_url=settings.teams_openid_url,
        issuer=settings.teams_issuer,
        sign_in_url=settings.teams_sign_in_url,
        scope=settings.teams_issuer.rstrip("/") + "/.default",
        service_hosts=(*SERVICE_HOSTS, *hosts),
    )
    if not settings.identity_endpoint:
        return given
    return replace(
        given, identity_url=settings.identity_endpoint, identity_header=settings.identity_header.get_secret_value()
    )


def teams_package(settings: Settings, out: Path) -> Path:
    """Write the Teams app package; gives its path."""
    return build_package(teams_settings(settings), out)
