"""Which platforms are set up, and mounting them; the only place that knows every adapter."""

from __future__ import annotations

from aiohttp import web

from adapters.web.app import mount as mount_web
from bot.compose import Coach
from bot.config import Settings


class Platforms:
    """The platforms the settings ask for."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @property
    def any(self) -> bool:
        """Whether a platform beyond the local tools is set up."""
        return False

    async def start(self, app: web.Application | None, coach: Coach) -> None:
        """Mount what is served and connect what connects by itself."""
        if app is not None and self.settings.loopback:
            bell = mount_web(app, coach.local_words, coach.log, coach.clock, host=self.settings.host)
            coach.local.grown.append(bell.ring)

    async def stop(self) -> None:
        """Disconnect."""

    def words(self) -> list[str]:
        """What is set up, a line each."""
        return []
