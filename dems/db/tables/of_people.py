"""Facts about people and cases."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)

from dems.db.tables.base import DOMAIN, Instant, identity, metadata

people = Table(
    "people",
    metadata,
    identity(),
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
    identity(),
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
    identity(),
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
    identity(),
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
    identity(),
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
