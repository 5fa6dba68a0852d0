"""Hashes of the log's tree are asked for by a function: its plan is kept by each server session, whatever pooler stands before it."""

from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    # A statement that is not prepared is planned each time it is asked, which takes half as long as what it then reads. A
    # plan that is kept may have been made while the tables were small: it is not to be to read them whole.
    op.execute(
        """
        CREATE FUNCTION custody_hashes(levels smallint[], places bigint[]) RETURNS bytea[] LANGUAGE plpgsql STABLE
        SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
        BEGIN
            RETURN ARRAY(
                SELECT CASE asked.level
                    WHEN 0 THEN (SELECT l.leaf_hash FROM custody_leaves AS l WHERE l.idx = asked.place)
                    ELSE (SELECT n.hash FROM custody_nodes AS n WHERE n.level = asked.level AND n.idx = asked.place)
                END
                FROM unnest(levels, places) WITH ORDINALITY AS asked(level, place, number)
                ORDER BY asked.number
            );
        END $$
        """
    )
