"""Acts that need two people, and the first of them: destroying what lies beside the leaf of a custody entry."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    _approvals()
    _destroyed()
    _approved_once()
    _gone_by_approval_only()
    op.execute("GRANT SELECT, INSERT ON approvals TO dems_app")
    op.execute("GRANT UPDATE (confirmed_by, confirmed_name, confirmed_at) ON approvals TO dems_app")
    op.execute("GRANT SELECT ON custody_destroyed TO dems_app")
    op.execute("GRANT SELECT ON approvals, custody_destroyed TO dems_reader")


def _approvals() -> None:
    op.create_table(
        "approvals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False, comment="what the act is done to"),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_name", sa.Text(), nullable=False, comment="as they were called when they asked"),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_name", sa.Text(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name=op.f("approvals_asked_by_fkey")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("approvals_case_id_fkey")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["people.id"], name=op.f("approvals_confirmed_by_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("approvals_pkey")),
    )
    op.create_index("approvals_case_idx", "approvals", ["case_id", "id"])
    op.create_index("approvals_subject_idx", "approvals", ["subject"])


def _destroyed() -> None:
    op.create_table(
        "custody_destroyed",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("approval_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["approval_id"], ["approvals.id"], name=op.f("custody_destroyed_approval_id_fkey")),
        sa.ForeignKeyConstraint(["entry_id"], ["custody_entries.id"], name=op.f("custody_destroyed_entry_id_fkey")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("custody_destroyed_pkey")),
        sa.UniqueConstraint("approval_id", name=op.f("custody_destroyed_approval_id_key")),
        comment="Entries whose detail and nonce two people destroyed; written by destroy_detail() and nobody else",
    )
    op.create_index("custody_destroyed_case_idx", "custody_destroyed", ["case_id", "entry_id"])
    for name, when in (
        ("custody_destroyed_rows", "UPDATE OR DELETE ON custody_destroyed FOR EACH ROW"),
        ("custody_destroyed_all", "TRUNCATE ON custody_destroyed"),
    ):
        op.execute(f"CREATE TRIGGER {name} BEFORE {when} EXECUTE FUNCTION custody_is_insert_only()")
        op.execute(f"ALTER TABLE custody_destroyed ENABLE ALWAYS TRIGGER {name}")


def _trigger(name: str, when: str, table: str, body: str) -> None:
    """VOLATILE, so that it sees the rows of its own transaction; pg_temp last, so that no temporary table stands in."""
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql VOLATILE "
        f"SET search_path = pg_catalog, public, pg_temp AS $$ {body} $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
    op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def _approved_once() -> None:
    """Nobody is asked and agrees at once, nobody agrees with themselves, and what was said stays: also for whoever writes SQL."""
    _trigger(
        "approval_begins",
        "INSERT",
        "approvals",
        """
        BEGIN
            IF num_nonnulls(NEW.confirmed_by, NEW.confirmed_name, NEW.confirmed_at) > 0
                OR NEW.expires_at <= NEW.asked_at THEN
                RAISE EXCEPTION 'an approval begins with one person and an end'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END
        """,
    )
    _trigger(
        "approval_stays",
        "UPDATE OR DELETE",
        "approvals",
        """
        DECLARE
            added text[] := ARRAY['confirmed_by', 'confirmed_name', 'confirmed_at'];
        BEGIN
            IF TG_OP = 'DELETE'
                OR to_jsonb(OLD) - added IS DISTINCT FROM to_jsonb(NEW) - added
                OR OLD.confirmed_at IS NOT NULL
                OR num_nonnulls(NEW.confirmed_by, NEW.confirmed_name, NEW.confirmed_at) <> 3
                OR NEW.confirmed_by = OLD.asked_by
                OR NEW.confirmed_at >= OLD.expires_at THEN
                RAISE EXCEPTION 'an approval is only ever agreed to, once, in time and by a second person'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END
        """,
    )


def _gone_by_approval_only() -> None:
    """A detail goes when its tombstone stands, and a tombstone stands on a confirmed approval of just that."""
    _trigger(
        "destroyed_by_two",
        "INSERT",
        "custody_destroyed",
        """
        BEGIN
            IF NOT EXISTS (
                SELECT FROM approvals AS a
                WHERE a.id = NEW.approval_id AND a.act = 'custody.destroy_detail' AND a.subject = NEW.entry_id
                    AND a.confirmed_at IS NOT NULL AND a.confirmed_by <> a.asked_by) THEN
                RAISE EXCEPTION 'a detail is destroyed by two people who agreed to it'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END
        """,
    )
    op.execute("DROP TRIGGER custody_details_rows ON custody_details")
    _trigger(
        "custody_details_rows",
        "UPDATE OR DELETE",
        "custody_details",
        """
        BEGIN
            IF TG_OP = 'DELETE' AND EXISTS (SELECT FROM custody_destroyed AS d WHERE d.entry_id = OLD.entry_id) THEN
                RETURN OLD;
            END IF;
            RAISE EXCEPTION 'custody records are insert-only: % of % refused', TG_OP, TG_TABLE_NAME
                USING ERRCODE = 'integrity_constraint_violation';
        END
        """,
    )
    # What was destroyed does not come back under the same entry, out of a backup for example.
    _trigger(
        "destroyed_stays_destroyed",
        "INSERT",
        "custody_details",
        """
        BEGIN
            IF EXISTS (SELECT FROM custody_destroyed AS d WHERE d.entry_id = NEW.entry_id) THEN
                RAISE EXCEPTION 'this detail was destroyed' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END
        """,
    )
    # The one way for the application, which may delete nothing: the function does it in the name of the owner.
    op.execute(
        """
        CREATE FUNCTION destroy_detail(of_entry uuid, by_approval uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog, public, pg_temp AS $$
        BEGIN
            INSERT INTO custody_destroyed (entry_id, approval_id, case_id)
                SELECT d.entry_id, by_approval, d.case_id FROM custody_details AS d WHERE d.entry_id = of_entry;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'there is no detail of this entry' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            DELETE FROM custody_details AS d WHERE d.entry_id = of_entry;
        END $$
        """
    )
    op.execute("REVOKE ALL ON FUNCTION destroy_detail(uuid, uuid) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION destroy_detail(uuid, uuid) TO dems_app")
