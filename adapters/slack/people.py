"""Who somebody is: asked of Slack, kept for a while, an outsider where Slack is silent."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.asking import SILENCE, pages, soon, why
from adapters.slack.owners import Owners
from adapters.slack.tokens import Tokens, Web
from bot.ports import Role, Who

log = structlog.get_logger()

PERSON_SECONDS = 600.0
PERSON_STALE = 86_400.0
FEW = 20  # members looked up one by one; more are read from the list of all


@dataclass(frozen=True, slots=True)
class Profile:
    """What Slack says of a person."""

    name: str
    zone: str | None
    owner: bool
    guest: bool
    foreign: bool
    gone: bool
    bot: bool
    team: str
    enterprise: str


def profile_of(user: Mapping[str, Any]) -> Profile:
    """A user record of the Web API or of an event."""
    profile = user.get("profile") or {}
    names = (profile.get("display_name"), profile.get("real_name"), user.get("real_name"), user.get("name"))
    grid = user.get("enterprise_user")
    return Profile(
        name=next((str(n) for n in names if n), ""),
        zone=user.get("tz") if isinstance(user.get("tz"), str) else None,
        owner=bool(user.get("is_owner") or user.get("is_primary_owner")),
        guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        foreign=bool(user.get("is_stranger")),
        gone=bool(user.get("deleted")),
        bot=bool(user.get("is_bot")) or user.get("id") == "USLACKBOT",
        team=str(user.get("team_id") or ""),
        enterprise=str(grid.get("enterprise_id") or "") if isinstance(grid, Mapping) else "",
    )


def _elsewhere(named: str, profile: Profile, team: str, enterprise: str) -> bool:
    """Whether a team that is named is neither ours nor of our organisation."""
    same_grid = bool(enterprise) and profile.enterprise == enterprise
    return bool(named) and named not in (team, enterprise) and not same_grid


class People:
    """Names, zones, roles and guests, by team and user."""

    def __init__(self, web: Web, tokens: Tokens, owners: Owners, clock: Callable[[], float] = time.monotonic) -> None:
        self._web = web
        self._tokens = tokens
        self._clock = clock
        self._owners = owners
        self._kept: dict[tuple[str, str], tuple[float, Profile]] = {}

    async def who(self, team: str, user: str, *, enterprise: str = "", user_team: str = "", name: str = "") -> Who:
        """A person as the core knows them; whoever Slack does not vouch for is an outsider."""
        tenant = f"slack:{team}"
        profile = self._fresh(team, user)
        if profile is None:
            slow = self._kept_for(team, user, PERSON_STALE)
            profile = await soon(self.profile(team, user, enterprise), slow)
        if profile is None:
            return Who(tenant, f"{tenant}:{user}", name or user, outsider=True)
        return Who(
            tenant,
            f"{tenant}:{user}",
            profile.name or name or user,
            await self._role(team, user, profile),
            profile.zone,
            outsider=self._outside(profile, team, user_team, enterprise),
        )

    async def _role(self, team: str, user: str, profile: Profile) -> Role | None:
        return await self._owners.role(f"slack:{team}:{user}", owner=profile.owner, looked=self._kept[team, user][0])

    def _outside(self, profile: Profile, team: str, user_team: str, enterprise: str) -> bool:
        if profile.guest or profile.foreign or profile.gone or profile.bot:
            return True
        return any(_elsewhere(t, profile, team, enterprise) for t in (profile.team, user_team))

    async def profile(self, team: str, user: str, enterprise: str = "") -> Profile | None:
        """What Slack says of a person, at most ten minutes old; a day where Slack does not answer."""
        fresh = self._fresh(team, user)
        if fresh:
            return fresh
        try:
            client = self._web.reads((await self._tokens.of(team, enterprise)).token)
            told = await client.users_info(user=user)
            return self.learn(team, user, told.get("user") or {})
        except SILENCE as no:
            log.info("slack.person_unknown", team=team, user=user, because=why(no))
            return self._kept_for(team, user, PERSON_STALE)

    def learn(self, team: str, user: str, record: Mapping[str, Any]) -> Profile | None:
        """Keep what Slack says of a person."""
        if not record:
            return None
        profile = profile_of(record)
        self._kept[team, user] = (self._clock(), profile)
        return profile

    async def outsiders(self, client: AsyncWebClient, team: str, users: Sequence[str], enterprise: str) -> bool:
        """Whether any of these people is a guest or of another company; raises where Slack does not tell.

        Slack's ``is_stranger`` is false for people of another company who share a channel: their team tells.
        """
        await self._meet(client, team, users, bool(enterprise))
        profiles = [kept[1] if kept else None for kept in (self._kept.get((team, u)) for u in users)]
        return any(p is None or p.guest or p.foreign or _elsewhere(p.team, p, team, enterprise) for p in profiles)

    async def several(self, team: str, users: Sequence[str], enterprise: str = "") -> list[Who]:
        """People of a group; raises where Slack does not tell who somebody is."""
        installed = await self._tokens.of(team, enterprise)
        await self._meet(self._web.reads(installed.token), team, users, bool(installed.enterprise))
        return [await self.who(team, user, enterprise=enterprise) for user in users]

    async def _meet(self, client: AsyncWebClient, team: str, users: Sequence[str], org: bool) -> None:
        unknown = [u for u in users if not self._fresh(team, u)]
        if len(unknown) > FEW:
            await self._read_all(client, team, org)
        for user in unknown:
            if not self._fresh(team, user):
                told = await client.users_info(user=user)
                self.learn(team, user, told.get("user") or {})

    def _fresh(self, team: str, user: str) -> Profile | None:
        return self._kept_for(team, user, PERSON_SECONDS)

    def _kept_for(self, team: str, user: str, seconds: float) -> Profile | None:
        """What was learned of a person, where that is not longer ago."""
        kept = self._kept.get((team, user))
        return kept[1] if kept and self._clock() - kept[0] < seconds else None

    async def _read_all(self, client: AsyncWebClient, team: str, org: bool) -> None:
        asked = pages(lambda at: client.users_list(limit=500, cursor=at, team_id=team if org else None))
        async for told in asked:
            for user in told.get("members") or ():
                self.learn(team, str(user.get("id")), user)
