"""The terminal as a stage: lines typed into ``salvage chat --json``, and the records it writes."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from adapters.terminal.app import Terminal
from bot.local import TENANT, LocalMessenger, person_key, place_of
from bot.ports import Act, Inbound, PersonLeft, Place, PlaceChanged, PlaceKind, Pressed, Reply, Role, Who
from tests.house import House
from tests.stories.stage import CHANNEL, Line, Posted, Seen, begin_again, single_blanks, unhurried

ROOM = f"{TENANT}:{CHANNEL}"


@dataclass
class Rooms(LocalMessenger):
    """Local places that can be opened up to people outside."""

    opened: set[str] = field(default_factory=set)

    def __init__(self, house: House) -> None:
        super().__init__(house.log)
        self.opened = set()

    async def audience(self, place: str) -> Place:
        """Who reads there, after what the stage has opened."""
        if place in self.opened:
            return Place(TENANT, place, PlaceKind.shared, CHANNEL, f"{CHANNEL} is shared with people outside")
        return place_of(place)


@dataclass
class Twice:
    """A line that hands every event in twice, as a platform that heard no answer does."""

    line: Line

    async def handle(self, inbound: Inbound) -> Reply:
        """The first answer; the second must be nothing new."""
        first = await self.line.handle(inbound)
        again = await self.line.handle(inbound)
        assert not again.cards, "an event that comes twice is answered once"
        return first


class Sitter:
    """Somebody at a terminal, in private and in the team's channel."""

    def __init__(self, stage: TerminalStage, who: Who) -> None:
        self.stage, self.who, self.name = stage, who, who.name
        self.seen = Seen()
        self.mark = 0
        self.numbers = 0
        self.place = who.private
        """Where they last spoke: a form is answered there."""

    async def say(self, words: str) -> str:
        return await self._typed(Line(self.stage.house), words, self.who.private)

    async def say_twice(self, words: str) -> str:
        return await self._typed(Twice(Line(self.stage.house)), words, self.who.private)

    async def press(self, label: str) -> str:
        return await self.say(label)

    async def press_twice(self, label: str) -> str:
        return await self._typed(Twice(Line(self.stage.house)), label, self.who.private)

    async def fill(self, **answers: str) -> str:
        said = ""
        for words in answers.values():
            said = await self._typed(Line(self.stage.house), words, self.place)
        return said

    async def ask_in_channel(self, words: str) -> str:
        return await self._typed(Line(self.stage.house), f"/salvage {words}", place_of(ROOM))

    async def press_on(self, posted: Posted, label: str) -> str:
        """The terminal has no buttons to press later; the control itself is handed in."""
        return await self._acted(Pressed(posted.controls[label]), place_of(ROOM))

    async def forge(self, value: str) -> str:
        return await self._acted(Pressed(value), self.who.private)

    async def _typed(self, line: Any, words: str, place: Place) -> str:
        self.place = place
        out = io.StringIO()
        house = self.stage.house
        terminal = Terminal(line, house.log, house.engine.drain, self.who, place, True, out, mark=self.mark)
        await terminal.turn(words)
        self.mark = terminal.mark
        records = [json.loads(row) for row in out.getvalue().replace("\0", "").splitlines()]
        assert records[-1]["type"] == "turn"
        self.stage.records += records
        return self._read(r for r in records if r["type"] == "message" and r["to"] == self.name)

    async def _acted(self, act: Act, place: Place) -> str:
        self.numbers += 1
        event = f"stage:{self.who.key}:{self.numbers}"
        reply = await Line(self.stage.house).handle(Inbound(event, self.who, place, act))
        said = self._read({"text": c.text} for c in reply.cards)
        return single_blanks(f"{said} {await self.news()}")

    def _read(self, records: Iterable[dict[str, Any]]) -> str:
        self.numbers += 1
        return self.seen.fresh((f"{self.numbers}:{n}", r["text"]) for n, r in enumerate(records))

    async def news(self) -> str:
        await self.stage.deliver()
        found = await self.stage.house.log.since(self.mark, person=self.who.key)
        self.mark = max([self.mark, *(m.mark for m in found)])
        return self.seen.fresh((f"log:{m.id}", m.card.text) for m in found if m.to == self.who.key)

    async def reads(self) -> str:
        await self.news()
        return single_blanks("\n".join(self.seen.history))


class TerminalStage:
    """The terminal, with the whole coach behind it."""

    platform = "terminal"

    def __init__(self, house: House) -> None:
        self.house = house
        self.records: list[dict[str, Any]] = []
        self.rooms = Rooms(house)
        house.messengers[TENANT] = self.rooms
        unhurried(house)

    async def person(self, name: str, role: Role = Role.member) -> Sitter:
        sitter = Sitter(self, Who(TENANT, person_key(name), name, role, "Europe/Berlin"))
        await sitter.ask_in_channel("home")
        return sitter

    async def outsider(self, name: str) -> Sitter:
        return Sitter(self, Who(TENANT, person_key(name), name, zone="Europe/Berlin", outsider=True))

    async def stranger(self, name: str) -> Sitter:
        return Sitter(self, Who("elsewhere", f"elsewhere:{name}", name, zone="Europe/Berlin"))

    async def posted(self) -> list[Posted]:
        await self.deliver()
        rows = sorted(await self.house.log.since(0, person=""), key=lambda m: m.id)
        return [
            Posted(str(m.id), single_blanks(m.card.text), {a.label: a.value for a in m.card.actions})
            for m in rows
            if m.place == ROOM and not m.to and not m.author
        ]

    async def opens_up(self) -> None:
        self.rooms.opened.add(ROOM)

    async def joins(self, name: str) -> None:
        who = Who(TENANT, person_key(name), name)
        await Line(self.house).handle(
            Inbound(f"stage:joins:{name}", who, who.private, PlaceChanged(ROOM), place_of(ROOM))
        )

    async def leaves(self, name: str) -> None:
        who = Who(TENANT, f"{TENANT}:stage", "Stage")
        await Line(self.house).handle(Inbound(f"stage:leaves:{name}", who, who.private, PersonLeft(person_key(name))))

    async def restart(self) -> None:
        await begin_again(self.house)
        self.follow_house()

    def follow_house(self) -> None:
        """Show what the coach sends in the log of the coach that runs now."""
        opened = self.rooms.opened
        self.rooms = Rooms(self.house)
        self.rooms.opened = opened
        self.house.messengers[TENANT] = self.rooms

    async def deliver(self) -> None:
        await self.house.engine.drain()

    def sent(self) -> Iterable[Any]:
        return self.records

    def pings(self) -> list[str]:
        """A terminal notifies nobody, but a control character could repaint it."""
        return [r["text"] for r in self.records if r["type"] == "message" and set(r["text"]) & _PAINTS]

    async def close(self) -> None:
        await self.house.engine.close()
        await self.house.database.close()


_PAINTS = {chr(n) for n in (*range(9), *range(11, 32), 127, *range(0x202A, 0x202F), *range(0x2066, 0x206A))}
