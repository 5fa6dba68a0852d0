"""The tables. Three sorts, told apart by ``info``:

* *domain*: what is true of people, cases and evidence; a change to one needs a custody entry in its transaction;
* *custody*: insert-only, for everyone;
* *work*: what is due, in whose hands, and what was answered; may be lost without losing a fact.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

DOMAIN, CUSTODY, WORK = "domain", "custody", "work"

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)

Instant = DateTime(timezone=True)


def _id(name: str = "id") -> Column[object]:
    return Column(name, Uuid, primary_key=True)


people = Table(
    "people",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("email_key", Text, nullable=False, unique=True, comment="case-folded: one address, one person"),
    Column("roles", ARRAY(Text), nullable=False),
    Column("force", Text),
    Column("force_key", Text),
    Column("active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("added_at", Instant, nullable=False),
    info={"sort": DOMAIN},
)

tokens = Table(
    "tokens",
    metadata,
    _id(),
    Column("person_id", Uuid, ForeignKey("people.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False, unique=True, comment="SHA-256 of 256 random bits: no salt is needed"),
    Column("issued_by", Uuid, ForeignKey("people.id"), comment="null: issued at the command line"),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    info={"sort": DOMAIN},
)

cases = Table(
    "cases",
    metadata,
    _id(),
    Column("reference", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("matter_type", Text),
    Column("force", Text),
    Column("themes", ARRAY(Text), nullable=False),
    Column("is_major", Boolean, nullable=False),
    Column("received_at", Instant),
    Column("opened_by", Uuid, ForeignKey("people.id"), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("version", Integer, nullable=False),
    info={"sort": DOMAIN},
)

case_grants = Table(
    "case_grants",
    metadata,
    _id(),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False),
    Column("person_id", Uuid, ForeignKey("people.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date),
    Column("granted_at", Instant, nullable=False),
    Column("ended_at", Instant),
    CheckConstraint("kind IN ('role', 'clearance')", name="kind"),
    Index("case_grants_case_idx", "case_id", "person_id", postgresql_where=text("ended_at IS NULL")),
    Index("case_grants_person_idx", "person_id", "case_id", postgresql_where=text("ended_at IS NULL")),
    info={"sort": DOMAIN},
)

case_walls = Table(
    "case_walls",
    metadata,
    _id(),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False),
    Column("person_id", Uuid, ForeignKey("people.id")),
    Column("force", Text),
    Column("force_key", Text),
    Column("reason", Text, nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("lowered_at", Instant),
    CheckConstraint("(person_id IS NULL) <> (force IS NULL)", name="one_subject"),
    Index("case_walls_case_idx", "case_id", postgresql_where=text("lowered_at IS NULL")),
    info={"sort": DOMAIN},
)

evidence = Table(
    "evidence",
    metadata,
    _id(),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False),
    Column("exhibit_ref", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("source", Text),
    Column("obtained_at", Instant),
    Column("obtained_by", Text),
    Column("derived_from", Uuid, ForeignKey("evidence.id")),
    Column("part_of", Uuid, ForeignKey("evidence.id")),
    Column("name", LargeBinary, comment="the submitter's bytes, exactly"),
    Column("size", BigInteger),
    Column("upload_id", Uuid),
    Column("version_id", Text),
    Column("digests", JSONB, nullable=False, comment="algorithm -> hexadecimal, of the bytes as stored"),
    Column("integrity", Text, nullable=False),
    Column("declared_by", Uuid, ForeignKey("people.id"), nullable=False),
    Column("declared_at", Instant, nullable=False),
    Column("sealed_at", Instant),
    Column("checked_at", Instant),
    Column("version", Integer, nullable=False),
    Index("evidence_case_idx", "case_id", "id"),
    Index("evidence_checked_idx", "checked_at", postgresql_where=text("state = 'sealed'")),
    info={"sort": DOMAIN},
)

exhibit_refs = Table(
    "exhibit_refs",
    metadata,
    Column("case_id", Uuid, ForeignKey("cases.id"), primary_key=True),
    Column("ref_key", Text, primary_key=True),
    Column("evidence_id", Uuid, ForeignKey("evidence.id"), nullable=False),
    comment="Every reference a case ever used: one that was corrected away is not given to another item",
    info={"sort": DOMAIN},
)

uploads = Table(
    "uploads",
    metadata,
    _id(),
    Column("evidence_id", Uuid, ForeignKey("evidence.id"), nullable=False, index=True),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("part_size", BigInteger, nullable=False),
    Column("declared_sha256", LargeBinary),
    Column("created_by", Uuid, ForeignKey("people.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("version_id", Text),
    Column("completed_at", Instant),
    Column("parts_sha256", LargeBinary, comment="composite SHA-256, where there was more than one part"),
    CheckConstraint("state <> 'completing'", name="completing_is_derived"),
    Index("uploads_open_idx", "expires_at", postgresql_where=text("state = 'open'")),
    info={"sort": DOMAIN},
)

verifications = Table(
    "verifications",
    metadata,
    _id(),
    Column("evidence_id", Uuid, ForeignKey("evidence.id"), nullable=False),
    Column("requested_by", Uuid, ForeignKey("people.id"), comment="null: by the schedule"),
    Column("requested_at", Instant, nullable=False),
    Column("reason", Text),
    Column("finished_at", Instant),
    Column("outcome", Text),
    Column("size", BigInteger),
    Column("digests", JSONB),
    Column("problem", Text),
    Index("verifications_evidence_idx", "evidence_id", "id"),
    info={"sort": DOMAIN},
)

access_grants = Table(
    "access_grants",
    metadata,
    _id(),
    Column("evidence_id", Uuid, ForeignKey("evidence.id"), nullable=False),
    Column("person_id", Uuid, ForeignKey("people.id"), nullable=False),
    Column("on_behalf_of", Uuid, ForeignKey("people.id")),
    Column("purpose", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    info={"sort": DOMAIN},
)

custody_chains = Table(
    "custody_chains",
    metadata,
    Column("id", Uuid, primary_key=True, comment="random: a leaf does not say what its chain is about"),
    Column("kind", Text, nullable=False),
    Column("subject", Uuid, nullable=False),
    Column("begun_at", Instant, nullable=False),
    UniqueConstraint("kind", "subject"),
    info={"sort": CUSTODY},
)

custody_entries = Table(
    "custody_entries",
    metadata,
    _id(),
    Column("chain_id", Uuid, ForeignKey("custody_chains.id"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("leaf", LargeBinary, nullable=False, comment="the exact bytes that are hashed"),
    Column("leaf_hash", LargeBinary, nullable=False),
    UniqueConstraint("chain_id", "seq"),
    info={"sort": CUSTODY},
)

custody_details = Table(
    "custody_details",
    metadata,
    Column("entry_id", Uuid, ForeignKey("custody_entries.id"), primary_key=True),
    Column("nonce", LargeBinary, nullable=False),
    Column("detail", LargeBinary, nullable=False, comment="canonical JSON; the leaf commits to it"),
    Column("act", Text, nullable=False),
    Column("case_id", Uuid),
    Column("evidence_id", Uuid),
    Column("person_id", Uuid),
    Index("custody_details_case_idx", "case_id", "entry_id"),
    info={"sort": CUSTODY},
)

custody_queue = Table(
    "custody_queue",
    metadata,
    Column("entry_id", Uuid, primary_key=True),
    comment="Entries that the log has not yet taken in",
    info={"sort": CUSTODY},
)

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

upload_parts = Table(
    "upload_parts",
    metadata,
    Column("upload_id", Uuid, ForeignKey("uploads.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("etag", Text, nullable=False),
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
    comment="The intent to complete, written before the store is asked: what a crash between the two leaves behind",
    info={"sort": WORK},
)

upload_tokens = Table(
    "upload_tokens",
    metadata,
    _id(),
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
    _id(),
    Column("at", Instant, nullable=False, index=True),
    Column("endpoint", Text, nullable=False),
    Column("held", Boolean, nullable=False),
    Column("rows", JSONB, nullable=False),
    info={"sort": WORK},
)

consultations = Table(
    "consultations",
    metadata,
    _id(),
    Column("person_id", Uuid, ForeignKey("people.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("fact", JSONB, nullable=False, comment="act, subject, outcome, request: nothing that was read"),
    Index("consultations_person_idx", "person_id", "id"),
    comment="What was looked at or denied, until a job writes it to the person's chain in batches",
    info={"sort": WORK},
)
