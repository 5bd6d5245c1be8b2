"""What came privately while nobody sat at the terminal."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

from adapters.terminal.app import MOST_MISSED, Terminal
from bot.ports import Reply
from tests.core.told import manager, opened
from tests.house import House, Seat


async def sat(house: House, seat: Seat, *lines: str, as_json: bool = False) -> str:
    """What a terminal shows from its start to the end of these lines."""
    out = io.StringIO()
    terminal = Terminal(house.conversation, house.log, house.engine.drain, seat.who, seat.place, out=out,
                        notes=house.notes, as_json=as_json)  # fmt: skip

    async def typed() -> AsyncIterator[str]:
        for line in lines:
            yield line

    async def offer() -> Reply:
        return Reply()

    await terminal.run(typed(), offer)
    return out.getvalue()


async def test_what_came_while_away_is_shown_once_at_the_next_start(house: House) -> None:
    priya, sam = house.seat(), manager(house)
    await opened(priya)
    await sat(house, priya, "hello")
    await sam.say("ask Acme")
    await house.engine.drain()
    assert "While you were away:\n\nSam asks: how is Acme?" in await sat(house, priya)
    assert "While you were away" not in await sat(house, priya)


async def test_a_first_seat_shows_what_came_before_it_and_nothing_of_others(house: House) -> None:
    priya, sam = house.seat(), manager(house)
    await opened(priya)
    await sam.say("ask Acme")
    await house.engine.drain()
    assert "While you were away" not in await sat(house, house.seat("Omar"))
    assert "Sam asks" in await sat(house, priya)


async def test_a_program_that_reads_json_is_shown_the_open_question_alone(house: House) -> None:
    priya, sam = house.seat(), manager(house)
    await opened(priya)
    await sam.say("ask Acme")
    await house.engine.drain()
    assert "Sam asks" not in await sat(house, priya, as_json=True)


async def test_of_a_long_absence_only_the_newest_are_shown(house: House) -> None:
    priya, sam = house.seat(), manager(house)
    await opened(priya)
    for n in range(MOST_MISSED + 3):
        await sam.say(f"ask Acme question {n}?")
    await house.engine.drain()
    seen = await sat(house, priya)
    assert seen.count("Sam asks") == MOST_MISSED
    assert f"question {MOST_MISSED + 2}?" in seen
    assert "question 0?" not in seen
