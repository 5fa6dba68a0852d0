"""One simulated process with faults, whoever asks it for something, and the workers and the clock that go on after it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Engine

from dems.bootstrap import Dems
from dems.errors import Busy, DatabaseUnavailable, DemsError, WrongState
from dems.model.actors import Actor
from dems.model.evidence import EvidenceState
from dems.model.ids import CaseId, EvidenceId, UploadId
from dems.ports import Job, JobKind
from dems.settings import Settings
from storage.errors import StorageError
from tests.conftest import Owner, Sent
from tests.faults.faults import Faults, ProcessDied
from tests.faults.faulty_store import FaultyStore
from tests.faults.faulty_transactions import FaultyTransactions
from tests.reader import Reader

Answer = TypeVar("Answer")
TRIES = 8


@dataclass
class Simulated:
    settings: Settings
    engine: Engine
    """Whose commits fail as planned; one for all journeys, one after the other."""
    quiet: Dems
    """A core without faults: its store is the real one."""
    who: Actor
    case_id: CaseId
    owner: Owner
    faults: Faults
    sent: Sent = field(default_factory=Sent, kw_only=True)
    told: list[str] = field(default_factory=list, kw_only=True)
    """What the client was told on the way that was not an answer."""
    items: set[UUID] = field(default_factory=set, kw_only=True)
    uploads: set[UUID] = field(default_factory=set, kw_only=True)
    """What this journey is about; the work of others is left alone."""

    def __post_init__(self) -> None:
        self.store = FaultyStore(self.quiet.store, self.faults)
        self.core = self._start()

    def _start(self) -> Dems:
        exports = FaultyStore(self.quiet.exports, self.faults, by_version_only=False)
        core = Dems(
            self.settings, nudge=self._send, engine=self.engine, store=self.store, exports=exports, reads=Reader
        )
        self._transactions = FaultyTransactions(core.engine, core.clock, self._send, self.faults)
        core.transaction = self._transactions
        return core

    def _send(self, job: Job) -> None:
        with self.faults.on(f"send {job.kind.value}", lambda: ConnectionError("injected: the broker is gone")):
            self.sent(job)

    def restart(self) -> None:
        """A dead process is followed by a new one, which knows what the database knows."""
        self._transactions.gone()
        self.faults.restarted()
        self.core = self._start()

    def close(self) -> None:
        self._transactions.gone()

    def alone(self) -> None:
        """What other tests left undone is put off, so that the effects on this way are its own."""
        self.owner("UPDATE jobs SET due_at = now() + interval '1 d' WHERE due_at < now() + interval '12 h'")
        self.owner(
            "UPDATE upload_completions SET leased_until = now() + interval '1 d' "
            "WHERE leased_until < now() + interval '12 h'"
        )

    def ask(self, act: Callable[[], Answer]) -> Answer:
        """As a client that repeats a request that was not answered or answered with 5xx or `Retry-After`."""
        for _ in range(TRIES):
            try:
                return act()
            except (DatabaseUnavailable, Busy, StorageError) as error:
                self.told.append(type(error).__name__)
            except ProcessDied:
                self.told.append("connection lost")
                self.restart()
        raise AssertionError(f"the client gave up after being told {self.told}")

    def tries(self, act: Callable[[], None]) -> None:
        """As a client that, after any trouble, forgets what it knew and looks again."""
        try:
            act()
        except (DatabaseUnavailable, Busy, StorageError, WrongState, ConnectionError) as error:
            self.told.append(type(error).__name__)
        except ProcessDied:
            self.told.append("connection lost")
            self.restart()

    def settle(self) -> None:
        """Workers and the clock go on until nothing is left to do. First the messages that came, then the sweep."""
        for _ in range(TRIES):
            self.faults.enter("seal")
            self.work()
            if EvidenceState.VERIFYING.value not in self._states() and not self.jobs():
                return
            self.clock_strikes()
        raise AssertionError(f"work stays undone: {self.jobs()}")

    def clock_strikes(self) -> None:
        """What beat does, after leases have run out and pauses are over."""
        self._time_passes()
        self.supervised(self.core.intake.find_overdue)
        self.supervised(self.core.intake.expire)
        self.sent.jobs += self.supervised(lambda: self.core.upkeep.sweep(at_most=10_000)) or []

    def jobs(self) -> list[Any]:
        return self.owner(f"SELECT * FROM jobs WHERE subject IN ({_ids(self.items | self.uploads)})")  # noqa: S608

    def _states(self) -> set[str]:
        return {r.state for r in self.owner(f"SELECT state FROM evidence WHERE id IN ({_ids(self.items)})")}  # noqa: S608

    def _time_passes(self) -> None:
        """Leases and pauses are the database's; so is the clock they are measured by. Only this journey's are moved."""
        self.owner(
            "UPDATE jobs SET leased_until = now() - interval '1 s', due_at = now() - interval '1 h', nudged_at = NULL "  # noqa: S608
            f"WHERE subject IN ({_ids(self.items | self.uploads)})"
        )
        self.owner(
            "UPDATE upload_completions SET leased_until = now() - interval '1 s' "  # noqa: S608
            f"WHERE upload_id IN ({_ids(self.uploads)})"
        )

    def work(self) -> None:
        """Carry out the messages that came, as `workers.tasks` does."""
        while self.sent.jobs:
            job = self.sent.jobs.pop(0)
            if job.kind in {JobKind.VERIFY_MANY, JobKind.EXTRACT_MANY} or job.subject in self.items | self.uploads:
                self.supervised(lambda job=job: self._do(job))  # type: ignore[misc]

    def _do(self, job: Job) -> None:
        if job.kind is JobKind.VERIFY:
            self.core.evidence.seal(EvidenceId(job.subject))
        elif job.kind is JobKind.VERIFY_MANY:
            self.core.evidence.seal_many()
        elif job.kind is JobKind.FINISH_COMPLETION:
            self.core.intake.finish_completion(UploadId(job.subject))
        elif job.kind is JobKind.DISCARD_PARTS:
            self.core.intake.discard_parts(UploadId(job.subject))
        elif job.kind in {JobKind.EXTRACT, JobKind.EXTRACT_MANY}:
            self._extract(job)
        else:
            raise AssertionError(f"{job} was not to be due")

    def _extract(self, job: Job) -> None:
        before = self.faults.phase
        self.faults.enter("extract")
        try:
            if job.kind is JobKind.EXTRACT:
                self.core.extraction.one(EvidenceId(job.subject))
            else:
                self.core.extraction.many()
        finally:
            self.faults.enter(before)

    def supervised(self, act: Callable[[], Answer]) -> Answer | None:
        try:
            return act()
        except (DemsError, StorageError):
            return None
        except ProcessDied:
            self.restart()
            return None


def _ids(found: set[UUID]) -> str:
    return ", ".join(f"'{i}'" for i in sorted(found)) or "NULL"
