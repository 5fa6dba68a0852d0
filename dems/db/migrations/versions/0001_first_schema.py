"""The first schema: people, cases, evidence, uploads, verifications, and the custody tables that nobody rewrites."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

DOMAIN = (
    "people",
    "tokens",
    "cases",
    "case_grants",
    "case_walls",
    "evidence",
    "exhibit_refs",
    "uploads",
    "verifications",
    "access_grants",
)
CUSTODY = ("custody_chains", "custody_entries", "custody_details", "custody_queue")
WORK = (
    "jobs",
    "upload_parts",
    "upload_completions",
    "upload_tokens",
    "object_locks",
    "orphans",
    "idempotency_keys",
    "store_checks",
    "consultations",
)
UNREAD = ("tokens", "upload_tokens", "idempotency_keys", "consultations")
"""Not for the reader: hashes of secrets, stored answers, and what people looked at."""


def upgrade() -> None:
    _tables()
    _insert_only()
    _chains_hold()
    _sealed_stays()
    _people_stay()
    _grants()


def _insert_only() -> None:
    """Custody rows are written once. ENABLE ALWAYS: not even a replica's session skips the trigger."""
    op.execute(
        """
        CREATE FUNCTION custody_is_insert_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'custody records are insert-only: % of % refused', TG_OP, TG_TABLE_NAME
                USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    )
    for table in CUSTODY:
        # Rows of the queue go when the log has taken them in; they never change.
        events = "UPDATE" if table == "custody_queue" else "UPDATE OR DELETE"
        for name, when in (
            (f"{table}_rows", f"{events} ON {table} FOR EACH ROW"),
            (f"{table}_all", f"TRUNCATE ON {table}"),
        ):
            op.execute(f"CREATE TRIGGER {name} BEFORE {when} EXECUTE FUNCTION custody_is_insert_only()")
            op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def _trigger(name: str, when: str, table: str, function: str) -> None:
    op.execute(f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()")
    op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def _function(name: str, body: str) -> None:
    """VOLATILE, so that it sees earlier rows of its own statement; pg_temp last, so that no temporary table stands in."""
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql VOLATILE "
        f"SET search_path = pg_catalog, public, pg_temp AS $$ {body} $$"
    )


def _chains_hold() -> None:
    """An entry follows the one before it, and a detail is what its entry commits to: also for whoever writes SQL."""
    _function(
        "entry_follows",
        """
        DECLARE
            leaf json := convert_from(NEW.leaf, 'UTF8')::json;
        BEGIN
            IF NEW.leaf_hash IS DISTINCT FROM sha256('\\x00'::bytea || NEW.leaf)
               OR leaf ->> 'seq' IS DISTINCT FROM NEW.seq::text
               OR leaf ->> 'chain' IS DISTINCT FROM NEW.chain_id::text
               OR NEW.seq < 1
               OR leaf ->> 'previous' IS DISTINCT FROM (
                   SELECT encode(before.leaf_hash, 'hex') FROM custody_entries AS before
                   WHERE before.chain_id = NEW.chain_id AND before.seq = NEW.seq - 1)
               OR NEW.seq > 1 AND leaf ->> 'previous' IS NULL
            THEN
                RAISE EXCEPTION 'this entry does not follow from its chain'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END
        """,
    )
    _trigger("custody_entries_follow", "INSERT", "custody_entries", "entry_follows")
    # A detail may hold U+0000, which json does not take; only `entry` is looked at, and it has none.
    _function(
        "detail_is_committed",
        """
        DECLARE
            committed text := (SELECT convert_from(leaf, 'UTF8')::json ->> 'commitment'
                               FROM custody_entries WHERE id = NEW.entry_id);
        BEGIN
            IF octet_length(NEW.nonce) <> 32
               OR encode(sha256(NEW.nonce || NEW.detail), 'hex') IS DISTINCT FROM committed
               OR replace(convert_from(NEW.detail, 'UTF8'), '\\u0000', '\\u0001')::json ->> 'entry'
                  IS DISTINCT FROM NEW.entry_id::text
            THEN
                RAISE EXCEPTION 'this detail is not what its entry commits to'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END
        """,
    )
    _trigger("custody_details_committed", "INSERT", "custody_details", "detail_is_committed")


def _sealed_stays() -> None:
    """Items and uploads begin at the beginning and go only where they may; what was sealed or declared stays so."""
    _function(
        "evidence_begins",
        """
        BEGIN
            IF NEW.state NOT IN ('declared', 'registered') OR NEW.sealed_at IS NOT NULL OR NEW.digests <> '{}'
               OR NEW.version_id IS NOT NULL
            THEN
                RAISE EXCEPTION 'an item begins as declared or registered'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END
        """,
    )
    _trigger("evidence_begins", "INSERT", "evidence", "evidence_begins")
    _function(
        "sealed_stays_sealed",
        """
        BEGIN
            IF (OLD.id, OLD.case_id, OLD.kind, OLD.name, OLD.declared_by, OLD.declared_at, OLD.derived_from, OLD.part_of)
                   IS DISTINCT FROM
               (NEW.id, NEW.case_id, NEW.kind, NEW.name, NEW.declared_by, NEW.declared_at, NEW.derived_from, NEW.part_of)
               OR OLD.sealed_at IS NOT NULL
               AND (OLD.digests, OLD.size, OLD.version_id, OLD.upload_id, OLD.sealed_at)
                   IS DISTINCT FROM (NEW.digests, NEW.size, NEW.version_id, NEW.upload_id, NEW.sealed_at)
               OR OLD.state = 'frozen' AND NEW.state = 'sealed'
            THEN
                RAISE EXCEPTION 'what was sealed does not change' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
                   ('declared', 'uploading'),
                   ('declared', 'verifying'), ('uploading', 'verifying'),
                   ('verifying', 'sealed'), ('verifying', 'mismatch'),
                   ('uploading', 'declared'), ('mismatch', 'declared'),
                   ('sealed', 'frozen'))
            THEN
                RAISE EXCEPTION 'an item does not go from % to %', OLD.state, NEW.state
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF (NEW.sealed_at IS NOT NULL) <> (NEW.state IN ('sealed', 'frozen'))
               OR OLD.state = NEW.state AND OLD.digests <> NEW.digests
            THEN
                RAISE EXCEPTION 'an item has a seal and digests from its verification only'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END
        """,
    )
    _trigger("evidence_sealed", "UPDATE", "evidence", "sealed_stays_sealed")
    _function(
        "upload_begins",
        """
        BEGIN
            IF NEW.state <> 'open' OR NEW.version_id IS NOT NULL THEN
                RAISE EXCEPTION 'an upload begins open' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END
        """,
    )
    _trigger("upload_begins", "INSERT", "uploads", "upload_begins")
    _function(
        "declared_stays_declared",
        """
        BEGIN
            IF (OLD.id, OLD.evidence_id, OLD.case_id, OLD.size, OLD.part_size, OLD.created_by, OLD.created_at, OLD.expires_at)
                   IS DISTINCT FROM
               (NEW.id, NEW.evidence_id, NEW.case_id, NEW.size, NEW.part_size, NEW.created_by, NEW.created_at, NEW.expires_at)
               OR OLD.declared_sha256 IS NOT NULL AND OLD.declared_sha256 IS DISTINCT FROM NEW.declared_sha256
               OR OLD.state <> 'open'
               AND (OLD.state, OLD.version_id, OLD.completed_at, OLD.parts_sha256)
                   IS DISTINCT FROM (NEW.state, NEW.version_id, NEW.completed_at, NEW.parts_sha256)
            THEN
                RAISE EXCEPTION 'what was declared does not change' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF OLD.declared_sha256 IS DISTINCT FROM NEW.declared_sha256 AND EXISTS (
                   SELECT FROM evidence WHERE upload_id = OLD.id AND state IN ('sealed', 'frozen', 'mismatch'))
            THEN
                RAISE EXCEPTION 'nothing is declared of bytes that were judged'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END
        """,
    )
    _trigger("upload_declared", "UPDATE", "uploads", "declared_stays_declared")
    _function(
        "finished_stays_finished",
        """
        BEGIN
            IF OLD.finished_at IS NOT NULL THEN
                RAISE EXCEPTION 'a finished verification does not change'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END
        """,
    )
    _trigger("verification_finished", "UPDATE", "verifications", "finished_stays_finished")


def _people_stay() -> None:
    _function(
        "person_stays",
        """
        BEGIN
            IF (OLD.id, OLD.added_at) IS DISTINCT FROM (NEW.id, NEW.added_at) THEN
                RAISE EXCEPTION 'a person stays who they are' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END
        """,
    )
    _trigger("person_stays", "UPDATE", "people", "person_stays")


UPDATED = {
    "people": "",
    "tokens": "(revoked_at)",
    "cases": "",
    "case_grants": "(ended_at)",
    "case_walls": "(lowered_at)",
    "evidence": "",
    "uploads": "",
    "verifications": "",
    "jobs": "",
    "upload_parts": "",
    "upload_completions": "",
    "upload_tokens": "",
    "object_locks": "(locked_until)",
    "idempotency_keys": "",
    # Nothing is updated: SELECT ... FOR UPDATE SKIP LOCKED asks for the right to at least one column.
    "consultations": "(id)",
}
"""What the application may update: a whole table, or the columns that are written after the row was."""

KEPT = ("object_locks", "orphans", "store_checks")
"""Not facts, but nothing that the application may make disappear either."""


def _grants() -> None:
    """The application may not delete a fact, nor touch custody but by adding; the reader reads no secrets."""
    op.execute(f"GRANT SELECT, INSERT ON {', '.join(DOMAIN + CUSTODY + WORK)} TO dems_app")
    for table, columns in UPDATED.items():
        op.execute(f"GRANT UPDATE {columns} ON {table} TO dems_app")
    op.execute(f"GRANT DELETE ON {', '.join(t for t in WORK if t not in KEPT)} TO dems_app")
    op.execute("GRANT SELECT ON alembic_version TO dems_app, dems_reader")
    readable = [t for t in DOMAIN + CUSTODY + WORK if t not in UNREAD]
    op.execute(f"GRANT SELECT ON {', '.join(readable)} TO dems_reader")


def _tables() -> None:
    op.create_table(
        "custody_chains",
        sa.Column("id", sa.Uuid(), nullable=False, comment="random: a leaf does not say what its chain is about"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("custody_chains_pkey")),
        sa.UniqueConstraint("kind", "subject", name=op.f("custody_chains_kind_subject_key")),
    )
    op.create_table(
        "custody_queue",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("custody_queue_pkey")),
        comment="Entries that the log has not yet taken in",
    )
    op.create_table(
        "idempotency_keys",
        sa.Column(
            "scope", sa.LargeBinary(), nullable=False, comment="SHA-256 of person, on-behalf-of, method, route and key"
        ),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False, comment="SHA-256 of the body"),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column(
            "answer",
            postgresql.JSONB(),
            nullable=True,
            comment="without secrets; null until the answer was rendered",
        ),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("idempotency_keys_pkey")),
    )
    op.create_index(op.f("idempotency_keys_created_at_idx"), "idempotency_keys", ["created_at"], unique=False)
    op.create_table(
        "jobs",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("nudged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_by", sa.Text(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("kind", "subject", name=op.f("jobs_pkey")),
    )
    op.create_index("jobs_due_idx", "jobs", ["due_at"], unique=False)
    op.create_table(
        "people",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False, comment="case-folded: one address, one person"),
        sa.Column("roles", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("force", sa.Text(), nullable=True),
        sa.Column("force_key", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("people_pkey")),
        sa.UniqueConstraint("email_key", name=op.f("people_email_key_key")),
    )
    op.create_table(
        "store_checks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("rows", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("store_checks_pkey")),
    )
    op.create_index(op.f("store_checks_at_idx"), "store_checks", ["at"], unique=False)
    op.create_table(
        "cases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("matter_type", sa.Text(), nullable=True),
        sa.Column("force", sa.Text(), nullable=True),
        sa.Column("themes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("is_major", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["opened_by"], ["people.id"], name=op.f("cases_opened_by_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("cases_pkey")),
        sa.UniqueConstraint("reference", name=op.f("cases_reference_key")),
    )
    op.create_table(
        "consultations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "fact",
            postgresql.JSONB(),
            nullable=False,
            comment="act, subject, outcome, request: nothing that was read",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("consultations_person_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("consultations_pkey")),
        comment="What was looked at or denied, until a job writes it to the person's chain in batches",
    )
    op.create_index("consultations_person_idx", "consultations", ["person_id", "id"], unique=False)
    op.create_table(
        "custody_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("chain_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False, comment="the exact bytes that are hashed"),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["chain_id"], ["custody_chains.id"], name=op.f("custody_entries_chain_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("custody_entries_pkey")),
        sa.UniqueConstraint("chain_id", "seq", name=op.f("custody_entries_chain_id_seq_key")),
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="SHA-256 of 256 random bits: no salt is needed"),
        sa.Column("issued_by", sa.Uuid(), nullable=True, comment="null: issued at the command line"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["issued_by"], ["people.id"], name=op.f("tokens_issued_by_fkey")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("tokens_person_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("tokens_pkey")),
        sa.UniqueConstraint("hash", name=op.f("tokens_hash_key")),
    )
    op.create_index(op.f("tokens_person_id_idx"), "tokens", ["person_id"], unique=False)
    op.create_table(
        "case_grants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('role', 'clearance')", name=op.f("case_grants_kind_check")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("case_grants_case_id_fkey")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("case_grants_person_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("case_grants_pkey")),
    )
    op.create_index(
        "case_grants_case_idx",
        "case_grants",
        ["case_id", "person_id"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "case_grants_person_idx",
        "case_grants",
        ["person_id", "case_id"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "case_walls",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("force", sa.Text(), nullable=True),
        sa.Column("force_key", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lowered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(person_id IS NULL) <> (force IS NULL)", name=op.f("case_walls_one_subject_check")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("case_walls_case_id_fkey")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("case_walls_person_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("case_walls_pkey")),
    )
    op.create_index(
        "case_walls_case_idx", "case_walls", ["case_id"], unique=False, postgresql_where=sa.text("lowered_at IS NULL")
    )
    op.create_table(
        "custody_details",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("detail", sa.LargeBinary(), nullable=False, comment="canonical JSON; the leaf commits to it"),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("evidence_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["custody_entries.id"], name=op.f("custody_details_entry_id_fkey")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("custody_details_pkey")),
    )
    op.create_index("custody_details_case_idx", "custody_details", ["case_id", "entry_id"], unique=False)
    op.create_table(
        "evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("exhibit_ref", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("obtained_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("obtained_by", sa.Text(), nullable=True),
        sa.Column("derived_from", sa.Uuid(), nullable=True),
        sa.Column("part_of", sa.Uuid(), nullable=True),
        sa.Column("name", sa.LargeBinary(), nullable=True, comment="the submitter's bytes, exactly"),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("upload_id", sa.Uuid(), nullable=True),
        sa.Column("version_id", sa.Text(), nullable=True),
        sa.Column(
            "digests",
            postgresql.JSONB(),
            nullable=False,
            comment="algorithm -> hexadecimal, of the bytes as stored",
        ),
        sa.Column("integrity", sa.Text(), nullable=False),
        sa.Column("declared_by", sa.Uuid(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("evidence_case_id_fkey")),
        sa.ForeignKeyConstraint(["declared_by"], ["people.id"], name=op.f("evidence_declared_by_fkey")),
        sa.ForeignKeyConstraint(["derived_from"], ["evidence.id"], name=op.f("evidence_derived_from_fkey")),
        sa.ForeignKeyConstraint(["part_of"], ["evidence.id"], name=op.f("evidence_part_of_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("evidence_pkey")),
    )
    op.create_index("evidence_case_idx", "evidence", ["case_id", "id"], unique=False)
    op.create_index(
        "evidence_checked_idx", "evidence", ["checked_at"], unique=False, postgresql_where=sa.text("state = 'sealed'")
    )
    op.create_table(
        "access_grants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("on_behalf_of", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("access_grants_evidence_id_fkey")),
        sa.ForeignKeyConstraint(["on_behalf_of"], ["people.id"], name=op.f("access_grants_on_behalf_of_fkey")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("access_grants_person_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("access_grants_pkey")),
    )
    op.create_table(
        "exhibit_refs",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("ref_key", sa.Text(), nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("exhibit_refs_case_id_fkey")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("exhibit_refs_evidence_id_fkey")),
        sa.PrimaryKeyConstraint("case_id", "ref_key", name=op.f("exhibit_refs_pkey")),
        comment="Every reference a case ever used: one that was corrected away is not given to another item",
    )
    op.create_table(
        "uploads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("part_size", sa.BigInteger(), nullable=False),
        sa.Column("declared_sha256", sa.LargeBinary(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version_id", sa.Text(), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "parts_sha256",
            sa.LargeBinary(),
            nullable=True,
            comment="composite SHA-256, where there was more than one part",
        ),
        sa.CheckConstraint("state <> 'completing'", name=op.f("uploads_completing_is_derived_check")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("uploads_case_id_fkey")),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("uploads_created_by_fkey")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("uploads_evidence_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("uploads_pkey")),
    )
    op.create_index(op.f("uploads_evidence_id_idx"), "uploads", ["evidence_id"], unique=False)
    op.create_index(
        "uploads_open_idx", "uploads", ["expires_at"], unique=False, postgresql_where=sa.text("state = 'open'")
    )
    op.create_table(
        "verifications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=True, comment="null: by the schedule"),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("digests", postgresql.JSONB(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("verifications_evidence_id_fkey")),
        sa.ForeignKeyConstraint(["requested_by"], ["people.id"], name=op.f("verifications_requested_by_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("verifications_pkey")),
    )
    op.create_index("verifications_evidence_idx", "verifications", ["evidence_id", "id"], unique=False)
    op.create_table(
        "upload_completions",
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("attempt", sa.Uuid(), nullable=False),
        sa.Column(
            "multipart_id",
            sa.Text(),
            nullable=True,
            comment="the store's id of the multipart upload; null for a single PUT",
        ),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sender", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["upload_id"], ["uploads.id"], name=op.f("upload_completions_upload_id_fkey")),
        sa.PrimaryKeyConstraint("upload_id", name=op.f("upload_completions_pkey")),
        comment="The intent to complete, written before the store is asked: what a crash between the two leaves behind",
    )
    op.create_table(
        "upload_parts",
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["upload_id"], ["uploads.id"], name=op.f("upload_parts_upload_id_fkey")),
        sa.PrimaryKeyConstraint("upload_id", "number", name=op.f("upload_parts_pkey")),
    )
    op.create_table(
        "upload_tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("on_behalf_of", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["on_behalf_of"], ["people.id"], name=op.f("upload_tokens_on_behalf_of_fkey")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("upload_tokens_person_id_fkey")),
        sa.ForeignKeyConstraint(["upload_id"], ["uploads.id"], name=op.f("upload_tokens_upload_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("upload_tokens_pkey")),
        sa.UniqueConstraint("hash", name=op.f("upload_tokens_hash_key")),
    )
    op.create_index(op.f("upload_tokens_upload_id_idx"), "upload_tokens", ["upload_id"], unique=False)
    op.create_table(
        "object_locks",
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("object_locks_evidence_id_fkey")),
        sa.ForeignKeyConstraint(["upload_id"], ["uploads.id"], name=op.f("object_locks_upload_id_fkey")),
        sa.PrimaryKeyConstraint("upload_id", name=op.f("object_locks_pkey")),
        comment="Until when the store has confirmed each object's lock, so that the daily job finds what to extend",
    )
    op.create_index(op.f("object_locks_locked_until_idx"), "object_locks", ["locked_until"], unique=False)
    op.create_table(
        "orphans",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Text(),
            nullable=False,
            comment="unrecorded: bytes without a record; hidden: a delete marker lies over it",
        ),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", "version_id", name=op.f("orphans_pkey")),
        comment="What the reconciler found in the store and no record explains; it is reported and never deleted",
    )
