"""Who can read in a place of Teams: the leak guard's eyes. What cannot be told counts as everybody."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import structlog

from adapters.teams import limits
from adapters.teams.activity import Json, text_in
from adapters.teams.connector import Connector, Refused
from adapters.teams.references import Reference, References
from adapters.teams.words import clean
from bot.errors import DeliveryError
from bot.ports import Place, PlaceKind

log = structlog.get_logger()

MOST_PAGES = 60
"""Pages of 500 members that are read; a team holds 25,000 people."""

_KEPT = 16_384


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a conversation; ``of_team`` is true only where Teams says plainly that they are."""

    id: str
    aad: str
    name: str
    of_team: bool
    why: str = ""


class Audience:
    """Looks up members and channels, and believes what it saw for a minute at most."""

    def __init__(
        self, connector: Connector, references: References, *, local: bool, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._connector = connector
        self._references = references
        self._local = local
        self._now = now
        self._seen: dict[str, tuple[float, Place | Member]] = {}

    async def place(self, key: str) -> Place:
        """Who can read in the place of that key."""
        tenant = ":".join(key.removeprefix("@").split(":")[:2])
        if key.startswith("@"):
            return Place(tenant, key, PlaceKind.private, "private")
        reference = await self._references.place(key)
        if reference is None:
            return Place(tenant, key, PlaceKind.unknown, "a chat I am not in", "I was never added there")
        return await self.of(reference)

    async def of(self, reference: Reference) -> Place:
        """Who can read in a place, from a look not older than a minute."""
        found = self._recall(reference.place)
        if not isinstance(found, Place):
            found = await self._look(reference)
            if found.kind is not PlaceKind.unknown:
                self._keep(reference.place, found)
        return found

    async def member(self, reference: Reference, user: str) -> Member | None:
        """Somebody of a conversation; None where Teams does not tell."""
        key = f"{reference.place}|{user}"
        found = self._recall(key)
        if not isinstance(found, Member):
            try:
                found = self._member(await self._listed(reference, user), reference.tenant)
            except (DeliveryError, Refused):
                return None
            self._keep(key, found)
        return found

    async def has_left(self, reference: Reference, user: str) -> bool:
        """Whether somebody is gone from the organisation: true only where Teams says plainly that they are."""
        try:
            await self._listed(reference, user)
        except Refused as refused:
            return refused.gone
        except DeliveryError as away:
            log.warning("teams.leaver_not_looked_up", because=type(away).__name__)
        return False

    async def _listed(self, reference: Reference, user: str) -> Json:
        path = ("conversations", reference.conversation, "members", user)
        return await self._connector.call("GET", reference.service_url, *path)

    def forget(self, place: str) -> None:
        """Something changed there: look again before the next word."""
        for key in [k for k in self._seen if k == place or k.startswith(place + "|")]:
            del self._seen[key]

    async def _look(self, reference: Reference) -> Place:
        name = reference.called
        try:
            if reference.scope == "channel":
                kind, own = await self._channel(reference)
                name = await self._told_apart(reference, own)
                found, why = await self._in_channel(reference, kind)
            else:
                found, why = await self._by_members(reference)
        except (DeliveryError, Refused) as wrong:
            log.warning("teams.audience_not_told", scope=reference.scope, because=type(wrong).__name__)
            found, why = PlaceKind.unknown, "Teams did not tell me who reads there"
        return Place(f"teams:{reference.tenant}", reference.place, found, name, why)

    async def _in_channel(self, reference: Reference, kind: str) -> tuple[PlaceKind, str]:
        if kind == "shared":
            return PlaceKind.shared, "it is a shared channel"
        if kind not in ("standard", "private"):
            return PlaceKind.unknown, "Teams did not tell me what kind of channel it is"
        return await self._by_members(reference)

    async def _by_members(self, reference: Reference) -> tuple[PlaceKind, str]:
        members = await self._members(reference)
        if not members:
            return PlaceKind.unknown, "Teams did not tell me who reads there"
        outside = [m for m in members if not m.of_team]
        if not outside:
            return PlaceKind.internal, ""
        kind = PlaceKind.shared if all(m.why != "unknown" for m in outside) else PlaceKind.unknown
        return kind, _because(outside)

    async def _channel(self, reference: Reference) -> tuple[str, str]:
        """A channel's type and name as Teams lists them now; what it leaves out, as the last event named it."""
        # The local stand-in knows no kinds of channel, and nobody outside this machine.
        before = reference.channel_type.lower() or ("standard" if self._local else "")
        if not reference.team:
            return before, reference.called
        read = await self._connector.call("GET", reference.service_url, "teams", reference.team, "conversations")
        for channel in _objects(read.get("conversations")):
            if channel.get("id") == reference.conversation:
                # Teams leaves out the name of a team's first channel, which has the team's own id.
                first = "General" if reference.conversation == reference.team else reference.called
                return text_in(channel, "type").lower() or before, text_in(channel, "name") or first
        return ("shared" if before == "shared" else ""), reference.called

    async def _told_apart(self, reference: Reference, name: str) -> str:
        """A channel's name, with its team's before it where another team has one of the same name."""
        if not reference.team:
            return name
        await self._references.learn(replace(reference, name=name))
        if not await self._references.has_namesake(reference, name):
            return name
        try:
            read = await self._connector.call("GET", reference.service_url, "teams", reference.team)
        except (DeliveryError, Refused) as wrong:
            log.warning("teams.team_not_named", because=type(wrong).__name__)
            return name
        team = clean(text_in(read, "name")).strip()
        return f"{team} > {name}"[:200] if team else name

    async def _members(self, reference: Reference) -> list[Member]:
        found: list[Member] = []
        query = {"pageSize": "500"}
        for _ in range(MOST_PAGES):
            path = ("conversations", reference.conversation, "pagedmembers")
            read = await self._connector.call("GET", reference.service_url, *path, query=query)
            listed = read.get("members")
            found += [self._member(m, reference.tenant) for m in _objects(listed)]
            following = text_in(read, "continuationToken")
            if not following:
                return found
            query = {"pageSize": "500", "continuationToken": following}
        return []

    def _member(self, read: Json, tenant: str) -> Member:
        role = text_in(read, "userRole").lower()
        home = text_in(read, "tenantId")
        why = ""
        if role in ("guest", "anonymous") or "#ext#" in text_in(read, "userPrincipalName").lower():
            why = "guest"
        elif home and home != tenant and not self._local:
            why = "elsewhere"
        elif not self._local and (not home or role not in ("user", "owner", "admin", "member")):
            why = "unknown"
        aad = text_in(read, "aadObjectId") or text_in(read, "objectId")
        return Member(text_in(read, "id"), aad, text_in(read, "name"), not why, why)

    def _recall(self, key: str) -> Place | Member | None:
        at, found = self._seen.get(key, (float("-inf"), None))
        return found if self._now() - at < limits.AUDIENCE_SECONDS else None

    def _keep(self, key: str, found: Place | Member) -> None:
        while len(self._seen) >= _KEPT:
            self._seen.pop(next(iter(self._seen)))
        self._seen[key] = (self._now(), found)


def _objects(listed: object) -> Iterable[Json]:
    return (m for m in listed if isinstance(m, dict)) if isinstance(listed, list) else ()


def _because(outside: list[Member]) -> str:
    whys = {m.why for m in outside}
    if "guest" in whys:
        return "guests read there"
    if "elsewhere" in whys:
        return "people of another organisation read there"
    return "I can't tell whether everybody there is of the team"
