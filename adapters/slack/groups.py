"""User groups: who is in those that somebody has named, looked at again every ten minutes and when Slack says so."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import structlog

from adapters.slack.asking import SILENCE, why
from adapters.slack.people import People
from adapters.slack.tokens import Tokens, Web
from bot.ports import Group, Notes

log = structlog.get_logger()

WATCHED = "slack_group"
GROUP_SECONDS = 600.0
MOST_NAMED = 3  # groups in one text
MOST_WATCHED = 50  # groups of one workspace
MOST_MEMBERS = 500


class Groups:
    """User groups by team and id."""

    def __init__(
        self, web: Web, tokens: Tokens, people: People, notes: Notes, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._web = web
        self._tokens = tokens
        self._people = people
        self._notes = notes
        self._clock = clock
        self._kept: dict[str, tuple[float, Mapping[str, Any]]] = {}
        self._told: dict[str, frozenset[str]] = {}
        self._looked: dict[str, float] = {}

    async def named(self, team: str, ids: Iterable[str], enterprise: str) -> dict[str, Group]:
        """The groups a text names, and from now on watched; those Slack does not tell about are left out."""
        found: dict[str, Group] = {}
        for group in list(ids)[:MOST_NAMED]:
            try:
                known = await self._group(team, group, enterprise)
            except SILENCE as no:
                log.info("slack.group_unknown", team=team, because=why(no))
                continue
            if known.name != group:
                found[group] = known
                await self._watch(team, known)
        return found

    def due(self, team: str) -> bool:
        """Whether it is time to look at the watched groups again; true once for each time."""
        at = self._looked.get(team)
        if at is not None and self._clock() - at < GROUP_SECONDS:
            return False
        self._looked[team] = self._clock()
        return True

    def forget(self, team: str) -> None:
        """A group changed: look again at once."""
        self._kept.pop(team, None)

    async def changed(self, team: str, enterprise: str = "") -> list[Group]:
        """The watched groups in which other people are than were last told of."""
        watched = await self._notes.all(WATCHED, f"slack:{team}:")
        if not watched:
            return []
        found = [await self._group(team, key.rpartition(":")[2], enterprise) for key in watched]
        return [g for g in found if self._told.get(g.key) != _members(g)]

    def handed_in(self, group: Group) -> None:
        """The core knows who is in it."""
        self._told[group.key] = _members(group)

    async def _watch(self, team: str, group: Group) -> None:
        watched = await self._notes.all(WATCHED, f"slack:{team}:")
        if group.key not in watched and len(watched) < MOST_WATCHED:
            await self._notes.put(WATCHED, group.key, {"name": group.name})

    async def _group(self, team: str, group: str, enterprise: str) -> Group:
        """A group with its members; one that was switched off has none. Raises where Slack does not tell."""
        record = (await self._all(team, enterprise)).get(group) or {}
        users = [str(u) for u in record.get("users") or ()][:MOST_MEMBERS]
        members = await self._people.several(team, users, enterprise)
        name = str(record.get("handle") or record.get("name") or "")
        return Group(f"slack:{team}:{group}", f"@{name}" if name else group, tuple(members))

    async def _all(self, team: str, enterprise: str) -> Mapping[str, Any]:
        kept = self._kept.get(team)
        if kept and self._clock() - kept[0] < GROUP_SECONDS:
            return kept[1]
        installed = await self._tokens.of(team, enterprise)
        told = await self._web.reads(installed.token).usergroups_list(
            include_users=True, team_id=team if installed.enterprise else None
        )
        found = {str(g.get("id")): g for g in told.get("usergroups") or () if not g.get("date_delete")}
        self._kept[team] = (self._clock(), found)
        return found


def _members(group: Group) -> frozenset[str]:
    return frozenset(m.key for m in group.members)
