"""The migrations and the tables say the same, and running them again or twice at once harms nothing."""

import threading
from collections.abc import Iterator
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect, make_url, text

from dems.bootstrap import Dems
from dems.db import tables
from dems.db.migrate import head, migrate, revision_of
from dems.engines import Connections
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


def test_an_empty_database_has_no_revision(empty: str) -> None:
    engine = create_engine(empty)
    with engine.connect() as connection:
        assert revision_of(connection) is None
    engine.dispose()
