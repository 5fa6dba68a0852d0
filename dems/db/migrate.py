"""Bring the database to the newest schema, as its owner, one migrator at a time."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, create_engine, text

from dems.db.shipped_rules import add_shipped_rules

ROLES = ("dems_app", "dems_reader", "dems_sequencer", "dems_signer")
"""Whom the schema gives rights to. Its owner makes no roles; whoever runs the database does."""

_LOCK = 7_306_085_893_296_906_000


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


@cache
def head() -> str:
    """The revision that this program was written for."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    if revision is None:
        raise RuntimeError("there are no migrations")
    return revision


def revision_of(connection: Connection) -> str | None:
    """The revision that the database is at; None before the first migration."""
    return MigrationContext.configure(connection).get_current_revision()


def migrate(owner_url: str) -> str:
    """Run what is missing and add the rules that come with the program, all in one transaction; return the revision reached.

    Raises `CommandError` with a sentence where a role is missing.
    """
    engine = create_engine(owner_url)
    try:
        with engine.begin() as connection:
            connection.execute(text("SET lock_timeout = '30s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            _require_roles(connection)
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            add_shipped_rules(connection)
    finally:
        engine.dispose()
    return head()


def _require_roles(connection: Connection) -> None:
    there = connection.execute(text("SELECT rolname FROM pg_roles WHERE rolname = ANY(:names)"), {"names": list(ROLES)})
    missing = sorted(set(ROLES) - set(there.scalars()))
    if missing:
        raise CommandError(
            f"The database has no role {' and no role '.join(missing)}: make what is missing as docs/ledger.md says, and migrate "
            "again."
        )
