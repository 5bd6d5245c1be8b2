"""What databases of the first day lack

Revision 0001 was changed in place on its first day, once, before anybody held revisions to what they were (a test does
now). A database that was made before lacks two columns and a few indexes; in every other one this finds nothing to do.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

WAITING, SENDING = "state = 'waiting'", "state = 'sending'"
OUTBOX = (
    ("ix_outbox_place", ["place", "id"], "state IN ('waiting', 'sending')"),
    ("ix_outbox_ready", ["not_before", "tenant"], WAITING),
    ("ix_outbox_sending", ["tenant"], SENDING),
    ("ix_outbox_tenant", ["tenant", "not_before", "id"], WAITING),
)


def upgrade() -> None:
    look = sa.inspect(op.get_bind())
    columns = {(table, c["name"]) for table in ("cases", "schedules") for c in look.get_columns(table)}
    indexes = {i["name"] for table in ("schedules", "outbox") for i in look.get_indexes(table)}
    if ("cases", "decide_asked_at") not in columns:
        op.add_column("cases", sa.Column("decide_asked_at", sa.DateTime(timezone=True), nullable=True))
    if ("schedules", "purpose") not in columns:
        # The program of that day goes on writing schedules without it.
        purpose = sa.Column("purpose", sa.String(length=16), nullable=False, server_default="recovery")
        op.add_column("schedules", purpose)
    if "ix_schedules_tenant" not in indexes:
        op.create_index("ix_schedules_tenant", "schedules", ["tenant", "state", "next_due_at"])
    if "ix_outbox_tenant" not in indexes:
        for name in ("ix_outbox_place", "ix_outbox_ready"):
            op.drop_index(name, table_name="outbox")
        for name, keys, where in OUTBOX:
            only = sa.text(where)
            op.create_index(name, "outbox", keys, sqlite_where=only, postgresql_where=only)


def downgrade() -> None:
    """Nothing to take back: this is what 0001 makes."""
