"""Seal one item: the moment at which bytes become evidence.

The order is the guarantee. The stored bytes are read back and hashed; the lock is brought to policy and
confirmed; the store's disks are flushed where they are ours; only then does one transaction say *sealed*. A
crash before it leaves bytes that are locked and unsealed, which is harmless and found again by the sweep.
Sealed-but-unlocked never exists.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta

from dems.errors import NoLongerDue
from dems.model.evidence import Evidence
from dems.model.ids import EvidenceId
from dems.ports import Clock, Job, JobKind, Lease, Transactions
from dems.steps.locks import Locks
from dems.steps.reading import RESUME_ABOVE_BYTES, Reading, in_background, pause_after
from dems.steps.sealing import Candidate, Examined, Examiner, Recorder, candidates, of_parts
from storage.errors import BytesDamaged, StorageError
from storage.interface import ObjectStore

log = logging.getLogger(__name__)

FLUSHED_EARLY_BYTES = 64 * 1024 * 1024
"""Of a larger file so much may wait to be written that sealing it would wait for the disk."""


@dataclass(frozen=True, slots=True)
class Seal:
    transaction: Transactions
    store: ObjectStore
    locks: Locks
    clock: Clock
    lease: timedelta
    algorithms: tuple[str, ...]
    resume_above: int = RESUME_ABOVE_BYTES

    def __call__(self, evidence_id: EvidenceId) -> Evidence:
        """Raises `NoLongerDue` when another worker has it or it is done; after a store's failure it stays due."""
        candidate = self._claim(evidence_id)
        try:
            examined = self._examined(candidate)
        except StorageError as error:
            self._put_back(candidate.lease, error)
            raise
        return self._record(examined)

    def _examined(self, candidate: Candidate) -> Examined:
        """Read back, locked and flushed. Most of the flush goes on while the bytes are read, the rest after the lock."""
        examine = Examiner(self.store, self.locks, self.clock, self.algorithms)
        read = Reading(
            self.transaction,
            self.store,
            candidate.key,
            (*self.algorithms, *of_parts(candidate.upload)),
            candidate.lease,
            self.lease,
            self.resume_above,
        )
        flushing = in_background(self.store.settle) if candidate.upload.size > FLUSHED_EARLY_BYTES else None
        examined = examine(candidate, read)
        if read.resumed and examined.lock is None:
            # A saved state must not make a mismatch of good bytes.
            examined = examine(candidate, read.from_the_start)
        if flushing is not None:
            read.until_done(flushing)
        self.store.settle()
        return examined

    def _claim(self, evidence_id: EvidenceId) -> Candidate:
        with self.transaction() as tx:
            lease = tx.jobs.claim(Job(JobKind.VERIFY, evidence_id), self.lease)
            waiting, idle = candidates(tx, [lease])
            state = tx.evidence.get(evidence_id).state
            if idle:
                tx.jobs.finish(lease)
        if idle:
            raise NoLongerDue(f"The item is {state.value} and not waiting to be verified.")
        return waiting[0]

    def _record(self, examined: Examined) -> Evidence:
        with self.transaction() as tx:
            settled = Recorder(tx, [examined], self.clock).record()
        if not settled:
            raise NoLongerDue("The item changed while it was read back, or its bytes are not there yet.")
        return settled[0].evidence

    def _put_back(self, lease: Lease, error: StorageError) -> None:
        level = logging.ERROR if isinstance(error, BytesDamaged) else logging.WARNING
        log.log(
            level, "verification_put_back", extra={"evidence": str(lease.job.subject), "error": type(error).__name__}
        )
        with self.transaction() as tx:
            tx.jobs.put_back(lease, f"{type(error).__name__}: {error}", pause_after(lease))
