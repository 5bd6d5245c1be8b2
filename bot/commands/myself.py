"""What people say about themselves and their team: time zone, working hours, a second platform."""

from __future__ import annotations

import re

from bot.coach.dates import parse_time, parse_weekday
from bot.coach.hours import Hours
from bot.coach.zones import zone_called
from bot.errors import Refusal
from bot.services import linking, zones
from bot.services.turn import Result, Turn, told

_HOURS = re.compile(r"(\d\S*)\s*(?:to|till|until|-|–)\s*(\d\S*)", re.IGNORECASE)
_DAYS = re.compile(r"\b([a-z]{3,9})\s*(?:to|-|–)\s*([a-z]{3,9})\b", re.IGNORECASE)
_COUNTRY = re.compile(r"\b([A-Z]{2})(?:-([A-Z0-9]{1,3}))?\b")


_EXAMPLE = "Try: hours 9:00 to 17:30 Mon-Fri DE."


async def zone(turn: Turn, words: str) -> Result:
    """Set the person's time zone, for platforms that do not say."""
    if not words.strip():
        how = "" if turn.who.zone else " Change that with: zone Europe/London."
        return told(f"Your times are in {turn.person.zone}.{how}")
    if turn.who.zone:
        raise Refusal(
            f"Your times are in {turn.who.zone}: that is what your chat tells me, and I follow it. Change it in your "
            "chat's settings; your check-ins keep their time of day."
        )
    moved = await zones.move(turn, zone_called(words))
    check_ins = "your check-in keeps its" if moved == 1 else f"your {moved} check-ins keep their"
    return told(f"Your times are in {turn.person.zone} from now on" + (f"; {check_ins} time of day." if moved else "."))


async def hours(turn: Turn, words: str) -> Result:
    """Set the person's working hours and, by country, the holidays on which nothing is asked of them."""
    if words.strip().casefold() in ("off", "none", "always"):
        turn.person.hours = {}
        return told("I keep the times you choose for check-ins and move nothing.")
    clock = _HOURS.search(words)
    if clock is None:
        raise Refusal(
            "When do you work? Try: hours 9:00 to 17:30 Mon-Fri DE. The two letters are your country's holidays."
        )
    try:
        kept = _read(turn, words, clock)
    except ValueError as wrong:
        raise Refusal(f"{wrong} {_EXAMPLE}") from wrong
    turn.person.hours = kept
    holidays = f", and not on holidays in {kept['country']}" if "country" in kept else ""
    from_to = f"{str(kept['start'])[:5]} to {str(kept['end'])[:5]}"
    return told(f"Kept: {from_to}{holidays}. What comes due outside waits for your next working time.")


def _read(turn: Turn, words: str, clock: re.Match[str]) -> dict[str, object]:
    rest = words[: clock.start()] + " " + words[clock.end() :]
    kept: dict[str, object] = {
        "start": parse_time(clock.group(1)).isoformat(),
        "end": parse_time(clock.group(2)).isoformat(),
    }
    country = _COUNTRY.search(rest)
    if country is not None:
        kept["country"] = country.group(1)
        if country.group(2):
            kept["subdivision"] = country.group(2)
        rest = rest[: country.start()] + rest[country.end() :]
    span = _DAYS.search(rest)
    if span is not None:
        first, last = parse_weekday(span.group(1)), parse_weekday(span.group(2))
        kept["days"] = [d % 7 for d in range(first, first + (last - first) % 7 + 1)]
    _check(turn, kept)
    return kept


def _check(turn: Turn, kept: dict[str, object]) -> None:
    """Raise ValueError with a sentence where nobody could keep these hours."""
    days = kept.get("days")
    Hours(
        zone=turn.person.zone,
        start=parse_time(str(kept["start"])[:5]),
        end=parse_time(str(kept["end"])[:5]),
        days=frozenset(days) if isinstance(days, list) else frozenset(range(5)),
        country=str(kept["country"]) if "country" in kept else None,
        subdivision=str(kept["subdivision"]) if "subdivision" in kept else None,
    )


async def link(turn: Turn, words: str) -> Result:
    """Join a second platform of the same team, by a one-time code."""
    return await linking.join(turn, words) if words.strip() else await linking.offer_code(turn)
