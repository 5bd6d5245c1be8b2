"""The buttons last shown in a place, so that typing a label or a number presses them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Insert, bindparam
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.inserting import dialect_of, inserting
from bot.storage.tables import Shown
from bot.view import Card


async def remember(db: AsyncSession, place: str, person_key: str, cards: tuple[Card, ...]) -> None:
    """Keep the buttons of the newest cards, so that their labels (and the last card's numbers) can be typed."""
    actions = _actions(cards)
    if not actions:
        return
    await db.execute(_keep(dialect_of(db)), {"where": place, "reader": person_key, "buttons": actions})


@cache
def _keep(dialect: str) -> Insert:
    table = Shown.metadata.tables[Shown.__tablename__]
    keep = inserting(dialect, table).values(
        place=bindparam("where"), person_key=bindparam("reader"), actions=bindparam("buttons")
    )
    return keep.on_conflict_do_update(index_elements=("place", "person_key"), set_={"actions": keep.excluded.actions})


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
