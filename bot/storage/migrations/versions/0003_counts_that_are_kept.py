"""Counts that are kept"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CENTS = "coalesce(CASE WHEN {c}.period = 'year' THEN {c}.value_cents / 12 ELSE {c}.value_cents END, 0)"
CASES = "INSERT INTO tallies (workspace_id, stage, cause, currency, confidential, cases, cents, loose)"
READINGS = "INSERT INTO reading_tallies (workspace_id, day, reading, confidential, readings, loose)"

FILL_CASES = f"""
{CASES}
SELECT k.workspace_id, k.stage, k.cause, coalesce(c.currency, ''), k.confidential, count(*),
       sum({CENTS.format(c="c")}), false
FROM cases k JOIN clients c ON c.id = k.client_id
WHERE k.closed_at IS NULL
GROUP BY k.workspace_id, k.stage, k.cause, coalesce(c.currency, ''), k.confidential
"""

FILL_READINGS = f"""
{READINGS}
SELECT r.workspace_id, date(r.at), r.reading, k.confidential, count(*), false
FROM readings r JOIN cases k ON k.id = r.case_id
GROUP BY r.workspace_id, date(r.at), r.reading, k.confidential
"""


def _case(row: str, n: int, lock: str = "") -> str:
    """One case more or fewer; nothing where its client is gone, which was counted when that went."""
    return (
        f"{CASES} SELECT {row}.workspace_id, {row}.stage, {row}.cause, coalesce(c.currency, ''), {row}.confidential, "
        f"{n}, {n} * {CENTS.format(c='c')}, true FROM clients c "
        f"WHERE c.id = {row}.client_id AND {row}.closed_at IS NULL{lock};"
    )


def _client(row: str, n: int) -> str:
    """Every open case of a client more or fewer."""
    return (
        f"{CASES} SELECT k.workspace_id, k.stage, k.cause, coalesce({row}.currency, ''), k.confidential, "
        f"{n} * count(*), {n} * count(*) * {CENTS.format(c=row)}, true FROM cases k "
        f"WHERE k.client_id = {row}.id AND k.closed_at IS NULL "
        "GROUP BY k.workspace_id, k.stage, k.cause, k.confidential;"
    )


def _reading(row: str, n: int, lock: str = "") -> str:
    """One reading more or fewer; nothing where its case is gone, which was counted when that went."""
    return (
        f"{READINGS} SELECT {row}.workspace_id, date({row}.at), {row}.reading, k.confidential, {n}, true "
        f"FROM cases k WHERE k.id = {row}.case_id{lock};"
    )


def _readings_of(row: str, n: int) -> str:
    """Every reading of a case more or fewer."""
    return (
        f"{READINGS} SELECT r.workspace_id, date(r.at), r.reading, {row}.confidential, {n} * count(*), true "
        f"FROM readings r WHERE r.case_id = {row}.id GROUP BY r.workspace_id, date(r.at), r.reading;"
    )


# A share lock on the row that is read beside keeps two transactions that change both from counting what was.
SHARE = " FOR SHARE"
COUNTED = ("workspace_id", "client_id", "stage", "cause", "confidential", "closed_at")
WORTH = ("value_cents", "currency", "period")

POSTGRES = tuple(
    statement.replace("date(r.at)", "(r.at AT TIME ZONE 'UTC')::date")
    .replace("date(NEW.at)", "(NEW.at AT TIME ZONE 'UTC')::date")
    .replace("date(OLD.at)", "(OLD.at AT TIME ZONE 'UTC')::date")
    for statement in (
        f"""CREATE FUNCTION salvage_tally_case() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_WHEN = 'BEFORE' THEN {_readings_of("OLD", -1)} RETURN OLD; END IF;
        IF TG_OP <> 'INSERT' THEN {_case("OLD", -1, SHARE)} END IF;
        IF TG_OP <> 'DELETE' THEN {_case("NEW", 1, SHARE)} END IF;
        IF TG_OP = 'UPDATE' AND OLD.confidential <> NEW.confidential THEN
            {_readings_of("OLD", -1)} {_readings_of("NEW", 1)}
        END IF;
        RETURN NULL; END $$""",
        f"""CREATE TRIGGER salvage_tally_case AFTER INSERT OR DELETE OR UPDATE OF {", ".join(COUNTED)} ON cases
        FOR EACH ROW EXECUTE FUNCTION salvage_tally_case()""",
        """CREATE TRIGGER salvage_tally_case_gone BEFORE DELETE ON cases
        FOR EACH ROW EXECUTE FUNCTION salvage_tally_case()""",
        f"""CREATE FUNCTION salvage_tally_client() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        {_client("OLD", -1)} IF TG_WHEN = 'BEFORE' THEN RETURN OLD; END IF; {_client("NEW", 1)}
        RETURN NULL; END $$""",
        f"""CREATE TRIGGER salvage_tally_client AFTER UPDATE OF {", ".join(WORTH)} ON clients
        FOR EACH ROW EXECUTE FUNCTION salvage_tally_client()""",
        """CREATE TRIGGER salvage_tally_client_gone BEFORE DELETE ON clients
        FOR EACH ROW EXECUTE FUNCTION salvage_tally_client()""",
        f"""CREATE FUNCTION salvage_tally_reading() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP <> 'INSERT' THEN {_reading("OLD", -1, SHARE)} END IF;
        IF TG_OP <> 'DELETE' THEN {_reading("NEW", 1, SHARE)} END IF;
        RETURN NULL; END $$""",
        """CREATE TRIGGER salvage_tally_reading AFTER INSERT OR DELETE OR UPDATE ON readings
        FOR EACH ROW EXECUTE FUNCTION salvage_tally_reading()""",
    )
)

SQLITE = (
    f"CREATE TRIGGER salvage_tally_case_added AFTER INSERT ON cases BEGIN {_case('NEW', 1)} END",
    f"CREATE TRIGGER salvage_tally_case_changed AFTER UPDATE OF {', '.join(COUNTED)} ON cases "
    f"BEGIN {_case('OLD', -1)} {_case('NEW', 1)} END",
    "CREATE TRIGGER salvage_tally_case_hidden AFTER UPDATE OF confidential ON cases "
    f"WHEN OLD.confidential <> NEW.confidential BEGIN {_readings_of('OLD', -1)} {_readings_of('NEW', 1)} END",
    f"CREATE TRIGGER salvage_tally_case_going BEFORE DELETE ON cases BEGIN {_readings_of('OLD', -1)} END",
    f"CREATE TRIGGER salvage_tally_case_gone AFTER DELETE ON cases BEGIN {_case('OLD', -1)} END",
    f"CREATE TRIGGER salvage_tally_client_changed AFTER UPDATE OF {', '.join(WORTH)} ON clients "
    f"BEGIN {_client('OLD', -1)} {_client('NEW', 1)} END",
    f"CREATE TRIGGER salvage_tally_client_going BEFORE DELETE ON clients BEGIN {_client('OLD', -1)} END",
    f"CREATE TRIGGER salvage_tally_reading_added AFTER INSERT ON readings BEGIN {_reading('NEW', 1)} END",
    "CREATE TRIGGER salvage_tally_reading_changed AFTER UPDATE ON readings "
    f"BEGIN {_reading('OLD', -1)} {_reading('NEW', 1)} END",
    f"CREATE TRIGGER salvage_tally_reading_gone AFTER DELETE ON readings BEGIN {_reading('OLD', -1)} END",
)


def upgrade() -> None:
    # ### commands auto generated by Alembic - please adjust! ###
    op.create_table(
        "reading_tallies",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reading", sa.String(length=8), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("readings", sa.BigInteger(), nullable=False),
        sa.Column("loose", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_tallies")),
    )
    with op.batch_alter_table("reading_tallies", schema=None) as batch_op:
        batch_op.create_index(
            "ix_reading_tallies_loose",
            ["id"],
            unique=False,
            sqlite_where=sa.text("loose = true"),
            postgresql_where=sa.text("loose = true"),
        )
        batch_op.create_index("ix_reading_tallies_workspace_id_day", ["workspace_id", "day"], unique=False)
        batch_op.create_index(
            "uq_reading_tallies_kind",
            ["workspace_id", "day", "reading", "confidential"],
            unique=True,
            sqlite_where=sa.text("loose = false"),
            postgresql_where=sa.text("loose = false"),
        )

    op.create_table(
        "tallies",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("cases", sa.BigInteger(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("loose", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tallies")),
    )
    with op.batch_alter_table("tallies", schema=None) as batch_op:
        batch_op.create_index(
            "ix_tallies_loose",
            ["id"],
            unique=False,
            sqlite_where=sa.text("loose = true"),
            postgresql_where=sa.text("loose = true"),
        )
        batch_op.create_index("ix_tallies_workspace_id", ["workspace_id"], unique=False)
        batch_op.create_index(
            "uq_tallies_kind",
            ["workspace_id", "stage", "cause", "currency", "confidential"],
            unique=True,
            sqlite_where=sa.text("loose = false"),
            postgresql_where=sa.text("loose = false"),
        )

    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cases_open"))
        batch_op.create_index(
            "ix_cases_open",
            ["workspace_id", "risk", "id"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_cases_owner_open"))
        batch_op.create_index(
            "ix_cases_owner_open",
            ["owner_id", "risk", "id"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.create_index(
            "ix_cases_backup_open",
            ["backup_id"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL AND backup_id IS NOT NULL"),
            postgresql_where=sa.text("closed_at IS NULL AND backup_id IS NOT NULL"),
        )
        batch_op.create_index("ix_cases_closed", ["workspace_id", "closed_at"], unique=False)
        batch_op.create_index("ix_cases_opened", ["workspace_id", "opened_at"], unique=False)
        batch_op.create_index(
            "ix_cases_review",
            ["workspace_id", "reviewed_at", "touched_at", "id"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.create_index(
            "ix_cases_sponsor_open",
            ["sponsor_id"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL AND sponsor_id IS NOT NULL"),
            postgresql_where=sa.text("closed_at IS NULL AND sponsor_id IS NOT NULL"),
        )

    # ### end Alembic commands ###
    op.execute(FILL_CASES)
    zoned = "date(r.at AT TIME ZONE 'UTC')" if op.get_bind().dialect.name == "postgresql" else "date(r.at)"
    op.execute(FILL_READINGS.replace("date(r.at)", zoned))
    for statement in POSTGRES if op.get_bind().dialect.name == "postgresql" else SQLITE:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table, name in (("cases", "salvage_tally_case"), ("readings", "salvage_tally_reading"),
                            ("clients", "salvage_tally_client")):  # fmt: skip
            op.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            op.execute(f"DROP TRIGGER IF EXISTS {name}_gone ON {table}")
            op.execute(f"DROP FUNCTION {name}()")
    else:
        for statement in SQLITE:
            op.execute(f"DROP TRIGGER {statement.split()[2]}")
    # ### commands auto generated by Alembic - please adjust! ###
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_cases_sponsor_open",
            sqlite_where=sa.text("closed_at IS NULL AND sponsor_id IS NOT NULL"),
            postgresql_where=sa.text("closed_at IS NULL AND sponsor_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_cases_review", sqlite_where=sa.text("closed_at IS NULL"), postgresql_where=sa.text("closed_at IS NULL")
        )
        batch_op.drop_index("ix_cases_opened")
        batch_op.drop_index("ix_cases_closed")
        batch_op.drop_index(
            "ix_cases_backup_open",
            sqlite_where=sa.text("closed_at IS NULL AND backup_id IS NOT NULL"),
            postgresql_where=sa.text("closed_at IS NULL AND backup_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_cases_owner_open",
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_cases_owner_open"), ["owner_id", "closed_at", "risk", "id"], unique=False)
        batch_op.drop_index(
            "ix_cases_open", sqlite_where=sa.text("closed_at IS NULL"), postgresql_where=sa.text("closed_at IS NULL")
        )
        batch_op.create_index(batch_op.f("ix_cases_open"), ["workspace_id", "closed_at", "risk", "id"], unique=False)

    with op.batch_alter_table("tallies", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_tallies_kind", sqlite_where=sa.text("loose = false"), postgresql_where=sa.text("loose = false")
        )
        batch_op.drop_index("ix_tallies_workspace_id")
        batch_op.drop_index(
            "ix_tallies_loose", sqlite_where=sa.text("loose = true"), postgresql_where=sa.text("loose = true")
        )

    op.drop_table("tallies")
    with op.batch_alter_table("reading_tallies", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_reading_tallies_kind", sqlite_where=sa.text("loose = false"), postgresql_where=sa.text("loose = false")
        )
        batch_op.drop_index("ix_reading_tallies_workspace_id_day")
        batch_op.drop_index(
            "ix_reading_tallies_loose", sqlite_where=sa.text("loose = true"), postgresql_where=sa.text("loose = true")
        )

    op.drop_table("reading_tallies")
    # ### end Alembic commands ###
