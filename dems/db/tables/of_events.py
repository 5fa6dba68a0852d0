"""The feed of events: which entry of the log is one, and whose."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, SmallInteger, Table, Text, Uuid, text

from dems.db.tables.base import WORK, Instant, metadata

events = Table(
    "events",
    metadata,
    Column("idx", BigInteger, primary_key=True, autoincrement=False, comment="place in the log, as in custody_leaves"),
    Column("entry_id", Uuid, nullable=False),
    Column("audience", Text, comment="who may know of it; null where another entry tells the same act"),
    Column("scope", Uuid, nullable=False, comment="the case, for audiences of a case; else zeros"),
    Column("kind", Text, comment="of the chain that the entry stands in"),
    Column("subject", Uuid, comment="whose chain it is"),
    Column("at", Instant),
    Index("events_audience_idx", "audience", "scope", "idx", postgresql_where=text("audience IS NOT NULL")),
    comment="Every entry of the log in its order; can be made again from custody_leaves at any time",
    info={"sort": WORK},
)

feed_key = Table(
    "feed_key",
    metadata,
    Column("number", SmallInteger, primary_key=True, autoincrement=False, comment="1"),
    Column("key", LargeBinary, nullable=False, comment="under which the places in cursors are sealed"),
    comment="Made with the schema, once; without it cursors are read by nobody, and followers begin anew",
    info={"sort": WORK},
)
