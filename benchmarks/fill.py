"""Many items in a case, written by the owner in a few statements: copies of one item that went the whole way.

No trigger is put aside: each copy begins as declared, goes through its states, and has a chain that holds.
"""

from sqlalchemy import create_engine, text

from dems.model.ids import EvidenceId

_MADE = """
CREATE TEMPORARY TABLE made ON COMMIT DROP AS
WITH template AS (
    SELECT e.id AS item, e.upload_id AS upload, e.exhibit_ref AS ref, c.id AS chain, d.entry_id AS entry, d.nonce AS nonce,
           d.detail AS detail, convert_from(d.detail, 'UTF8') AS said, convert_from(n.leaf, 'UTF8') AS leaf
    FROM evidence e
    JOIN custody_chains c ON c.kind = 'item' AND c.subject = e.id
    JOIN custody_entries n ON n.chain_id = c.id AND n.seq = 1
    JOIN custody_details d ON d.entry_id = n.id
    WHERE e.id = :template
), fresh AS (
    SELECT 'F/' || n AS ref, uuidv7() AS item, uuidv7() AS upload, uuidv7() AS entry, gen_random_uuid() AS chain,
           sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) AS nonce
    FROM generate_series(1, :count) AS n
), said AS (
    SELECT fresh.*, convert_to(
               replace(replace(replace(replace(template.said,
                   template.item::text, fresh.item::text),
                   template.upload::text, fresh.upload::text),
                   template.entry::text, fresh.entry::text),
                   to_json(template.ref)::text, to_json(fresh.ref)::text),
               'UTF8') AS detail
    FROM fresh, template
)
SELECT said.*, convert_to(
           replace(replace(template.leaf,
               template.chain::text, said.chain::text),
               encode(sha256(template.nonce || template.detail), 'hex'), encode(sha256(said.nonce || said.detail), 'hex')),
           'UTF8') AS leaf
FROM said, template
"""

_BEGINNINGS = (("evidence", "evidence_begins"), ("uploads", "upload_begins"))
"""The triggers that let nothing be inserted as sealed or completed."""

_COPIES = (
    """
    INSERT INTO evidence
    SELECT r.* FROM evidence t, made, LATERAL jsonb_populate_record(t, jsonb_build_object(
        'id', made.item, 'upload_id', made.upload, 'exhibit_ref', made.ref,
        'state', 'declared', 'sealed_at', NULL, 'version_id', NULL, 'digests', '{}'::jsonb)) AS r
    WHERE t.id = :template
    """,
    """
    INSERT INTO uploads
    SELECT r.* FROM uploads t, made, LATERAL jsonb_populate_record(t, jsonb_build_object(
        'id', made.upload, 'evidence_id', made.item, 'state', 'open', 'version_id', NULL, 'completed_at', NULL)) AS r
    WHERE t.evidence_id = :template
    """,
    """
    UPDATE uploads SET state = t.state, version_id = t.version_id, completed_at = t.completed_at
    FROM uploads t, made WHERE t.evidence_id = :template AND uploads.id = made.upload
    """,
    "UPDATE evidence SET state = 'verifying' FROM made WHERE evidence.id = made.item",
    """
    UPDATE evidence SET state = t.state, sealed_at = t.sealed_at, version_id = t.version_id, digests = t.digests
    FROM evidence t, made WHERE t.id = :template AND evidence.id = made.item
    """,
    """
    INSERT INTO exhibit_refs (case_id, ref_key, evidence_id)
    SELECT t.case_id, lower(made.ref), made.item FROM evidence t, made WHERE t.id = :template
    """,
    """
    INSERT INTO item_index (evidence_id, case_id, state, declared_text, found_text, device_text)
    SELECT made.item, i.case_id, i.state, replace(i.declared_text, made_from.ref, made.ref), '', ''
    FROM item_index i, made, (SELECT exhibit_ref AS ref FROM evidence WHERE id = :template) AS made_from
    WHERE i.evidence_id = :template
    """,
    """
    INSERT INTO custody_chains (id, kind, subject, begun_at)
    SELECT made.chain, 'item', made.item, t.declared_at FROM evidence t, made WHERE t.id = :template
    """,
    """
    INSERT INTO custody_entries (id, chain_id, seq, at, leaf, leaf_hash)
    SELECT made.entry, made.chain, 1, n.at, made.leaf, sha256('\\x00'::bytea || made.leaf)
    FROM custody_chains c JOIN custody_entries n ON n.chain_id = c.id AND n.seq = 1, made
    WHERE c.kind = 'item' AND c.subject = :template
    """,
    """
    INSERT INTO custody_details (entry_id, nonce, detail, act, case_id, evidence_id, person_id)
    SELECT made.entry, made.nonce, made.detail, d.act, d.case_id, made.item, d.person_id
    FROM custody_chains c
    JOIN custody_entries n ON n.chain_id = c.id AND n.seq = 1
    JOIN custody_details d ON d.entry_id = n.id, made
    WHERE c.kind = 'item' AND c.subject = :template
    """,
)

_FILLED = (
    "evidence",
    "uploads",
    "exhibit_refs",
    "item_index",
    "custody_chains",
    "custody_entries",
    "custody_details",
    "custody_queue",
)


def fill(owner_url: str, template: EvidenceId, count: int) -> None:
    """Add `count` items to the case of a sealed item: each with upload, reference, and a chain of one entry that verifies."""
    engine = create_engine(owner_url)
    try:
        with engine.begin() as connection:
            # Triggers keep the plan of their first row, and that one sees empty tables: it must not be to read them whole.
            connection.execute(text("SET LOCAL enable_seqscan = off"))
            connection.execute(text(_MADE), {"template": template, "count": count})
            for table, trigger in _BEGINNINGS:
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}"))
            for statement in _COPIES:
                given = {"template": template} if ":template" in statement else {}
                connection.execute(text(statement), given)
            for table, trigger in _BEGINNINGS:
                connection.execute(text(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}"))
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            # What autovacuum would do by itself, but in the middle of a measurement.
            connection.execute(text(f"VACUUM (ANALYZE) {', '.join(_FILLED)}"))
    finally:
        engine.dispose()
