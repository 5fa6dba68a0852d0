"""Clocks: the rules that they are kept by, how each stands, letters on timeliness, and reminders of dates.

Definitions and calendars are not written here: they come with the program and are added after each migration.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"

INSERT_ONLY = ("calendars", "clock_definitions", "timeliness_reports")


def upgrade() -> None:
    _rules("calendars", "name")
    _rules("clock_definitions", "clock")
    _case_clocks()
    _timeliness_reports()
    _reminders()
    _insert_only()
    tables = "calendars, clock_definitions, case_clocks, timeliness_reports, reminders"
    op.execute(f"GRANT SELECT, INSERT ON {tables} TO dems_app")
    # A row is made again beside itself; all that changes of the old one is until when it was known.
    op.execute("GRANT UPDATE (known_until) ON case_clocks TO dems_app")
    op.execute("GRANT UPDATE (seen_at) ON reminders TO dems_app")
    op.execute(f"GRANT SELECT ON {tables} TO dems_reader")


def _rules(table: str, name: str) -> None:
    op.create_table(
        table,
        sa.Column(name, sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("record", postgresql.JSONB(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True, comment="null: came with the program"),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column(
            "shipped", sa.Text(), nullable=True, comment="which of the program's it is; null: the installation's own"
        ),
        sa.Column(
            "offered", sa.Boolean(), nullable=False, comment="came after the installation's own, and counts nothing"
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["people.id"], name=op.f(f"{table}_recorded_by_fkey")),
        sa.PrimaryKeyConstraint(name, "version", name=op.f(f"{table}_pkey")),
    )


def _case_clocks() -> None:
    op.create_table(
        "case_clocks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("about", sa.Uuid(), nullable=True, comment="the strand that it is kept for; null: the case itself"),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("definition_version", sa.Integer(), nullable=False),
        sa.Column("calendar_version", sa.Integer(), nullable=True),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            comment="running, paused, met, missed, stopped; overdue is due_on < today",
        ),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("stopped_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counted", sa.Integer(), nullable=True, comment="in the clock's unit; null until it stops"),
        sa.Column("net_counted", sa.Integer(), nullable=True),
        sa.Column("net_due_on", sa.Date(), nullable=True),
        sa.Column("net_met", sa.Boolean(), nullable=True),
        sa.Column("member", sa.Boolean(), nullable=False, comment="its figure counts it"),
        sa.Column("left_out", sa.Text(), nullable=True, comment="why it does not"),
        sa.Column("matter_type", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("force", sa.Text(), nullable=True),
        sa.Column("mode", sa.Text(), nullable=True),
        sa.Column("is_major", sa.Boolean(), nullable=False),
        sa.Column("themes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("criminal", sa.Boolean(), nullable=False),
        sa.Column("outcomes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("strand_kind", sa.Text(), nullable=True),
        sa.Column("known_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "known_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="null: it holds now; else from then on another row or none did",
        ),
        sa.CheckConstraint("known_until >= known_from", name=op.f("case_clocks_known_check")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("case_clocks_case_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("case_clocks_pkey")),
        comment="How each clock stood, by when that was known; made from facts and rules, and can be made from them again",
    )
    op.create_index(
        "case_clocks_now_idx",
        "case_clocks",
        ["case_id", "clock", "about"],
        unique=True,
        postgresql_where=sa.text("known_until IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_index(
        "case_clocks_due_idx",
        "case_clocks",
        ["due_on", "id"],
        postgresql_where=sa.text("known_until IS NULL AND stopped_on IS NULL AND due_on IS NOT NULL"),
    )
    op.create_index("case_clocks_stopped_idx", "case_clocks", ["clock", "stopped_on"])


def _timeliness_reports() -> None:
    op.create_table(
        "timeliness_reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("clock", sa.Text(), nullable=False, comment="by which of the two regulations it is owed"),
        sa.Column("definition_version", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False, comment="1: of the first 12 months; each later one of 6"),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("written", postgresql.JSONB(), nullable=False, comment="field -> what somebody wrote"),
        sa.Column(
            "content",
            postgresql.JSONB(),
            nullable=False,
            comment="field -> what the letter says, with what the record said then",
        ),
        sa.Column("recipients", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("would_prejudice", sa.Boolean(), nullable=False),
        sa.Column("authority_is_chief_officer", sa.Boolean(), nullable=False),
        sa.Column("chief_officer_is_subject", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("timeliness_reports_case_id_fkey")),
        sa.ForeignKeyConstraint(["recorded_by"], ["people.id"], name=op.f("timeliness_reports_recorded_by_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("timeliness_reports_pkey")),
        comment="Drafts of letters on timeliness; each stays as it was drafted",
    )
    op.create_index("timeliness_reports_case_idx", "timeliness_reports", ["case_id", "id"])


def _reminders() -> None:
    op.create_table(
        "reminders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("about", sa.Uuid(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("days_ahead", sa.Integer(), nullable=False, comment="the step that it is of; 0: the date has passed"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("reminders_person_id_fkey")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("reminders_case_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("reminders_pkey")),
        comment="That a statutory date comes near, for whoever leads and manages the case; each step is told once",
    )
    op.create_index(
        "reminders_told_idx",
        "reminders",
        ["case_id", "clock", "about", "due_on", "days_ahead", "person_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_index("reminders_person_idx", "reminders", ["person_id", "id"])


def _insert_only() -> None:
    """A rule that a date was counted by, and a letter that was drafted, stay as they were, also for whoever writes SQL."""
    op.execute(
        """
        CREATE FUNCTION clock_rules_are_insert_only() RETURNS trigger LANGUAGE plpgsql
        SET search_path = pg_catalog, public, pg_temp AS $$
        BEGIN
            RAISE EXCEPTION 'rules and letters are insert-only: % of % refused', TG_OP, TG_TABLE_NAME
                USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    )
    for table in INSERT_ONLY:
        for name, when in (
            (f"{table}_rows", f"UPDATE OR DELETE ON {table} FOR EACH ROW"),
            (f"{table}_all", f"TRUNCATE ON {table}"),
        ):
            op.execute(f"CREATE TRIGGER {name} BEFORE {when} EXECUTE FUNCTION clock_rules_are_insert_only()")
            op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
