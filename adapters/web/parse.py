"""What the page sends, as an Inbound. Pure: no request, no log, no clock."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.web.places import Seat, seat
from bot.errors import Refusal
from bot.ports import Act, Commanded, Inbound, Opened, Pressed, Said, Submitted

LONGEST_VALUE = 4_000
MOST_ANSWERS = 60
HOME = "What needs me today?"

_EVENT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_SLASH = re.compile(r"/(?:salvage\b)?\s*", re.IGNORECASE)
_BROKEN = "The page sent something I can't read. Reload it, then try again."


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing a person did on the page: ``words`` are shown as theirs, ``message`` held the control."""

    seat: Seat
    inbound: Inbound
    words: str = ""
    message: int | None = None


def turn(data: Any) -> Turn:
    """The turn behind the page's JSON; a Refusal says what was wrong with it."""
    if not isinstance(data, dict):
        raise Refusal(_BROKEN)
    at = seat(_word(data, "as", 400), _word(data, "role", 40), _word(data, "in", 40), _word(data, "zone", 80))
    event = _word(data, "event", 40)
    if not _EVENT.fullmatch(event):
        raise Refusal(_BROKEN)
    act = _act(data)
    words = act_words(data)
    inbound = Inbound(f"web:{event.lower()}", at.who, at.place, act)
    return Turn(at, inbound, words, _number(data, "message"))


def act_words(data: Mapping[str, Any]) -> str:
    """What the person is seen to say; a control speaks through its label instead."""
    match data:
        case {"act": "say", "text": str(text)}:
            return text
        case {"act": "home"}:
            return HOME
    return ""


def _act(data: Mapping[str, Any]) -> Act:
    match data.get("act"):
        case "home":
            return Opened()
        case "say":
            return spoken(_word(data, "text"))
        case "press":
            return Pressed(_word(data, "value", LONGEST_VALUE))
        case "submit":
            conversation = _number(data, "conversation")
            if conversation is not None:
                return Submitted(conversation, _answers(data.get("answers")))
    raise Refusal(_BROKEN)


def spoken(text: str) -> Said | Commanded:
    """Typed words; behind a slash they are a command for certain."""
    slash = _SLASH.match(text.lstrip())
    return Commanded(text.lstrip()[slash.end() :]) if slash else Said(text)


def _answers(data: Any) -> dict[str, Any]:
    if not isinstance(data, dict) or len(data) > MOST_ANSWERS:
        raise Refusal(_BROKEN)
    return {str(key): _answer(value) for key, value in data.items()}


def _answer(value: Any) -> Any:
    match value:
        case str():
            return value
        case {"pick": str(pick)}:
            return {"pick": pick}
        case list() if all(isinstance(v, str) for v in value):
            return value
        case _:
            raise Refusal(_BROKEN)


def _word(data: Mapping[str, Any], name: str, most: int | None = None) -> str:
    value = data.get(name, "")
    if not isinstance(value, str) or (most is not None and len(value) > most):
        raise Refusal(_BROKEN)
    return value


def _number(data: Mapping[str, Any], name: str) -> int | None:
    value = data.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
        raise Refusal(_BROKEN)
    return value
