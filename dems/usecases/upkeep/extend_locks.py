"""Extend the store's locks: of sealed items while they are kept, and of quarantined bytes until they are verified."""

import logging
from dataclasses import dataclass

from dems.layout import evidence_key
from dems.model.actors import system
from dems.model.acts import Act
from dems.ports import Clock, Transactions
from dems.steps.locks import Locks
from storage.errors import StorageError
from storage.interface import Lock, ObjectStore, StoredVersion

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ExtendLocks:
    transaction: Transactions
    store: ObjectStore
    locks: Locks
    clock: Clock

    def __call__(self, *, at_most: int = 500) -> int:
        """How many were extended. One that fails is logged as an error and tried again by the next run."""
        now = self.clock()
        with self.transaction() as tx:
            tx.authorise(system(), Act.EVIDENCE_RECHECK)
            due = tx.upkeep.locks_to_extend(
                self.locks.sealed_due_before(now), self.locks.unsealed_due_before(now), at_most
            )
            sealed = {u.id for u in due if tx.evidence.get(u.evidence_id).sealed_at is not None}
        extended = 0
        for upload in due:
            lock: Lock = self.locks.policy(now) if upload.id in sealed else self.locks.quarantine(now)
            stored = StoredVersion(evidence_key(upload.evidence_id, upload.id), upload.version_id or "", upload.size)
            try:
                self.store.lock(stored, lock)
            except StorageError as error:
                log.exception("lock_not_extended", extra={"upload": str(upload.id), "error": type(error).__name__})
                continue
            with self.transaction() as tx:
                tx.upkeep.locked(upload, lock.retain_until)
            extended += 1
        return extended
