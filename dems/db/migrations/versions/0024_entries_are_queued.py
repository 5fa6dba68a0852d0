"""An entry is queued for the log by the database: nobody who writes one can leave that out, and it takes no statement of its own."""

from alembic import op

revision = "0024"
down_revision = "0022"


def upgrade() -> None:
    # Once for each statement, however many entries it writes.
    op.execute(
        """
        CREATE FUNCTION entry_is_queued() RETURNS trigger LANGUAGE plpgsql
        SET search_path = pg_catalog, public, pg_temp AS $$
        BEGIN
            INSERT INTO custody_queue (entry_id) SELECT id FROM written;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER custody_entries_queued AFTER INSERT ON custody_entries REFERENCING NEW TABLE AS written "
        "FOR EACH STATEMENT EXECUTE FUNCTION entry_is_queued()"
    )
    op.execute("ALTER TABLE custody_entries ENABLE ALWAYS TRIGGER custody_entries_queued")
