"""The facts of which the lives of cases are made, and the persons that cases are about or with."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from dems.db.tables.base import DOMAIN, WORK, Instant, identity, metadata

case_facts = Table(
    "case_facts",
    metadata,
    identity(),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False),
    Column(
        "number", Integer, nullable=False, comment="from 1, in the order in which the facts of the case were recorded"
    ),
    Column("kind", Text, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("event", Text, comment="of a milestone: what happened"),
    Column("happened_on", Date, comment="in London; null of what has no date"),
    Column("about", Uuid, comment="the review, recommendation, proceeding or other strand that it is of"),
    Column("recorded_by", Uuid, ForeignKey("people.id"), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("corrects", Uuid, unique=True, comment="the fact whose place it takes: each is corrected once"),
    Column("reason", Text),
    UniqueConstraint("case_id", "number"),
    UniqueConstraint("case_id", "id"),
    ForeignKeyConstraint(
        ["case_id", "corrects"], ["case_facts.case_id", "case_facts.id"], name="case_facts_corrects_fkey"
    ),
    CheckConstraint("corrects IS NULL OR reason IS NOT NULL", name="corrected_for_a_reason"),
    Index("case_facts_corrected_idx", "recorded_at", postgresql_where=text("corrects IS NOT NULL")),
    Index(
        "case_facts_open_idx",
        "event",
        "happened_on",
        postgresql_include=["id", "case_id", "recorded_at"],
        postgresql_where=text("event IN ('referral_received', 'closed')"),
    ),
    Index(
        "case_facts_proceeding_idx",
        text("(content ->> 'id')"),
        postgresql_where=text("kind = 'proceeding'"),
    ),
    Index("case_facts_event_idx", "event", "happened_on", postgresql_where=text("event IS NOT NULL")),
    info={"sort": DOMAIN},
)

parties = Table(
    "parties",
    metadata,
    identity(),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("contact", Text),
    Column("reference", Text, comment="by which the case system knows them"),
    Column("added_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("case_id", "reference"),
    Index("parties_case_idx", "case_id", "id"),
    comment="Who a case is about or with. What they are to it are facts, which never say a name",
    info={"sort": DOMAIN},
)

case_imports = Table(
    "case_imports",
    metadata,
    identity(),
    Column("scope", LargeBinary, nullable=False, unique=True, comment="SHA-256 of who loads and of their key"),
    Column("begun_by", Uuid, ForeignKey("people.id"), nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("lines", BigInteger, nullable=False, comment="read and recorded, bad ones included"),
    Column("sha256", LargeBinary, nullable=False, comment="over the bytes of those lines"),
    Column("opened", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("unchanged", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("finished_at", Instant),
    comment="How far a bulk load has come, so that it goes on there",
    info={"sort": WORK},
)

case_import_lines = Table(
    "case_import_lines",
    metadata,
    Column("import_id", Uuid, ForeignKey("case_imports.id"), primary_key=True),
    Column("line", BigInteger, primary_key=True),
    Column("rule", Text, nullable=False),
    Column("message", Text, nullable=False),
    comment="Lines that were not taken, and why",
    info={"sort": WORK},
)
