"""The custody tables: insert-only, for everyone."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, Table, Text, UniqueConstraint, Uuid

from dems.db.tables.base import CUSTODY, Instant, identity, metadata

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
    identity(),
    Column("chain_id", Uuid, ForeignKey("custody_chains.id"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("leaf", LargeBinary, nullable=False, comment="the exact bytes that are hashed"),
    Column("leaf_hash", LargeBinary, nullable=False),
    Column("told_by", Uuid, comment="the entry whose event tells the same act; null where its own does"),
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

custody_destroyed = Table(
    "custody_destroyed",
    metadata,
    Column("entry_id", Uuid, ForeignKey("custody_entries.id"), primary_key=True),
    Column("approval_id", Uuid, ForeignKey("approvals.id"), nullable=False, unique=True),
    Column("case_id", Uuid, nullable=False),
    Index("custody_destroyed_case_idx", "case_id", "entry_id"),
    comment="Entries whose detail and nonce two people destroyed; written by destroy_detail() and nobody else",
    info={"sort": CUSTODY},
)

custody_queue = Table(
    "custody_queue",
    metadata,
    Column("entry_id", Uuid, primary_key=True),
    comment="Entries that the log has not yet taken in",
    info={"sort": CUSTODY},
)
