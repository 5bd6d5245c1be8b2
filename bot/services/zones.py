"""A person's time zone where their platform does not say it: asked once, before the first time of day is kept."""

from __future__ import annotations

from sqlalchemy import select

from bot.services import schedules
from bot.services.turn import Begin, Result, Turn
from bot.storage.tables import Note

_KIND = "zone_asked"
_HERE = "local"
"""The local tools run on this very machine, whose zone is known."""


async def move(turn: Turn, zone: str) -> int:
    """Somebody says where their clock stands; gives how many of their check-ins keep their time of day there."""
    before, turn.person.zone = turn.person.zone, zone
    await known(turn)
    return await schedules.keep_wall_times(turn, before) if zone != before else 0


async def unknown(turn: Turn) -> bool:
    """Whether nobody said where this person's clock stands: neither the platform nor they themselves."""
    if turn.who.zone or turn.who.tenant == _HERE:
        return False
    return await turn.db.scalar(select(Note.id).where(Note.kind == _KIND, Note.key == turn.who.key)) is None


async def ask_first(turn: Turn, command: str) -> Result:
    """Ask, and then carry out the command that needs to know."""
    await known(turn)
    return Result(begin=Begin("zone", {"zone": turn.person.zone, "command": command}))


async def known(turn: Turn) -> None:
    """It is not asked again."""
    if await unknown(turn):
        turn.db.add(Note(kind=_KIND, key=turn.who.key, value={"at": turn.now.isoformat()}))
        await turn.db.flush()
