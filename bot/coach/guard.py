"""The leak guard: where case details may appear. Unknown means no (docs/architecture.md, Places and the guard)."""

from __future__ import annotations

from dataclasses import dataclass

from bot.ports import Place, PlaceKind


@dataclass(frozen=True)
class Verdict:
    """Whether a message may be posted, and if not, why in words for its owner."""

    allowed: bool
    why: str = ""


def decide(place: Place, *, secret: bool) -> Verdict:
    """Judge a message at the moment of posting; ``secret`` marks what the team says about a client."""
    if not secret or place.kind in (PlaceKind.private, PlaceKind.internal):
        return Verdict(True)
    if place.kind is PlaceKind.shared:
        return Verdict(False, place.why or f"{place.name} is shared with people outside")
    return Verdict(False, place.why or f"I can't tell who reads in {place.name}")
