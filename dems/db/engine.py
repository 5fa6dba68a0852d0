"""The connection pool, and what a database error means."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg.errors
from pydantic_core import from_json
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from dems.errors import Busy, DatabaseUnavailable
from dems.settings import DatabaseSettings

_PASSING = (
    psycopg.errors.LockNotAvailable,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
    psycopg.errors.QueryCanceled,
)


def connect(settings: DatabaseSettings, url: str | None = None) -> Engine:
    """A pool on the database. Nothing is connected until it is used; every connection speaks UTC and is time-limited."""
    options = f"-c timezone=UTC -c statement_timeout={settings.statement_timeout_ms} -c lock_timeout={settings.lock_timeout_ms}"
    options += f" -c idle_in_transaction_session_timeout={settings.statement_timeout_ms * 2}"
    engine = create_engine(
        url or settings.url.get_secret_value(),
        pool_size=settings.pool_size,
        max_overflow=settings.pool_size,
        pool_timeout=settings.pool_timeout_seconds,
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",
        connect_args={
            "options": options,
            "connect_timeout": settings.connect_timeout_seconds,
            "application_name": "dems",
        },
        hide_parameters=True,
        # A page of a case reads hundreds of small documents, in a fifth of the time that `json` takes for them.
        json_deserializer=from_json,
    )

    @event.listens_for(engine, "connect")
    def _no_prepared(connection: psycopg.Connection, _record: object) -> None:
        # A pooler between us and the server may hand each transaction to another backend.
        connection.prepare_threshold = None

    return engine


@contextmanager
def told_apart() -> Iterator[None]:
    """Turn what the driver raises into what the caller can act on; bugs pass through."""
    try:
        yield
    except PoolTimeout as error:
        raise DatabaseUnavailable from error
    except DBAPIError as error:
        if isinstance(error.orig, _PASSING):
            raise Busy("Somebody else is changing this now. Try again.", retry_after=1) from error
        if error.connection_invalidated or isinstance(error.orig, psycopg.OperationalError):
            raise DatabaseUnavailable from error
        raise
    except psycopg.OperationalError as error:
        # Of statements that went to the driver past SQLAlchemy.
        if isinstance(error, _PASSING):
            raise Busy("Somebody else is changing this now. Try again.", retry_after=1) from error
        raise DatabaseUnavailable from error
