"""The tables. Times are instants (UTC); sums are whole cents with their currency; words are kept as typed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept in UTC; SQLite has no zone of its own, so none is stored there."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time: it would mean another instant on another machine."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Always aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The declarative base; constraint names are fixed so that migrations can name them on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads this class attribute as it is
        datetime: Instant(),
        dict[str, Any]: JSON(),
        list[Any]: JSON(),
        str: Text(),
    }


Id = Mapped[int]


def _id() -> Mapped[int]:
    return mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


def _ref(target: str, *, nullable: bool = False, index: bool = True) -> Any:
    return mapped_column(ForeignKey(target, ondelete="CASCADE"), nullable=nullable, index=index)


def _short(length: int = 64) -> Any:
    return mapped_column(String(length))


def _open_index(name: str, only: str, *columns: str) -> Index:
    """An index of the rows that meet a condition, on both databases."""
    return Index(name, *columns, sqlite_where=text(only), postgresql_where=text(only))


# --- who and where -----------------------------------------------------------------------------------------


class Workspace(Base):
    """A team's data: everything below belongs to exactly one; several tenants may be linked to one."""

    __tablename__ = "workspaces"

    id: Id = _id()
    name: Mapped[str]
    created_at: Mapped[datetime]
    next_number: Mapped[int] = mapped_column(default=1)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Tenant(Base):
    """One platform's installation (``slack:T1``, ``teams:<id>``, ``local``)."""

    __tablename__ = "tenants"

    id: Id = _id()
    workspace_id: Mapped[int] = _ref("workspaces.id")
    key: Mapped[str] = mapped_column(String(200), unique=True)
    removed_at: Mapped[datetime | None]


class Person(Base):
    """Somebody of the team."""

    __tablename__ = "people"
    __table_args__ = (Index("ix_people_workspace_id_folded", "workspace_id", "folded"),)

    id: Id = _id()
    workspace_id: Mapped[int] = _ref("workspaces.id", index=False)
    tenant: Mapped[str] = _short(200)
    key: Mapped[str] = mapped_column(String(300), unique=True)
    name: Mapped[str]
    folded: Mapped[str] = _short(300)
    role: Mapped[str] = _short(16)
    zone: Mapped[str] = _short(64)
    hours: Mapped[dict[str, Any]] = mapped_column(default=dict)
    gone_at: Mapped[datetime | None]
    seen_at: Mapped[datetime]


class PlaceRow(Base):
    """A channel the coach posts in or was spoken to in."""

    __tablename__ = "places"

    id: Id = _id()
    workspace_id: Mapped[int] = _ref("workspaces.id")
    tenant: Mapped[str] = _short(200)
    key: Mapped[str] = mapped_column(String(300), unique=True)
    name: Mapped[str]
    folded: Mapped[str] = _short(300)
    kind: Mapped[str] = _short(16)


# --- clients and cases -------------------------------------------------------------------------------------


class Client(Base):
    """Whom the team works for."""

    __tablename__ = "clients"
    __table_args__ = (UniqueConstraint("workspace_id", "folded", name="uq_clients_workspace_id_folded"),)

    id: Id = _id()
    workspace_id: Mapped[int] = _ref("workspaces.id", index=False)
    name: Mapped[str]
    folded: Mapped[str] = _short(400)
    value_cents: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None] = _short(3)
    period: Mapped[str] = mapped_column(String(8), default="month")
    notice_on: Mapped[date | None]
    renewal_on: Mapped[date | None]
    owner_id: Mapped[int | None] = _ref("people.id", nullable=True)
    channel: Mapped[str] = mapped_column(default="")
    do_not_say: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]


class ContactPerson(Base):
    """Somebody at the client: who decides, who was hurt, who is an ally."""

    __tablename__ = "contact_people"

    id: Id = _id()
    client_id: Mapped[int] = _ref("clients.id")
    name: Mapped[str]
    decides: Mapped[bool] = mapped_column(default=False)
    hurt: Mapped[bool] = mapped_column(default=False)
    ally: Mapped[bool] = mapped_column(default=False)
    channel: Mapped[str] = mapped_column(default="")
    touched_at: Mapped[datetime | None]


