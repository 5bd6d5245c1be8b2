"""Who can read in a channel, and which channels the coach is in: asked of Slack, unknown when Slack is silent."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.asking import SILENCE, following, pages, soon, why
from adapters.slack.failures import failure, rate_limited
from adapters.slack.people import People
from adapters.slack.tokens import Installed, Tokens, Web
from bot.ports import Place, PlaceKind

log = structlog.get_logger()

PLACE_SECONDS = 60.0

NO_ANSWER = "Slack did not tell me who can read there"
ABSENT = "I am not in that channel"
NO_SUCH = "I am in no channel of that name"
NOT_TOLD = "Slack did not tell me which channels I am in"


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look at a channel told: who can read there, whether the coach is in it, and who is, if it is closed."""

    at: float
    place: Place
    inside: bool = True
    only: frozenset[str] | None = None


class Places:
    """Who can read in a channel, at most a minute old."""

    def __init__(self, web: Web, tokens: Tokens, people: People, clock: Callable[[], float] = time.monotonic) -> None:
        self._web = web
        self._tokens = tokens
        self._people = people
        self._clock = clock
        self._kept: dict[tuple[str, str], Looked] = {}
        self._mine: dict[str, tuple[float, Mapping[str, str]]] = {}

    def fresh(self, team: str, channel: str) -> Place | None:
        """What is known of a channel without asking."""
        kept = self._kept.get((team, channel))
        return kept.place if kept and self._clock() - kept.at < PLACE_SECONDS else None

    async def soon(self, team: str, channel: str, *, name: str = "", enterprise: str = "", who: str = "") -> Place:
        """As :meth:`audience`, but unknown where it takes longer than a turn can wait."""
        known = self.fresh(team, channel)
        if known is not None:
            return known
        silent = self._unknown(team, channel, name, NO_ANSWER)
        return await soon(self.audience(team, channel, name=name, enterprise=enterprise, who=who), silent)

    async def audience(
        self, team: str, channel: str, *, name: str = "", enterprise: str = "", who: str = "", patient: bool = False
    ) -> Place:
        """Who can read there now; ``who`` is the person whose own chat with the coach counts as private.

        A look-up that fails means unknown; ``patient``: raises TryLater where Slack only asks to wait.
        """
        known = self.fresh(team, channel)
        if known is not None:
            return known
        try:
            looked = await self._look(await self._tokens.of(team, enterprise), team, channel, name, who)
        except SILENCE as no:
            log.info("slack.place_unknown", team=team, channel=channel, because=why(no))
            if patient and rate_limited(no):
                raise failure(no) from no
            return self._unknown(team, channel, name, _why_unknown(no))
        if looked.place.kind is not PlaceKind.unknown:
            self._kept[team, channel] = looked
        return looked.place

    def to_post_in(self, place: Place) -> Place:
        """The place as one for check-ins: where the coach is not in it, nobody can vouch for it."""
        kept = self._kept.get(_ids(place))
        absent = kept is not None and not kept.inside and place.kind is not PlaceKind.private
        return replace(place, kind=PlaceKind.unknown, why=ABSENT) if absent else place

    async def named(self, team: str, channel: str, *, name: str, enterprise: str, who: str) -> Place:
        """A channel that somebody calls by ``name``; a closed one they are not in is none to them."""
        place = await self.audience(team, channel, name=name, enterprise=enterprise)
        kept = self._kept.get((team, channel))
        if kept and kept.only is not None and who not in kept.only:
            return self._unknown(team, channel, name, NO_SUCH)
        return self.to_post_in(place)

    async def typed(self, team: str, name: str, *, enterprise: str, who: str) -> Place:
        """A channel by its typed name, among those the coach is in."""
        try:
            mine = await self._channels(team, enterprise)
        except SILENCE as no:
            log.info("slack.channels_unknown", team=team, because=why(no))
            return self._unknown(team, f"#{name}", f"#{name}", NOT_TOLD)
        if name.casefold() not in mine:
            return self._unknown(team, f"#{name}", f"#{name}", NO_SUCH)
        return await self.named(team, mine[name.casefold()], name=f"#{name}", enterprise=enterprise, who=who)

    async def _channels(self, team: str, enterprise: str) -> Mapping[str, str]:
        """The channels the coach is in, by name, at most a minute old."""
        kept = self._mine.get(team)
        if kept and self._clock() - kept[0] < PLACE_SECONDS:
            return kept[1]
        installed = await self._tokens.of(team, enterprise)
        client = self._web.reads(installed.token)
        found: dict[str, str] = {}
        asked = pages(
            lambda at: client.users_conversations(
                types="public_channel,private_channel", exclude_archived=True, limit=500, cursor=at,
                team_id=team if installed.enterprise else None,
            )
        )  # fmt: skip
        async for told in asked:
            found |= {str(c.get("name")).casefold(): str(c.get("id")) for c in told.get("channels") or ()}
        self._mine[team] = (self._clock(), found)
        return found

    def forget(self, team: str, channel: str) -> None:
        """Look again before the next word there."""
        self._kept.pop((team, channel), None)
        self._mine.pop(team, None)

    def forget_all(self, team: str) -> None:
        """Somebody's standing changed: look everywhere again."""
        self._kept = {k: v for k, v in self._kept.items() if k[0] != team}

    async def _look(self, installed: Installed, team: str, channel: str, name: str, who: str) -> Looked:
        client = self._web.reads(installed.token)
        told = (await client.conversations_info(channel=channel)).get("channel") or {}
        now = self._clock()
        if told.get("is_im"):
            if who and told.get("user") == who:
                return Looked(now, Place(f"slack:{team}", f"@slack:{team}:{who}", PlaceKind.private, "private"))
            return Looked(now, self._unknown(team, channel, name, "it is somebody's private chat"))
        name = f"#{told['name']}" if told.get("name") else name
        reason = shared_because(told)
        members = [] if reason else await self._members(client, channel)
        others = [m for m in members if m != installed.bot_user]
        if not reason and await self._people.outsiders(client, team, others, installed.enterprise):
            reason = "a guest or somebody from outside is in it"
        kind = PlaceKind.shared if reason else PlaceKind.internal
        only = frozenset(others) if told.get("is_private") and not told.get("is_ext_shared") else None
        return Looked(now, self._place(team, channel, name, kind, reason), told.get("is_member") is not False, only)

    async def _members(self, client: AsyncWebClient, channel: str) -> list[str]:
        members: list[str] = []
        more = ""
        async for told in pages(lambda at: client.conversations_members(channel=channel, limit=1000, cursor=at)):
            members += [str(m) for m in told.get("members") or ()]
            more = following(told)
        if more:
            raise ValueError("more members than can be looked through")
        return members

    def _place(self, team: str, channel: str, name: str, kind: PlaceKind, because: str) -> Place:
        return Place(f"slack:{team}", f"slack:{team}:{channel}", kind, name or channel, because)

    def _unknown(self, team: str, channel: str, name: str, because: str) -> Place:
        return self._place(team, channel, name, PlaceKind.unknown, because)


def _ids(place: Place) -> tuple[str, str]:
    _, team, channel = place.key.split(":", 2) if place.key.count(":") >= 2 else ("", "", "")
    return team, channel


def shared_because(channel: Mapping[str, Any]) -> str:
    """Why a channel's record means that people outside can read there; empty where it does not."""
    if channel.get("is_ext_shared"):
        return "it is shared with people outside"
    if channel.get("is_pending_ext_shared") or channel.get("pending_shared"):
        return "it is about to be shared with people outside"
    if channel.get("is_shared") and not channel.get("is_org_shared"):
        return "it is shared with another workspace"
    return ""


def _why_unknown(no: Exception) -> str:
    if isinstance(no, SlackApiError) and no.response.get("error") in ("channel_not_found", "not_in_channel"):
        return "I am not in it, so I cannot see who reads there"
    return NO_ANSWER
