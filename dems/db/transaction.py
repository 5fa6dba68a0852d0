"""One unit of work: a transaction, its repositories, the permission check, the custody entries and the nudges.

What it refuses to commit, whoever wrote the use case:

* a change to a domain table without a custody entry in the same transaction;
* any custody entry or domain change without a permission that was asked for and given.

Entries are written last, with their chains locked in one order, so two transactions that touch the same
chains cannot wait for each other in a circle, and a chain is locked only while it is written.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection, CursorResult, Engine, Executable, Select, Table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import UpdateBase

from dems.db import tables
from dems.db.engine import told_apart
from dems.db.notes import Notes
from dems.db.repositories.base import Prepared
from dems.errors import BadRequest, DatabaseUnavailable, NotFound, NotPermitted, SelfGrant
from dems.model.actors import NOBODY_NAMED, Actor, ActorKind
from dems.model.acts import Act
from dems.model.custody import Authority
from dems.model.ids import CaseId, IntakeId, PersonId, UploadId
from dems.model.invitations import LOOKS
from dems.model.people import standing_of
from dems.model.permission import Answer, Subject, may
from dems.model.times import london_date
from dems.ports import Clock, Job

log = logging.getLogger(__name__)

Nudge = Callable[[Job], None]

_QUEUES_ENTRIES = text("SELECT to_regproc('public.entry_is_queued') IS NOT NULL")


class DatabaseTransactions:
    """Makes transactions on one engine: `with transactions() as tx: …`."""

    def __init__(self, engine: Engine, clock: Clock, nudge: Nudge) -> None:
        self._engine = engine
        self._clock = clock
        self._nudge = nudge
        self._queues_entries = False

    @contextmanager
    def __call__(self) -> Iterator["DatabaseTransaction"]:
        with told_apart():
            with self._engine.begin() as connection:
                self._require_queue(connection)
                tx = DatabaseTransaction(connection, self._clock)
                yield tx
                tx.before_commit()
            # The work is due in the database by now; a lost nudge only delays it until the sweep.
            unsent = [job for job in tx.nudges if not self._sent(job)]
            if unsent:
                self._leave_to_the_sweep(unsent)

    def _require_queue(self, connection: Connection) -> None:
        """Once. Where nothing queues entries yet, they would be written and never get into the log.

        Raises `DatabaseUnavailable`.
        """
        if not self._queues_entries:
            if not connection.execute(_QUEUES_ENTRIES).scalar():
                raise DatabaseUnavailable("The database's schema is older than this program: run `dems migrate` first.")
            self._queues_entries = True

    def _sent(self, job: Job) -> bool:
        try:
            self._nudge(job)
        except Exception as error:  # noqa: BLE001 whatever the broker's client raises: the sweep finds the work
            log.warning("nudge_not_sent", extra={"job": job.kind.value, "error": type(error).__name__})
            return False
        return True

    def _leave_to_the_sweep(self, unsent: list[Job]) -> None:
        """Say that these were not sent, so that the next sweep sends them and does not wait its minute."""
        try:
            with self._engine.begin() as connection:
                DatabaseTransaction(connection, self._clock).jobs.not_nudged(unsent)
        except DBAPIError as error:
            # What was committed stays committed: the caller must not be told otherwise.
            log.warning("nudge_not_sent", extra={"jobs": len(unsent), "error": type(error).__name__})


class DatabaseTransaction(Notes):
    """See `dems.ports.Transaction`."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self.clock = clock
        self.changed: set[str] = set()
        self.authorised = False
        self.nudges: list[Job] = []

    def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        """Run one statement, noting which domain tables it changes. Only statements built from our tables are taken."""
        if isinstance(statement, UpdateBase):
            table = statement.table
            if not isinstance(table, Table):
                raise TypeError("a transaction changes whole tables of ours, not aliases or joins")
            if table.info["sort"] == tables.DOMAIN:
                self.changed.add(table.name)
        elif not isinstance(statement, Select):
            raise TypeError("a transaction runs SELECT, INSERT, UPDATE and DELETE on our tables only")
        return self._connection.execute(statement, parameters)

    def read(self, prepared: Prepared, **parameters: Any) -> list[tuple[Any, ...]]:
        """The rows of a SELECT that was put into words beforehand, past SQLAlchemy."""
        driver = self._connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection), "the engine is one of psycopg's"
        with driver.cursor(binary=True) as cursor:
            return cursor.execute(prepared.words, {**prepared.given, **parameters}).fetchall()

    def authorise(
        self,
        actor: Actor,
        act: Act,
        *,
        case_id: CaseId | None = None,
        person_id: PersonId | None = None,
        upload_id: UploadId | None = None,
        intake_id: IntakeId | None = None,
    ) -> Authority:
        if actor.kind is ActorKind.SERVICE and actor.on_behalf_of is None and act is not Act.ME_READ:
            raise BadRequest(NOBODY_NAMED)
        standings = None
        if case_id is not None and actor.people:
            today = london_date(self.clock())
            grants = self.cases.grants(case_id, [p.id for p in actor.people])
            walls = self.cases.walls(case_id)
            standings = {p.id: standing_of(p, grants, walls, today) for p in actor.people}
        verdict = may(actor, act, Subject(standings, upload_id, intake_id, person_id))
        if verdict.answer is Answer.ALLOWED:
            if actor.kind is ActorKind.INVITATION:
                self._still_stands(actor, act)
            self.authorised = True
            return Authority(actor, act, verdict.role)
        if verdict.answer is Answer.UNKNOWN:
            raise NotFound
        if verdict.to_self:
            raise SelfGrant(verdict.why)
        raise NotPermitted(verdict.why or "You may not do this.")

    def _still_stands(self, actor: Actor, act: Act) -> None:
        """From here to the end of the transaction nobody withdraws the invitation by which this is done."""
        looks = act in LOOKS
        found = actor.intake_id and self.invitations.of_intake(actor.intake_id, keep_as_is=not looks)
        if not found:
            raise NotFound
        found.opens(act, self.clock())

    def continuing(self, authority: Authority) -> None:
        if authority.act not in {Act.UPLOAD_RECEIVE, Act.UPLOAD_COMPLETE}:
            raise RuntimeError("only bytes on their way in outlive the permission under which they began")
        self.authorised = True

    def before_commit(self) -> None:
        """Write the entries and refuse what has none. The last statements of the transaction."""
        if self.changed and not self.custody.pending:
            raise RuntimeError(f"a change to {', '.join(sorted(self.changed))} without a custody entry")
        if (self.changed or self.custody.pending) and not self.authorised:
            raise RuntimeError("a change that nobody was asked permission for")
        self.custody.write()