class Case(Base):
    """A recovery: from the day it went sour to healed, parted or lost."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("workspace_id", "number", name="uq_cases_workspace_id_number"),
        Index("ix_cases_closed", "workspace_id", "closed_at"),
        Index("ix_cases_opened", "workspace_id", "opened_at"),
        # Read backwards: the worst first, and of equals the one opened last.
        _open_index("ix_cases_open", "closed_at IS NULL", "workspace_id", "risk", "id"),
        _open_index("ix_cases_owner_open", "closed_at IS NULL", "owner_id", "risk", "id"),
        _open_index("ix_cases_backup_open", "closed_at IS NULL AND backup_id IS NOT NULL", "backup_id"),
        _open_index("ix_cases_sponsor_open", "closed_at IS NULL AND sponsor_id IS NOT NULL", "sponsor_id"),
        _open_index("ix_cases_review", "closed_at IS NULL", "workspace_id", "reviewed_at", "touched_at", "id"),
        Index("ix_cases_rescore_at", "rescore_at"),
        Index("ix_cases_decide_at", "decide_at"),
    )

    id: Id = _id()
    workspace_id: Mapped[int] = _ref("workspaces.id", index=False)
    number: Mapped[int]
    client_id: Mapped[int] = _ref("clients.id")
    stage: Mapped[str] = _short(16)
    owner_id: Mapped[int] = _ref("people.id", index=False)
    backup_id: Mapped[int | None] = _ref("people.id", nullable=True, index=False)
    sponsor_id: Mapped[int | None] = _ref("people.id", nullable=True, index=False)
    confidential: Mapped[bool] = mapped_column(default=False)

    story: Mapped[str]
    cause: Mapped[str] = _short(32)
    second_cause: Mapped[str | None] = _short(32)
    fault: Mapped[str] = _short(8)
    severity: Mapped[str] = _short(8)
    contact: Mapped[str] = mapped_column(default="")
    client_words: Mapped[str] = mapped_column(default="")
    our_words: Mapped[str] = mapped_column(default="")
    cost_cents: Mapped[int | None] = mapped_column(BigInteger)
    cost_currency: Mapped[str | None] = _short(3)
    cost_words: Mapped[str] = mapped_column(default="")
    since: Mapped[date | None]
    heard: Mapped[bool] = mapped_column(default=False)

    temperature: Mapped[str | None] = _short(8)
    readings: Mapped[list[Any]] = mapped_column(default=list)
    last_contact_at: Mapped[datetime | None]
    waiting_since: Mapped[datetime | None]
    reply_due_at: Mapped[datetime | None]
    next_play: Mapped[str | None] = _short(64)
    next_due_at: Mapped[datetime | None]
    risk: Mapped[int] = mapped_column(default=0)
    risk_why: Mapped[list[Any]] = mapped_column(default=list)

    rescore_at: Mapped[datetime | None]
    override_risk: Mapped[int | None]
    override_why: Mapped[str] = mapped_column(default="")
    override_until: Mapped[datetime | None]

    opened_at: Mapped[datetime]
    touched_at: Mapped[datetime]
    stage_at: Mapped[datetime]
    reviewed_at: Mapped[datetime | None]
    decide_at: Mapped[datetime | None]
    decide_asked_at: Mapped[datetime | None]
    watch_until: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = _short(16)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this class attribute as it is


class Criterion(Base):
    """One thing that must be true for the client to say it is fixed, in the client's words."""

    __tablename__ = "criteria"

    id: Id = _id()
    case_id: Mapped[int] = _ref("cases.id")
    words: Mapped[str]
    met_at: Mapped[datetime | None]
    met_by: Mapped[int | None] = _ref("people.id", nullable=True, index=False)


class Reading(Base):
    """How a client sounded at one contact."""

    __tablename__ = "readings"
    __table_args__ = (Index("ix_readings_workspace_id_at", "workspace_id", "at"),)

    id: Id = _id()
    workspace_id: Mapped[int] = _ref("workspaces.id", index=False)
    case_id: Mapped[int] = _ref("cases.id")
    reading: Mapped[str] = _short(8)
    at: Mapped[datetime]


class RiskChange(Base):
    """A case's risk as it was before a change, so that a summary can say better or worse since the last one."""

    __tablename__ = "risk_changes"
    __table_args__ = (Index("ix_risk_changes_workspace_id_at", "workspace_id", "at"),)

    id: Id = _id()
    workspace_id: Mapped[int] = _ref("workspaces.id", index=False)
    case_id: Mapped[int] = _ref("cases.id")
    before: Mapped[int]
    at: Mapped[datetime]


