"""The custody log: the tree over all entries, the checkpoints that were made of it and those that were signed."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, LargeBinary, SmallInteger, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from dems.db.tables.base import CUSTODY, WORK, Instant, metadata

custody_leaves = Table(
    "custody_leaves",
    metadata,
    Column("idx", BigInteger, primary_key=True, autoincrement=False, comment="place in the log, counted from 0"),
    Column("entry_id", Uuid, nullable=False, unique=True),
    Column("leaf_hash", LargeBinary, nullable=False, comment="as the sequencer computed it from the leaf's bytes"),
    info={"sort": CUSTODY},
)

custody_nodes = Table(
    "custody_nodes",
    metadata,
    Column("level", SmallInteger, primary_key=True, autoincrement=False, comment="from 1; level 0 are custody_leaves"),
    Column("idx", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
    comment="The perfect subtrees of the log's tree, each written once",
    info={"sort": CUSTODY},
)

custody_checkpoints = Table(
    "custody_checkpoints",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("frontier", LargeBinary, nullable=False, comment="roots of the perfect subtrees from left to right"),
    Column("at", Instant, nullable=False),
    comment="What the sequencer made of the queue, one for each batch",
    info={"sort": CUSTODY},
)

custody_signed = Table(
    "custody_signed",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("note", LargeBinary, nullable=False, comment="the signed checkpoint, byte for byte"),
    Column("vkey", Text, nullable=False, comment="the public key that signed it, as C2SP signed-note writes it"),
    Column("at", Instant, nullable=False),
    comment="Checkpoints that were signed, kept in the ledger bucket, and published with all that they cover",
    info={"sort": CUSTODY},
)

custody_anchors = Table(
    "custody_anchors",
    metadata,
    Column("size", BigInteger, ForeignKey("custody_signed.size"), primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("by", Text, primary_key=True, comment="a witness's verifier key, or the name of a timestamp authority"),
    Column("data", LargeBinary, nullable=False, comment="a signature line, or an RFC 3161 response in DER"),
    Column("at", Instant, nullable=False, comment="when they say that they gave it"),
    Index("custody_anchors_kind_idx", "kind", "by", "size"),
    comment="What witnesses and timestamp authorities gave for signed checkpoints; also in the ledger bucket",
    info={"sort": CUSTODY},
)

ledger_reports = Table(
    "ledger_reports",
    metadata,
    Column("name", Text, primary_key=True, comment="who or what reports: signer, fsck of the database, of the bucket"),
    Column("at", Instant, nullable=False),
    Column("held", Boolean, nullable=False, comment="false: it found something that must not be"),
    Column("detail", Text, nullable=False),
    Column("figures", JSONB, nullable=False),
    comment="The last word of each of those that watch the log",
    info={"sort": WORK},
)
