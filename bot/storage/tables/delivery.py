"""Check-ins that become due, and the messages that leave."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.tables.base import Base, Id, open_index, own_id, ref, short


class Schedule(Base):
    """A check-in cadence of a case; ``cadence`` as :mod:`bot.coach.cadence` writes it."""

    __tablename__ = "schedules"
    __table_args__ = (
        Index("ix_schedules_due", "state", "next_due_at"),
        Index("ix_schedules_tenant", "tenant", "state", "next_due_at"),
    )

    id: Id = own_id()
    workspace_id: Mapped[int] = ref("workspaces.id")
    case_id: Mapped[int] = ref("cases.id")
    tenant: Mapped[str] = short(200)
    place: Mapped[str] = short(300)
    cadence: Mapped[dict[str, Any]]
    state: Mapped[str] = short(16)
    purpose: Mapped[str] = mapped_column(String(16), default="recovery")
    anchor_at: Mapped[datetime | None]
    next_due_at: Mapped[datetime | None]
    made_by: Mapped[int] = ref("people.id", index=False)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this class attribute as it is


class Occurrence(Base):
    """One due check-in: the ledger whose unique key makes it happen once."""

    __tablename__ = "occurrences"
    __table_args__ = (UniqueConstraint("schedule_id", "due_at", name="uq_occurrences_schedule_id_due_at"),)

    id: Id = own_id()
    schedule_id: Mapped[int] = ref("schedules.id", index=False)
    case_id: Mapped[int] = ref("cases.id")
    due_at: Mapped[datetime]
    answer: Mapped[str | None] = short(16)
    answered_by: Mapped[int | None] = ref("people.id", nullable=True, index=False)
    answered_at: Mapped[datetime | None]


class Climb(Base):
    """A check-in nobody answers: whom it has reached (0 owner, 1 backup, 2 manager), and when it climbs on."""

    __tablename__ = "climbs"
    __table_args__ = (
        UniqueConstraint("occurrence_id", name="uq_climbs_occurrence_id"),
        Index("ix_climbs_due", "state", "next_at"),
    )

    id: Id = own_id()
    occurrence_id: Mapped[int] = ref("occurrences.id", index=False)
    case_id: Mapped[int] = ref("cases.id")
    level: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None]
    state: Mapped[str] = short(16)


class Outgoing(Base):
    """The outbox: a message to be sent once, in order within its place.

    ``secret`` marks case details, which the guard lets only into internal places; ``owner_id`` is told privately
    where it cannot be posted. ``edits`` names the message key whose sent message this one replaces.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        # Only what is still to be sent is looked for, so a year of sent messages costs these nothing.
        open_index("ix_outbox_ready", "state = 'waiting'", "not_before", "tenant"),
        open_index("ix_outbox_tenant", "state = 'waiting'", "tenant", "not_before", "id"),
        open_index("ix_outbox_sending", "state = 'sending'", "tenant"),
        open_index("ix_outbox_place", "state IN ('waiting', 'sending')", "place", "id"),
    )

    id: Id = own_id()
    workspace_id: Mapped[int] = ref("workspaces.id")
    tenant: Mapped[str] = short(200)
    place: Mapped[str] = short(300)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    card: Mapped[dict[str, Any]]
    secret: Mapped[bool] = mapped_column(default=True)
    owner_id: Mapped[int | None] = ref("people.id", nullable=True, index=False)
    case_id: Mapped[int | None] = ref("cases.id", nullable=True)
    occurrence_id: Mapped[int | None] = ref("occurrences.id", nullable=True)
    edits: Mapped[str | None] = short(200)
    state: Mapped[str] = short(16)
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime]
    made_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    ref: Mapped[dict[str, Any] | None]
    problem: Mapped[str] = mapped_column(default="")
