"""The lives of cases: facts that nobody rewrites, the parties they are about, and what follows from them beside each case."""

import json
import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

BATCH = 1_000
LONDON = ZoneInfo("Europe/London")
MATTER_TYPES = frozenset({"complaint", "conduct", "dsi", "super_complaint", "review"})
THEMES = frozenset(
    {
        "race_discrimination",
        "mental_health",
        "road_traffic",
        "domestic_abuse",
        "abuse_of_position",
        "stop_and_search",
        "taser",
    }
)
TAKEN_OVER = "Taken over from what was recorded before facts were dated."


def upgrade() -> None:
    _derived()
    _facts()
    _parties()
    _insert_only()
    _facts_of_what_is_there()
    op.execute("GRANT SELECT, INSERT ON case_facts, parties TO dems_app")
    op.execute("GRANT UPDATE (name, contact, version) ON parties TO dems_app")
    op.execute("GRANT SELECT ON case_facts, parties TO dems_reader")


def _derived() -> None:
    for column in (
        sa.Column(
            "received_on",
            sa.Date(),
            nullable=True,
            comment="in London; received_at is null where only the date is known",
        ),
        sa.Column("jurisdiction", sa.Text(), nullable=True),
        sa.Column("appropriate_authority", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("mode", sa.Text(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=False, server_default="before_referral"),
        sa.Column("criminal", sa.Boolean(), nullable=False, server_default="false"),
        sa.Column(
            "facts",
            sa.Integer(),
            nullable=False,
            server_default="0",
            comment="how many there are: the number of the last",
        ),
        sa.Column(
            "source_version",
            sa.Text(),
            nullable=True,
            comment="of the last message of the case system that was taken",
        ),
    ):
        op.add_column("cases", column)
    for name in ("mode", "force", "state"):
        op.create_index(f"cases_{name}_idx", "cases", [name, "id"])
    op.create_index("cases_themes_idx", "cases", ["themes"], postgresql_using="gin")
    op.create_table_comment(
        "cases",
        "What follows from facts is kept in step with them, so that lists need not read any",
        existing_comment=None,
    )


def _facts() -> None:
    op.create_table(
        "case_facts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column(
            "number",
            sa.Integer(),
            nullable=False,
            comment="from 1, in the order in which the facts of the case were recorded",
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("event", sa.Text(), nullable=True, comment="of a milestone: what happened"),
        sa.Column("happened_on", sa.Date(), nullable=True, comment="in London; null of what has no date"),
        sa.Column(
            "about",
            sa.Uuid(),
            nullable=True,
            comment="the review, recommendation, proceeding or other strand that it is of",
        ),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "corrects", sa.Uuid(), nullable=True, comment="the fact whose place it takes: each is corrected once"
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "corrects IS NULL OR reason IS NOT NULL", name=op.f("case_facts_corrected_for_a_reason_check")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("case_facts_case_id_fkey")),
        sa.ForeignKeyConstraint(["recorded_by"], ["people.id"], name=op.f("case_facts_recorded_by_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("case_facts_pkey")),
        sa.UniqueConstraint("corrects", name=op.f("case_facts_corrects_key")),
        sa.UniqueConstraint("case_id", "number", name=op.f("case_facts_case_id_number_key")),
        sa.UniqueConstraint("case_id", "id", name=op.f("case_facts_case_id_id_key")),
        sa.ForeignKeyConstraint(
            ["case_id", "corrects"], ["case_facts.case_id", "case_facts.id"], name="case_facts_corrects_fkey"
        ),
    )
    op.create_index(
        "case_facts_event_idx",
        "case_facts",
        ["event", "happened_on"],
        postgresql_where=sa.text("event IS NOT NULL"),
    )


def _parties() -> None:
    op.create_table(
        "parties",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True, comment="by which the case system knows them"),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("parties_case_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("parties_pkey")),
        sa.UniqueConstraint("case_id", "reference", name=op.f("parties_case_id_reference_key")),
        comment="Who a case is about or with. What they are to it are facts, which never say a name",
    )
    op.create_index("parties_case_idx", "parties", ["case_id", "id"])


def _insert_only() -> None:
    """A fact stays as it was recorded, also for whoever writes SQL; a correction stands beside it."""
    op.execute(
        """
        CREATE FUNCTION facts_are_insert_only() RETURNS trigger LANGUAGE plpgsql
        SET search_path = pg_catalog, public, pg_temp AS $$
        BEGIN
            RAISE EXCEPTION 'facts of cases are insert-only: % of % refused', TG_OP, TG_TABLE_NAME
                USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    )
    for name, when in (
        ("case_facts_rows", "UPDATE OR DELETE ON case_facts FOR EACH ROW"),
        ("case_facts_all", "TRUNCATE ON case_facts"),
    ):
        op.execute(f"CREATE TRIGGER {name} BEFORE {when} EXECUTE FUNCTION facts_are_insert_only()")
        op.execute(f"ALTER TABLE case_facts ENABLE ALWAYS TRIGGER {name}")


def _facts_of_what_is_there() -> None:
    """What was said of each case becomes facts, recorded by who opened it when they did."""
    connection = op.get_bind()
    page = sa.text(
        "SELECT id, matter_type, force, themes, is_major, received_at, opened_by, opened_at FROM cases"
        " WHERE id > CAST(:after AS uuid) ORDER BY id LIMIT :batch"
    )
    add = sa.text(
        "INSERT INTO case_facts (id, case_id, number, kind, content, event, happened_on, recorded_by, recorded_at, reason)"
        " VALUES (:id, :case_id, :number, :kind, CAST(:content AS jsonb), :event, CAST(:happened_on AS date),"
        " :recorded_by, :recorded_at, :reason)"
    )
    derive = sa.text(
        "UPDATE cases SET facts = :facts, jurisdiction = :jurisdiction, matter_type = :matter_type, themes = :themes,"
        " received_on = CAST(:received_on AS date),"
        " stage = CASE WHEN received_at IS NULL THEN 'before_referral' ELSE 'awaiting_papers' END WHERE id = :id"
    )
    after = uuid.UUID(int=0)
    while rows := connection.execute(page, {"after": after, "batch": BATCH}).all():
        facts = [fact for row in rows for fact in _numbered(row)]
        if facts:
            connection.execute(add, facts)
        connection.execute(derive, [_derivation(row) for row in rows])
        after = rows[-1].id


def _numbered(row: sa.Row[Any]) -> Iterator[dict[str, Any]]:
    for number, fact in enumerate(_said(row), 1):
        content = json.dumps(fact.pop("content"))
        yield {
            "id": _id_of(row.opened_at, number),
            "case_id": row.id,
            "number": number,
            "event": None,
            "happened_on": None,
            "reason": TAKEN_OVER,
            **fact,
            "content": content,
            "recorded_by": row.opened_by,
            "recorded_at": row.opened_at,
        }


def _id_of(at: datetime, number: int) -> uuid.UUID:
    """A UUIDv7 of that time, so that facts sort among the entries of then."""
    milliseconds = int(at.timestamp() * 1000)
    rest = uuid.uuid4().int & (1 << 62) - 1
    return uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | (number & 0xFFF) << 64 | 0b10 << 62 | rest)


def _said(row: sa.Row[Any]) -> Iterator[dict[str, Any]]:
    since = {"on": (row.received_at or row.opened_at).astimezone(LONDON).date().isoformat()}
    if _described(row):
        matter, said = _listed(row.matter_type, MATTER_TYPES), row.matter_type
        content = {"matter_type": matter, "jurisdiction": "police", "force": row.force}
        reason = TAKEN_OVER if matter or not said else f"{TAKEN_OVER} The matter type was said to be: {said}"
        yield {
            "kind": "particulars",
            "content": {**content, "appropriate_authority": None, "source": None},
            "reason": reason,
        }
    if row.received_at is not None:
        at = {**since, "at": row.received_at.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
        content = {"kind": "referral_received", "when": at}
        yield {"kind": "milestone", "content": content, "event": "referral_received", "happened_on": since["on"]}
    if row.is_major:
        content = {"is_major": True, "when": since, "reason": TAKEN_OVER}
        yield {"kind": "major_status", "content": content, "happened_on": since["on"]}
    for theme in row.themes:
        content = {"theme": _listed(theme, THEMES) or theme, "applies": True, "when": since}
        yield {"kind": "theme_status", "content": content, "happened_on": since["on"]}


def _described(row: sa.Row[Any]) -> bool:
    return row.matter_type is not None or row.force is not None


def _listed(said: str | None, known: frozenset[str]) -> str | None:
    """The name on the list that somebody meant; None where it is not on it."""
    name = "_".join((said or "").casefold().replace("-", " ").replace("_", " ").split())
    return name if name in known else None


def _derivation(row: sa.Row[Any]) -> dict[str, Any]:
    received = None if row.received_at is None else row.received_at.astimezone(LONDON).date().isoformat()
    return {
        "id": row.id,
        "facts": len(list(_said(row))),
        "jurisdiction": "police" if _described(row) else None,
        "matter_type": _listed(row.matter_type, MATTER_TYPES),
        "themes": sorted({_listed(t, THEMES) or t for t in row.themes}),
        "received_on": received,
    }
