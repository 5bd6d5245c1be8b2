"""Clients, and what is done for one whose case is open."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.tables.base import Base, Id, open_index, own_id, ref, short


class Client(Base):
    """Whom the team works for."""

    __tablename__ = "clients"
    __table_args__ = (UniqueConstraint("workspace_id", "folded", name="uq_clients_workspace_id_folded"),)

    id: Id = own_id()
    workspace_id: Mapped[int] = ref("workspaces.id", index=False)
    name: Mapped[str]
    folded: Mapped[str] = short(400)
    value_cents: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None] = short(3)
    period: Mapped[str] = mapped_column(String(8), default="month")
    notice_on: Mapped[date | None]
    renewal_on: Mapped[date | None]
    owner_id: Mapped[int | None] = ref("people.id", nullable=True)
    channel: Mapped[str] = mapped_column(default="")
    do_not_say: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]


class ContactPerson(Base):
    """Somebody at the client: who decides, who was hurt, who is an ally."""

    __tablename__ = "contact_people"

    id: Id = own_id()
    client_id: Mapped[int] = ref("clients.id")
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
        # What is new is counted from this index alone; SQLite looks closed_at up, too, though it is always empty here.
        open_index(
            "ix_cases_opened_open", "closed_at IS NULL",
            "workspace_id", "opened_at", "closed_at", "confidential", "id",
        ),
        # Read backwards: the worst first, and of equals the one opened last.
        open_index("ix_cases_open", "closed_at IS NULL", "workspace_id", "risk", "id"),
        open_index("ix_cases_owner_open", "closed_at IS NULL", "owner_id", "risk", "id"),
        open_index("ix_cases_backup_open", "closed_at IS NULL AND backup_id IS NOT NULL", "backup_id"),
        open_index("ix_cases_sponsor_open", "closed_at IS NULL AND sponsor_id IS NOT NULL", "sponsor_id"),
        open_index("ix_cases_review", "closed_at IS NULL", "workspace_id", "reviewed_at", "touched_at", "id"),
        Index("ix_cases_rescore_at", "rescore_at"),
        Index("ix_cases_decide_at", "decide_at"),
    )  # fmt: skip

    id: Id = own_id()
    workspace_id: Mapped[int] = ref("workspaces.id", index=False)
    number: Mapped[int]
    client_id: Mapped[int] = ref("clients.id")
    stage: Mapped[str] = short(16)
    owner_id: Mapped[int] = ref("people.id", index=False)
    backup_id: Mapped[int | None] = ref("people.id", nullable=True, index=False)
    sponsor_id: Mapped[int | None] = ref("people.id", nullable=True, index=False)
    confidential: Mapped[bool] = mapped_column(default=False)

    story: Mapped[str]
    cause: Mapped[str] = short(32)
    second_cause: Mapped[str | None] = short(32)
    fault: Mapped[str] = short(8)
    severity: Mapped[str] = short(8)
    contact: Mapped[str] = mapped_column(default="")
    client_words: Mapped[str] = mapped_column(default="")
    our_words: Mapped[str] = mapped_column(default="")
    cost_cents: Mapped[int | None] = mapped_column(BigInteger)
    cost_currency: Mapped[str | None] = short(3)
    cost_words: Mapped[str] = mapped_column(default="")
    since: Mapped[date | None]
    heard: Mapped[bool] = mapped_column(default=False)

    temperature: Mapped[str | None] = short(8)
    readings: Mapped[list[Any]] = mapped_column(default=list)
    last_contact_at: Mapped[datetime | None]
    waiting_since: Mapped[datetime | None]
    reply_due_at: Mapped[datetime | None]
    next_play: Mapped[str | None] = short(64)
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
    outcome: Mapped[str | None] = short(16)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this class attribute as it is


class Criterion(Base):
    """One thing that must be true for the client to say it is fixed, in the client's words."""

    __tablename__ = "criteria"

    id: Id = own_id()
    case_id: Mapped[int] = ref("cases.id")
    words: Mapped[str]
    met_at: Mapped[datetime | None]
    met_by: Mapped[int | None] = ref("people.id", nullable=True, index=False)


class Step(Base):
    """What became of a play in a case; the newest row of a play counts."""

    __tablename__ = "steps"

    id: Id = own_id()
    case_id: Mapped[int] = ref("cases.id")
    play: Mapped[str] = short(64)
    state: Mapped[str] = short(16)
    reason: Mapped[str] = mapped_column(default="")
    out_of_order: Mapped[bool] = mapped_column(default=False)
    due_at: Mapped[datetime | None]
    by_id: Mapped[int] = ref("people.id", index=False)
    at: Mapped[datetime]


class Entry(Base):
    """One line of a case's timeline."""

    __tablename__ = "timeline"
    __table_args__ = (Index("ix_timeline_case_id_id", "case_id", "id"),)

    id: Id = own_id()
    case_id: Mapped[int] = ref("cases.id", index=False)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = ref("people.id", nullable=True, index=False)
    kind: Mapped[str] = short(32)
    words: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)


class DraftRow(Base):
    """A message the coach helped to write; ``sent_at`` only when a person said they sent it."""

    __tablename__ = "drafts"

    id: Id = own_id()
    case_id: Mapped[int] = ref("cases.id")
    kind: Mapped[str] = short(32)
    words: Mapped[str]
    by_id: Mapped[int] = ref("people.id", index=False)
    made_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class PromiseRow(Base):
    """Something the client was told to expect, with a time and an owner."""

    __tablename__ = "promises"
    __table_args__ = (Index("ix_promises_watch", "state", "warn_at"),)

    id: Id = own_id()
    case_id: Mapped[int | None] = ref("cases.id", nullable=True)
    client_id: Mapped[int] = ref("clients.id")
    words: Mapped[str]
    owner_id: Mapped[int] = ref("people.id")
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    warn_at: Mapped[datetime | None]
    state: Mapped[str] = short(16)
    settled_at: Mapped[datetime | None]
    follows_id: Mapped[int | None] = ref("promises.id", nullable=True, index=False)


class Reparation(Base):
    """What was offered to make it right, what it was measured against, and who approved it."""

    __tablename__ = "reparations"

    id: Id = own_id()
    case_id: Mapped[int] = ref("cases.id")
    words: Mapped[str]
    cost_cents: Mapped[int | None] = mapped_column(BigInteger)
    offer_cents: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = short(3)
    state: Mapped[str] = short(16)
    by_id: Mapped[int] = ref("people.id", index=False)
    approver_id: Mapped[int | None] = ref("people.id", nullable=True, index=False)
    at: Mapped[datetime]


class Lesson(Base):
    """What a case taught, offered again when its cause comes back."""

    __tablename__ = "lessons"

    id: Id = own_id()
    workspace_id: Mapped[int] = ref("workspaces.id")
    case_id: Mapped[int | None] = ref("cases.id", nullable=True)
    cause: Mapped[str] = short(32)
    words: Mapped[str]
    folded: Mapped[str]
    at: Mapped[datetime]