class Tally(Base):
    """Open cases and their value a month, counted: the sum of a workspace's rows is what there is.

    Triggers (:mod:`bot.storage.tallies`) add a ``loose`` row with every change of a case or client, so that two turns
    never wait for one another; a tick folds these into the one row that stays for each kind. Nothing else writes
    here, and rows point nowhere, so that a workspace may go before its count does.
    """

    __tablename__ = "tallies"
    __table_args__ = (
        Index("ix_tallies_workspace_id", "workspace_id"),
        _open_index("ix_tallies_loose", "loose = true", "id"),
        Index(
            "uq_tallies_kind", "workspace_id", "stage", "cause", "currency", "confidential", unique=True,
            sqlite_where=text("loose = false"), postgresql_where=text("loose = false"),
        ),
    )  # fmt: skip

    id: Id = _id()
    workspace_id: Mapped[int] = mapped_column(BigInteger)
    stage: Mapped[str] = _short(16)
    cause: Mapped[str] = _short(32)
    currency: Mapped[str] = _short(3)
    confidential: Mapped[bool]
    cases: Mapped[int] = mapped_column(BigInteger)
    cents: Mapped[int] = mapped_column(BigInteger)
    loose: Mapped[bool]


class ReadingTally(Base):
    """Readings of each day (UTC), counted as :class:`Tally` counts cases."""

    __tablename__ = "reading_tallies"
    __table_args__ = (
        Index("ix_reading_tallies_workspace_id_day", "workspace_id", "day"),
        _open_index("ix_reading_tallies_loose", "loose = true", "id"),
        Index(
            "uq_reading_tallies_kind", "workspace_id", "day", "reading", "confidential", unique=True,
            sqlite_where=text("loose = false"), postgresql_where=text("loose = false"),
        ),
    )  # fmt: skip

    id: Id = _id()
    workspace_id: Mapped[int] = mapped_column(BigInteger)
    day: Mapped[date]
    reading: Mapped[str] = _short(8)
    confidential: Mapped[bool]
    readings: Mapped[int] = mapped_column(BigInteger)
    loose: Mapped[bool]


class Ask(Base):
    """Something a manager asked of a colleague, or took on, about a case."""

    __tablename__ = "asks"
    __table_args__ = (Index("ix_asks_by_id_done_at", "by_id", "done_at"),)

    id: Id = _id()
    case_id: Mapped[int] = _ref("cases.id")
    by_id: Mapped[int] = _ref("people.id", index=False)
    of_id: Mapped[int] = _ref("people.id", index=False)
    words: Mapped[str]
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class Look(Base):
    """When a person last looked at the summary; what is new is counted from there."""

    __tablename__ = "looks"
    __table_args__ = (UniqueConstraint("person_id", name="uq_looks_person_id"),)

    id: Id = _id()
    person_id: Mapped[int] = _ref("people.id", index=False)
    at: Mapped[datetime]
    before_at: Mapped[datetime | None]


class Digest(Base):
    """A summary that comes by itself, to a manager or an internal channel."""

    __tablename__ = "digests"
    __table_args__ = (Index("ix_digests_due", "state", "next_due_at"),)

    id: Id = _id()
    workspace_id: Mapped[int] = _ref("workspaces.id")
    tenant: Mapped[str] = _short(200)
    place: Mapped[str] = _short(300)
    person_id: Mapped[int] = _ref("people.id", index=False)
    cadence: Mapped[dict[str, Any]]
    state: Mapped[str] = _short(16)
    next_due_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]


class Step(Base):
    """What became of a play in a case; the newest row of a play counts."""

    __tablename__ = "steps"

    id: Id = _id()
    case_id: Mapped[int] = _ref("cases.id")
    play: Mapped[str] = _short(64)
    state: Mapped[str] = _short(16)
    reason: Mapped[str] = mapped_column(default="")
    out_of_order: Mapped[bool] = mapped_column(default=False)
    due_at: Mapped[datetime | None]
    by_id: Mapped[int] = _ref("people.id", index=False)
    at: Mapped[datetime]


