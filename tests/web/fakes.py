"""A small log, a clock that can be moved, and a coach that answers by rule: the browser chat needs no more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.ports import Inbound, LocalMessage, Reply
from bot.view import Card, card

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class FakeClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = START) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    async def skip(self, span: timedelta) -> None:
        self._now += span


class FakeLog:
    """The local log in a list; a change gives a message a newer mark."""

    def __init__(self, clock: FakeClock | None = None) -> None:
        self.rows: list[LocalMessage] = []
        self._keys: dict[str, int] = {}
        self._clock = clock or FakeClock()

    async def append(self, place: str, to: str, card: Card, *, author: str = "", key: str = "") -> int:
        if key and key in self._keys:
            return self._keys[key]
        number = len(self.rows) + 1
        self.rows.append(LocalMessage(number, place, to, card, self._clock.now(), author, self._next_mark()))
        if key:
            self._keys[key] = number
        return number

    async def replace(self, message: int, card: Card) -> None:
        self.rows[message - 1] = replace(self.rows[message - 1], card=card, mark=self._next_mark())

    async def find(self, key: str) -> int | None:
        return self._keys.get(key)

    async def since(self, after: int, *, person: str) -> Sequence[LocalMessage]:
        found = [row for row in self.rows if row.mark > after and row.to in ("", person)]
        return sorted(found, key=lambda row: row.mark)

    def _next_mark(self) -> int:
        return max((row.mark for row in self.rows), default=0) + 1


class FakeConversations:
    """Answers with what a rule makes of an event; repeats of an event get nothing, as in the real one."""

    def __init__(self, answer: Callable[[Inbound], Reply] | None = None) -> None:
        self.taken: list[Inbound] = []
        self._answer = answer or (lambda inbound: Reply((card("I hear you."),)))

    async def handle(self, inbound: Inbound) -> Reply:
        if any(i.event == inbound.event for i in self.taken):
            return Reply()
        self.taken.append(inbound)
        return self._answer(inbound)
