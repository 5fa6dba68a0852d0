"""What witnesses and timestamp authorities gave for signed checkpoints: insert-only, as the log itself."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "custody_anchors",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "by", sa.Text(), nullable=False, comment="a witness's verifier key, or the name of a timestamp authority"
        ),
        sa.Column("data", sa.LargeBinary(), nullable=False, comment="a signature line, or an RFC 3161 response in DER"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when they say that they gave it"),
        sa.ForeignKeyConstraint(["size"], ["custody_signed.size"], name=op.f("custody_anchors_size_fkey")),
        sa.PrimaryKeyConstraint("size", "kind", "by", name=op.f("custody_anchors_pkey")),
        comment="What witnesses and timestamp authorities gave for signed checkpoints; also in the ledger bucket",
    )
    op.create_index("custody_anchors_kind_idx", "custody_anchors", ["kind", "by", "size"])
    for name, when in (
        ("custody_anchors_rows", "UPDATE OR DELETE ON custody_anchors FOR EACH ROW"),
        ("custody_anchors_all", "TRUNCATE ON custody_anchors"),
    ):
        op.execute(f"CREATE TRIGGER {name} BEFORE {when} EXECUTE FUNCTION custody_is_insert_only()")
        op.execute(f"ALTER TABLE custody_anchors ENABLE ALWAYS TRIGGER {name}")
    op.execute("GRANT SELECT, INSERT ON custody_anchors TO dems_app")
    op.execute("GRANT SELECT ON custody_anchors TO dems_reader")
