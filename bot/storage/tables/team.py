"""Who works together and where: workspaces, tenants, people, places."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.tables.base import Base, Id, own_id, ref, short


class Workspace(Base):
    """A team's data: everything below belongs to exactly one; several tenants may be linked to one."""

    __tablename__ = "workspaces"

    id: Id = own_id()
    name: Mapped[str]
    created_at: Mapped[datetime]
    next_number: Mapped[int] = mapped_column(default=1)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Tenant(Base):
    """One platform's installation (``slack:T1``, ``teams:<id>``, ``local``)."""

    __tablename__ = "tenants"

    id: Id = own_id()
    workspace_id: Mapped[int] = ref("workspaces.id")
    key: Mapped[str] = mapped_column(String(200), unique=True)
    removed_at: Mapped[datetime | None]


class Person(Base):
    """Somebody of the team."""

    __tablename__ = "people"
    __table_args__ = (Index("ix_people_workspace_id_folded", "workspace_id", "folded"),)

    id: Id = own_id()
    workspace_id: Mapped[int] = ref("workspaces.id", index=False)
    tenant: Mapped[str] = short(200)
    key: Mapped[str] = mapped_column(String(300), unique=True)
    name: Mapped[str]
    folded: Mapped[str] = short(300)
    role: Mapped[str] = short(16)
    zone: Mapped[str] = short(64)
    hours: Mapped[dict[str, Any]] = mapped_column(default=dict)
    gone_at: Mapped[datetime | None]
    seen_at: Mapped[datetime]


class PlaceRow(Base):
    """A channel the coach posts in or was spoken to in."""

    __tablename__ = "places"

    id: Id = own_id()
    workspace_id: Mapped[int] = ref("workspaces.id")
    tenant: Mapped[str] = short(200)
    key: Mapped[str] = mapped_column(String(300), unique=True)
    name: Mapped[str]
    folded: Mapped[str] = short(300)
    kind: Mapped[str] = short(16)
