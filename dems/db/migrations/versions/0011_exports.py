"""Exports: what was asked for and never changes, what became of it, and the items as they stood."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    _exports()
    _items()
    _stays()
    op.execute("GRANT SELECT, INSERT ON exports, export_items TO dems_app")
    op.execute(
        "GRANT UPDATE (state, tag_manifest_sha256, size, sha256, version_id, ended_at, problem) ON exports TO dems_app"
    )
    op.execute("GRANT SELECT ON exports, export_items TO dems_reader")


def _exports() -> None:
    op.create_table(
        "exports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asker", sa.Text(), nullable=False, comment="as entries name whoever asked"),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("whole_case", sa.Boolean(), nullable=False),
        sa.Column("with_bytes", sa.Boolean(), nullable=False),
        sa.Column(
            "withheld",
            postgresql.JSONB(),
            nullable=False,
            comment="names of acts whose details the recipient does not get",
        ),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "tag_manifest_sha256",
            sa.LargeBinary(),
            nullable=True,
            comment="what the entries of the export name; set before any does",
        ),
        sa.Column("size", sa.BigInteger(), nullable=True, comment="of the package as one file"),
        sa.Column("sha256", sa.LargeBinary(), nullable=True),
        sa.Column("version_id", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("exports_case_id_fkey")),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name=op.f("exports_asked_by_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("exports_pkey")),
    )
    op.create_index("exports_case_idx", "exports", ["case_id", "id"])


def _items() -> None:
    op.create_table(
        "export_items",
        sa.Column("export_id", sa.Uuid(), nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column(
            "last_seq",
            sa.BigInteger(),
            nullable=False,
            comment="the length of its chain when the export was asked for",
        ),
        sa.Column(
            "snapshot",
            postgresql.JSONB(),
            nullable=False,
            comment="what the package says of it, so that making it again says the same",
        ),
        sa.ForeignKeyConstraint(["export_id"], ["exports.id"], name=op.f("export_items_export_id_fkey")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("export_items_evidence_id_fkey")),
        sa.PrimaryKeyConstraint("export_id", "evidence_id", name=op.f("export_items_pkey")),
    )


def _stays() -> None:
    """What was asked for, what entries name and what was given stay as they were, also for whoever writes SQL."""
    op.execute(
        """
        CREATE FUNCTION export_stays() RETURNS trigger LANGUAGE plpgsql
        SET search_path = pg_catalog, public, pg_temp AS $$
        DECLARE
            may_end text[] := ARRAY['state', 'size', 'sha256', 'version_id', 'ended_at', 'problem'];
        BEGIN
            IF OLD.state <> 'making'
                OR (OLD.tag_manifest_sha256 IS NOT NULL
                    AND OLD.tag_manifest_sha256 IS DISTINCT FROM NEW.tag_manifest_sha256)
                OR to_jsonb(OLD) - may_end - 'tag_manifest_sha256'
                    IS DISTINCT FROM to_jsonb(NEW) - may_end - 'tag_manifest_sha256' THEN
                RAISE EXCEPTION 'an export ends once, and what was asked for stays'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END
        $$
        """
    )
    op.execute("CREATE TRIGGER exports_stay BEFORE UPDATE ON exports FOR EACH ROW EXECUTE FUNCTION export_stays()")
    op.execute("ALTER TABLE exports ENABLE ALWAYS TRIGGER exports_stay")
    op.execute(
        """
        CREATE FUNCTION export_items_are_insert_only() RETURNS trigger LANGUAGE plpgsql
        SET search_path = pg_catalog, public, pg_temp AS $$
        BEGIN
            RAISE EXCEPTION 'items of exports are insert-only: % of % refused', TG_OP, TG_TABLE_NAME
                USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    )
    for name, when in (
        ("export_items_rows", "UPDATE OR DELETE ON export_items FOR EACH ROW"),
        ("export_items_all", "TRUNCATE ON export_items"),
    ):
        op.execute(f"CREATE TRIGGER {name} BEFORE {when} EXECUTE FUNCTION export_items_are_insert_only()")
        op.execute(f"ALTER TABLE export_items ENABLE ALWAYS TRIGGER {name}")
