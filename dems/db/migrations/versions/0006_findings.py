"""What is read in sealed bytes: readings and findings that nobody rewrites, renditions, and the index for searching."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

INSERT_ONLY = ("readings", "findings", "renditions")
BATCH = 1_000


def upgrade() -> None:
    _readings()
    _findings()
    _renditions()
    _item_index()
    _reader_reports()
    _insert_only()
    _index_what_is_there()
    op.execute("GRANT SELECT, INSERT ON readings, findings, renditions, item_index, reader_reports TO dems_app")
    op.execute("GRANT UPDATE ON item_index TO dems_app")
    op.execute("GRANT UPDATE, DELETE ON reader_reports TO dems_app")
    op.execute("GRANT SELECT ON readings, findings, renditions, item_index, reader_reports TO dems_reader")


def _readings() -> None:
    op.create_table(
        "readings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False, comment="of the sealed bytes that were read"),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column(
            "disagrees", sa.Boolean(), nullable=False, comment="the name's extension says otherwise than the bytes"
        ),
        sa.Column("sandbox", sa.Text(), nullable=False),
        sa.Column("tools", sa.JSON(), nullable=False, comment="name -> version"),
        sa.Column("toolset", sa.LargeBinary(), nullable=False, comment="SHA-256 over tools"),
        sa.Column("warnings", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("bytes_read", sa.BigInteger(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("findings", sa.Integer(), nullable=False),
        sa.Column(
            "result_sha256",
            sa.LargeBinary(),
            nullable=False,
            comment="of the canonical result, as its custody entry says",
        ),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("readings_evidence_id_fkey")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("readings_case_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("readings_pkey")),
    )
    op.create_index("readings_evidence_idx", "readings", ["evidence_id", "id"])
    op.create_index("readings_toolset_idx", "readings", ["toolset", "id"])


def _findings() -> None:
    op.create_table(
        "findings",
        sa.Column("reading_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="from 0, in the order in which they were reported"),
        sa.Column("case_id", sa.Uuid(), nullable=False, comment="leads every index for searching"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("text_value", sa.Text(), nullable=True),
        sa.Column("integer_value", sa.BigInteger(), nullable=True),
        sa.Column("number_value", sa.Double(), nullable=True),
        sa.Column("boolean_value", sa.Boolean(), nullable=True),
        sa.Column("local_at", sa.DateTime(), nullable=True, comment="as the clock of the device or program showed it"),
        sa.Column("zone", sa.Text(), nullable=True),
        sa.Column("utc_offset", sa.Interval(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True, comment="null where the offset is unknown"),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("entry", sa.JSON(), nullable=True),
        sa.Column("raw", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("tool", sa.Text(), nullable=False),
        sa.Column("tool_version", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.Column("flags", sa.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["reading_id"], ["readings.id"], name=op.f("findings_reading_id_fkey")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("findings_case_id_fkey")),
        sa.PrimaryKeyConstraint("reading_id", "position", name=op.f("findings_pkey")),
    )
    # A search looks into the cases that its caller may read, and how long it takes says nothing of any other: each index
    # begins with the case.
    for name, columns, where in (
        ("findings_at_idx", ["case_id", "at"], "at IS NOT NULL"),
        ("findings_local_idx", ["case_id", "local_at"], "local_at IS NOT NULL AND at IS NULL"),
        ("findings_place_idx", ["case_id", "latitude", "longitude"], "latitude IS NOT NULL"),
        ("findings_duration_idx", ["case_id", "number_value"], "name = 'duration'"),
        ("findings_malware_idx", ["reading_id"], "name = 'malware'"),
    ):
        op.create_index(name, "findings", columns, postgresql_where=sa.text(where))


def _renditions() -> None:
    op.create_table(
        "renditions",
        sa.Column("reading_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("at_seconds", sa.Double(), nullable=True),
        sa.Column(
            "sha256", sa.LargeBinary(), nullable=False, comment="of the picture; its original's is the reading's"
        ),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["reading_id"], ["readings.id"], name=op.f("renditions_reading_id_fkey")),
        sa.PrimaryKeyConstraint("reading_id", "number", name=op.f("renditions_pkey")),
    )


def _item_index() -> None:
    # Words as they stand, and again cut at every sign, so that a part of a file name or a reference is found too. The case
    # is a word beside them that no text can hold (it begins with a blank): a search asks for both, and so reads of the
    # index no more than the shorter of the two lists.
    op.execute(
        """
        CREATE FUNCTION words_of(of_case uuid, words text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
            SELECT to_tsvector('simple'::regconfig, words)
                || to_tsvector('simple'::regconfig, regexp_replace(words, '[^[:alnum:]]+', ' ', 'g'))
                || array_to_tsvector(ARRAY[' ' || of_case::text])
        $$
        """
    )
    generated = {
        "declared_words": "words_of(case_id, declared_text)",
        "words": "words_of(case_id, ((declared_text || ' '::text) || found_text))",
        "device_words": "words_of(case_id, device_text)",
    }
    op.create_table(
        "item_index",
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state", sa.Text(), nullable=False, comment="of the findings: none, waiting, or how the last reading ended"
        ),
        sa.Column("reading_id", sa.Uuid(), nullable=True, comment="the last"),
        sa.Column("media_type", sa.Text(), nullable=True),
        sa.Column("disagrees", sa.Boolean(), nullable=True),
        sa.Column("declared_text", sa.Text(), nullable=False, comment="reference, description, original name"),
        sa.Column(
            "found_text",
            sa.Text(),
            nullable=False,
            comment="texts of the last reading's findings, as far as they are kept for searching",
        ),
        sa.Column("device_text", sa.Text(), nullable=False),
        *(
            sa.Column(name, postgresql.TSVECTOR(), sa.Computed(made, persisted=True))
            for name, made in generated.items()
        ),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("item_index_evidence_id_fkey")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("item_index_case_id_fkey")),
        sa.ForeignKeyConstraint(["reading_id"], ["readings.id"], name=op.f("item_index_reading_id_fkey")),
        sa.PrimaryKeyConstraint("evidence_id", name=op.f("item_index_pkey")),
        comment="By what an item is found; made from evidence and readings, and can be made from them again",
    )
    op.create_index("item_index_case_idx", "item_index", ["case_id", "evidence_id"])
    op.create_index("item_index_state_idx", "item_index", ["case_id", "state"])
    op.create_index("item_index_media_type_idx", "item_index", ["case_id", "media_type", "evidence_id"])
    op.create_index("item_index_reading_idx", "item_index", ["reading_id"])
    for name in generated:
        op.create_index(f"item_index_{name}_idx", "item_index", [name], postgresql_using="gin")


def _reader_reports() -> None:
    op.create_table(
        "reader_reports",
        sa.Column(
            "worker", sa.Text(), nullable=False, comment="host and queue; one that is gone is forgotten after a while"
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sandbox", sa.Text(), nullable=False),
        sa.Column(
            "missing",
            sa.ARRAY(sa.Text()),
            nullable=False,
            comment="what the machine lacks for a tighter sandbox",
        ),
        sa.Column("tools", sa.JSON(), nullable=False, comment="name -> version, of all that could be used"),
        sa.Column("absent", sa.JSON(), nullable=False, comment="what could not be used, and why"),
        sa.PrimaryKeyConstraint("worker", name=op.f("reader_reports_pkey")),
        comment="What each worker that reads files said of itself",
    )


def _insert_only() -> None:
    """What was found stays as it was found, also for whoever writes SQL; a later reading stands beside it."""
    op.execute(
        """
        CREATE FUNCTION findings_are_insert_only() RETURNS trigger LANGUAGE plpgsql
        SET search_path = pg_catalog, public, pg_temp AS $$
        BEGIN
            RAISE EXCEPTION 'findings are insert-only: % of % refused', TG_OP, TG_TABLE_NAME
                USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    )
    for table in INSERT_ONLY:
        for name, when in (
            (f"{table}_rows", f"UPDATE OR DELETE ON {table} FOR EACH ROW"),
            (f"{table}_all", f"TRUNCATE ON {table}"),
        ):
            op.execute(f"CREATE TRIGGER {name} BEFORE {when} EXECUTE FUNCTION findings_are_insert_only()")
            op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def _index_what_is_there() -> None:
    """Every item that exists is in the index, and what is sealed waits to be read."""
    connection = op.get_bind()
    after = "00000000-0000-0000-0000-000000000000"
    page = sa.text(
        "SELECT id, case_id, kind, state, exhibit_ref, description, name FROM evidence WHERE id > CAST(:after AS uuid)"
        " ORDER BY id LIMIT :batch"
    )
    add = sa.text(
        "INSERT INTO item_index (evidence_id, case_id, state, declared_text, found_text, device_text)"
        " VALUES (:id, :case_id, :state, :words, '', '')"
    )
    while rows := connection.execute(page, {"after": after, "batch": BATCH}).all():
        connection.execute(
            add,
            [
                {
                    "id": r.id,
                    "case_id": r.case_id,
                    "state": "waiting" if r.state == "sealed" else "none",
                    "words": "\n".join(
                        (
                            r.exhibit_ref,
                            r.description,
                            "" if r.name is None else bytes(r.name).decode("utf-8", "replace"),
                        )
                    ),
                }
                for r in rows
            ],
        )
        after = str(rows[-1].id)
    connection.execute(
        sa.text(
            "INSERT INTO jobs (kind, subject, due_at)"
            " SELECT CASE WHEN size > 67108864 THEN 'extract_large' ELSE 'extract' END, id, clock_timestamp()"
            " FROM evidence WHERE state = 'sealed' ON CONFLICT DO NOTHING"
        )
    )
