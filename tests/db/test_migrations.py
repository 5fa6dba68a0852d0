"""The migrations and the tables say the same, and running them again or twice at once harms nothing."""

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, make_url, text

from dems.bootstrap import Dems
from dems.cli.main import main
from dems.db import tables
from dems.db.migrate import ROLES, head, migrate, revision_of
from dems.db.transaction import DatabaseTransactions
from dems.engines import Connections
from dems.errors import DatabaseUnavailable
from dems.model.life.contents import MajorStatus, Milestone, Particulars, ThemeStatus
from dems.model.life.events import EventKind
from dems.model.life.records import content_from
from dems.model.life.vocabulary import Jurisdiction, MatterType
from dems.model.life.when import When
from tests.architecture.tree import ROOT
from tests.db.conftest import superuser


@pytest.fixture
def empty(engines: Connections) -> Iterator[str]:
    """A new database of the owner's, with nothing in it."""
    name = f"migrations_{uuid4().hex}"
    owner = make_url(engines.database_owner_url)
    engine = create_engine(superuser(engines), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} OWNER {owner.username}"))
        yield owner.set(database=name).render_as_string(hide_password=False)
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


def test_the_tables_are_what_the_migrations_make(engines: Connections, dems: Dems) -> None:
    engine = create_engine(engines.database_owner_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True, "target_metadata": tables.metadata}
        )
        assert compare_metadata(context, tables.metadata) == []
    engine.dispose()
    schema = dems.schema()
    assert schema.current == schema.head == head()


def test_migrating_again_changes_nothing(engines: Connections, dems: Dems) -> None:
    assert migrate(engines.database_owner_url) == head()
    assert dems.schema().current == head()


def test_two_migrators_at_once_make_one_schema(empty: str) -> None:
    outcomes: list[str] = []
    threads = [threading.Thread(target=lambda: outcomes.append(migrate(empty))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == [head()] * 3
    engine = create_engine(empty)
    with engine.connect() as connection:
        assert revision_of(connection) == head()
        assert set(inspect(connection).get_table_names()) == {*tables.metadata.tables, "alembic_version"}
    engine.dispose()


def test_a_database_that_lacks_a_role_is_left_as_it_is_and_the_role_is_named(
    empty: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("dems.db.migrate.ROLES", (*ROLES, "dems_nobody"))
    monkeypatch.setenv("DEMS_DATABASE__URL", empty)
    monkeypatch.setenv("DEMS_DATABASE__OWNER_URL", empty)
    assert main(["migrate"]) == 1
    said = capsys.readouterr().err.strip()
    assert (
        said == "The database has no role dems_nobody: make what is missing as docs/ledger.md says, and migrate again."
    )
    engine = create_engine(empty)
    with engine.connect() as connection:
        assert revision_of(connection) is None
    engine.dispose()


def test_an_empty_database_has_no_revision(empty: str) -> None:
    engine = create_engine(empty)
    with engine.connect() as connection:
        assert revision_of(connection) is None
    engine.dispose()


def _upgraded(engine: Engine, revision: str) -> None:
    """To what an earlier version had."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "dems" / "db" / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def test_on_an_older_schema_where_nothing_queues_entries_nothing_is_written(empty: str) -> None:
    engine = create_engine(empty)
    _upgraded(engine, "0022")
    transactions = DatabaseTransactions(engine, lambda: datetime.now(UTC), lambda _: None)
    with pytest.raises(DatabaseUnavailable, match="run `dems migrate` first"), transactions():
        pass
    migrate(empty)
    with transactions() as tx:
        assert tx.ledger.head() is None
    engine.dispose()


def test_what_was_said_of_cases_before_facts_were_dated_becomes_facts(empty: str) -> None:
    engine = create_engine(empty)
    _upgraded(engine, "0006")
    with engine.begin() as connection:
        connection.execute(text(_SOMEBODY))
        connection.execute(text(_CASES))
    migrate(empty)
    with engine.connect() as connection:
        found = connection.execute(text(_FACTS)).all()
        cases = connection.execute(
            text("SELECT reference, facts, stage, matter_type, themes, received_on FROM cases")
        ).all()
    engine.dispose()
    assert {tuple(map(str, r)) for r in cases} == {
        ("told", "5", "awaiting_papers", "dsi", "['mental_health', 'taser']", "2026-06-02"),
        ("odd", "1", "before_referral", "None", "[]", "None"),
        ("silent", "0", "before_referral", "None", "[]", "None"),
    }
    told = [content_from(r.kind, r.content) for r in found if r.reference == "told"]
    assert told == [
        Particulars(MatterType.DSI, Jurisdiction.POLICE, "kent", None, None),
        Milestone(EventKind.REFERRAL_RECEIVED, When.of(datetime(2026, 6, 1, 23, 30, tzinfo=UTC))),
        MajorStatus(True, When(date(2026, 6, 2)), found[0].reason),
        ThemeStatus("mental_health", True, When(date(2026, 6, 2))),
        ThemeStatus("taser", True, When(date(2026, 6, 2))),
    ]
    assert [r.number for r in found if r.reference == "told"] == [1, 2, 3, 4, 5]
    assert sorted(found, key=lambda r: r.id) == found, "ids sort by when the facts were recorded"
    [odd] = [r for r in found if r.reference == "odd"]
    assert odd.reason.endswith("The matter type was said to be: Murder"), "what is on no list is not lost"


_SOMEBODY = """
INSERT INTO people (id, name, email, email_key, roles, active, version, added_at)
VALUES ('00000000-0000-0000-0000-000000000001', 'A', 'a@example.org', 'a@example.org', '{}', true, 1, '2026-01-01T00:00:00Z')
"""
_CASES = """
INSERT INTO cases (id, reference, title, state, matter_type, force, themes, is_major, received_at, opened_by, opened_at, version)
SELECT gen_random_uuid(), v.reference, 't', 'open', v.matter_type, v.force, v.themes::text[], v.is_major, v.received_at::timestamptz,
    '00000000-0000-0000-0000-000000000001', v.opened_at::timestamptz, 1
FROM (VALUES ('told', 'DSI', 'kent', '{Mental health,taser}', true, '2026-06-01T23:30:00Z', '2026-06-03T10:00:00Z'),
    ('odd', 'Murder', NULL, '{}', false, NULL, '2026-06-04T10:00:00Z'),
    ('silent', NULL, NULL, '{}', false, NULL, '2026-06-05T10:00:00Z'))
    AS v (reference, matter_type, force, themes, is_major, received_at, opened_at)
"""
_FACTS = """
SELECT c.reference, f.* FROM case_facts f JOIN cases c ON c.id = f.case_id ORDER BY f.recorded_at, f.number
"""
