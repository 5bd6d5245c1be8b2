"""Alembic's entry: runs within the connection it is handed (see bot/storage/migrate.py)."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from bot.storage import alongside
from bot.storage.tables import Base, Instant


def render(kind: str, thing: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write our own column type as what it is stored as, so that old migrations do not depend on the program."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(thing, Instant) else False


def ours(name: str | None, kind: str, parents: Any) -> bool:
    """The delivery engine's tables are its own affair, and so is the list of who may run here."""
    return not (kind == "table" and name is not None and name.startswith(("pgqueuer", alongside.NAME)))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("tables", Base.metadata),
    render_as_batch=True,
    render_item=render,
    include_name=ours,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