class Entry(Base):
    """One line of a case's timeline."""

    __tablename__ = "timeline"
    __table_args__ = (Index("ix_timeline_case_id_id", "case_id", "id"),)

    id: Id = _id()
    case_id: Mapped[int] = _ref("cases.id", index=False)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = _ref("people.id", nullable=True, index=False)
    kind: Mapped[str] = _short(32)
    words: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)


class DraftRow(Base):
    """A message the coach helped to write; ``sent_at`` only when a person said they sent it."""

    __tablename__ = "drafts"

    id: Id = _id()
    case_id: Mapped[int] = _ref("cases.id")
    kind: Mapped[str] = _short(32)
    words: Mapped[str]
    by_id: Mapped[int] = _ref("people.id", index=False)
    made_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class PromiseRow(Base):
    """Something the client was told to expect, with a time and an owner."""

    __tablename__ = "promises"
    __table_args__ = (Index("ix_promises_watch", "state", "warn_at"),)

    id: Id = _id()
    case_id: Mapped[int | None] = _ref("cases.id", nullable=True)
    client_id: Mapped[int] = _ref("clients.id")
    words: Mapped[str]
    owner_id: Mapped[int] = _ref("people.id")
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    warn_at: Mapped[datetime | None]
    state: Mapped[str] = _short(16)
    settled_at: Mapped[datetime | None]
    follows_id: Mapped[int | None] = _ref("promises.id", nullable=True, index=False)


class Lesson(Base):
    """What a case taught, offered again when its cause comes back."""

    __tablename__ = "lessons"

    id: Id = _id()
    workspace_id: Mapped[int] = _ref("workspaces.id")
    case_id: Mapped[int | None] = _ref("cases.id", nullable=True)
    cause: Mapped[str] = _short(32)
    words: Mapped[str]
    folded: Mapped[str]
    at: Mapped[datetime]


class Reparation(Base):
    """What was offered to make it right, what it was measured against, and who approved it."""

    __tablename__ = "reparations"

    id: Id = _id()
    case_id: Mapped[int] = _ref("cases.id")
    words: Mapped[str]
    cost_cents: Mapped[int | None] = mapped_column(BigInteger)
    offer_cents: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = _short(3)
    state: Mapped[str] = _short(16)
    by_id: Mapped[int] = _ref("people.id", index=False)
    approver_id: Mapped[int | None] = _ref("people.id", nullable=True, index=False)
    at: Mapped[datetime]


# --- check-ins and delivery --------------------------------------------------------------------------------


class Schedule(Base):
    """A check-in cadence of a case; ``cadence`` as :mod:`bot.coach.cadence` writes it."""

    __tablename__ = "schedules"
    __table_args__ = (
        Index("ix_schedules_due", "state", "next_due_at"),
        Index("ix_schedules_tenant", "tenant", "state", "next_due_at"),
    )

    id: Id = _id()
    workspace_id: Mapped[int] = _ref("workspaces.id")
    case_id: Mapped[int] = _ref("cases.id")
    tenant: Mapped[str] = _short(200)
    place: Mapped[str] = _short(300)
    cadence: Mapped[dict[str, Any]]
    state: Mapped[str] = _short(16)
    purpose: Mapped[str] = mapped_column(String(16), default="recovery")
    anchor_at: Mapped[datetime | None]
    next_due_at: Mapped[datetime | None]
    made_by: Mapped[int] = _ref("people.id", index=False)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this class attribute as it is


class Occurrence(Base):
    """One due check-in: the ledger whose unique key makes it happen once."""

    __tablename__ = "occurrences"
    __table_args__ = (UniqueConstraint("schedule_id", "due_at", name="uq_occurrences_schedule_id_due_at"),)

    id: Id = _id()
    schedule_id: Mapped[int] = _ref("schedules.id", index=False)
    case_id: Mapped[int] = _ref("cases.id")
    due_at: Mapped[datetime]
    answer: Mapped[str | None] = _short(16)
    answered_by: Mapped[int | None] = _ref("people.id", nullable=True, index=False)
    answered_at: Mapped[datetime | None]


class Climb(Base):
    """A check-in nobody answers: whom it has reached (0 owner, 1 backup, 2 manager), and when it climbs on."""

    __tablename__ = "climbs"
    __table_args__ = (
        UniqueConstraint("occurrence_id", name="uq_climbs_occurrence_id"),
        Index("ix_climbs_due", "state", "next_at"),
    )

    id: Id = _id()
    occurrence_id: Mapped[int] = _ref("occurrences.id", index=False)
    case_id: Mapped[int] = _ref("cases.id")
    level: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None]
    state: Mapped[str] = _short(16)


