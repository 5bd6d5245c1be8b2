"""``salvage erase CLIENT``: a client and everything that was kept of them, also in words kept elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import JSON, ColumnElement, Select, String, Table, Text, delete, false, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.data.scope import BY_NAME, OWED_NOTES, TABLES, Space, of_workspace
from bot.data.traces import Traces, strings, texts_of
from bot.errors import NotFound
from bot.services.clients import NEAR_ENOUGH, likeness
from bot.services.people import folded
from bot.storage.tables import Audit, Case, Client, ContactPerson, ConversationRow, Entry, Lesson, Note, Person

_SAID = {
    "cases": ("case", "cases"),
    "clients": ("client", "clients"),
    "climbs": ("unanswered check-in", "unanswered check-ins"),
    "contact_people": ("person there", "people there"),
    "conversations": ("conversation", "conversations"),
    "criteria": ("wish", "wishes"),
    "drafts": ("draft", "drafts"),
    "lessons": ("lesson that names them", "lessons that name them"),
    "notes": ("answer not shown yet", "answers not shown yet"),
    "local_messages": ("line of local chat", "lines of local chat"),
    "occurrences": ("check-in", "check-ins"),
    "outbox": ("message sent or waiting", "messages sent or waiting"),
    "places": ("channel", "channels"),
    "promises": ("promise", "promises"),
    "readings": ("reading", "readings"),
    "reparations": ("offer", "offers"),
    "risk_changes": ("change of risk", "changes of risk"),
    "schedules": ("check-in schedule", "check-in schedules"),
    "shown": ("set of buttons", "sets of buttons"),
    "steps": ("step", "steps"),
    "timeline": ("timeline line", "timeline lines"),
}
_KEPT = {"lessons", "audit"}
"""What outlives a case, without pointing to it: what was learned, and who read or changed it."""
_NEVER_BLANKED = {"workspaces", "tenants", "people"}
_WHOLE = {"outbox", "local_messages", "conversations", "shown", "places"}
"""Of these a row that tells of the client goes as a whole; elsewhere only the name does."""
_TYPED = {"opened", "contact", "draft", "sent", "met", "note", "quote", "offer", "handover"}
"""Kinds of timeline lines that are somebody's own words."""

Ids: TypeAlias = Select[int] | Sequence[int]
"""Ids of rows, or the query that gives them."""


@dataclass
class Erased:
    """How many rows went from each table, and in how many others a name was blanked out."""

    gone: dict[str, int] = field(default_factory=dict)
    blanked: int = 0
    lessons_kept: int = 0

    def add(self, table: str, rows: int) -> None:
        """Count rows."""
        if rows:
            self.gone[table] = self.gone.get(table, 0) + rows

    @property
    def words(self) -> str:
        """What went, by count."""
        said = ", ".join(_counted(table, n) for table, n in sorted(self.gone.items())) or "nothing"
        if self.blanked:
            said += f"; the name was blanked out in {self.blanked:,} other row{'s' * (self.blanked != 1)}"
        if self.lessons_kept:
            said += f"; {self.lessons_kept:,} lesson{'s' * (self.lessons_kept != 1)} without a name kept"
        return said


def _counted(table: str, rows: int) -> str:
    other = table.replace("_", " ")
    return f"{rows:,} {_SAID.get(table, (other, other))[rows != 1]}"


@dataclass(frozen=True)
class Meant:
    """By what a conversation that points to no case still says whose it is: its client's id, its case's number."""

    client_id: int | None
    numbers: frozenset[int]

    def by(self, args: Any) -> bool:
        """Whether a conversation was started with these."""
        if not isinstance(args, dict):
            return False
        client, case = args.get("client_id"), args.get("case")
        return (client is not None and client == self.client_id) or (isinstance(case, int) and case in self.numbers)


async def client_named(db: AsyncSession, workspace_id: int, name: str) -> Client:
    """The client of exactly this name, in any case and spacing; raises NotFound with the nearest names."""
    mine = select(Client).where(Client.workspace_id == workspace_id)
    wanted = folded(name, 400)
    found = await db.scalar(mine.where(Client.folded == wanted))
    if found is not None:
        return found
    rows = await db.execute(
        select(Client.name, Client.folded).where(
            Client.workspace_id == workspace_id,
            Client.folded.contains((wanted.split() or [""])[0][:4], autoescape=True),
        )
    )
    near = sorted(
        (r for r in rows if likeness(wanted, r.folded) >= NEAR_ENOUGH), key=lambda r: -likeness(wanted, r.folded)
    )
    hint = f" Near it: {', '.join(r.name for r in near[:4])}." if near else " Type clients in the chat to see them all."
    raise NotFound(f"There is no client {name[:80]}.{hint}")


