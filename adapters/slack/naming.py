"""Whom and what the words of a payload name, looked up at Slack."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Mapping

from adapters.slack import mrkdwn
from adapters.slack.asking import soon
from adapters.slack.groups import Groups
from adapters.slack.heard import Heard, Named
from adapters.slack.people import People
from adapters.slack.places import NO_ANSWER, Places
from bot.ports import Place, PlaceKind, Who

MOST_PEOPLE = 10
MOST_CHANNELS = 3


class Naming:
    """Looks up what is named."""

    def __init__(self, people: People, places: Places, groups: Groups) -> None:
        self._people = people
        self._places = places
        self._groups = groups

    async def of(self, heard: Heard) -> Named:
        """What a text names; what Slack is slow to tell counts as not known."""
        text = heard.text
        people, places, groups = await asyncio.gather(
            self._people_in(heard, mrkdwn.mentioned(text)),
            self._places_in(heard, mrkdwn.channels(text), mrkdwn.typed_channels(text)),
            soon(self._groups.named(heard.team, mrkdwn.groups(text), heard.enterprise), {}),
        )
        return Named(people, places, groups)

    async def _people_in(self, heard: Heard, users: Iterable[str]) -> dict[str, Who]:
        others = [u for u in users if u != heard.user][:MOST_PEOPLE]
        found = await asyncio.gather(*(self._people.who(heard.team, u, enterprise=heard.enterprise) for u in others))
        return dict(zip(others, found, strict=True))

    async def _places_in(self, heard: Heard, linked: Mapping[str, str], typed: Iterable[str]) -> dict[str, Place]:
        asked: dict[str, Awaitable[Place]] = {}
        for channel, name in list(linked.items())[:MOST_CHANNELS]:
            asked[channel] = self._places.named(
                heard.team, channel, name=name, enterprise=heard.enterprise, who=heard.user
            )
        for name in list(typed)[:MOST_CHANNELS]:
            asked[f"#{name}"] = self._places.typed(heard.team, name, enterprise=heard.enterprise, who=heard.user)
        found = await asyncio.gather(
            *(soon(look, _silent(heard, linked.get(name, name))) for name, look in asked.items())
        )
        return dict(zip(asked, found, strict=True))


def _silent(heard: Heard, name: str) -> Place:
    return Place(heard.tenant, f"{heard.tenant}:{name}", PlaceKind.unknown, name, NO_ANSWER)
