"""Who talks and where, in the browser: a small cast, and three places with three kinds of readers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import available_timezones

from bot.dialog import tidy
from bot.errors import NotFound, Refusal
from bot.local import CHANNELS as KNOWN
from bot.local import TENANT, person_key, place_of
from bot.ports import Place, Role, Who

CLIENT = "client"
"""The role of somebody who is not of the team; it stands for ``Who.outsider``."""

LONGEST_NAME = 60

TEAM: Mapping[str, Role] = {"Priya": Role.member, "Sam": Role.manager, "Omar": Role.member}
"""The people offered by name, and what each may do."""

CHANNELS: Mapping[str, Place] = {name.removeprefix("#"): place_of(f"{TENANT}:{name}") for name in KNOWN}
"""The channels by the word that stands for them in an address."""

PRIVATE = "private"
AT_CLIENT = "client-acme"
"""The words for a private chat, and for the one place that people from outside can open."""

_ZONES = frozenset(available_timezones())


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody in one of the places they can read; ``word`` stands for the place in an address."""

    who: Who
    role: str
    word: str
    place: Place

    @property
    def query(self) -> dict[str, str]:
        """What an address says about a seat."""
        named = {} if self.who.name in TEAM else {"role": self.role}
        return {"as": self.who.name, **named, "in": self.word}


def person(name: str, role: str = "", zone: str = "") -> Who:
    """Somebody by name; the team's own people keep their role, whatever is said about them."""
    words = " ".join(tidy(name).split())
    if not words or len(words) > LONGEST_NAME:
        raise Refusal(f"A name needs 1 to {LONGEST_NAME} characters. Type a shorter one.")
    known = next((n for n in TEAM if n.casefold() == words.casefold()), None)
    where = zone if zone in _ZONES else None
    if known:
        return Who(TENANT, person_key(known), known, TEAM[known], where)
    if role == CLIENT:
        return Who(TENANT, f"{person_key(words)}@{CLIENT}", words, None, where, outsider=True)
    return Who(TENANT, person_key(words), words, _role(role), where)


def _role(word: str) -> Role:
    try:
        return Role(word or Role.member)
    except ValueError:
        raise NotFound("A person is a member, a manager, an admin or a client. Pick one of these.") from None


def places(who: Who) -> dict[str, Place]:
    """The places this person can open, by word; somebody from outside only the one that is shared with them."""
    if who.outsider:
        return {AT_CLIENT: CHANNELS[AT_CLIENT]}
    return {PRIVATE: who.private, **CHANNELS}


def seat(name: str, role: str, word: str, zone: str = "") -> Seat:
    """Somebody at a place; a Refusal where there is no such place for them."""
    who = person(name, role, zone)
    open_to = places(who)
    if word not in open_to:
        named = ", ".join(open_to)
        raise NotFound(f"{who.name} has no place called {word[:40] or 'nothing'}. Pick one of {named}.")
    return Seat(who, CLIENT if who.outsider else str(who.role), word, open_to[word])
