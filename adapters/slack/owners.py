"""Workspace owners are admins while they own it; whoever stops is a member again, unless an admin says more."""

from __future__ import annotations

from bot.ports import Notes, Role

OWNER = "slack_owner"


class Owners:
    """Remembers who was an owner, so that it is noticed when they no longer are."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._told: dict[str, tuple[float, bool, Role | None]] = {}

    async def role(self, person: str, *, owner: bool, looked: float) -> Role | None:
        """The role that Slack gives a person by a look at their profile at ``looked``; None where it says nothing."""
        told = self._told.get(person)
        if told is None or told[:2] != (looked, owner):
            role = await (self._owns(person) if owner else self._owns_no_more(person))
            told = self._told[person] = (looked, owner, role)
        return told[2]

    async def _owns(self, person: str) -> Role:
        if await self._notes.get(OWNER, person) is None:
            await self._notes.put(OWNER, person, {})
        return Role.admin

    async def _owns_no_more(self, person: str) -> Role | None:
        if await self._notes.get(OWNER, person) is None:
            return None
        await self._notes.drop(OWNER, person)
        return Role.member
