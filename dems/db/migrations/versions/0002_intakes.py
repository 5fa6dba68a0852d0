"""Intakes: items declared together, their tokens, parts that are promised before they are seen, numbers of exhibits."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

LOOKING_BACK = ("entry_follows", "detail_is_committed")


def upgrade() -> None:
    _intakes()
    _parts()
    _intake_stays()
    _bulk()
    op.execute("GRANT SELECT, INSERT ON intakes, intake_tokens, multiparts, exhibit_numbers TO dems_app")
    op.execute("GRANT UPDATE (revoked_at) ON intake_tokens TO dems_app")
    op.execute("GRANT UPDATE, DELETE ON multiparts, exhibit_numbers TO dems_app")
    # An intake's row never changes; FOR UPDATE on it, so that two do not add to it at once, asks for the right to a column.
    op.execute("GRANT UPDATE (id) ON intakes TO dems_app")
    op.execute("GRANT SELECT ON intakes, multiparts, exhibit_numbers TO dems_reader")


def _intakes() -> None:
    op.create_table(
        "intakes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column(
            "declared", sa.Integer(), nullable=False, comment="items of its manifest; what was added later is extra"
        ),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("intakes_case_id_fkey")),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("intakes_created_by_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("intakes_pkey")),
    )
    op.create_index("intakes_case_idx", "intakes", ["case_id", "id"])
    op.create_table(
        "intake_tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("intake_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("on_behalf_of", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["intake_id"], ["intakes.id"], name=op.f("intake_tokens_intake_id_fkey")),
        sa.ForeignKeyConstraint(["on_behalf_of"], ["people.id"], name=op.f("intake_tokens_on_behalf_of_fkey")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("intake_tokens_person_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("intake_tokens_pkey")),
        sa.UniqueConstraint("hash", name=op.f("intake_tokens_hash_key")),
    )
    op.create_index(op.f("intake_tokens_intake_id_idx"), "intake_tokens", ["intake_id"])
    op.add_column("evidence", sa.Column("intake_id", sa.Uuid(), nullable=True))
    op.add_column(
        "evidence",
        sa.Column(
            "intake_position",
            sa.Integer(),
            nullable=True,
            comment="from 0, in the order of the manifest and of what was added to it",
        ),
    )
    op.create_foreign_key(op.f("evidence_intake_id_fkey"), "evidence", "intakes", ["intake_id"], ["id"])
    op.create_index(
        "evidence_intake_idx",
        "evidence",
        ["intake_id", "intake_position"],
        unique=True,
        postgresql_where=sa.text("intake_id IS NOT NULL"),
    )
    op.create_index("evidence_upload_idx", "evidence", ["upload_id"])
    op.create_index("evidence_sha256_idx", "evidence", ["case_id", sa.text("(digests ->> 'sha256')"), "id"])
    op.add_column("uploads", sa.Column("intake_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("uploads_intake_id_fkey"), "uploads", "intakes", ["intake_id"], ["id"])


def _parts() -> None:
    op.alter_column("upload_parts", "etag", nullable=True, comment="null: promised, and not yet seen in the store")
    op.create_table(
        "multiparts",
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column(
            "multipart_id",
            sa.Text(),
            nullable=False,
            comment="the store's id of the multipart upload that the parts go to",
        ),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["upload_id"], ["uploads.id"], name=op.f("multiparts_upload_id_fkey")),
        sa.PrimaryKeyConstraint("upload_id", name=op.f("multiparts_pkey")),
    )
    op.create_table(
        "exhibit_numbers",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("prefix_key", sa.Text(), nullable=False),
        sa.Column("next", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("exhibit_numbers_case_id_fkey")),
        sa.PrimaryKeyConstraint("case_id", "prefix_key", name=op.f("exhibit_numbers_pkey")),
        comment="Where numbering goes on; numbers that are taken are skipped, so this may be lost",
    )


def _intake_stays() -> None:
    """What came together stays together, also for whoever writes SQL."""
    function = "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$ {body} $$"
    op.execute(
        function.format(
            name="intake_stays",
            body="""
            BEGIN
                RAISE EXCEPTION 'an intake does not change' USING ERRCODE = 'integrity_constraint_violation';
            END
            """,
        )
    )
    op.execute(
        function.format(
            name="stays_in_its_intake",
            body="""
            BEGIN
                RAISE EXCEPTION 'what came in an intake stays in it' USING ERRCODE = 'integrity_constraint_violation';
            END
            """,
        )
    )
    place = "(OLD.intake_id, OLD.intake_position) IS DISTINCT FROM (NEW.intake_id, NEW.intake_position)"
    for name, table, when, calls in (
        ("intakes_stay", "intakes", "", "intake_stays"),
        ("evidence_stays_in_intake", "evidence", f"WHEN ({place})", "stays_in_its_intake"),
        (
            "upload_stays_in_intake",
            "uploads",
            "WHEN (OLD.intake_id IS DISTINCT FROM NEW.intake_id)",
            "stays_in_its_intake",
        ),
    ):
        op.execute(f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW {when} EXECUTE FUNCTION {calls}()")
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def _bulk() -> None:
    """These look up one row by its key, thousands of times in a transaction.

    A plan made while the table was empty reads all of it, and is kept for as long as the transaction grows it.
    """
    for function in LOOKING_BACK:
        op.execute(f"ALTER FUNCTION {function}() SET enable_seqscan = off")
    op.execute("ALTER FUNCTION declared_stays_declared() SET enable_seqscan = off")