def cases_of(client_id: int) -> Ids:
    """The ids of a client's cases."""
    return select(Case.id).where(Case.client_id == client_id)


async def count_client(db: AsyncSession, client: Client) -> Erased:
    """What belongs to a client, counted; changes nothing."""
    found = Erased()
    for table in TABLES:
        query = select(func.count()).select_from(table).where(_own(table, cases_of(client.id), client.id))
        found.add(table.name, await db.scalar(query) or 0)
    return found


async def erase_client(db: AsyncSession, space: Space, client: Client, now: datetime) -> Erased:
    """Erase a client in the caller's transaction; gives what went."""
    name, number = client.name, client.id
    numbers = (await db.scalars(select(Case.number).where(Case.client_id == number).order_by(Case.number))).all()
    meant = Meant(number, frozenset(numbers))
    traces = await traces_of(db, space, client, meant)
    erased = Erased()
    await erase_rows(db, cases_of(number), number, traces, erased)
    await sweep(db, space, traces, erased, meant)
    await _drop_owed(db, space, erased)
    behind = ", ".join(f"SAL-{n}" for n in numbers[:20])
    assert name not in behind, "a number names nobody"
    db.add(
        Audit(workspace_id=space.id, person_id=None, case_id=None, at=now,
              what=f"erased the client of {behind}" if behind else "erased a client")
    )  # fmt: skip
    return erased


async def erase_rows(db: AsyncSession, cases: Ids, client_id: int | None, traces: Traces, erased: Erased) -> None:
    """Delete every row of these cases (and of the client); lessons that name nobody stay, cut loose."""
    if db.get_bind().dialect.name == "sqlite":
        # Without it the words would stay readable in the file until something else is written over them.
        await db.execute(text("PRAGMA secure_delete=ON"))
    learned = (await db.execute(select(Lesson.id, Lesson.words).where(Lesson.case_id.in_(cases)))).all()
    naming = [row.id for row in learned if traces.told(row.words)]
    erased.lessons_kept += len(learned) - len(naming)
    await db.execute(delete(Lesson).where(Lesson.id.in_(naming)))
    erased.add("lessons", len(naming))
    for name in _KEPT:
        table = BY_NAME[name]
        await db.execute(update(table).where(table.c.case_id.in_(cases)).values(case_id=None))
    for table in reversed(TABLES):
        condition = _own(table, cases, client_id)
        # Counted first: what another deletion takes along has no count of its own.
        erased.add(table.name, await db.scalar(select(func.count()).select_from(table).where(condition)) or 0)
        await db.execute(delete(table).where(condition))


def _own(table: Table, cases: Ids, client_id: int | None) -> ColumnElement[bool]:
    if table.name in _KEPT:
        return false()
    if table.name == "cases":
        return table.c.id.in_(cases)
    if client_id is not None and table.name == "clients":
        return table.c.id == client_id
    if client_id is not None and "client_id" in table.c:
        return table.c.client_id == client_id
    return table.c.case_id.in_(cases) if "case_id" in table.c else false()


# --- what tells of them elsewhere --------------------------------------------------------------------------


async def traces_of(db: AsyncSession, space: Space, client: Client, meant: Meant) -> Traces:
    """The client's names and texts; a contact's name that somebody else bears too is not theirs alone."""
    theirs = await _contacts(db, ContactPerson.client_id == client.id, Case.client_id == client.id)
    theirs |= await _named_in_passing(db, space, meant)
    others = await _contacts(
        db,
        ContactPerson.client_id.in_(select(Client.id).where(Client.workspace_id == space.id, Client.id != client.id)),
        (Case.workspace_id == space.id) & (Case.client_id != client.id),
    )
    team = await db.scalars(select(Person.name).where(Person.workspace_id == space.id))
    taken = {folded(n) for n in others} | {folded(w) for n in team for w in (n, n.split()[0] if n.split() else n)}
    longer = await db.scalars(
        select(Client.name).where(
            Client.workspace_id == space.id,
            Client.id != client.id,
            Client.folded.contains(client.folded, autoescape=True),
        )
    )
    names = {client.name} | {n for n in theirs if folded(n) not in taken}
    return Traces(frozenset(names), frozenset(longer), await texts_of_cases(db, space, cases_of(client.id), meant))


async def _named_in_passing(db: AsyncSession, space: Space, meant: Meant) -> set[str]:
    """People at the client whom somebody began to add, and perhaps never did."""
    told = select(ConversationRow.args, ConversationRow.answers).where(
        ConversationRow.workspace_id == space.id, ConversationRow.dialog == "person"
    )
    found = {str({**args, **answers}.get("name", "")) for args, answers in await db.execute(told) if meant.by(args)}
    return {" ".join(name.split()) for name in found if name[:1].isupper()}


