"""The buttons last shown in a place, so that typing a label or a number presses them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.tables import Shown
from bot.view import Card


async def remember(db: AsyncSession, place: str, person_key: str, cards: tuple[Card, ...]) -> None:
    """Keep the buttons of the newest cards, so that their labels (and the last card's numbers) can be typed."""
    actions = _actions(cards)
    if not actions:
        return
    row = await db.scalar(select(Shown).where(Shown.place == place, Shown.person_key == person_key))
    if row is None:
        db.add(Shown(place=place, person_key=person_key, actions=actions))
    else:
        row.actions = actions


def newest(posted: Sequence[tuple[str, Card]]) -> dict[str, list[dict[str, Any]]]:
    """The buttons of posted cards by place, for whoever reads there; the last card of a place counts."""
    return {place: actions for place, shows in posted if (actions := _actions((shows,)))}


def _actions(cards: tuple[Card, ...]) -> list[dict[str, Any]]:
    actions: list[dict[str, Any]] = []
    for shows in reversed(cards):
        if shows.actions:
            numbered = not actions
            actions += [
                {"label": a.label, "value": a.value, "n": n if numbered else 0} for n, a in enumerate(shows.actions, 1)
            ]
    return actions
