"""Exports, and the items of each as they stood when it was asked for."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from dems.db.tables.base import DOMAIN, Instant, identity, metadata

exports = Table(
    "exports",
    metadata,
    identity(),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False),
    Column("asked_by", Uuid, ForeignKey("people.id"), nullable=False),
    Column("asker", Text, nullable=False, comment="as entries name whoever asked"),
    Column("asked_at", Instant, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("whole_case", Boolean, nullable=False),
    Column("with_bytes", Boolean, nullable=False),
    Column("withheld", JSONB, nullable=False, comment="names of acts whose details the recipient does not get"),
    Column("items", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("tag_manifest_sha256", LargeBinary, comment="what the entries of the export name; set before any does"),
    Column("size", BigInteger, comment="of the package as one file"),
    Column("sha256", LargeBinary),
    Column("version_id", Text),
    Column("ended_at", Instant),
    Column("problem", Text),
    Index("exports_case_idx", "case_id", "id"),
    info={"sort": DOMAIN},
)

export_items = Table(
    "export_items",
    metadata,
    Column("export_id", Uuid, ForeignKey("exports.id"), primary_key=True),
    Column("evidence_id", Uuid, ForeignKey("evidence.id"), primary_key=True),
    Column("last_seq", BigInteger, nullable=False, comment="the length of its chain when the export was asked for"),
    Column(
        "snapshot", JSONB, nullable=False, comment="what the package says of it, so that making it again says the same"
    ),
    info={"sort": DOMAIN},
)
