"""``salvage deliveries``: what waits, what failed and what is dead, with the reason; trying again, and giving up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import click
from sqlalchemy import Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.config import read_settings
from bot.errors import CannotStart, NotFound, Refusal
from bot.storage import migrate
from bot.storage.database import Database
from bot.storage.tables import Outgoing

OPEN = ("waiting", "sending", "dead", "withheld")
STATES = ("waiting", "retrying", "sending", "sent", "dead", "withheld", "dropped", "all")


async def deliveries(state: str, retry: Sequence[int], drop: Sequence[int], most: int) -> None:
    """Carry out what is asked of single messages, then list."""
    database = Database(read_settings().database_url)
    try:
        if not await migrate.check(database):
            raise CannotStart("The database is not up to date. Run: salvage migrate")
        async with database.begin() as db:
            for number in retry:
                await try_again(db, number, datetime.now(UTC))
                click.echo(f"{number} is tried again now.")
            for number in drop:
                await give_up(db, number)
                click.echo(f"{number} will not be sent.")
        async with database.reading() as db:
            for line in await listing(db, state, most):
                click.echo(line)
    finally:
        await database.close()


async def try_again(db: AsyncSession, number: int, now: datetime) -> None:
    """Let a message wait again, due now; the platform is asked first whether it has it already."""
    row = await _row(db, number)
    if row.state in ("sent", "sending"):
        raise Refusal(f"{number} is {row.state} already, so there is nothing to try again.")
    row.state, row.not_before, row.attempts, row.problem = "waiting", now, min(row.attempts, 1), ""


async def give_up(db: AsyncSession, number: int) -> None:
    """Never send a message that is not under way."""
    changed = await db.execute(
        update(Outgoing)
        .where(Outgoing.id == number, Outgoing.state.in_(("waiting", "dead", "withheld")))
        .values(state="dropped", problem="given up by the operator")
        .returning(Outgoing.id)
    )
    if changed.first() is None:
        row = await _row(db, number)
        raise Refusal(f"{number} is {row.state}, so it can't be given up any more.")


async def _row(db: AsyncSession, number: int) -> Outgoing:
    row = await db.get(Outgoing, number, with_for_update=True)
    if row is None:
        raise NotFound(f"There is no delivery {number}. Type salvage deliveries to see them.")
    return row


async def listing(db: AsyncSession, state: str, most: int) -> list[str]:
    """How many messages are in which state, then those asked for, the oldest first; never what they say."""
    counts = await db.execute(select(Outgoing.state, func.count()).group_by(Outgoing.state).order_by(Outgoing.state))
    lines = [", ".join(f"{row[1]:,} {row[0]}" for row in counts) or "Nothing was ever to be sent."]
    rows = (await db.scalars(_chosen(state).order_by(Outgoing.not_before, Outgoing.id).limit(most + 1))).all()
    if rows:
        lines.append(f"{'id':>8}  {'state':<9} {'due':<17} {'tries':>5}  {'where':<32} {'what':<22} why")
    lines += [_line(row) for row in rows[:most]]
    if len(rows) > most:
        lines.append(f"and more: salvage deliveries --state {state} --most {most * 10}")
    return lines


def _chosen(state: str) -> Select[Outgoing]:
    query = select(Outgoing)
    if state == "all":
        return query
    if state == "retrying":
        return query.where(Outgoing.state == "waiting", Outgoing.attempts > 0)
    return query.where(Outgoing.state.in_(OPEN)) if state == "open" else query.where(Outgoing.state == state)


def _line(row: Outgoing) -> str:
    state = "retrying" if row.state == "waiting" and row.attempts else row.state
    due = f"{row.not_before:%Y-%m-%d %H:%M}Z"
    what = ":".join(row.key.split(":")[:2])
    return f"{row.id:>8}  {state:<9} {due:<17} {row.attempts:>5}  {row.place:<32} {what:<22} {row.problem}".rstrip()
