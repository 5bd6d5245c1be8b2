"""The local platform: people and channels on this machine only, for the browser and the terminal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.ports import Inbound, LocalLog, MessageRef, Place, PlaceKind, Reply, Said, Who
from bot.view import Card

TENANT = "local"

CHANNELS = {
    "#accounts": PlaceKind.internal,
    "#client-acme": PlaceKind.shared,
}
"""The channels of the local tools; any other ``#client-…`` is shared, and every other one internal."""


def person_key(name: str) -> str:
    """The key of somebody at the local tools."""
    return f"{TENANT}:{' '.join(name.casefold().split())}"


def place_of(key: str) -> Place:
    """A local place by key: a private chat, or a channel and who reads there."""
    if key.startswith("@"):
        return Place(TENANT, key, PlaceKind.private, "private")
    name = key.removeprefix(f"{TENANT}:")
    shared = name.startswith("#client-")
    kind = CHANNELS.get(name, PlaceKind.shared if shared else PlaceKind.internal)
    why = f"{name} is shared with people outside" if kind is PlaceKind.shared else ""
    return Place(TENANT, key, kind, name, why)


class LocalMessenger:
    """Sends by writing into the local log."""

    def __init__(self, log: LocalLog) -> None:
        self.log = log
        self.grown: list[Callable[[], None]] = []
        """Called whenever the log has grown; readers in this process add themselves."""

    def _tell(self) -> None:
        for told in self.grown:
            told()

    async def send(self, place: str, card: Card, *, key: str) -> MessageRef:
        """Show a card in a place; a second time under the same key shows nothing new."""
        to = place.removeprefix("@") if place.startswith("@") else ""
        number = await self.log.append(place, to, card, key=key)
        self._tell()
        return {"message": str(number)}

    async def update(self, place: str, ref: MessageRef, card: Card) -> None:
        """Change a shown card."""
        await self.log.replace(int(ref["message"]), card)
        self._tell()

    async def find(self, place: str, *, key: str) -> MessageRef | None:
        """The message shown under a key."""
        number = await self.log.find(key)
        return None if number is None else {"message": str(number)}

    async def audience(self, place: str) -> Place:
        """Who reads there; local places never change."""
        return place_of(place)


Skip = Callable[[str, Who], Awaitable[Reply]]


@dataclass
class LocalWords:
    """The way in for the local tools: ``skip 7 days`` moves the clock, everything else is a turn."""

    handle_turn: Callable[[Inbound], Awaitable[Reply]]
    skip: Skip

    async def handle(self, inbound: Inbound) -> Reply:
        """Take a turn, or move the clock."""
        words = inbound.act.text.strip().removeprefix("/salvage ").casefold() if isinstance(inbound.act, Said) else ""
        if words.startswith("skip ") and any(unit in words for unit in ("day", "week", "hour", "minute", "month")):
            return await self.skip(words.removeprefix("skip ").strip(), inbound.who)
        return await self.handle_turn(inbound)
