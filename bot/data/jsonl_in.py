"""``salvage import`` of an export: the same workspace again, all or nothing, under new ids where there are others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Table, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.data.moved import Move
from bot.data.records import FORMAT, LARGEST_ID, BadRecord, from_record, read_line
from bot.data.scope import TABLES
from bot.errors import Refusal
from bot.storage.database import Database
from bot.storage.inserting import dialect_of, inserting
from bot.storage.migrate import newest
from bot.storage.tables import Tenant

LONGEST = 64 << 20
"""Bytes of the longest line that is read."""
AT_ONCE = 500
_ORDER = {table.name: n for n, table in enumerate(TABLES)}


@dataclass
class Checked:
    """An export that was looked through: how many rows of each table, the largest ids, and the tenants' keys."""

    counts: dict[str, int] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)
    tenants: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(self.counts.values())


def is_export(path: Path) -> bool:
    """Whether a file begins as an export does, rather than as a list."""
    with path.open("rb") as file:
        return file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")


def check(path: Path) -> Checked:
    """Look through a whole export; raises Refusal with the first line that is wrong."""
    lines = _lines(path)
    header = _header(path, next(lines, b""))
    found = Checked()
    before, last = -1, 0
    for number, line in enumerate(lines, 2):
        try:
            table, values = from_record(read_line(line))
            order, own = _ORDER[table.name], values["id"]
            last = last if order == before else 0
            if order < before or not last < own < LARGEST_ID:
                raise BadRecord(f"this row of {table.name} is out of order")
        except BadRecord as wrong:
            raise Refusal(f"Line {number:,} can't be imported: {wrong}. Nothing was imported.") from wrong
        before = order
        found.counts[table.name] = found.counts.get(table.name, 0) + 1
        found.last[table.name] = last = own
        if table.name == "tenants":
            found.tenants.append(values["key"])
    short = next((t for t, n in header["counts"].items() if n != found.counts.get(t, 0)), None)
    if short or found.counts.get("workspaces") != 1 or not found.tenants:
        what = (
            f"{header['counts'][short]} of {short}, and {found.counts.get(short, 0)} are there"
            if short
            else "one workspace"
        )
        raise Refusal(
            f"The export is not whole: its first line speaks of {what}. Export it again. Nothing was imported."
        )
    return found


def _header(path: Path, line: bytes) -> dict[str, Any]:
    try:
        header = read_line(line)
    except BadRecord:
        header = {}
    counts = header.get("counts")
    if header.get("salvage") != "export" or not isinstance(counts, dict):
        raise Refusal(f"{path.name} is no export of Salvage: its first line does not say so. Nothing was imported.")
    if header.get("format") != FORMAT or header.get("revision") != newest():
        raise Refusal(
            f"{path.name} was exported at revision {str(header.get('revision'))[:20]}, and this version works with "
            f"{newest()}. Import it with the version that made it into an empty database, then run salvage migrate "
            "with this one. Nothing was imported."
        )
    return header


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while line := file.readline(LONGEST + 1):
            if len(line) > LONGEST:
                raise Refusal("A line of the export is too long to be one of Salvage's. Nothing was imported.")
            yield line.removeprefix(b"\xef\xbb\xbf")


# --- writing -----------------------------------------------------------------------------------------------


async def take_in(database: Database, path: Path, found: Checked, grown: Callable[[int], None]) -> bool:
    """Write a checked export in one transaction; gives whether its rows got new ids."""
    async with database.begin() as db:
        known = (await db.scalars(select(Tenant.key).where(Tenant.key.in_(found.tenants)))).all()
        if known:
            raise Refusal(
                f"The workspace {known[0]} is here already, and two can't be made one. "
                "Import into another database: set DATABASE_URL to a new one. Nothing was imported."
            )
        move = Move({table.name: await _room(db, table, found) for table in TABLES if table.name in found.last})
        first, part, of = 2, list[dict[str, Any]](), TABLES[0]
        for number, line in enumerate(list_of_rows(path), 2):
            table, values = from_record(read_line(line))
            if table is not of or len(part) >= AT_ONCE:
                await _write(db, of, part, first)
                grown(len(part))
                part, of, first = [], table, number
            part.append(_shifted(table, move, values))
        await _write(db, of, part, first)
        grown(len(part))
    return not move.nothing


def list_of_rows(path: Path) -> Iterator[bytes]:
    """The lines after the header."""
    lines = _lines(path)
    next(lines)
    return lines


async def _room(db: AsyncSession, table: Table, found: Checked) -> int:
    """By how much a table's ids move so that they meet none that is taken, nor any the export ever used elsewhere.

    Old buttons then press on nothing rather than on another row of the same workspace.
    """
    taken = await db.scalar(select(func.max(table.c.id))) or 0
    last = found.last[table.name]
    by = max(taken, last) if taken else 0
    if db.get_bind().dialect.name == "postgresql":
        # The sequence goes first, outside the transaction: rows made meanwhile get ids beyond the imported ones.
        sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
        query = text(f"SELECT setval({sequence}, greatest(nextval({sequence}) - 1, CAST(:by AS bigint)) + :last)")
        top = int(await db.scalar(query, {"by": by, "last": last}) or 0)
        return top - last if taken else 0
    return by


def _shifted(table: Table, move: Move, values: dict[str, Any]) -> dict[str, Any]:
    moved = move.row(table.name, values)
    for column in table.c:
        target = next((reference.column.table.name for reference in column.foreign_keys), None)
        if target and moved[column.name] is not None:
            moved[column.name] += move.by.get(target, 0)
    moved["id"] += move.by[table.name]
    return moved


async def _write(db: AsyncSession, table: Table, part: list[dict[str, Any]], first: int) -> None:
    if not part:
        return
    write = inserting(dialect_of(db), table)
    if table.name == "notes":
        # A note that is here already is newer than the export's.
        write = write.on_conflict_do_nothing(index_elements=["kind", "key"])
    try:
        await db.execute(write, part)
    except (DBAPIError, UnicodeEncodeError, OverflowError) as wrong:
        reason = (
            "they name rows that are not there or are here already"
            if isinstance(wrong, IntegrityError)
            else str(getattr(wrong, "orig", wrong)).splitlines()[0][:200]
        )
        raise Refusal(
            f"Lines {first:,} to {first + len(part) - 1:,} ({table.name}) can't be imported: {reason}. "
            "Nothing was imported."
        ) from wrong
