"""Approvals: acts that need two people."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text, Uuid

from dems.db.tables.base import DOMAIN, Instant, identity, metadata

approvals = Table(
    "approvals",
    metadata,
    identity(),
    Column("act", Text, nullable=False),
    Column("subject", Uuid, nullable=False, comment="what the act is done to"),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked_by", Uuid, ForeignKey("people.id"), nullable=False),
    Column("asked_name", Text, nullable=False, comment="as they were called when they asked"),
    Column("asked_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("confirmed_by", Uuid, ForeignKey("people.id")),
    Column("confirmed_name", Text),
    Column("confirmed_at", Instant),
    Index("approvals_case_idx", "case_id", "id"),
    Index("approvals_subject_idx", "subject"),
    info={"sort": DOMAIN},
)
