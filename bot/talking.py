"""``salvage chat``: a seat at the terminal."""

from __future__ import annotations

import sys
import uuid

from adapters.terminal.app import Terminal, typed_lines
from bot.compose import furnish_local_places, running
from bot.config import read_settings
from bot.errors import CannotStart
from bot.local import TENANT, person_key, place_of
from bot.platforms import Platforms
from bot.ports import Inbound, Opened, Place, Reply, Role, Who

GREETING = "You talk as {name}, {where}. Type help for what I can do; end with Ctrl-D."


def seat_of(person: str) -> Who:
    """Who sits at the terminal: a name, or a role and a name (``manager:Sam``)."""
    role, _, name = person.rpartition(":")
    name = name.strip()
    if not name:
        raise CannotStart("--as needs a name, such as --as Priya or --as manager:Sam.")
    try:
        known = Role(role.strip() or "member")
    except ValueError:
        raise CannotStart(f"--as knows the roles member, manager and admin, not {role.strip()[:40]}.") from None
    return Who(TENANT, person_key(name), name, known)


def place_named(place: str, who: Who) -> Place:
    """Where the person talks: ``private`` or a channel."""
    if place in ("private", ""):
        return who.private
    return place_of(f"{TENANT}:{place if place.startswith('#') else '#' + place}")


async def chat(person: str, place: str, *, as_json: bool) -> None:
    """Talk until the input ends."""
    who = seat_of(person)
    where = place_named(place, who)
    settings = read_settings()
    # Where a platform is set up, what comes due is other people's: the clock is not the terminal's to move.
    async with running(settings, real_time=Platforms(settings).any) as coach:
        await furnish_local_places(coach)
        colour = sys.stdout.isatty()
        terminal = Terminal(
            coach.local_words, coach.log, coach.engine.drain, who, where, as_json, sys.stdout, colour, coach.notes
        )
        if not as_json:
            sys.stdout.write(GREETING.format(name=who.name, where=f"in {where.name}") + "\n")

        async def offer() -> Reply:
            return await coach.conversation.offer_again(Inbound(f"terminal:{uuid.uuid4()}", who, where, Opened()))

        await terminal.run(typed_lines(sys.stdin, "" if as_json or not sys.stdin.isatty() else "\n> "), offer)
