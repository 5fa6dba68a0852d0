"""What disclosure in a proceeding rests on: what was decided, how things were found, what happened. Nobody rewrites any of it."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Interval,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from dems.db.tables.base import DOMAIN, Instant, identity, metadata


def of_a_proceeding() -> Column[object]:
    return Column("proceeding_id", Uuid, ForeignKey("disclosure_proceedings.id"), nullable=False)


def signed() -> list[Column[object]]:
    """Who did it, under which name and in which role, and when."""
    return [
        Column("by_person", Uuid, ForeignKey("people.id"), nullable=False),
        Column("by_name", Text, nullable=False),
        Column("by_role", Text, nullable=False),
        Column("at", Instant, nullable=False),
    ]


disclosure_proceedings = Table(
    "disclosure_proceedings",
    metadata,
    identity(),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Index("disclosure_proceedings_case_idx", "case_id", "id"),
    comment="The proceedings whose disclosure is worked on, by the id that the case's life gives them",
    info={"sort": DOMAIN},
)

disclosure_openings = Table(
    "disclosure_openings",
    metadata,
    Column("proceeding_id", Uuid, ForeignKey("disclosure_proceedings.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False, comment="from 1; the last one counts"),
    Column("investigation_began", Date, nullable=False, comment="in London"),
    Column("parties", JSONB, nullable=False, comment="party, position and the name that headings use"),
    Column("reason", Text, nullable=False),
    *signed(),
    info={"sort": DOMAIN},
)

disclosure_decisions = Table(
    "disclosure_decisions",
    metadata,
    identity(),
    of_a_proceeding(),
    Column("number", BigInteger, nullable=False, comment="from 1, in the order in which they were recorded"),
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", Uuid, nullable=False, comment="an item, something held elsewhere, or a block"),
    Column("kind", Text, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("reason", Text, nullable=False),
    *signed(),
    Column("replaces", Uuid, unique=True, comment="the decision whose place it takes: each is replaced once"),
    Column("rests_on", ARRAY(Uuid), nullable=False, comment="facts of the case that it was made on"),
    UniqueConstraint("proceeding_id", "number"),
    UniqueConstraint("proceeding_id", "kind", "subject_id", "id", name="disclosure_decisions_of_one_kind_key"),
    ForeignKeyConstraint(
        ["proceeding_id", "kind", "subject_id", "replaces"],
        [f"disclosure_decisions.{name}" for name in ("proceeding_id", "kind", "subject_id", "id")],
        name="disclosure_decisions_replaces_fkey",
    ),
    Index(
        "disclosure_decisions_first_idx",
        "proceeding_id",
        "subject_id",
        "kind",
        unique=True,
        postgresql_where=text("replaces IS NULL"),
    ),
    comment="Of one kind about one subject in one proceeding one is the first, and each is replaced once: so one stands",
    info={"sort": DOMAIN},
)

disclosure_searches = Table(
    "disclosure_searches",
    metadata,
    identity(),
    of_a_proceeding(),
    Column("source", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("hits", JSONB, nullable=False, comment="of each term how many items it found"),
    Column("examined", BigInteger, nullable=False),
    Column("first_on", Date),
    Column("last_on", Date),
    *signed(),
    Index("disclosure_searches_proceeding_idx", "proceeding_id", "id"),
    info={"sort": DOMAIN},
)

disclosure_blocks = Table(
    "disclosure_blocks",
    metadata,
    identity(),
    of_a_proceeding(),
    Column("title", Text, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("reason", Text, nullable=False, comment="why listing one by one is impracticable"),
    Column("question", Text, nullable=False, comment="in words"),
    Column("filter", JSONB, comment="the question as it is asked again; null for things that are not here"),
    Column("searches", ARRAY(Uuid), nullable=False),
    Column("annex_sha256", LargeBinary, nullable=False, comment="of the frozen annex"),
    Column("first_on", Date),
    Column("last_on", Date),
    *signed(),
    Index("disclosure_blocks_proceeding_idx", "proceeding_id", "id"),
    info={"sort": DOMAIN},
)

disclosure_block_items = Table(
    "disclosure_block_items",
    metadata,
    Column("block_id", Uuid, ForeignKey("disclosure_blocks.id"), primary_key=True),
    Column("evidence_id", Uuid, ForeignKey("evidence.id"), primary_key=True),
    Column("sha256", LargeBinary, nullable=False),
    Index("disclosure_block_items_item_idx", "evidence_id", "block_id"),
    comment="The annex of a block: what the question found, each with the digest of its bytes",
    info={"sort": DOMAIN},
)

disclosure_samples = Table(
    "disclosure_samples",
    metadata,
    identity(),
    of_a_proceeding(),
    Column("block_id", Uuid, ForeignKey("disclosure_blocks.id")),
    Column("search_id", Uuid, ForeignKey("disclosure_searches.id")),
    Column("items", ARRAY(Uuid), nullable=False),
    Column("found", ARRAY(Uuid), nullable=False, comment="those of them that matter after all"),
    Column("drawn", Text, nullable=False, comment="how they were chosen"),
    *signed(),
    CheckConstraint("(block_id IS NULL) <> (search_id IS NULL)", name="of_a_block_or_a_search"),
    Index("disclosure_samples_proceeding_idx", "proceeding_id", "id"),
    info={"sort": DOMAIN},
)

disclosure_happenings = Table(
    "disclosure_happenings",
    metadata,
    identity(),
    of_a_proceeding(),
    Column("kind", Text, nullable=False),
    Column("happened_on", Date, nullable=False, comment="in London"),
    Column("party_id", Uuid, ForeignKey("parties.id")),
    Column("takes_back", Uuid, ForeignKey("disclosure_happenings.id"), unique=True, comment="it did not happen"),
    Column("reason", Text),
    *signed(),
    CheckConstraint("takes_back IS NULL OR reason IS NOT NULL", name="taken_back_for_a_reason"),
    Index("disclosure_happenings_proceeding_idx", "proceeding_id", "id"),
    info={"sort": DOMAIN},
)

disclosure_viewings = Table(
    "disclosure_viewings",
    metadata,
    identity(),
    of_a_proceeding(),
    Column("evidence_id", Uuid, ForeignKey("evidence.id"), nullable=False),
    Column("person_id", Uuid, ForeignKey("people.id"), nullable=False),
    Column("began_at", Instant, nullable=False),
    Column("ended_at", Instant, nullable=False),
    Column("first", Interval, comment="of a recording: from where it was played"),
    Column("last", Interval),
    Column("recorded_at", Instant, nullable=False),
    Index("disclosure_viewings_item_idx", "proceeding_id", "evidence_id", "id"),
    info={"sort": DOMAIN},
)

item_particulars = Table(
    "item_particulars",
    metadata,
    Column("evidence_id", Uuid, ForeignKey("evidence.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False, comment="from 1; the last one counts"),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False),
    Column("marking", Text, nullable=False, comment="the government's security classification"),
    Column("unexamined", Boolean, nullable=False, comment="seized in bulk and not looked into"),
    Column("edited", Boolean, nullable=False, comment="an edited version of what it derives from"),
    Column("redaction_set", Text),
    Column("place", Text, comment="of a thing or a paper document: where it is"),
    Column("holder", Text),
    Column("reason", Text, nullable=False),
    *signed(),
    Index("item_particulars_case_idx", "case_id", "evidence_id", "number"),
    comment="What disclosure asks of an item beyond what was declared of it",
    info={"sort": DOMAIN},
)

material_elsewhere = Table(
    "material_elsewhere",
    metadata,
    identity(),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False),
    of_a_proceeding(),
    Column("exhibit_ref", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("holder", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("marking", Text, nullable=False),
    Column("never_stored", Text, comment="why its content may be in no ordinary system"),
    Column("restricted", Boolean, nullable=False, comment="that it exists is for whoever has the clearance"),
    *signed(),
    UniqueConstraint("case_id", "restricted", "exhibit_ref"),
    Index("material_elsewhere_case_idx", "case_id", "id"),
    comment="Placeholders for things that are not here and are not to be",
    info={"sort": DOMAIN},
)
