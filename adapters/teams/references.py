"""Conversation references: what is needed to speak in a place hours or weeks later, kept as plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal, TypeVar

from bot.ports import Notes

PLACE = "teams.place"
PERSON = "teams.person"
_REMEMBERED = 16_384


@dataclass(frozen=True, slots=True)
class Reference:
    """A place in Teams: where its connector is and what it goes by there; ``dead`` is why nothing more is sent.

    ``place`` is the coach's key; ``conversation`` is Teams' id (a channel's own, without a thread); ``name`` is ''
    where Teams has not told it; ``thread`` is the thread an activity came from and is not kept.
    """

    place: str
    scope: Literal["personal", "groupChat", "channel"]
    service_url: str
    conversation: str
    tenant: str
    bot: str
    team: str = ""
    channel_type: str = ""
    name: str = ""
    dead: str = ""
    thread: str = field(default="", compare=False)

    @property
    def called(self) -> str:
        """What people call the place, as far as that is known."""
        return self.name or ("this channel" if self.scope == "channel" else "this chat")

    @property
    def kept(self) -> Reference:
        """As it is stored."""
        return replace(self, thread="")


@dataclass(frozen=True, slots=True)
class Contact:
    """How a person is reached who has no personal chat with the bot yet: ``user`` is Teams' id for the bot."""

    key: str
    user: str
    service_url: str
    tenant: str
    bot: str


R = TypeVar("R", Reference, Contact)


class References:
    """The places and people the bot has met, in ``Notes``; an unchanged one is not written again."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._known: dict[tuple[str, str], Reference | Contact] = {}

    async def place(self, key: str) -> Reference | None:
        """What is known of a place."""
        return await self._get(PLACE, key, Reference)

    async def person(self, key: str) -> Contact | None:
        """What is known of a person, by the person's key."""
        return await self._get(PERSON, key, Contact)

    async def learn(self, record: Reference | Contact) -> None:
        """Keep what an event taught; hearing from a place again makes it live."""
        if isinstance(record, Reference):
            before = await self.place(record.place)
            if record == before:
                return
            record = record.kept
            if before:
                # Most activities name neither; what was told once still holds.
                told = record.channel_type or before.channel_type
                record = replace(record, channel_type=told, name=record.name or before.name)
            await self._put(PLACE, record.place, record, before)
        else:
            await self._put(PERSON, record.key, record, await self.person(record.key))

    async def bury(self, key: str, why: str) -> None:
        """Nothing is sent to this place any more."""
        before = await self.place(key)
        if before and before.dead != why:
            await self._put(PLACE, key, replace(before, dead=why), before)

    async def bury_team(self, tenant: str, team: str, why: str) -> list[str]:
        """Every place of a team is dead; gives their keys."""
        places = [r for r in await self.of_tenant(tenant) if r.team == team]
        for reference in places:
            await self.bury(reference.place, why)
        return [r.place for r in places]

    async def of_tenant(self, tenant: str) -> list[Reference]:
        """Every place known in a tenant, dead ones too."""
        found = {
            **await self._notes.all(PLACE, f"teams:{tenant}:"),
            **await self._notes.all(PLACE, f"@teams:{tenant}:"),
        }
        return [r for record in found.values() if (r := _read(record, Reference))]

    async def has_namesake(self, reference: Reference, name: str) -> bool:
        """Whether another team of the tenant has a channel of that name, in any case."""
        found = await self._notes.all(PLACE, f"teams:{reference.tenant}:")
        places = (r for record in found.values() if (r := _read(record, Reference)))
        wanted = name.casefold()
        return any(
            r.scope == "channel" and r.team != reference.team and not r.dead and r.name.casefold() == wanted
            for r in places
        )

    async def _get(self, kind: str, key: str, made: type[R]) -> R | None:
        known = self._known.get((kind, key))
        if isinstance(known, made):
            # Another process may have heard from a dead place since: only live ones are remembered.
            return known
        record = await self._notes.get(kind, key)
        return _read(record, made) if record else None

    async def _put(self, kind: str, key: str, record: Reference | Contact, before: Reference | Contact | None) -> None:
        if record != before:
            await self._notes.put(kind, key, asdict(record))
        while len(self._known) >= _REMEMBERED:
            self._known.pop(next(iter(self._known)))
        if not (isinstance(record, Reference) and record.dead):
            self._known[kind, key] = record
        else:
            self._known.pop((kind, key), None)


def _read(record: Mapping[str, Any], made: type[R]) -> R | None:
    """A stored record; None where an earlier version of the program wrote another form."""
    known = {f.name for f in fields(made)}
    try:
        return made(**{k: v for k, v in record.items() if k in known})
    except TypeError:
        return None
