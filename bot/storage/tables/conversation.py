"""What turns leave behind (conversations, buttons, events, the audit), and what local chats and adapters note."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.tables.base import Base, Id, own_id, ref, short


class ConversationRow(Base):
    """One run of a dialog: its name, what it was started with, and the answers so far."""

    __tablename__ = "conversations"
    __table_args__ = (Index("ix_conversations_seat", "person_id", "place", "state"),)

    id: Id = own_id()
    workspace_id: Mapped[int] = ref("workspaces.id")
    person_id: Mapped[int] = ref("people.id", index=False)
    place: Mapped[str] = short(300)
    dialog: Mapped[str] = short(64)
    args: Mapped[dict[str, Any]]
    answers: Mapped[dict[str, Any]]
    state: Mapped[str] = short(16)
    case_id: Mapped[int | None] = ref("cases.id", nullable=True)
    at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this class attribute as it is


class Shown(Base):
    """The buttons last shown to a person in a place, so that typing a label or number presses them."""

    __tablename__ = "shown"
    __table_args__ = (UniqueConstraint("place", "person_key", name="uq_shown_place_person_key"),)

    id: Id = own_id()
    place: Mapped[str] = short(300)
    person_key: Mapped[str] = short(300)
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

    id: Id = own_id()
    workspace_id: Mapped[int] = ref("workspaces.id", index=False)
    person_id: Mapped[int | None] = ref("people.id", nullable=True, index=False)
    case_id: Mapped[int | None] = ref("cases.id", nullable=True, index=False)
    what: Mapped[str]
    at: Mapped[datetime]


class LocalRow(Base):
    """Something shown in the browser or the terminal."""

    __tablename__ = "local_messages"

    id: Id = own_id()
    mark: Mapped[int] = mapped_column(BigInteger, index=True)
    place: Mapped[str] = short(300)
    to: Mapped[str] = short(300)
    author: Mapped[str] = mapped_column(default="")
    key: Mapped[str | None] = mapped_column(String(200), unique=True)
    card: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class Note(Base):
    """A small JSON record of an adapter (:class:`bot.ports.Notes`)."""

    __tablename__ = "notes"
    __table_args__ = (UniqueConstraint("kind", "key", name="uq_notes_kind_key"),)

    id: Id = own_id()
    kind: Mapped[str] = short(64)
    key: Mapped[str] = short(400)
    value: Mapped[dict[str, Any]]
