"""Alembic's entry: runs within the connection it is handed (see bot/storage/migrate.py)."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from bot.storage.tables import Base, Instant


def render(kind: str, thing: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write our own column type as what it is stored as, so that old migrations do not depend on the program."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(thing, Instant) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=render,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
