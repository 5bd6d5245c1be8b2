"""Whose clock a person goes by, where their platform does not say; then what they typed is carried out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.coach.cadence import zone_in_words
from bot.coach.outcomes import ZoneTold
from bot.coach.zones import zone_called
from bot.dialog import Dialog, Moment, Read
from bot.view import Option
from dialogs.options import argument


def zone(args: Mapping[str, Any]) -> Dialog[ZoneTold]:
    """The zone, asked once; the likeliest one is a button."""
    likely = argument(args, "zone")
    told = yield from Read[str](
        "zone",
        "Which city's time do you go by? I ask once, so that 9:00 means yours.",
        hint="Such as London or New York.",
        options=(Option(zone_in_words(likely), likely),) if likely else (),
        reader=_read,
        made=zone_called,
    )
    return ZoneTold(told, argument(args, "command"))


def _read(words: str, at: Moment) -> str:
    return zone_called(words)
