"""Custody rows and sealed facts, attacked as the application, as the owner, and as the superuser in a replica's session."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from dems.bootstrap import Dems
from dems.db import tables
from dems.model.acts import Act
from dems.model.evidence import Evidence
from dems.ports import Page
from tests.conftest import Team
from tests.reader import Reader
from tests.world import World

Run = Callable[..., list[Any]]
CUSTODY = ["custody_chains", "custody_entries", "custody_details", "custody_destroyed", "custody_queue"]
LOG = ["custody_leaves", "custody_nodes", "custody_checkpoints", "custody_signed", "custody_anchors"]
COLUMN = {
    "custody_chains": "begun_at",
    "custody_entries": "leaf",
    "custody_details": "act",
    "custody_destroyed": "approval_id",
    "custody_queue": "entry_id",
}
DOMAIN = sorted(t.name for t in tables.metadata.tables.values() if t.info["sort"] == tables.DOMAIN)


@pytest.fixture
def read(dems: Dems, world: World, team: Team) -> Evidence:
    """An item that was read, with pictures made of it."""
    core = Dems(dems.settings, nudge=lambda _: None, engine=dems.engine, store=dems.store, reads=Reader)
    item = world.sealed(team.investigator, team.case, b"pictures of something")
    core.extraction.one(item.id)
    return item


@pytest.fixture
def sealed(dems: Dems, world: World, team: Team) -> Evidence:
    """An item of a case, the detail of whose first entry two people destroyed."""
    auditor = world.somebody("auditor")
    first = dems.custody.read.case(auditor.actor, team.case.id, Page(1))[0]
    approval = dems.approvals.ask(auditor.actor, Act.DETAIL_DESTROY, first.id, reason="an order")
    dems.approvals.confirm(team.manager.actor, approval.id)
    return world.sealed(team.investigator, team.case, b"abc")


def _attacks(table: str) -> list[str]:
    column = COLUMN[table]
    attacks = [f"UPDATE {table} SET {column} = {column}", f"TRUNCATE {table} CASCADE"]  # noqa: S608
    if table == "custody_queue":
        return attacks
    return [*attacks, f"DELETE FROM {table}", f"DELETE FROM {table} WHERE ctid = (SELECT min(ctid) FROM {table})"]  # noqa: S608


READINGS = {"readings": "media_type", "findings": "text_value", "renditions": "sha256"}
"""What was found, and a column that somebody might like to be another."""

DISCLOSURE = [
    "disclosure_block_items",
    "disclosure_blocks",
    "disclosure_decisions",
    "disclosure_happenings",
    "disclosure_openings",
    "disclosure_proceedings",
    "disclosure_samples",
    "disclosure_searches",
    "disclosure_viewings",
    "item_particulars",
    "material_elsewhere",
]

SCHEDULES = [
    "schedule_answers",
    "schedule_documents",
    "schedule_endorsements",
    "schedule_numbers",
    "schedule_sets",
    "schedule_states",
]

UPSERT = (
    "INSERT INTO custody_chains SELECT * FROM custody_chains LIMIT 1 ON CONFLICT (id) DO UPDATE SET begun_at = now()"
)
ATTACKS = [(t, a) for t in CUSTODY for a in _attacks(t)] + [("custody_chains", UPSERT)]


@pytest.mark.parametrize(("table", "attack"), ATTACKS, ids=[a for _, a in ATTACKS])
def test_the_application_has_no_right_to_change_custody(
    sealed: Evidence, as_application: Run, table: str, attack: str
) -> None:
    with pytest.raises(ProgrammingError) as refused:
        as_application(attack)
    assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)
    del sealed, table


@pytest.mark.parametrize(("table", "attack"), ATTACKS, ids=[a for _, a in ATTACKS])
def test_the_owner_is_stopped_by_the_trigger(sealed: Evidence, as_owner: Run, table: str, attack: str) -> None:
    before = as_owner(f"SELECT count(*) FROM {table}")  # noqa: S608
    with pytest.raises(IntegrityError, match="insert-only"):
        as_owner(attack)
    assert as_owner(f"SELECT count(*) FROM {table}") == before  # noqa: S608
    del sealed


@pytest.mark.parametrize(("table", "attack"), ATTACKS, ids=[a for _, a in ATTACKS])
def test_not_even_a_replicas_session_skips_the_trigger(
    sealed: Evidence, as_superuser: Run, table: str, attack: str
) -> None:
    """Only a superuser may set `session_replication_role`; ordinary triggers and foreign keys are off in it."""
    with pytest.raises(IntegrityError, match="insert-only"):
        as_superuser("SET LOCAL session_replication_role = replica", attack)
    del sealed, table


@pytest.mark.parametrize("table", READINGS)
def test_what_was_found_stays_as_it_was_found(
    read: Evidence, as_application: Run, as_owner: Run, as_superuser: Run, table: str
) -> None:
    whole = as_owner(f"SELECT count(*) FROM {table}")  # noqa: S608
    assert whole[0][0] > 0
    change = f"UPDATE {table} SET {READINGS[table]} = {READINGS[table]}"  # noqa: S608
    for attack in (change, f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):  # noqa: S608
        with pytest.raises(ProgrammingError) as refused:
            as_application(attack)
        assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)
        with pytest.raises(IntegrityError, match="insert-only"):
            as_owner(attack)
        with pytest.raises(IntegrityError, match="insert-only"):
            as_superuser("SET LOCAL session_replication_role = replica", attack)
    assert as_owner(f"SELECT count(*) FROM {table}") == whole  # noqa: S608
    del read


def test_a_fact_of_a_case_stays_as_it_was_recorded(
    dems: Dems, team: Team, as_application: Run, as_owner: Run, as_superuser: Run
) -> None:
    dems.cases.change(team.manager.actor, team.case.id, {"force": "kent"}, if_version=None)
    whole = as_owner("SELECT count(*) FROM case_facts")
    assert whole[0][0] > 0
    change = "UPDATE case_facts SET content = content"
    for attack in (change, "DELETE FROM case_facts", "TRUNCATE case_facts CASCADE"):
        with pytest.raises(ProgrammingError) as refused:
            as_application(attack)
        assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)
        with pytest.raises(IntegrityError, match="insert-only"):
            as_owner(attack)
        with pytest.raises(IntegrityError, match="insert-only"):
            as_superuser("SET LOCAL session_replication_role = replica", attack)
    with pytest.raises(ProgrammingError):
        as_application("UPDATE parties SET case_id = case_id")
    assert as_owner("SELECT count(*) FROM case_facts") == whole


def test_the_owner_may_not_pose_as_a_replica(as_owner: Run) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        as_owner("SET session_replication_role = replica")


def test_the_catalogue_says_enable_always(as_owner: Run) -> None:
    rows = as_owner(
        "SELECT tgrelid::regclass::text AS on_table, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal"
    )
    assert {r.tgenabled for r in rows} == {"A"}
    expected = {(t, f"{t}_{what}") for t in (*CUSTODY, *LOG) for what in ("rows", "all")}
    expected |= {("custody_entries", "custody_entries_follow"), ("custody_details", "custody_details_committed")}
    expected |= {("custody_entries", "custody_entries_queued")}
    expected |= {("custody_destroyed", "destroyed_by_two"), ("custody_details", "destroyed_stays_destroyed")}
    expected |= {("approvals", "approval_begins"), ("approvals", "approval_stays")}
    expected |= {("evidence", "evidence_begins"), ("evidence", "evidence_sealed")}
    expected |= {("uploads", "upload_begins"), ("uploads", "upload_declared")}
    expected |= {("verifications", "verification_finished"), ("people", "person_stays")}
    expected |= {("intakes", "intakes_stay"), ("evidence", "evidence_stays_in_intake")}
    expected |= {("uploads", "upload_stays_in_intake"), ("invitations", "invitations_stay")}
    for table in (
        *READINGS,
        *DISCLOSURE,
        *SCHEDULES,
        "case_facts",
        "calendars",
        "clock_definitions",
        "timeliness_reports",
    ):
        expected |= {(table, f"{table}_{what}") for what in ("rows", "all")}
    expected |= {
        ("exports", "exports_stay"),
        ("export_items", "export_items_rows"),
        ("export_items", "export_items_all"),
    }
    expected |= {("synthetic_cases", f"synthetic_cases_{what}") for what in ("rows", "all")}
    assert {(r.on_table, r.tgname) for r in rows} == expected


@pytest.mark.parametrize(
    "change",
    [
        "digests = '{}'",
        "digests = jsonb_set(digests, '{sha256}', to_jsonb(repeat('0', 64)))",
        "version_id = 'another'",
        "size = size + 1",
        "name = 'other.mp4'::bytea",
        "upload_id = gen_random_uuid()",
        "sealed_at = NULL",
        "case_id = (SELECT id FROM cases WHERE id <> case_id LIMIT 1)",
        "kind = 'physical'",
    ],
)
@pytest.mark.parametrize("who", ["application", "owner"])
def test_what_was_sealed_does_not_change(
    sealed: Evidence, as_application: Run, as_owner: Run, world: World, team: Team, change: str, who: str
) -> None:
    world.case(team.manager)
    run = as_application if who == "application" else as_owner
    with pytest.raises(IntegrityError, match="what was sealed does not change"):
        run(f"UPDATE evidence SET {change} WHERE id = '{sealed.id}'")  # noqa: S608


def test_nothing_thaws_a_frozen_item(sealed: Evidence, as_owner: Run) -> None:
    as_owner(f"UPDATE evidence SET state = 'frozen' WHERE id = '{sealed.id}'")  # noqa: S608
    with pytest.raises(IntegrityError, match="what was sealed"):
        as_owner(f"UPDATE evidence SET state = 'sealed' WHERE id = '{sealed.id}'")  # noqa: S608


def test_a_name_does_not_change_before_sealing_either(
    dems: Dems, world: World, team: Team, as_application: Run
) -> None:
    item = world.declare(team.investigator, team.case, b"abc").evidence
    with pytest.raises(IntegrityError, match="what was sealed"):
        as_application(f"UPDATE evidence SET name = 'x'::bytea WHERE id = '{item.id}'")  # noqa: S608
    del dems


@pytest.mark.parametrize("change", ["declared_sha256 = NULL", "declared_sha256 = sha256('x')", "size = size + 1"])
def test_what_was_declared_of_an_upload_does_not_change(sealed: Evidence, as_application: Run, change: str) -> None:
    with pytest.raises(IntegrityError, match="what was declared"):
        as_application(f"UPDATE uploads SET {change} WHERE id = '{sealed.upload_id}'")  # noqa: S608


@pytest.mark.parametrize("change", ["state = 'open'", "version_id = 'another'"])
def test_an_upload_that_ended_stays_as_it_ended(sealed: Evidence, as_application: Run, change: str) -> None:
    with pytest.raises(IntegrityError, match="what was declared"):
        as_application(f"UPDATE uploads SET {change} WHERE id = '{sealed.upload_id}'")  # noqa: S608


@pytest.mark.parametrize("table", DOMAIN)
def test_the_application_deletes_no_fact(as_application: Run, table: str) -> None:
    for statement in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):  # noqa: S608
        with pytest.raises(ProgrammingError, match="permission denied"):
            as_application(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER evidence_sealed ON evidence",
        "ALTER TABLE custody_entries DISABLE TRIGGER ALL",
        "CREATE TABLE mine (x int)",
        "DROP TABLE custody_entries CASCADE",
        "CREATE OR REPLACE FUNCTION custody_is_insert_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "SET session_replication_role = replica",
        "SET ROLE dems_owner",
        "UPDATE alembic_version SET version_num = '0'",
    ],
)
def test_the_application_changes_no_rule(as_application: Run, statement: str) -> None:
    with pytest.raises(ProgrammingError):
        as_application(statement)


SECRET = {"tokens", "upload_tokens", "intake_tokens", "idempotency_keys", "consultations", "feed_key"}


@pytest.mark.parametrize("table", sorted(SECRET))
def test_the_reader_reads_no_secrets(as_reader: Run, table: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        as_reader(f"SELECT * FROM {table}")  # noqa: S608


def test_the_reader_reads_the_rest_and_writes_nothing(as_reader: Run) -> None:
    for table in set(tables.metadata.tables) - SECRET:
        as_reader(f"SELECT * FROM {table} LIMIT 1")  # noqa: S608
        with pytest.raises(DBAPIError, match="permission denied"):
            as_reader(f"INSERT INTO {table} DEFAULT VALUES")
