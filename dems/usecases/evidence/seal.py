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
from dems.layout import evidence_key
from dems.model.actors import system
from dems.model.acts import Act
from dems.model.custody import of_item
from dems.model.evidence import Evidence, EvidenceState, Found, Verdict, judge
from dems.model.ids import EvidenceId, UploadId
from dems.model.times import rfc3339
from dems.model.uploads import Upload
from dems.ports import Clock, Job, JobKind, Lease, Transactions
from dems.steps.locks import Locks
from dems.steps.reading import pause_after, read_back
from storage.errors import BytesDamaged, ObjectMissing, StorageError
from storage.interface import Lock, ObjectInfo, ObjectStore, StoredVersion

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Seal:
    transaction: Transactions
    store: ObjectStore
    locks: Locks
    clock: Clock
    lease: timedelta
    algorithms: tuple[str, ...]

    def __call__(self, evidence_id: EvidenceId) -> Evidence:
        """Raises `NoLongerDue` when another worker has it or it is done; after a store's failure it stays due."""
        lease, evidence, upload = self._claim(evidence_id)
        stored = StoredVersion(
            evidence_key(evidence.id, upload.id),
            evidence.version_id or "",
            evidence.size if evidence.size is not None else 0,
        )
        try:
            found, info = read_back(self.transaction, self.store, stored, self.algorithms, lease, self.lease)
            verdict = judge(upload, found)
            lock = self._locked(stored, info) if verdict.sealed else None
            self.store.settle()
        except ObjectMissing:
            missing = Verdict(Found(0, {}), upload.size, upload.declared, ("missing",))
            return self._record(lease, evidence_id, upload.id, missing, None)
        except StorageError as error:
            self._put_back(lease, error)
            raise
        return self._record(lease, evidence_id, upload.id, verdict, lock)

    def _claim(self, evidence_id: EvidenceId) -> tuple[Lease, Evidence, Upload]:
        with self.transaction() as tx:
            lease = tx.jobs.claim(Job(JobKind.VERIFY, evidence_id), self.lease)
            evidence = tx.evidence.get(evidence_id)
            if evidence.state is not EvidenceState.VERIFYING or evidence.upload_id is None:
                tx.jobs.finish(lease)
                raise NoLongerDue(f"The item is {evidence.state.value} and not waiting to be verified.")
            return lease, evidence, tx.uploads.get(evidence.upload_id)

    def _locked(self, stored: StoredVersion, info: ObjectInfo) -> Lock:
        """Bring the lock to policy, where the headers of the read do not say that it is there already."""
        lock = self.locks.policy(self.clock())
        if not info.lock.satisfies(self.locks.policy_enough(self.clock())):
            self.store.lock(stored, lock)
            return lock
        return Lock(info.lock.retain_until or lock.retain_until, info.lock.legal_hold)

    def _record(
        self, lease: Lease, evidence_id: EvidenceId, upload_id: UploadId, verdict: Verdict, lock: Lock | None
    ) -> Evidence:
        with self.transaction() as tx:
            # Rows are locked in one order by everyone: upload, item, job. Else two of them could deadlock.
            upload = tx.uploads.get(upload_id, for_update=True)
            evidence = tx.evidence.get(evidence_id, for_update=True)
            tx.jobs.finish(lease)
            if "missing" not in verdict.problems:
                # A digest may have been declared while the bytes were read: what counts is what is declared now.
                verdict = judge(upload, verdict.found)
            act = Act.EVIDENCE_SEAL if verdict.sealed else Act.EVIDENCE_MISMATCH
            authority = tx.authorise(system(), act)
            evidence = evidence.judged(verdict, self.clock())
            tx.evidence.save(evidence)
            if lock is not None:
                tx.upkeep.locked(upload, lock.retain_until)
            tx.custody.append(
                authority,
                of_item(evidence.id),
                case_id=evidence.case_id,
                evidence_id=evidence.id,
                facts={
                    "upload": str(upload.id),
                    "version_id": evidence.version_id,
                    "declared_size": verdict.declared_size,
                    "size": verdict.found.size,
                    "declared_sha256": None if verdict.declared is None else verdict.declared.hex,
                    "digests": {a: d.hex for a, d in sorted(verdict.found.digests.items())},
                    "problems": list(verdict.problems),
                    "locked_until": None if lock is None else rfc3339(lock.retain_until),
                    "legal_hold": None if lock is None else lock.legal_hold,
                },
            )
        if not verdict.sealed:
            log.error("evidence_mismatch", extra={"evidence": str(evidence_id), "problems": list(verdict.problems)})
        return evidence

    def _put_back(self, lease: Lease, error: StorageError) -> None:
        level = logging.ERROR if isinstance(error, BytesDamaged) else logging.WARNING
        log.log(
            level, "verification_put_back", extra={"evidence": str(lease.job.subject), "error": type(error).__name__}
        )
        with self.transaction() as tx:
            tx.jobs.put_back(lease, f"{type(error).__name__}: {error}", pause_after(lease))
