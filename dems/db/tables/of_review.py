"""What of a case awaits which decision in each of its proceedings, in every order in which it is looked through."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, Text, Uuid

from dems.db.tables.base import WORK, Instant, metadata

review_queue = Table(
    "review_queue",
    metadata,
    Column("evidence_id", Uuid, primary_key=True, comment="an item, or something held elsewhere"),
    Column("proceeding_id", Uuid, primary_key=True),
    Column("awaiting", Text, primary_key=True, comment="which decision"),
    Column("restricted", Boolean, nullable=False, comment="that it is here is for whoever has the clearance"),
    Column("quarantined", Boolean, nullable=False, comment="it may be privileged, and is not cleared"),
    Column("at", Instant, nullable=False, comment="when it was obtained, else when it came in"),
    Column("ref_order", Text(collation="C"), nullable=False, comment="its reference, numbers by their value"),
    Column("size", BigInteger, nullable=False, comment="0 where it is not known"),
    Column("media_type", Text(collation="C"), nullable=False, comment="empty where it is not known"),
    Index("review_queue_date_idx", "proceeding_id", "awaiting", "at", "evidence_id"),
    Index("review_queue_exhibit_ref_idx", "proceeding_id", "awaiting", "ref_order", "evidence_id"),
    Index("review_queue_size_idx", "proceeding_id", "awaiting", "size", "evidence_id"),
    Index("review_queue_type_idx", "proceeding_id", "awaiting", "media_type", "evidence_id"),
    comment="Made from items and decisions in the transaction that changes them, and can be made from them again",
    info={"sort": WORK},
)
