"""``salvage import``, ``export``, ``erase`` and ``audit``: data in and out, from the command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import click
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import LocalClock
from bot.config import read_settings
from bot.data import audit as trail
from bot.data import csv_file, csv_in, csv_said, jsonl_in, jsonl_out
from bot.data.csv_row import BadCell, Reader
from bot.data.erase import client_named, count_client, erase_client
from bot.data.opening import find_workspace, forget_what_was_deleted, opened, reading, the_workspace
from bot.data.scope import space_of
from bot.errors import NotFound, Refusal
from bot.local import TENANT
from bot.services import people
from bot.storage.database import Database, sqlite_file
from bot.storage.local import StoredNotes
from bot.storage.tables import Workspace

Run = Callable[[Coroutine[Any, Any, None]], None]

_workspace: Callable[[Any], Any] = click.option(
    "--workspace", metavar="KEY", help="Whose data: local, slack:T1, teams:…; may be left out where there is one."
)


def add_to(group: click.Group, run: Run) -> None:
    """Add the data commands; ``run`` takes a coroutine to its end and says what stops it."""

    @group.command(name="import")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
    @_workspace
    @click.option("--dry-run", is_flag=True, help="Only list what would change, and every bad row.")
    @click.option("--yes", is_flag=True, help="Don't ask.")
    @click.option("--currency", metavar="CODE", help="For sums that name no currency.")
    @click.option("--create-people", is_flag=True, help="Make owners nobody knows (local workspace only).")
    def import_(
        file: Path, workspace: str | None, dry_run: bool, yes: bool, currency: str | None, create_people: bool
    ) -> None:
        """Take in a client list (CSV) or a workspace (an export's JSON lines): all of it or nothing."""
        if jsonl_in.is_export(file):
            run(import_export(file, dry_run=dry_run))
        else:
            run(import_csv(file, workspace, dry_run=dry_run, yes=yes, currency=currency, create_people=create_people))

    @group.command()
    @_workspace
    def export(workspace: str | None) -> None:
        """Everything of a workspace as JSON lines, without tokens: salvage export > file.jsonl."""
        run(export_all(workspace, sys.stdout.buffer))

    @group.command()
    @click.argument("client")
    @_workspace
    @click.option("--yes", is_flag=True, help="Don't ask.")
    def erase(client: str, workspace: str | None, yes: bool) -> None:
        """Remove a client and everything kept of them, for good."""
        run(erase_one(client, workspace, yes=yes))

    @group.command()
    @_workspace
    @click.option("--case", metavar="SAL-7", help="Only of this case.")
    @click.option("--person", metavar="NAME", help="Only by people of this name.")
    @click.option("--since", metavar="DATE", help="Only from this day on.")
    @click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
    def audit(workspace: str | None, case: str | None, person: str | None, since: str | None, as_json: bool) -> None:
        """Who read or changed whose case, and when; oldest first."""
        run(print_trail(workspace, case, person, since, as_json=as_json))


async def import_csv(
    file: Path, key: str | None, *, dry_run: bool, yes: bool, currency: str | None, create_people: bool
) -> None:
    """A client list, after it was looked through and agreed to."""
    settings = read_settings()
    sheet = csv_file.look_at(file)
    click.echo(sheet.said)
    async with opened(settings, make=True) as database:
        now = (await _clock(database)).now()
        try:
            reader = Reader(now.date(), currency)
        except BadCell as no:
            raise Refusal(f"--currency: {no}") from no
        with _Bar("Reading", csv_file.lines_in(file)) as grown:
            listed = csv_in.read_all(sheet, reader, grown)
        if not listed.lines and not listed.bad:
            raise Refusal(f"{file.name} names the columns and no client. Nothing was imported.")
        async with database.begin() as db:
            workspace = await _meant(db, key, create_people)
            made = await csv_in.plan(db, workspace, listed, create_people=create_people)
            asks = not (dry_run or yes or made.bad or made.changes_nothing) and sys.stdin.isatty()
            if not (dry_run or made.bad or asks):
                await _apply(db, key, workspace, made, now)
        _say(made, dry_run=dry_run)
        if asks:
            click.echo(csv_said.counts(made))
            if not click.confirm("Import this?"):
                raise Refusal("Nothing was imported.")
            async with database.begin() as db:
                workspace = await _meant(db, key, create_people)
                made = await csv_in.plan(db, workspace, listed, create_people=create_people)
                if made.bad:
                    raise Refusal("Somebody changed the workspace meanwhile. Nothing was imported; run it again.")
                await _apply(db, key, workspace, made, now)
        _close(made, dry_run=dry_run)


async def _apply(
    db: AsyncSession, key: str | None, workspace: Workspace | None, made: csv_in.Plan, now: datetime
) -> None:
    if made.changes_nothing:
        return
    home = workspace or await people.workspace_of(db, key or TENANT, now)
    with _Bar("Writing", len(made.new) + len(made.changed)) as grown:
        await csv_in.apply(db, home, made, now, grown, read_settings().zone)


def _say(made: csv_in.Plan, *, dry_run: bool) -> None:
    for line in csv_said.lines(made) if dry_run else csv_said.bad_lines(made):
        click.echo(line)


def _close(made: csv_in.Plan, *, dry_run: bool) -> None:
    words = csv_said.counts(made)
    if made.bad:
        click.echo(words)
        raise Refusal("Nothing was imported. Mend the bad rows in the file and run it again.")
    if dry_run:
        click.echo(f"{words} This was a dry run; nothing was changed.")
    elif made.changes_nothing:
        click.echo(f"{words} Nothing had to be changed.")
    else:
        click.echo(f"Imported: {words}")


async def _meant(db: AsyncSession, key: str | None, create_people: bool) -> Workspace | None:
    """The workspace a list is for; where there is none at all, the local one will be made."""
    found = await find_workspace(db, key)
    if found is None and key not in (None, TENANT):
        raise NotFound(f"There is no workspace {key} yet. It is made when somebody there first speaks with the coach.")
    if create_people and found is not None and found.name != TENANT:
        raise Refusal(
            "--create-people is for the local workspace: elsewhere people come from the platform. "
            "Ask the owners to say hello to the coach once."
        )
    return found


async def _clock(database: Database) -> LocalClock:
    clock = LocalClock(StoredNotes(database))
    await clock.load()
    return clock


async def export_all(key: str | None, out: BinaryIO) -> None:
    """A workspace's lines, written as they are read."""
    async with opened(read_settings()) as database:
        async with database.begin() as db:
            space = await space_of(db, (await the_workspace(db, key)).id)
        async for line in jsonl_out.exported(database, space):
            out.write(line)
        out.flush()


async def import_export(file: Path, *, dry_run: bool) -> None:
    """An export, looked through first and then written whole."""
    found = jsonl_in.check(file)
    what = f"{found.rows:,} rows of {', '.join(found.tenants)}"
    if dry_run:
        click.echo(f"{what} would be imported: {_per_table(found.counts)}. This was a dry run; nothing was changed.")
        return
    async with opened(read_settings(), make=True) as database:
        with _Bar("Writing", found.rows) as grown:
            moved = await jsonl_in.take_in(database, file, found, grown)
    click.echo(f"Imported: {what}" + (", under new ids." if moved else "."))


def _per_table(counts: dict[str, int]) -> str:
    return ", ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in counts.items())


async def erase_one(name: str, key: str | None, *, yes: bool) -> None:
    """A client, after it was said what goes."""
    async with opened(read_settings()) as database:
        async with database.begin() as db:
            client = await client_named(db, (await the_workspace(db, key)).id, name)
            found = await count_client(db, client)
        if not yes and not _agreed(f"Erase {client.name}: {found.words}. This can't be undone. Erase it?"):
            raise Refusal("Nothing was erased. Answer y, or add --yes, to say that you mean it.")
        now = (await _clock(database)).now()
        async with database.begin() as db:
            workspace = await the_workspace(db, key)
            client = await client_named(db, workspace.id, name)
            space = await space_of(db, workspace.id)
            erased = await erase_client(db, space, client, now)
        await forget_what_was_deleted(database)
        click.echo(f"Erased: {erased.words}.")
        for line in _still_elsewhere(database, space.keys):
            click.echo(line)


def _agreed(question: str) -> bool:
    try:
        return click.confirm(question, default=False)
    except click.Abort:
        return False


def _still_elsewhere(database: Database, keys: Sequence[str]) -> Iterator[str]:
    """Where words of the client may be that no command of ours reaches."""
    if any(key != TENANT for key in keys):
        yield "Messages already posted in Slack or Teams are still there; delete them where they stand."
    file = sqlite_file(database.url)
    backups = sorted(file.parent.glob(f"{file.name}.backup-*")) if file else []
    if backups:
        yield f"Backups still hold the client: {', '.join(str(b) for b in backups)}."


async def print_trail(
    key: str | None, case: str | None, person: str | None, since: str | None, *, as_json: bool
) -> None:
    """The audit trail, printed as it is read."""
    settings = read_settings()
    async with opened(settings) as database:
        async with database.begin() as db:
            workspace = await the_workspace(db, key)
            zone = str(workspace.settings.get("zone") or settings.zone)
        want = trail.wanted(case, person, since, (await _clock(database)).now(), zone)
        shown = 0
        async with reading(database) as connection:
            async for looked in trail.trail(connection, workspace.id, want):
                click.echo(json.dumps(looked.record, ensure_ascii=False) if as_json else looked.words(zone))
                shown += 1
        if not shown and not as_json:
            click.echo("Nothing in the trail fits that.")


class _Bar:
    """A progress bar on stderr, so that stdout stays clean; nothing where nobody watches."""

    def __init__(self, label: str, length: int) -> None:
        self.label, self.length, self.done = label, max(length, 1), 0
        self.shown = sys.stderr.isatty()

    def __enter__(self) -> Callable[[int], None]:
        return self._grown

    def _grown(self, more: int) -> None:
        self.done = min(self.done + more, self.length)
        if self.shown:
            filled = min(self.done * 30 // self.length, 30)
            sys.stderr.write(f"\r{self.label} [{'#' * filled}{'-' * (30 - filled)}] {self.done:,} of {self.length:,}")
            sys.stderr.flush()

    def __exit__(self, wrong: object, *_: object) -> None:
        if self.done and wrong is None:
            # What was estimated (a heading, a last empty line) must not leave a finished bar unfinished.
            self._grown(self.length)
        if self.shown and self.done:
            sys.stderr.write("\n")
