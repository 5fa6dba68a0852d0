"""The custody log: leaves, nodes, checkpoints and signed checkpoints that nobody rewrites, each written by one role only."""

import sqlalchemy as sa
from alembic import op
from alembic.util import CommandError
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

INSERT_ONLY = ("custody_leaves", "custody_nodes", "custody_checkpoints", "custody_signed")
ROLES = ("dems_sequencer", "dems_signer")


def upgrade() -> None:
    _roles_are_there()
    _tree()
    _checkpoints()
    _reports()
    for table in INSERT_ONLY:
        for name, when in (
            (f"{table}_rows", f"UPDATE OR DELETE ON {table} FOR EACH ROW"),
            (f"{table}_all", f"TRUNCATE ON {table}"),
        ):
            op.execute(f"CREATE TRIGGER {name} BEFORE {when} EXECUTE FUNCTION custody_is_insert_only()")
            op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
    # Rows come and go all day at one end of its index: what is dead there is to be cleared away soon.
    op.execute(
        "ALTER TABLE custody_queue SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000)"
    )
    _grants()


def _roles_are_there() -> None:
    """The owner of the schema makes no roles; whoever runs the database does."""
    there = op.get_bind().execute(
        sa.text("SELECT rolname FROM pg_roles WHERE rolname = ANY(:names)"), {"names": list(ROLES)}
    )
    missing = sorted(set(ROLES) - set(there.scalars()))
    if missing:
        raise CommandError(
            f"The database has no role {' and no role '.join(missing)}: make it as docs/ledger.md says, and migrate again."
        )


def _tree() -> None:
    # No foreign key to the entries: it would cost as much as all the rest of taking an entry in. `dems ledger fsck` reads
    # every entry that a leaf names, and whoever can remove an entry from under its leaf can also switch a key off.
    op.create_table(
        "custody_leaves",
        sa.Column(
            "idx", sa.BigInteger(), autoincrement=False, nullable=False, comment="place in the log, counted from 0"
        ),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column(
            "leaf_hash",
            sa.LargeBinary(),
            nullable=False,
            comment="as the sequencer computed it from the leaf's bytes",
        ),
        sa.PrimaryKeyConstraint("idx", name=op.f("custody_leaves_pkey")),
        sa.UniqueConstraint("entry_id", name=op.f("custody_leaves_entry_id_key")),
    )
    op.create_table(
        "custody_nodes",
        sa.Column(
            "level",
            sa.SmallInteger(),
            autoincrement=False,
            nullable=False,
            comment="from 1; level 0 are custody_leaves",
        ),
        sa.Column("idx", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "idx", name=op.f("custody_nodes_pkey")),
        comment="The perfect subtrees of the log's tree, each written once",
    )


def _checkpoints() -> None:
    op.create_table(
        "custody_checkpoints",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column(
            "frontier",
            sa.LargeBinary(),
            nullable=False,
            comment="roots of the perfect subtrees from left to right",
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("custody_checkpoints_pkey")),
        comment="What the sequencer made of the queue, one for each batch",
    )
    op.create_table(
        "custody_signed",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False, comment="the signed checkpoint, byte for byte"),
        sa.Column(
            "vkey",
            sa.Text(),
            nullable=False,
            comment="the public key that signed it, as C2SP signed-note writes it",
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("custody_signed_pkey")),
        comment="Checkpoints that were signed, kept in the ledger bucket, and published with all that they cover",
    )


def _reports() -> None:
    op.create_table(
        "ledger_reports",
        sa.Column(
            "name",
            sa.Text(),
            nullable=False,
            comment="who or what reports: signer, fsck of the database, of the bucket",
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False, comment="false: it found something that must not be"),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("figures", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("ledger_reports_pkey")),
        comment="The last word of each of those that watch the log",
    )


def _grants() -> None:
    """Whoever writes entries writes no tree, whoever writes the tree signs nothing, and whoever signs writes neither."""
    tree = "custody_leaves, custody_nodes, custody_checkpoints"
    op.execute(f"GRANT SELECT ON {tree}, custody_signed TO dems_app, dems_reader, dems_sequencer, dems_signer")
    op.execute(f"GRANT INSERT ON {tree} TO dems_sequencer")
    op.execute("GRANT SELECT, DELETE ON custody_queue TO dems_sequencer")
    op.execute("GRANT INSERT ON custody_signed TO dems_signer")
    # Leaves hold commitments; who did what to which item is in custody_details, which neither of the two may read.
    op.execute("GRANT SELECT ON custody_entries TO dems_sequencer, dems_signer")
    op.execute("GRANT SELECT ON alembic_version TO dems_sequencer, dems_signer")
    op.execute("GRANT SELECT, INSERT, UPDATE ON ledger_reports TO dems_app, dems_signer")
    op.execute("GRANT SELECT ON ledger_reports TO dems_reader")
