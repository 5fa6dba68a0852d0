"""Decisions are judged by what their maker held then: roles that ended are looked up by case, as those that hold are."""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_index("case_grants_ever_idx", "case_grants", ["case_id"])
