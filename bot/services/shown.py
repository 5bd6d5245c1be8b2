"""The buttons last shown in a place, so that typing a label or a number presses them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
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


async def remember_all(db: AsyncSession, posted: Sequence[tuple[str, Card]]) -> None:
    """Keep the buttons of many posted cards at once, for whoever reads in each place; the last one counts."""
    newest = {place: actions for place, shows in posted if (actions := _actions((shows,)))}
    if not newest:
        return
    insert = sqlite_insert if db.get_bind().dialect.name == "sqlite" else pg_insert
    # In the order of the places, so that two processes never wait for each other.
    rows = [{"place": place, "person_key": "", "actions": newest[place]} for place in sorted(newest)]
    adding = insert(Shown)
    keeping = adding.on_conflict_do_update(
        index_elements=("place", "person_key"), set_={"actions": adding.excluded.actions}
    )
    # With something to return, many rows are one statement.
    await (await db.connection()).execute(keeping.returning(Shown.id), rows)


def _actions(cards: tuple[Card, ...]) -> list[dict[str, Any]]:
    actions: list[dict[str, Any]] = []
    for shows in reversed(cards):
        if shows.actions:
            numbered = not actions
            actions += [
                {"label": a.label, "value": a.value, "n": n if numbered else 0} for n, a in enumerate(shows.actions, 1)
            ]
    return actions
