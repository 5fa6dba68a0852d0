"""The facts of which the lives of cases are made, and the persons that cases are about or with."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from dems.db.tables.base import DOMAIN, Instant, identity, metadata

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
