"""A person's time zone, from what they type: an IANA name or a city."""

import difflib
from zoneinfo import available_timezones

from bot.coach.cadence import BadCadence


def zone_called(words: str) -> str:
    """The IANA zone of a typed name, such as Europe/London or London; raises BadCadence with what is near."""
    wanted = words.strip().casefold().replace(" ", "_")
    zones = {z.casefold(): z for z in available_timezones()}
    if wanted in zones:
        return zones[wanted]
    cities = {z.casefold().rsplit("/", 1)[-1]: z for z in sorted(available_timezones()) if "/" in z}
    if wanted in cities:
        return cities[wanted]
    near = difflib.get_close_matches(wanted, cities, 3, 0.7)
    hint = f" Did you mean {', '.join(cities[n] for n in near)}?" if near else " Try a city, such as Berlin."
    raise BadCadence(f"I don't know that time zone.{hint}")
