"""The feed of events: places of the log's entries by whoever may know of them, and the key that seals cursors."""

import os

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

KEY_BYTES = 64
"""Of AES-256-SIV, which has two keys."""


def upgrade() -> None:
    op.add_column(
        "custody_entries",
        sa.Column("told_by", sa.Uuid(), comment="the entry whose event tells the same act; null where its own does"),
    )
    _events()
    _key()
    op.execute("GRANT SELECT, INSERT ON events TO dems_app")
    op.execute("GRANT SELECT ON feed_key TO dems_app")
    op.execute("GRANT SELECT ON events TO dems_reader")


def _events() -> None:
    op.create_table(
        "events",
        sa.Column(
            "idx",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="place in the log, as in custody_leaves",
        ),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column(
            "audience",
            sa.Text(),
            nullable=True,
            comment="who may know of it; null where another entry tells the same act",
        ),
        sa.Column("scope", sa.Uuid(), nullable=False, comment="the case, for audiences of a case; else zeros"),
        sa.Column("kind", sa.Text(), nullable=True, comment="of the chain that the entry stands in"),
        sa.Column("subject", sa.Uuid(), nullable=True, comment="whose chain it is"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("idx", name=op.f("events_pkey")),
        comment="Every entry of the log in its order; can be made again from custody_leaves at any time",
    )
    op.create_index(
        "events_audience_idx",
        "events",
        ["audience", "scope", "idx"],
        postgresql_where=sa.text("audience IS NOT NULL"),
    )


def _key() -> None:
    op.create_table(
        "feed_key",
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False, comment="1"),
        sa.Column("key", sa.LargeBinary(), nullable=False, comment="under which the places in cursors are sealed"),
        sa.PrimaryKeyConstraint("number", name=op.f("feed_key_pkey")),
        comment="Made with the schema, once; without it cursors are read by nobody, and followers begin anew",
    )
    made = sa.text("INSERT INTO feed_key (number, key) VALUES (1, :key)")
    op.get_bind().execute(made, {"key": os.urandom(KEY_BYTES)})
