"""Invitations, and what is announced of them."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text, Uuid, text

from dems.db.tables.base import DOMAIN, WORK, Instant, identity, metadata

invitations = Table(
    "invitations",
    metadata,
    identity(),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False),
    Column("intake_id", Uuid, ForeignKey("intakes.id"), nullable=False, unique=True),
    Column("asked_for", Text, nullable=False),
    Column("recipient", Text, nullable=False, comment="as custody entries name the sender"),
    Column("contact", Text, nullable=False),
    Column("exhibit_prefix", Text, nullable=False),
    Column("source", Text),
    Column("max_files", Integer, nullable=False),
    Column("max_bytes", BigInteger, nullable=False),
    Column("created_by", Uuid, ForeignKey("people.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Index("invitations_case_idx", "case_id", "id"),
    info={"sort": DOMAIN},
)

announcements = Table(
    "announcements",
    metadata,
    identity(),
    Column("person_id", Uuid, ForeignKey("people.id"), nullable=False),
    Column("invitation_id", Uuid, ForeignKey("invitations.id"), nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("at", Instant, nullable=False, comment="of the last file that it tells of"),
    Column("files", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("seen_at", Instant, comment="set when it was listed; what comes later is told anew"),
    Index("announcements_person_idx", "person_id", "id"),
    Index(
        "announcements_unseen_idx",
        "invitation_id",
        "person_id",
        postgresql_where=text("seen_at IS NULL"),
    ),
    comment="That files of an invitation arrived, for whoever made it and leads the case; the chain says the same for good",
    info={"sort": WORK},
)
