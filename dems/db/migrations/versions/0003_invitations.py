"""Invitations: what somebody without an account was asked for, and the announcements of what they sent."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _invitations()
    _announcements()
    _only_withdrawn()
    op.execute("GRANT SELECT, INSERT ON invitations, announcements TO dems_app")
    op.execute("GRANT UPDATE (revoked_at) ON invitations TO dems_app")
    op.execute('GRANT UPDATE ("at", files, bytes, seen_at), DELETE ON announcements TO dems_app')
    op.execute("GRANT SELECT ON invitations, announcements TO dems_reader")


def _invitations() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("intake_id", sa.Uuid(), nullable=False),
        sa.Column("asked_for", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False, comment="as custody entries name the sender"),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("exhibit_prefix", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("max_files", sa.Integer(), nullable=False),
        sa.Column("max_bytes", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("invitations_case_id_fkey")),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("invitations_created_by_fkey")),
        sa.ForeignKeyConstraint(["intake_id"], ["intakes.id"], name=op.f("invitations_intake_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("invitations_pkey")),
        sa.UniqueConstraint("intake_id", name=op.f("invitations_intake_id_key")),
    )
    op.create_index("invitations_case_idx", "invitations", ["case_id", "id"])


def _announcements() -> None:
    op.create_table(
        "announcements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="of the last file that it tells of"),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column(
            "seen_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="set when it was listed; what comes later is told anew",
        ),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitations.id"], name=op.f("announcements_invitation_id_fkey")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("announcements_person_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("announcements_pkey")),
        comment="That files of an invitation arrived, for whoever made it and leads the case; the chain says the same for good",
    )
    op.create_index("announcements_person_idx", "announcements", ["person_id", "id"])
    op.create_index(
        "announcements_unseen_idx",
        "announcements",
        ["invitation_id", "person_id"],
        postgresql_where=sa.text("seen_at IS NULL"),
    )


def _only_withdrawn() -> None:
    """What was asked for and agreed stays as it was said, also for whoever writes SQL; it is withdrawn once."""
    op.execute(
        """
        CREATE FUNCTION invitation_stays() RETURNS trigger LANGUAGE plpgsql
        SET search_path = pg_catalog, public, pg_temp AS $$
        DECLARE
            before_it jsonb := to_jsonb(OLD) - 'revoked_at';
        BEGIN
            IF before_it IS DISTINCT FROM to_jsonb(NEW) - 'revoked_at'
                OR (OLD.revoked_at IS NOT NULL AND OLD.revoked_at IS DISTINCT FROM NEW.revoked_at) THEN
                RAISE EXCEPTION 'an invitation is only ever withdrawn, once'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END
        $$
        """
    )
    op.execute(
        "CREATE TRIGGER invitations_stay BEFORE UPDATE ON invitations FOR EACH ROW EXECUTE FUNCTION invitation_stays()"
    )
    op.execute("ALTER TABLE invitations ENABLE ALWAYS TRIGGER invitations_stay")
