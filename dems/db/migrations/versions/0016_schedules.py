"""Schedules: what was certified, as exact bytes, with its numbers, states, endorsements and answers; and the set being put together."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"

INSERT_ONLY = (
    "schedule_documents",
    "schedule_numbers",
    "schedule_sets",
    "schedule_answers",
    "schedule_states",
    "schedule_endorsements",
)


def upgrade() -> None:
    _schedule_drafts()
    _schedule_documents()
    _schedule_numbers()
    _schedule_sets()
    _schedule_answers()
    _schedule_states()
    _schedule_endorsements()
    _insert_only()
    op.execute(f"GRANT SELECT, INSERT ON {', '.join(INSERT_ONLY)} TO dems_app")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON schedule_drafts TO dems_app")
    op.execute(f"GRANT SELECT ON {', '.join(INSERT_ONLY)}, schedule_drafts TO dems_reader")


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    """That a column holds the id of a row of another table."""
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"{table}_{column}_fkey"))


def _signed(table: str) -> tuple[Any, ...]:
    """Who did it, under which name and in which role, and when."""
    return (
        sa.Column("by_person", sa.Uuid(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("by_role", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _key(table, "by_person", "people"),
    )


def _schedule_drafts() -> None:
    op.create_table(
        "schedule_drafts",
        sa.Column("proceeding_id", sa.Uuid(), nullable=False),
        sa.Column("parts", sa.ARRAY(sa.Uuid()), nullable=False, comment="the ids of the forms that the set is to have"),
        sa.Column(
            "content",
            postgresql.JSONB(),
            nullable=False,
            comment="what people chose and wrote; rows are derived whenever it is read",
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        _key("schedule_drafts", "proceeding_id", "disclosure_proceedings"),
        sa.PrimaryKeyConstraint("proceeding_id", name=op.f("schedule_drafts_pkey")),
        comment="The set that is being put together in a proceeding, if one is",
    )
    op.create_index("schedule_drafts_parts_idx", "schedule_drafts", ["parts"], postgresql_using="gin")


def _schedule_documents() -> None:
    op.create_table(
        "schedule_documents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proceeding_id", sa.Uuid(), nullable=False),
        sa.Column(
            "set_id", sa.Uuid(), nullable=False, comment="the set that it was made for; it may never have become whole"
        ),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=True, comment="of schedules, which have numbers"),
        sa.Column("ordinal", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column(
            "data",
            sa.LargeBinary(),
            nullable=False,
            comment="the frozen bytes: canonical JSON, which is all that is kept of it",
        ),
        sa.Column("sha256", sa.LargeBinary(), nullable=False, comment="as its custody entry says"),
        *_signed("schedule_documents"),
        _key("schedule_documents", "proceeding_id", "disclosure_proceedings"),
        sa.PrimaryKeyConstraint("id", name=op.f("schedule_documents_pkey")),
        sa.UniqueConstraint(
            "proceeding_id",
            "series",
            "ordinal",
            "version",
            name=op.f("schedule_documents_proceeding_id_series_ordinal_version_key"),
        ),
        sa.CheckConstraint(
            "num_nulls(series, ordinal, version) IN (0, 3)",
            name=op.f("schedule_documents_schedules_have_a_place_check"),
        ),
        sa.CheckConstraint("sha256 = sha256(data)", name=op.f("schedule_documents_as_frozen_check")),
        comment="Every form that was certified: MG6C, MG6D, the statement that there is none, MG6E",
    )
    op.create_index("schedule_documents_proceeding_idx", "schedule_documents", ["proceeding_id", "id"])


def _schedule_numbers() -> None:
    op.create_table(
        "schedule_numbers",
        sa.Column("proceeding_id", sa.Uuid(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False, comment="from 1"),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False, comment="which gave it first"),
        _key("schedule_numbers", "document_id", "schedule_documents"),
        _key("schedule_numbers", "proceeding_id", "disclosure_proceedings"),
        sa.PrimaryKeyConstraint("proceeding_id", "series", "number", name=op.f("schedule_numbers_pkey")),
        comment="To whom each number was given, once and for good",
    )


def _schedule_sets() -> None:
    op.create_table(
        "schedule_sets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proceeding_id", sa.Uuid(), nullable=False),
        sa.Column("schedules", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False, comment="the frozen bytes"),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        *_signed("schedule_sets"),
        _key("schedule_sets", "proceeding_id", "disclosure_proceedings"),
        sa.PrimaryKeyConstraint("id", name=op.f("schedule_sets_pkey")),
        sa.CheckConstraint("sha256 = sha256(data)", name=op.f("schedule_sets_as_frozen_check")),
        comment="What was certified together, and is submitted together",
    )
    op.create_index("schedule_sets_proceeding_idx", "schedule_sets", ["proceeding_id", "id"])


def _schedule_answers() -> None:
    op.create_table(
        "schedule_answers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proceeding_id", sa.Uuid(), nullable=False),
        sa.Column("set_id", sa.Uuid(), nullable=True, comment="null of what is about no whole set"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        *_signed("schedule_answers"),
        _key("schedule_answers", "proceeding_id", "disclosure_proceedings"),
        _key("schedule_answers", "set_id", "schedule_sets"),
        sa.PrimaryKeyConstraint("id", name=op.f("schedule_answers_pkey")),
        comment="What was done with sets: given up, submitted, sent back, served, and what the lawyer was told",
    )
    op.create_index("schedule_answers_proceeding_idx", "schedule_answers", ["proceeding_id", "id"])
    op.create_index(
        "schedule_answers_submitted_idx",
        "schedule_answers",
        ["set_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'submitted'"),
    )


def _schedule_states() -> None:
    op.create_table(
        "schedule_states",
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column(
            "step",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="each state is a step, and of each step one is taken",
        ),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _key("schedule_states", "schedule_id", "schedule_documents"),
        sa.PrimaryKeyConstraint("schedule_id", "step", name=op.f("schedule_states_pkey")),
        comment="The states a schedule has been in; what is void is not submitted, and what came back is not endorsed",
    )


def _schedule_endorsements() -> None:
    op.create_table(
        "schedule_endorsements",
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("inspected_by", sa.Text(), nullable=True),
        sa.Column("inspected_at", sa.DateTime(timezone=True), nullable=True),
        *_signed("schedule_endorsements"),
        _key("schedule_endorsements", "schedule_id", "schedule_documents"),
        sa.PrimaryKeyConstraint("schedule_id", "number", name=op.f("schedule_endorsements_pkey")),
        sa.CheckConstraint(
            "(inspected_by IS NULL) = (inspected_at IS NULL)",
            name=op.f("schedule_endorsements_inspected_by_somebody_check"),
        ),
        comment="What the reviewing lawyer decided about each row",
    )


def _insert_only() -> None:
    """What was certified, and what was answered, stays as it was: also for whoever writes SQL."""
    for table in INSERT_ONLY:
        for name, when in (
            (f"{table}_rows", f"UPDATE OR DELETE ON {table} FOR EACH ROW"),
            (f"{table}_all", f"TRUNCATE ON {table}"),
        ):
            op.execute(f"CREATE TRIGGER {name} BEFORE {when} EXECUTE FUNCTION disclosure_is_insert_only()")
            op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
