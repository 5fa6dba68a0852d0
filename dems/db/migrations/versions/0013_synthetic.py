"""Which cases never happened: made by a seed, marked by the owner of the database, and by nobody else."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "synthetic_cases",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("synthetic_cases_case_id_fkey")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("synthetic_cases_pkey")),
        comment="Cases that a seed made up; every other case is real",
    )
    op.execute(
        """
        CREATE FUNCTION synthetic_cases_stay() RETURNS trigger LANGUAGE plpgsql
        SET search_path = pg_catalog, public, pg_temp AS $$
        BEGIN
            RAISE EXCEPTION 'marks of synthetic cases are insert-only: % of % refused', TG_OP, TG_TABLE_NAME
                USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    )
    for name, when in (
        ("synthetic_cases_rows", "UPDATE OR DELETE ON synthetic_cases FOR EACH ROW"),
        ("synthetic_cases_all", "TRUNCATE ON synthetic_cases"),
    ):
        op.execute(f"CREATE TRIGGER {name} BEFORE {when} EXECUTE FUNCTION synthetic_cases_stay()")
        op.execute(f"ALTER TABLE synthetic_cases ENABLE ALWAYS TRIGGER {name}")
    # Not INSERT: the application cannot make a real case pass for one that never happened.
    op.execute("GRANT SELECT ON synthetic_cases TO dems_app, dems_reader")
    # What started in a period; what stopped has an index of its own.
    op.create_index("case_clocks_started_idx", "case_clocks", ["clock", "started_on"])
    # What has been corrected since an instant.
    op.create_index(
        "case_facts_corrected_idx", "case_facts", ["recorded_at"], postgresql_where=sa.text("corrects IS NOT NULL")
    )
    # Which cases were open on a day, from the index alone.
    op.create_index(
        "case_facts_open_idx",
        "case_facts",
        ["event", "happened_on"],
        postgresql_include=["id", "case_id", "recorded_at"],
        postgresql_where=sa.text("event IN ('referral_received', 'closed')"),
    )
