"""Schedules: what was certified, as exact bytes, and what became of it. Only what is still being put together is ever changed."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from dems.db.tables.base import DOMAIN, WORK, Instant, identity, metadata
from dems.db.tables.of_disclosure import of_a_proceeding, signed

schedule_drafts = Table(
    "schedule_drafts",
    metadata,
    Column("proceeding_id", Uuid, ForeignKey("disclosure_proceedings.id"), primary_key=True),
    Column("parts", ARRAY(Uuid), nullable=False, comment="the ids of the forms that the set is to have"),
    Column(
        "content", JSONB, nullable=False, comment="what people chose and wrote; rows are derived whenever it is read"
    ),
    Column("version", Integer, nullable=False),
    Index("schedule_drafts_parts_idx", "parts", postgresql_using="gin"),
    comment="The set that is being put together in a proceeding, if one is",
    info={"sort": WORK},
)

schedule_documents = Table(
    "schedule_documents",
    metadata,
    identity(),
    of_a_proceeding(),
    Column("set_id", Uuid, nullable=False, comment="the set that it was made for; it may never have become whole"),
    Column("form", Text, nullable=False),
    Column("series", Text, comment="of schedules, which have numbers"),
    Column("ordinal", Integer),
    Column("version", Integer),
    Column(
        "data", LargeBinary, nullable=False, comment="the frozen bytes: canonical JSON, which is all that is kept of it"
    ),
    Column("sha256", LargeBinary, nullable=False, comment="as its custody entry says"),
    *signed(),
    UniqueConstraint("proceeding_id", "series", "ordinal", "version"),
    CheckConstraint("num_nulls(series, ordinal, version) IN (0, 3)", name="schedules_have_a_place"),
    CheckConstraint("sha256 = sha256(data)", name="as_frozen"),
    Index("schedule_documents_proceeding_idx", "proceeding_id", "id"),
    comment="Every form that was certified: MG6C, MG6D, the statement that there is none, MG6E",
    info={"sort": DOMAIN},
)

schedule_numbers = Table(
    "schedule_numbers",
    metadata,
    Column("proceeding_id", Uuid, ForeignKey("disclosure_proceedings.id"), primary_key=True),
    Column("series", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False, comment="from 1"),
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("document_id", Uuid, ForeignKey("schedule_documents.id"), nullable=False, comment="which gave it first"),
    comment="To whom each number was given, once and for good",
    info={"sort": DOMAIN},
)

schedule_sets = Table(
    "schedule_sets",
    metadata,
    identity(),
    of_a_proceeding(),
    Column("schedules", ARRAY(Uuid), nullable=False),
    Column("data", LargeBinary, nullable=False, comment="the frozen bytes"),
    Column("sha256", LargeBinary, nullable=False),
    *signed(),
    CheckConstraint("sha256 = sha256(data)", name="as_frozen"),
    Index("schedule_sets_proceeding_idx", "proceeding_id", "id"),
    comment="What was certified together, and is submitted together",
    info={"sort": DOMAIN},
)

schedule_answers = Table(
    "schedule_answers",
    metadata,
    identity(),
    of_a_proceeding(),
    Column("set_id", Uuid, ForeignKey("schedule_sets.id"), comment="null of what is about no whole set"),
    Column("kind", Text, nullable=False),
    Column("content", JSONB, nullable=False),
    *signed(),
    Index("schedule_answers_proceeding_idx", "proceeding_id", "id"),
    Index(
        "schedule_answers_submitted_idx",
        "set_id",
        unique=True,
        postgresql_where=text("kind = 'submitted'"),
    ),
    comment="What was done with sets: given up, submitted, sent back, served, and what the lawyer was told",
    info={"sort": DOMAIN},
)

schedule_states = Table(
    "schedule_states",
    metadata,
    Column("schedule_id", Uuid, ForeignKey("schedule_documents.id"), primary_key=True),
    Column(
        "step",
        Integer,
        primary_key=True,
        autoincrement=False,
        comment="each state is a step, and of each step one is taken",
    ),
    Column("state", Text, nullable=False),
    Column("at", Instant, nullable=False),
    comment="The states a schedule has been in; what is void is not submitted, and what came back is not endorsed",
    info={"sort": DOMAIN},
)

schedule_endorsements = Table(
    "schedule_endorsements",
    metadata,
    Column("schedule_id", Uuid, ForeignKey("schedule_documents.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("code", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("inspected_by", Text),
    Column("inspected_at", Instant),
    *signed(),
    CheckConstraint("(inspected_by IS NULL) = (inspected_at IS NULL)", name="inspected_by_somebody"),
    comment="What the reviewing lawyer decided about each row",
    info={"sort": DOMAIN},
)
