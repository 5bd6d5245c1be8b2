"""What the summary counts and remembers: readings, changes of risk, tallies, what a manager asked for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.tables.base import Base, Id, open_index, own_id, ref, short


class Reading(Base):
    """How a client sounded at one contact."""

    __tablename__ = "readings"
    __table_args__ = (Index("ix_readings_workspace_id_at", "workspace_id", "at"),)

    id: Id = own_id()
    workspace_id: Mapped[int] = ref("workspaces.id", index=False)
    case_id: Mapped[int] = ref("cases.id")
    reading: Mapped[str] = short(8)
    at: Mapped[datetime]


class RiskChange(Base):
    """A case's risk as it was before a change, so that a summary can say better or worse since the last one."""

    __tablename__ = "risk_changes"
    # All that is asked of the changes since an instant, so that they are read from the index alone.
    __table_args__ = (Index("ix_risk_changes_since", "workspace_id", "at", "id", "case_id", "before"),)

    id: Id = own_id()
    workspace_id: Mapped[int] = ref("workspaces.id", index=False)
    case_id: Mapped[int] = ref("cases.id")
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
        open_index("ix_tallies_loose", "loose = true", "id"),
        Index(
            "uq_tallies_kind", "workspace_id", "stage", "cause", "currency", "confidential", unique=True,
            sqlite_where=text("loose = false"), postgresql_where=text("loose = false"),
        ),
    )  # fmt: skip

    id: Id = own_id()
    workspace_id: Mapped[int] = mapped_column(BigInteger)
    stage: Mapped[str] = short(16)
    cause: Mapped[str] = short(32)
    currency: Mapped[str] = short(3)
    confidential: Mapped[bool]
    cases: Mapped[int] = mapped_column(BigInteger)
    cents: Mapped[int] = mapped_column(BigInteger)
    loose: Mapped[bool]


class ReadingTally(Base):
    """Readings of each day (UTC), counted as :class:`Tally` counts cases."""

    __tablename__ = "reading_tallies"
    __table_args__ = (
        Index("ix_reading_tallies_workspace_id_day", "workspace_id", "day"),
        open_index("ix_reading_tallies_loose", "loose = true", "id"),
        Index(
            "uq_reading_tallies_kind", "workspace_id", "day", "reading", "confidential", unique=True,
            sqlite_where=text("loose = false"), postgresql_where=text("loose = false"),
        ),
    )  # fmt: skip

    id: Id = own_id()
    workspace_id: Mapped[int] = mapped_column(BigInteger)
    day: Mapped[date]
    reading: Mapped[str] = short(8)
    confidential: Mapped[bool]
    readings: Mapped[int] = mapped_column(BigInteger)
    loose: Mapped[bool]


class Ask(Base):
    """Something a manager asked of a colleague, or took on, about a case."""

    __tablename__ = "asks"
    __table_args__ = (Index("ix_asks_by_id_done_at", "by_id", "done_at"),)

    id: Id = own_id()
    case_id: Mapped[int] = ref("cases.id")
    by_id: Mapped[int] = ref("people.id", index=False)
    of_id: Mapped[int] = ref("people.id", index=False)
    words: Mapped[str]
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class Look(Base):
    """When a person last looked at the summary; what is new is counted from there."""

    __tablename__ = "looks"
    __table_args__ = (UniqueConstraint("person_id", name="uq_looks_person_id"),)

    id: Id = own_id()
    person_id: Mapped[int] = ref("people.id", index=False)
    at: Mapped[datetime]
    before_at: Mapped[datetime | None]


class Digest(Base):
    """A summary that comes by itself, to a manager or an internal channel."""

    __tablename__ = "digests"
    __table_args__ = (Index("ix_digests_due", "state", "next_due_at"),)

    id: Id = own_id()
    workspace_id: Mapped[int] = ref("workspaces.id")
    tenant: Mapped[str] = short(200)
    place: Mapped[str] = short(300)
    person_id: Mapped[int] = ref("people.id", index=False)
    cadence: Mapped[dict[str, Any]]
    state: Mapped[str] = short(16)
    next_due_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
