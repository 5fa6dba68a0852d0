"""Facts about items of evidence and their uploads."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from dems.db.tables.base import DOMAIN, Instant, identity, metadata

evidence = Table(
    "evidence",
    metadata,
    identity(),
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
    Column("intake_id", Uuid, ForeignKey("intakes.id")),
    Column("intake_position", Integer, comment="from 0, in the order of the manifest and of what was added to it"),
    Index("evidence_case_idx", "case_id", "id"),
    Index("evidence_upload_idx", "upload_id"),
    Index("evidence_derived_idx", "derived_from", postgresql_where=text("derived_from IS NOT NULL")),
    Index("evidence_came_idx", "case_id", text("(COALESCE(sealed_at, declared_at))")),
    Index("evidence_sha256_idx", "case_id", text("(digests ->> 'sha256')"), "id"),
    Index(
        "evidence_intake_idx",
        "intake_id",
        "intake_position",
        unique=True,
        postgresql_where=text("intake_id IS NOT NULL"),
    ),
    Index("evidence_checked_idx", "checked_at", postgresql_where=text("state = 'sealed'")),
    info={"sort": DOMAIN},
)

intakes = Table(
    "intakes",
    metadata,
    identity(),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("label", Text),
    Column("declared", Integer, nullable=False, comment="items of its manifest; what was added later is extra"),
    Column("created_by", Uuid, ForeignKey("people.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index("intakes_case_idx", "case_id", "id"),
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
    identity(),
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
    Column(
        "parts_sha256", LargeBinary, comment="what was received: SHA-256 of the only part, or composite over several"
    ),
    Column("intake_id", Uuid, ForeignKey("intakes.id")),
    CheckConstraint("state <> 'completing'", name="completing_is_derived"),
    Index("uploads_open_idx", "expires_at", postgresql_where=text("state = 'open'")),
    info={"sort": DOMAIN},
)

verifications = Table(
    "verifications",
    metadata,
    identity(),
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
    identity(),
    Column("evidence_id", Uuid, ForeignKey("evidence.id"), nullable=False),
    Column("person_id", Uuid, ForeignKey("people.id"), nullable=False),
    Column("on_behalf_of", Uuid, ForeignKey("people.id")),
    Column("purpose", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    info={"sort": DOMAIN},
)