class Outgoing(Base):
    """The outbox: a message to be sent once, in order within its place.

    ``secret`` marks case details, which the guard lets only into internal places; ``owner_id`` is told privately
    where it cannot be posted. ``edits`` names the message key whose sent message this one replaces.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        # Only what is still to be sent is looked for, so a year of sent messages costs these nothing.
        _open_index("ix_outbox_ready", "state = 'waiting'", "not_before", "tenant"),
        _open_index("ix_outbox_tenant", "state = 'waiting'", "tenant", "not_before", "id"),
        _open_index("ix_outbox_sending", "state = 'sending'", "tenant"),
        _open_index("ix_outbox_place", "state IN ('waiting', 'sending')", "place", "id"),
    )

    id: Id = _id()
    workspace_id: Mapped[int] = _ref("workspaces.id")
    tenant: Mapped[str] = _short(200)
    place: Mapped[str] = _short(300)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    card: Mapped[dict[str, Any]]
    secret: Mapped[bool] = mapped_column(default=True)
    owner_id: Mapped[int | None] = _ref("people.id", nullable=True, index=False)
    case_id: Mapped[int | None] = _ref("cases.id", nullable=True)
    occurrence_id: Mapped[int | None] = _ref("occurrences.id", nullable=True)
    edits: Mapped[str | None] = _short(200)
    state: Mapped[str] = _short(16)
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime]
    made_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    ref: Mapped[dict[str, Any] | None]
    problem: Mapped[str] = mapped_column(default="")


# --- conversations -----------------------------------------------------------------------------------------


class ConversationRow(Base):
    """One run of a dialog: its name, what it was started with, and the answers so far."""

    __tablename__ = "conversations"
    __table_args__ = (Index("ix_conversations_seat", "person_id", "place", "state"),)

    id: Id = _id()
    workspace_id: Mapped[int] = _ref("workspaces.id")
    person_id: Mapped[int] = _ref("people.id", index=False)
    place: Mapped[str] = _short(300)
    dialog: Mapped[str] = _short(64)
    args: Mapped[dict[str, Any]]
    answers: Mapped[dict[str, Any]]
    state: Mapped[str] = _short(16)
    case_id: Mapped[int | None] = _ref("cases.id", nullable=True)
    at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this class attribute as it is


class Shown(Base):
    """The buttons last shown to a person in a place, so that typing a label or number presses them."""

    __tablename__ = "shown"
    __table_args__ = (UniqueConstraint("place", "person_key", name="uq_shown_place_person_key"),)

    id: Id = _id()
    place: Mapped[str] = _short(300)
    person_key: Mapped[str] = _short(300)
    actions: Mapped[list[Any]]


class Event(Base):
    """An event of a platform that was taken; a second claim of it is refused by the key."""

    __tablename__ = "events"

    key: Mapped[str] = mapped_column(String(300), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)


class Audit(Base):
    """Who read or changed what of somebody else's."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_workspace_id_id", "workspace_id", "id"),)

    id: Id = _id()
    workspace_id: Mapped[int] = _ref("workspaces.id", index=False)
    person_id: Mapped[int | None] = _ref("people.id", nullable=True, index=False)
    case_id: Mapped[int | None] = _ref("cases.id", nullable=True, index=False)
    what: Mapped[str]
    at: Mapped[datetime]


# --- local tools and adapters' notes -----------------------------------------------------------------------


class LocalRow(Base):
    """Something shown in the browser or the terminal."""

    __tablename__ = "local_messages"

    id: Id = _id()
    mark: Mapped[int] = mapped_column(BigInteger, index=True)
    place: Mapped[str] = _short(300)
    to: Mapped[str] = _short(300)
    author: Mapped[str] = mapped_column(default="")
    key: Mapped[str | None] = mapped_column(String(200), unique=True)
    card: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class Note(Base):
    """A small JSON record of an adapter (:class:`bot.ports.Notes`)."""

    __tablename__ = "notes"
    __table_args__ = (UniqueConstraint("kind", "key", name="uq_notes_kind_key"),)

    id: Id = _id()
    kind: Mapped[str] = _short(64)
    key: Mapped[str] = _short(400)
    value: Mapped[dict[str, Any]]
