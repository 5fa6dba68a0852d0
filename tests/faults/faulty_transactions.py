"""The real database with faults at COMMIT: refused, committed without an answer, or the process gone on either side of it.

The fault sits where a network has it: at the driver's commit. What the use cases, the unit of work and SQLAlchemy
make of it is the real thing.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import _GeneratorContextManager, contextmanager

import psycopg
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from dems.db.transaction import DatabaseTransaction, DatabaseTransactions
from dems.ports import Clock, Job
from tests.faults.faults import Faults


def _lost() -> Exception:
    error = psycopg.OperationalError("injected: server closed the connection unexpectedly")
    return OperationalError("COMMIT", None, error, connection_invalidated=False)


class FaultyTransactions(DatabaseTransactions):
    """Names each transaction by the function that opened it, for example ``commit Receive._intend``."""

    def __init__(self, engine: Engine, clock: Clock, nudge: Callable[[Job], None], faults: Faults) -> None:
        super().__init__(engine, clock, nudge)
        self._faults = faults
        self._engine_heard = engine
        event.listen(engine, "commit", self._commit)

    def gone(self) -> None:
        """Its process is dead or done. The connections stay for the next: to make new ones takes longer than a journey's work."""
        event.remove(self._engine_heard, "commit", self._commit)

    def __call__(self) -> _GeneratorContextManager[DatabaseTransaction]:
        # co_qualname is of the use case's function: the one that says `with self.transaction() as tx`.
        return self._named(sys._getframe(1).f_code.co_qualname)

    @contextmanager
    def _named(self, name: str) -> Iterator[DatabaseTransaction]:
        self._faults.alive()
        with self._faults.in_transaction(name), super().__call__() as tx:
            yield tx

    def _commit(self, connection: Connection) -> None:
        name = self._faults.transaction
        if name is None:
            raise RuntimeError("a commit outside the unit of work")
        with self._faults.on(f"commit {name}", _lost):
            connection.connection.commit()
