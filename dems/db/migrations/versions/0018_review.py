"""The queue of review. It begins empty: no proceeding's disclosure could be opened before."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "review_queue",
        sa.Column("evidence_id", sa.Uuid(), nullable=False, comment="an item, or something held elsewhere"),
        sa.Column("proceeding_id", sa.Uuid(), nullable=False),
        sa.Column("awaiting", sa.Text(), nullable=False, comment="which decision"),
        sa.Column(
            "restricted", sa.Boolean(), nullable=False, comment="that it is here is for whoever has the clearance"
        ),
        sa.Column("quarantined", sa.Boolean(), nullable=False, comment="it may be privileged, and is not cleared"),
        sa.Column(
            "at", sa.DateTime(timezone=True), nullable=False, comment="when it was obtained, else when it came in"
        ),
        sa.Column("ref_order", sa.Text(collation="C"), nullable=False, comment="its reference, numbers by their value"),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="0 where it is not known"),
        sa.Column("media_type", sa.Text(collation="C"), nullable=False, comment="empty where it is not known"),
        sa.PrimaryKeyConstraint("evidence_id", "proceeding_id", "awaiting", name=op.f("review_queue_pkey")),
        comment="Made from items and decisions in the transaction that changes them, and can be made from them again",
    )
    for name, key in (("date", "at"), ("exhibit_ref", "ref_order"), ("size", "size"), ("type", "media_type")):
        columns = ["proceeding_id", "awaiting", key, "evidence_id"]
        op.create_index(f"review_queue_{name}_idx", "review_queue", columns)
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON review_queue TO dems_app")
    op.execute("GRANT SELECT ON review_queue TO dems_reader")
