"""How far bulk loads of history have come."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "case_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.LargeBinary(), nullable=False, comment="SHA-256 of who loads and of their key"),
        sa.Column("begun_by", sa.Uuid(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False, comment="read and recorded, bad ones included"),
        sa.Column("sha256", sa.LargeBinary(), nullable=False, comment="over the bytes of those lines"),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("unchanged", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["begun_by"], ["people.id"], name=op.f("case_imports_begun_by_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("case_imports_pkey")),
        sa.UniqueConstraint("scope", name=op.f("case_imports_scope_key")),
        comment="How far a bulk load has come, so that it goes on there",
    )
    op.create_table(
        "case_import_lines",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["case_imports.id"], name=op.f("case_import_lines_import_id_fkey")),
        sa.PrimaryKeyConstraint("import_id", "line", name=op.f("case_import_lines_pkey")),
        comment="Lines that were not taken, and why",
    )
    op.execute("GRANT SELECT, INSERT ON case_imports, case_import_lines TO dems_app")
    op.execute(
        "GRANT UPDATE (lines, sha256, opened, changed, unchanged, failed, finished_at) ON case_imports TO dems_app"
    )
    op.execute("GRANT SELECT ON case_imports, case_import_lines TO dems_reader")
