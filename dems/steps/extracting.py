"""What reading one item and reading many have in common: which bytes, under whose lease, what becomes of trouble.

The order is as everywhere: pictures are stored, then one transaction records the reading with its custody entry and ends
the job. Reading goes on outside any transaction.
"""

import contextlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dems.errors import NoLongerDue
from dems.layout import evidence_key
from dems.model.evidence import Evidence
from dems.model.findings import Finding, Reading, ResultState
from dems.model.ids import EvidenceId
from dems.model.readings import NO_SANDBOX_KNOWN, Original
from dems.ports import Clock, Job, JobKind, Lease, NoReaders, ReaderDied, ReadsFindings, Transaction, Transactions
from dems.steps.reading import LONGEST_PAUSE, RENEWED_EVERY_SECONDS, pause_after
from dems.steps.recording import Made, end_work, made, original_of
from dems.steps.renditions import keep_renditions
from storage.errors import BytesDamaged, ObjectMissing, StorageError
from storage.interface import ObjectStore, StoredVersion

log = logging.getLogger(__name__)

TRIES = 3
"""So often may a file take its reader with it before it is said to have failed."""

STORE_AGAIN_AFTER = timedelta(minutes=1)
READERS_AGAIN_AFTER = timedelta(minutes=10)
"""Where nothing can be read at all, whatever the file, a person must mend the machine."""

_UNKNOWN = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Wanted:
    """An item whose sealed bytes are to be read."""

    lease: Lease
    evidence: Evidence
    original: Original

    @property
    def stored(self) -> StoredVersion:
        assert self.evidence.upload_id is not None, "what is sealed came by an upload"
        key = evidence_key(self.evidence.id, self.evidence.upload_id)
        return StoredVersion(key, self.original.version_id, self.original.size)

    @property
    def extension(self) -> str:
        """Of the original name, without the dot; empty where it has none."""
        name = "" if self.evidence.name is None else self.evidence.name.text
        return name.rpartition(".")[2].lower() if "." in name else ""


def wanted(tx: Transaction, leases: Sequence[Lease]) -> list[Wanted]:
    """The items behind the leases of one claim that can be read; the work on all others is ended."""
    items = tx.evidence.many(sorted(EvidenceId(le.job.subject) for le in leases))
    found: list[Wanted] = []
    idle: list[Lease] = []
    for lease in leases:
        item = items.get(EvidenceId(lease.job.subject))
        original = None if item is None else original_of(item)
        if item is None or original is None:
            idle.append(lease)
        else:
            found.append(Wanted(lease, item, original))
    if idle:
        end_work(tx, idle)
    return found


@dataclass(slots=True)
class Hold:
    """The leases of one claim, renewed every few seconds while their items are read one after another."""

    transaction: Transactions
    leases: list[Lease]
    duration: timedelta
    renewed_at: float = field(default_factory=time.monotonic)

    def on(self, lease: Lease) -> Callable[[], None]:
        """To be called while that lease's item is read. Raises `NoLongerDue` once the work was taken away or ended."""

        def alive() -> None:
            if time.monotonic() - self.renewed_at >= RENEWED_EVERY_SECONDS:
                self._renew()
            if lease not in self.leases:
                raise NoLongerDue(f"The lease on {lease.job.kind.value} of {lease.job.subject} was lost.")

        return alive

    def _renew(self) -> None:
        if self.leases:
            with self.transaction() as tx:
                held = tx.jobs.still_held(self.leases)
                self.leases = [le for le in self.leases if le.job.subject in held]
                if self.leases:
                    tx.jobs.renew_many(self.leases, self.duration)
        self.renewed_at = time.monotonic()


