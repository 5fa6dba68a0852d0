"""What was received is kept of uploads of one part, too, so that what is read back is compared with it."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.alter_column(
        "uploads",
        "parts_sha256",
        comment="what was received: SHA-256 of the only part, or composite over several",
        existing_comment="composite SHA-256, where there was more than one part",
    )
