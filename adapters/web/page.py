"""The page around the conversation: who, where, and what was said so far."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from adapters.web.places import TEAM, Seat, person, places
from adapters.web.render import message_html
from bot.ports import LocalMessage, PlaceKind, Who

MOST_MESSAGES = 150

_AUDIENCE = {
    PlaceKind.private: "Only you and the coach read here",
    PlaceKind.internal: "Your team reads here",
    PlaceKind.shared: "Your team and the client read here",
    PlaceKind.unknown: "Anybody may read here",
}
_SHARED_NOTE = "What you type to the coach stays between the two of you, and it posts nothing about a case here."


def context(
    seat: Seat, messages: Sequence[LocalMessage], now: datetime, *, everything: bool, version: str
) -> dict[str, Any]:
    """What the page's template shows; ``messages`` is everything this person can read."""
    here = sorted((m for m in messages if m.place == seat.place.key), key=lambda m: m.id)
    shown = here if everything else here[-MOST_MESSAGES:]
    return {
        "seat": seat,
        "now": now,
        "version": version,
        "mark": max((m.mark for m in messages), default=0),
        "messages": [message_html(m, seat) for m in shown],
        "earlier": _address(seat.query | {"all": "1"}) if len(shown) < len(here) else "",
        "people": _people(seat),
        "places": _places(seat, messages),
        "audience": _AUDIENCE[seat.place.kind],
        "shared_note": "You are at the client." if seat.who.outsider else _SHARED_NOTE,
        "hint": "Say something" if seat.who.outsider else "What happened? Or type a client’s name",
        "seen_by": "" if seat.word == "private" else "Only you see what you type here.",
    }


def _people(seat: Seat) -> list[dict[str, Any]]:
    cast = [person(name) for name in TEAM]
    if seat.who.key not in {who.key for who in cast}:
        cast.append(seat.who)
    return [_face(who, seat) for who in cast]


def _face(who: Who, seat: Seat) -> dict[str, Any]:
    role = "client" if who.outsider else str(who.role)
    word = seat.word if seat.word in places(who) else next(iter(places(who)))
    return {
        "name": who.name,
        "initial": who.name[:1].upper(),
        "role": role,
        "here": who.key == seat.who.key,
        "href": _address(Seat(who, role, word, places(who)[word]).query),
    }


def _places(seat: Seat, messages: Sequence[LocalMessage]) -> list[dict[str, Any]]:
    return [
        {
            "word": word,
            "label": place.name.removeprefix("#") if word != "private" else "Private chat",
            "kind": str(place.kind),
            "here": word == seat.word,
            "last": max((m.id for m in messages if m.place == place.key), default=0),
            "href": _address(seat.query | {"in": word}),
        }
        for word, place in places(seat.who).items()
    ]


def _address(query: dict[str, str]) -> str:
    return "/?" + urlencode(query)
