"""What is due, in whose hands, and what was answered: may be lost without losing a fact."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from dems.db.tables.base import WORK, Instant, identity, metadata

jobs = Table(
    "jobs",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("subject", Uuid, primary_key=True),
    Column("due_at", Instant, nullable=False),
    Column("nudged_at", Instant),
    Column("leased_by", Text),
    Column("leased_until", Instant),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("problem", Text),
    Index("jobs_due_idx", "due_at"),
    info={"sort": WORK},
)

hash_states = Table(
    "hash_states",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("subject", Uuid, primary_key=True),
    Column("read_bytes", BigInteger, nullable=False),
    Column("state", LargeBinary, nullable=False),
    Column("saved_at", Instant, nullable=False),
    ForeignKeyConstraint(["kind", "subject"], ["jobs.kind", "jobs.subject"], ondelete="CASCADE"),
    comment="Saved with the renewal of the lease and gone with the job; may be lost, which costs reading again",
    info={"sort": WORK},
)

upload_parts = Table(
    "upload_parts",
    metadata,
    Column("upload_id", Uuid, ForeignKey("uploads.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("etag", Text, comment="null: promised, and not yet seen in the store"),
    info={"sort": WORK},
)

upload_completions = Table(
    "upload_completions",
    metadata,
    Column("upload_id", Uuid, ForeignKey("uploads.id"), primary_key=True),
    Column("attempt", Uuid, nullable=False),
    Column("multipart_id", Text, comment="the store's id of the multipart upload; null for a single PUT"),
    Column("begun_at", Instant, nullable=False),
    Column("leased_until", Instant, nullable=False),
    Column("sender", JSONB, nullable=False),
    comment="The intent to complete, written before the store is asked: what a crash between the two leaves behind",
    info={"sort": WORK},
)

multiparts = Table(
    "multiparts",
    metadata,
    Column("upload_id", Uuid, ForeignKey("uploads.id"), primary_key=True),
    Column("multipart_id", Text, nullable=False, comment="the store's id of the multipart upload that the parts go to"),
    Column("begun_at", Instant, nullable=False),
    Column("locked_until", Instant, nullable=False),
    info={"sort": WORK},
)

exhibit_numbers = Table(
    "exhibit_numbers",
    metadata,
    Column("case_id", Uuid, ForeignKey("cases.id"), primary_key=True),
    Column("prefix_key", Text, primary_key=True),
    Column("next", Integer, nullable=False),
    comment="Where numbering goes on; numbers that are taken are skipped, so this may be lost",
    info={"sort": WORK},
)

intake_tokens = Table(
    "intake_tokens",
    metadata,
    identity(),
    Column("intake_id", Uuid, ForeignKey("intakes.id"), nullable=False, index=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("person_id", Uuid, ForeignKey("people.id"), nullable=False),
    Column("on_behalf_of", Uuid, ForeignKey("people.id")),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    info={"sort": WORK},
)

upload_tokens = Table(
    "upload_tokens",
    metadata,
    identity(),
    Column("upload_id", Uuid, ForeignKey("uploads.id"), nullable=False, index=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("person_id", Uuid, ForeignKey("people.id"), nullable=False),
    Column("on_behalf_of", Uuid, ForeignKey("people.id")),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    info={"sort": WORK},
)

object_locks = Table(
    "object_locks",
    metadata,
    Column("upload_id", Uuid, ForeignKey("uploads.id"), primary_key=True),
    Column("evidence_id", Uuid, ForeignKey("evidence.id"), nullable=False),
    Column("locked_until", Instant, nullable=False, index=True),
    comment="Until when the store has confirmed each object's lock, so that the daily job finds what to extend",
    info={"sort": WORK},
)

orphans = Table(
    "orphans",
    metadata,
    Column("key", Text, primary_key=True),
    Column("version_id", Text, primary_key=True),
    Column(
        "kind", Text, nullable=False, comment="unrecorded: bytes without a record; hidden: a delete marker lies over it"
    ),
    Column("size", BigInteger, nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    comment="What the reconciler found in the store and no record explains; it is reported and never deleted",
    info={"sort": WORK},
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("scope", LargeBinary, primary_key=True, comment="SHA-256 of person, on-behalf-of, method, route and key"),
    Column("fingerprint", LargeBinary, nullable=False, comment="SHA-256 of the body"),
    Column("subject", Uuid, nullable=False),
    Column("answer", JSONB, comment="without secrets; null until the answer was rendered"),
    Column("status", Integer),
    Column("created_at", Instant, nullable=False, index=True),
    info={"sort": WORK},
)

store_checks = Table(
    "store_checks",
    metadata,
    identity(),
    Column("at", Instant, nullable=False, index=True),
    Column("endpoint", Text, nullable=False),
    Column("held", Boolean, nullable=False),
    Column("rows", JSONB, nullable=False),
    info={"sort": WORK},
)

consultations = Table(
    "consultations",
    metadata,
    identity(),
    Column("person_id", Uuid, ForeignKey("people.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("fact", JSONB, nullable=False, comment="act, subject, outcome, request: nothing that was read"),
    Index("consultations_person_idx", "person_id", "id"),
    comment="What was looked at or denied, until a job writes it to the person's chain in batches",
    info={"sort": WORK},
)
