"""Disclosure: what was decided in each proceeding and what that rests on, insert-only; and the index that finds a proceeding's case."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"

TABLES = (
    "disclosure_proceedings",
    "disclosure_blocks",
    "disclosure_decisions",
    "disclosure_happenings",
    "disclosure_openings",
    "disclosure_searches",
    "material_elsewhere",
    "disclosure_block_items",
    "disclosure_samples",
    "disclosure_viewings",
    "item_particulars",
)


def upgrade() -> None:
    _disclosure_proceedings()
    _disclosure_blocks()
    _disclosure_decisions()
    _disclosure_happenings()
    _disclosure_openings()
    _disclosure_searches()
    _material_elsewhere()
    _disclosure_block_items()
    _disclosure_samples()
    _disclosure_viewings()
    _item_particulars()
    _found_by_the_proceeding()
    _insert_only()
    op.execute(f"GRANT SELECT, INSERT ON {', '.join(TABLES)} TO dems_app")
    op.execute(f"GRANT SELECT ON {', '.join(TABLES)} TO dems_reader")


def _keys(table: str, **of: str) -> Iterator[sa.ForeignKeyConstraint]:
    """That a column holds the id of a row of another table."""
    for column, other in of.items():
        yield sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"{table}_{column}_fkey"))


def _signed() -> tuple[sa.Column[Any], ...]:
    """Who did it, under which name and in which role, and when."""
    return (
        sa.Column("by_person", sa.Uuid(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("by_role", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


def _disclosure_proceedings() -> None:
    op.create_table(
        "disclosure_proceedings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        *_keys("disclosure_proceedings", case_id="cases"),
        sa.PrimaryKeyConstraint("id", name=op.f("disclosure_proceedings_pkey")),
        comment="The proceedings whose disclosure is worked on, by the id that the case's life gives them",
    )
    op.create_index("disclosure_proceedings_case_idx", "disclosure_proceedings", ["case_id", "id"])


def _disclosure_blocks() -> None:
    op.create_table(
        "disclosure_blocks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proceeding_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, comment="why listing one by one is impracticable"),
        sa.Column("question", sa.Text(), nullable=False, comment="in words"),
        sa.Column(
            "filter",
            postgresql.JSONB(),
            nullable=True,
            comment="the question as it is asked again; null for things that are not here",
        ),
        sa.Column("searches", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("annex_sha256", sa.LargeBinary(), nullable=False, comment="of the frozen annex"),
        sa.Column("first_on", sa.Date(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        *_signed(),
        *_keys("disclosure_blocks", by_person="people", proceeding_id="disclosure_proceedings"),
        sa.PrimaryKeyConstraint("id", name=op.f("disclosure_blocks_pkey")),
    )
    op.create_index("disclosure_blocks_proceeding_idx", "disclosure_blocks", ["proceeding_id", "id"])


def _disclosure_decisions() -> None:
    op.create_table(
        "disclosure_decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proceeding_id", sa.Uuid(), nullable=False),
        sa.Column(
            "number", sa.BigInteger(), nullable=False, comment="from 1, in the order in which they were recorded"
        ),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False, comment="an item, something held elsewhere, or a block"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        *_signed(),
        sa.Column(
            "replaces", sa.Uuid(), nullable=True, comment="the decision whose place it takes: each is replaced once"
        ),
        sa.Column("rests_on", sa.ARRAY(sa.Uuid()), nullable=False, comment="facts of the case that it was made on"),
        sa.ForeignKeyConstraint(
            ["proceeding_id", "kind", "subject_id", "replaces"],
            [
                "disclosure_decisions.proceeding_id",
                "disclosure_decisions.kind",
                "disclosure_decisions.subject_id",
                "disclosure_decisions.id",
            ],
            name="disclosure_decisions_replaces_fkey",
        ),
        *_keys("disclosure_decisions", by_person="people", proceeding_id="disclosure_proceedings"),
        sa.PrimaryKeyConstraint("id", name=op.f("disclosure_decisions_pkey")),
        sa.UniqueConstraint("proceeding_id", "kind", "subject_id", "id", name="disclosure_decisions_of_one_kind_key"),
        sa.UniqueConstraint("proceeding_id", "number", name=op.f("disclosure_decisions_proceeding_id_number_key")),
        sa.UniqueConstraint("replaces", name=op.f("disclosure_decisions_replaces_key")),
        comment="Of one kind about one subject in one proceeding one is the first, and each is replaced once: so one stands",
    )
    op.create_index(
        "disclosure_decisions_first_idx",
        "disclosure_decisions",
        ["proceeding_id", "subject_id", "kind"],
        unique=True,
        postgresql_where=sa.text("replaces IS NULL"),
    )


def _disclosure_happenings() -> None:
    op.create_table(
        "disclosure_happenings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proceeding_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False, comment="in London"),
        sa.Column("party_id", sa.Uuid(), nullable=True),
        sa.Column("takes_back", sa.Uuid(), nullable=True, comment="it did not happen"),
        sa.Column("reason", sa.Text(), nullable=True),
        *_signed(),
        sa.CheckConstraint(
            "takes_back IS NULL OR reason IS NOT NULL", name=op.f("disclosure_happenings_taken_back_for_a_reason_check")
        ),
        *_keys(
            "disclosure_happenings",
            by_person="people",
            party_id="parties",
            proceeding_id="disclosure_proceedings",
            takes_back="disclosure_happenings",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("disclosure_happenings_pkey")),
        sa.UniqueConstraint("takes_back", name=op.f("disclosure_happenings_takes_back_key")),
    )
    op.create_index("disclosure_happenings_proceeding_idx", "disclosure_happenings", ["proceeding_id", "id"])


def _disclosure_openings() -> None:
    op.create_table(
        "disclosure_openings",
        sa.Column("proceeding_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False, comment="from 1; the last one counts"),
        sa.Column("investigation_began", sa.Date(), nullable=False, comment="in London"),
        sa.Column(
            "parties", postgresql.JSONB(), nullable=False, comment="party, position and the name that headings use"
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        *_signed(),
        *_keys("disclosure_openings", by_person="people", proceeding_id="disclosure_proceedings"),
        sa.PrimaryKeyConstraint("proceeding_id", "number", name=op.f("disclosure_openings_pkey")),
    )


def _disclosure_searches() -> None:
    op.create_table(
        "disclosure_searches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proceeding_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("hits", postgresql.JSONB(), nullable=False, comment="of each term how many items it found"),
        sa.Column("examined", sa.BigInteger(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        *_signed(),
        *_keys("disclosure_searches", by_person="people", proceeding_id="disclosure_proceedings"),
        sa.PrimaryKeyConstraint("id", name=op.f("disclosure_searches_pkey")),
    )
    op.create_index("disclosure_searches_proceeding_idx", "disclosure_searches", ["proceeding_id", "id"])


def _material_elsewhere() -> None:
    op.create_table(
        "material_elsewhere",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("proceeding_id", sa.Uuid(), nullable=False),
        sa.Column("exhibit_ref", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("marking", sa.Text(), nullable=False),
        sa.Column("never_stored", sa.Text(), nullable=True, comment="why its content may be in no ordinary system"),
        sa.Column(
            "restricted", sa.Boolean(), nullable=False, comment="that it exists is for whoever has the clearance"
        ),
        *_signed(),
        *_keys("material_elsewhere", by_person="people", case_id="cases", proceeding_id="disclosure_proceedings"),
        sa.PrimaryKeyConstraint("id", name=op.f("material_elsewhere_pkey")),
        sa.UniqueConstraint(
            "case_id", "restricted", "exhibit_ref", name=op.f("material_elsewhere_case_id_restricted_exhibit_ref_key")
        ),
        comment="Placeholders for things that are not here and are not to be",
    )
    op.create_index("material_elsewhere_case_idx", "material_elsewhere", ["case_id", "id"])


def _disclosure_block_items() -> None:
    op.create_table(
        "disclosure_block_items",
        sa.Column("block_id", sa.Uuid(), nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        *_keys("disclosure_block_items", block_id="disclosure_blocks", evidence_id="evidence"),
        sa.PrimaryKeyConstraint("block_id", "evidence_id", name=op.f("disclosure_block_items_pkey")),
        comment="The annex of a block: what the question found, each with the digest of its bytes",
    )
    op.create_index("disclosure_block_items_item_idx", "disclosure_block_items", ["evidence_id", "block_id"])


def _disclosure_samples() -> None:
    op.create_table(
        "disclosure_samples",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proceeding_id", sa.Uuid(), nullable=False),
        sa.Column("block_id", sa.Uuid(), nullable=True),
        sa.Column("search_id", sa.Uuid(), nullable=True),
        sa.Column("items", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("found", sa.ARRAY(sa.Uuid()), nullable=False, comment="those of them that matter after all"),
        sa.Column("drawn", sa.Text(), nullable=False, comment="how they were chosen"),
        *_signed(),
        sa.CheckConstraint(
            "(block_id IS NULL) <> (search_id IS NULL)", name=op.f("disclosure_samples_of_a_block_or_a_search_check")
        ),
        *_keys(
            "disclosure_samples",
            block_id="disclosure_blocks",
            by_person="people",
            proceeding_id="disclosure_proceedings",
            search_id="disclosure_searches",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("disclosure_samples_pkey")),
    )
    op.create_index("disclosure_samples_proceeding_idx", "disclosure_samples", ["proceeding_id", "id"])


def _disclosure_viewings() -> None:
    op.create_table(
        "disclosure_viewings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proceeding_id", sa.Uuid(), nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first", sa.Interval(), nullable=True, comment="of a recording: from where it was played"),
        sa.Column("last", sa.Interval(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        *_keys(
            "disclosure_viewings", evidence_id="evidence", person_id="people", proceeding_id="disclosure_proceedings"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("disclosure_viewings_pkey")),
    )
    op.create_index("disclosure_viewings_item_idx", "disclosure_viewings", ["proceeding_id", "evidence_id", "id"])


def _item_particulars() -> None:
    op.create_table(
        "item_particulars",
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False, comment="from 1; the last one counts"),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("marking", sa.Text(), nullable=False, comment="the government's security classification"),
        sa.Column("unexamined", sa.Boolean(), nullable=False, comment="seized in bulk and not looked into"),
        sa.Column("edited", sa.Boolean(), nullable=False, comment="an edited version of what it derives from"),
        sa.Column("redaction_set", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True, comment="of a thing or a paper document: where it is"),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        *_signed(),
        *_keys("item_particulars", by_person="people", case_id="cases", evidence_id="evidence"),
        sa.PrimaryKeyConstraint("evidence_id", "number", name=op.f("item_particulars_pkey")),
        comment="What disclosure asks of an item beyond what was declared of it",
    )
    op.create_index("item_particulars_case_idx", "item_particulars", ["case_id", "evidence_id", "number"])


def _found_by_the_proceeding() -> None:
    op.create_index(
        "case_facts_proceeding_idx",
        "case_facts",
        [sa.literal_column("(content ->> 'id')")],
        postgresql_where=sa.text("kind = 'proceeding'"),
    )


def _insert_only() -> None:
    """What was decided stays as it was decided, also for whoever writes SQL; a later decision stands beside it."""
    op.execute(
        """
        CREATE FUNCTION disclosure_is_insert_only() RETURNS trigger LANGUAGE plpgsql
        SET search_path = pg_catalog, public, pg_temp AS $$
        BEGIN
            RAISE EXCEPTION 'disclosure is insert-only: % of % refused', TG_OP, TG_TABLE_NAME
                USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    )
    for table in TABLES:
        for name, when in (
            (f"{table}_rows", f"UPDATE OR DELETE ON {table} FOR EACH ROW"),
            (f"{table}_all", f"TRUNCATE ON {table}"),
        ):
            op.execute(f"CREATE TRIGGER {name} BEFORE {when} EXECUTE FUNCTION disclosure_is_insert_only()")
            op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
