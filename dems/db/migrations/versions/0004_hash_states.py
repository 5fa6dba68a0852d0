"""Where the hashing of large files has come to, so that a killed worker's successor continues."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "hash_states",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("read_bytes", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["kind", "subject"],
            ["jobs.kind", "jobs.subject"],
            name=op.f("hash_states_kind_subject_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("kind", "subject", name=op.f("hash_states_pkey")),
        comment="Saved with the renewal of the lease and gone with the job; may be lost, which costs reading again",
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON hash_states TO dems_app")
    op.execute("GRANT SELECT ON hash_states TO dems_reader")
