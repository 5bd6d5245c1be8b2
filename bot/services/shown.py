"""The buttons last shown in a place, so that typing a label or a number presses them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.tables import Shown
from bot.view import Card


async def remember(db: AsyncSession, place: str, person_key: str, cards: tuple[Card, ...]) -> None:
    """Keep the buttons of the newest cards, so that their labels (and the last card's numbers) can be typed."""
    actions: list[dict[str, Any]] = []
    for shows in reversed(cards):
        if shows.actions:
            numbered = not actions
            actions += [
                {"label": a.label, "value": a.value, "n": n if numbered else 0} for n, a in enumerate(shows.actions, 1)
            ]
    if not actions:
        return
    row = await db.scalar(select(Shown).where(Shown.place == place, Shown.person_key == person_key))
    if row is None:
        db.add(Shown(place=place, person_key=person_key, actions=actions))
    else:
        row.actions = actions
