"""Stages by name."""

from __future__ import annotations

from tests.house import House
from tests.stories.browser import BrowserStage
from tests.stories.slack import SlackStage
from tests.stories.stage import Stage
from tests.stories.teams import TeamsStage
from tests.stories.terminal import TerminalStage

PLATFORMS = ("terminal", "browser", "slack", "teams")


async def open_stage(platform: str, house: House) -> Stage:
    """The stage of a platform, on that coach."""
    match platform:
        case "terminal":
            return TerminalStage(house)
        case "browser":
            return await BrowserStage.open(house)
        case "slack":
            return await SlackStage.open(house)
        case "teams":
            return await TeamsStage.open(house)
    raise ValueError(platform)
