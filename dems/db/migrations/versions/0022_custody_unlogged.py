"""Entries that the log has forgotten are asked for by a function: two indexes are merged, whatever the planner believes of their tables."""

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    # The queue and the leaves grow and shrink faster than they are analysed: what is known of them is often of another hour.
    op.execute(
        """
        CREATE FUNCTION custody_unlogged(lowest uuid, highest uuid) RETURNS uuid LANGUAGE plpgsql STABLE
        SET search_path = pg_catalog, public, pg_temp
        SET enable_nestloop = off SET enable_hashjoin = off SET enable_seqscan = off SET enable_bitmapscan = off
        SET enable_sort = off SET max_parallel_workers_per_gather = 0 AS $$
        BEGIN
            RETURN (
                SELECT e.id FROM custody_entries AS e
                WHERE e.id > lowest AND e.id <= highest
                AND NOT EXISTS (
                    SELECT FROM custody_leaves AS l
                    WHERE l.entry_id = e.id AND l.entry_id > lowest AND l.entry_id <= highest
                )
                AND NOT EXISTS (
                    SELECT FROM custody_queue AS q
                    WHERE q.entry_id = e.id AND q.entry_id > lowest AND q.entry_id <= highest
                )
                ORDER BY e.id LIMIT 1
            );
        END $$
        """
    )
