"""What came into a case since something was decided, and what derives from an item, are looked up and not searched for."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_index(
        "evidence_derived_idx", "evidence", ["derived_from"], postgresql_where=sa.text("derived_from IS NOT NULL")
    )
    op.create_index("evidence_came_idx", "evidence", ["case_id", sa.text("(COALESCE(sealed_at, declared_at))")])
