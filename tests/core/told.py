"""Short ways through the coach for tests: a case opened, a step taken, as somebody in a hurry does it."""

from __future__ import annotations

from tests.house import House, Seat

STORY = "The migration we promised for Friday slipped to Tuesday and nobody told them."


async def opened(seat: Seat, client: str = "Acme", story: str = STORY) -> str:
    """A case opened by the short path; gives what was said."""
    said = await seat.say(f"start {client}: {story}")
    await seat.say("cancel")
    return said


async def with_wishes(seat: Seat, client: str = "Acme", *wishes: str) -> None:
    """An open case with wishes in the client's words."""
    await opened(seat, client)
    for wish in wishes or ("a status mail", "the migration done"):
        await seat.say(f"edit {client} wish", wish)


async def answer_all(seat: Seat, *answers: str) -> str:
    """Type one answer after the other; gives the words of the last answer."""
    return await seat.say(*answers)


def manager(house: House, name: str = "Sam") -> Seat:
    """Somebody who manages."""
    from bot.ports import Role

    return house.seat(name, Role.manager)