async def _contacts(db: AsyncSession, people: ColumnElement[bool], cases: ColumnElement[bool]) -> set[str]:
    named = await db.scalars(select(ContactPerson.name).where(people))
    typed = await db.scalars(select(Case.contact).where(cases, Case.contact != ""))
    return {" ".join(name.split()) for name in (*named, *typed) if name.strip()}


async def texts_of_cases(db: AsyncSession, space: Space, cases: Ids, meant: Meant) -> frozenset[str]:
    """What people typed in these cases, for finding it in chat that points to no case."""
    found: list[str] = []
    for table in TABLES:
        if table.name in ("conversations", "outbox", "risk_changes", *_KEPT):
            continue
        condition = _own(table, cases, meant.client_id)
        if table.name == "timeline":
            condition &= Entry.kind.in_(_TYPED)
        columns = [c for c in table.c if isinstance(c.type, Text) and c.name not in ("name", "channel", "reason")]
        if columns and ("case_id" in table.c or table.name == "cases"):
            for row in await db.execute(select(*columns).where(condition)):
                found += [words for words in row if words]
    told = ConversationRow
    loose = (told.workspace_id == space.id) & told.case_id.is_(None)
    for case_id, args, answers in await db.execute(
        select(told.case_id, told.args, told.answers).where(loose | told.case_id.in_(cases))
    ):
        if case_id is not None or meant.by(args):
            # What the coach looked up or said stands under a key with a colon; the rest was typed.
            found += [words for key, value in {**args, **answers}.items() if ":" not in key for words in strings(value)]
    return texts_of(found)


async def sweep(db: AsyncSession, space: Space, traces: Traces, erased: Erased, meant: Meant) -> None:
    """Go through every text of the workspace: chat that tells of them goes, elsewhere a name is blanked out."""
    for table in TABLES:
        columns = _wordy(table)
        if table.name in _NEVER_BLANKED or not columns:
            continue
        gone: list[int] = []
        changed: list[tuple[int, dict[str, Any]]] = []
        more = [table.c[name] for name in ("case_id", "state") if table.name in _WHOLE and name in table.c]
        query = select(table.c.id, *columns, *more).where(of_workspace(table, space))
        rows = await db.stream(query.execution_options(yield_per=1_000))
        async for row in rows.mappings():
            values = {c.name: row[c.name] for c in columns if row[c.name]}
            if table.name in _WHOLE and not _needed(dict(row)):
                if _tells(values, traces, meant):
                    gone.append(row["id"])
            elif any(traces.named(s) for v in values.values() for s in strings(v)):
                changed.append((row["id"], {k: traces.blanked(v) for k, v in values.items() if k != "place"}))
        await _drop(db, table, gone)
        erased.add(table.name, len(gone))
        for number, values in changed:
            await db.execute(update(table).where(table.c.id == number).values(values))
        erased.blanked += len(changed)


async def _drop_owed(db: AsyncSession, space: Space, erased: Erased) -> None:
    """Drop every answer of the workspace that is kept until it is shown, whoever it is about.

    It need not name the client to tell of them, and nothing else says whom it is about; who misses one asks again.
    """
    kept = await db.execute(select(Note.id, Note.value).where(Note.kind.in_(OWED_NOTES)))
    theirs = tuple(f"@{key}:" for key in space.keys)
    owed = [row.id for row in kept if str(row.value.get("place", "")).startswith(theirs)]
    await _drop(db, BY_NAME["notes"], owed)
    erased.add("notes", len(owed))


def _needed(row: Mapping[str, Any]) -> bool:
    """Whether chat is another client's, or still to be sent: it stays, without the name."""
    return row.get("case_id") is not None or row.get("state") in ("waiting", "sending")


def _tells(values: dict[str, Any], traces: Traces, meant: Meant) -> bool:
    return meant.by(values.get("args")) or any(traces.told(s) for v in values.values() for s in strings(v))


def _wordy(table: Table) -> list[Any]:
    """The columns that may hold somebody's words: texts, JSON, and a place's name and key."""
    named = ("name", "folded", "place")
    return [
        c
        for c in table.c
        if isinstance(c.type, JSON | Text) or (isinstance(c.type, String) and c.name in named and table.name in _WHOLE)
    ]


async def _drop(db: AsyncSession, table: Table, ids: Sequence[int]) -> None:
    for start in range(0, len(ids), 500):
        await db.execute(delete(table).where(table.c.id.in_(ids[start : start + 500])))
