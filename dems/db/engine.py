"""The connection pool, and what a database error means."""

import select
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg.errors
from pydantic_core import from_json
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from dems.errors import Busy, DatabaseUnavailable
from dems.settings import DatabaseSettings

_RESTS_SINCE = "rests_since"
_LONG_REST = 10.0
"""Seconds after which a connection is asked whether it still answers: what lies between may have forgotten it unseen."""

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

    @event.listens_for(engine, "checkin")
    def _rests(_connection: psycopg.Connection | None, record: ConnectionPoolEntry) -> None:
        record.info[_RESTS_SINCE] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _still_answers(connection: psycopg.Connection, record: ConnectionPoolEntry, _taken: object) -> None:
        since = record.info.get(_RESTS_SINCE)
        if since is None or (time.monotonic() - since < _LONG_REST and not _was_sent_something(connection)):
            return
        try:
            engine.dialect.do_ping(connection)  # type: ignore[arg-type]  # psycopg's, as SQLAlchemy describes any driver's
        except psycopg.Error as error:
            # With all that rest as long: whoever ended this one has ended those too, most likely.
            raise InvalidatePoolError from error

    return engine


def _was_sent_something(connection: psycopg.Connection) -> bool:
    """Whether a resting connection has something to read: the server speaks without being asked when it ends one.

    Asking it instead, before each transaction, would take a way there and back each time.
    """
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


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