@dataclass(frozen=True, slots=True)
class Extraction:
    """Reads one item after another and says what is to be recorded of each."""

    transaction: Transactions
    reads: ReadsFindings
    exports: ObjectStore
    clock: Clock

    def __call__(self, item: Wanted, alive: Callable[[], None], *, patient: bool) -> Made | None:
        """None where nothing is to be recorded now: the work was put back, or it is no longer ours.

        Raises `NoReaders`: then it is the caller's to put everything back.
        """
        if item.lease.attempts > TRIES:
            return self._failed(item, _lost(item.lease))
        begun_at = self.clock()
        try:
            alive()
            reading = self.reads(item.stored, item.extension, patient=patient, alive=alive)
        except NoLongerDue:
            log.info("reading_ended", extra={"evidence": str(item.evidence.id)})
        except ReaderDied as death:
            return self._died(item, death)
        except StorageError as error:
            self._store_failed(item.lease, error)
        else:
            return self._with_pictures(item, reading, begun_at)
        return None

    def _with_pictures(self, item: Wanted, reading: Reading, begun_at: datetime) -> Made | None:
        try:
            pictures = keep_renditions(self.exports, item.evidence.id, reading.renditions, self.clock())
        except StorageError as error:
            self._put_back(item.lease, error)
            return None
        return made(item.lease, item.original, reading, pictures, begun_at, self.clock())

    def _died(self, item: Wanted, death: ReaderDied) -> Made | None:
        log.warning("reader_died", extra={"evidence": str(item.evidence.id), "attempts": item.lease.attempts})
        if item.lease.attempts < TRIES:
            # It may have been cancelled meanwhile: then nobody tries again, and the items beside it are no less read.
            with contextlib.suppress(NoLongerDue):
                self._try_again_apart(item.lease, str(death))
            return None
        reason = f"It was tried {TRIES} times, and in none did its reader live to the end. {death}"
        return self._failed(item, reason, death.findings)

    def _failed(self, item: Wanted, reason: str, findings: Sequence[Finding] = ()) -> Made:
        now = self.clock()
        return made(item.lease, item.original, _failure(reason, findings, self.reads.tools()), (), now, now)

    def _try_again_apart(self, lease: Lease, problem: str) -> None:
        """With those that hold up nobody else."""
        with self.transaction() as tx:
            if lease.job.kind is not JobKind.EXTRACT_LARGE:
                tx.jobs.drop(Job(JobKind.EXTRACT_LARGE, lease.job.subject))
            tx.jobs.put_back(lease, problem, pause_after(lease), as_kind=JobKind.EXTRACT_LARGE)

    def _store_failed(self, lease: Lease, error: StorageError) -> None:
        """No fault of the file. Bytes that are not there are first of all looked for."""
        if isinstance(error, ObjectMissing):
            with self.transaction() as tx:
                tx.jobs.due(Job(JobKind.RECHECK, lease.job.subject))
        self._put_back(lease, error)

    def _put_back(self, lease: Lease, error: StorageError) -> None:
        lasting = isinstance(error, ObjectMissing | BytesDamaged)
        level = logging.ERROR if lasting else logging.WARNING
        log.log(level, "reading_put_back", extra={"evidence": str(lease.job.subject), "error": type(error).__name__})
        pause = LONGEST_PAUSE if lasting else STORE_AGAIN_AFTER
        put_back(self.transaction, [lease], f"{type(error).__name__}: {error}", pause)


def put_back(transaction: Transactions, leases: Sequence[Lease], problem: str, pause: timedelta) -> None:
    """Leave work for later as if it had not been tried. Where a lease was lost, whoever has it now goes on."""
    for lease in leases:
        try:
            with transaction() as tx:
                tx.jobs.put_back(lease, problem, pause, counted=False)
        except NoLongerDue:
            continue


def nobody_reads(transaction: Transactions, leases: Sequence[Lease], error: NoReaders) -> None:
    """Leave work until a person has mended the machine: on this one nothing can be read, whatever the file."""
    log.error("nothing_can_be_read", extra={"why": str(error)})
    put_back(transaction, leases, str(error), READERS_AGAIN_AFTER)


def _lost(lease: Lease) -> str:
    told = f"It was begun {lease.attempts - 1} times, and each time the worker that read it was lost before it had a result."
    return told if lease.problem is None else f"{told} Before: {lease.problem}"


def _failure(reason: str, findings: Sequence[Finding], tools: Mapping[str, str]) -> Reading:
    """A reading of which nothing came but what a scanner said.

    It names the tools that are here, so that it is read again when they have changed.
    """
    return Reading(
        state=ResultState.FAILED,
        reason=reason,
        media_type=_UNKNOWN,
        findings=findings,
        warnings=(),
        renditions=(),
        tools=tools,
        sandbox=NO_SANDBOX_KNOWN,
        bytes_read=0,
        requests=0,
        seconds=0.0,
    )
