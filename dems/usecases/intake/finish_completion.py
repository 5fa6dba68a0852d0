"""Bring an upload to its end whose completion was begun and not recorded: a crash, or an answer that was lost.

Asks the store what happened. Bytes that are there become a record; parts that are there are put together;
where nothing is there, or something else, the upload is open again. Nothing is deleted.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta

from dems.errors import IntegrityBroken
from dems.model.actors import system
from dems.model.acts import Act
from dems.model.ids import UploadId
from dems.model.uploads import Upload, UploadState
from dems.ports import Clock, Completion, Job, JobKind, Transaction, Transactions
from dems.steps.completion import adopt, complete_multipart, record_completed
from storage.errors import PartsRefused, StorageError, UploadMissing
from storage.interface import ObjectStore, Part, StoredVersion

log = logging.getLogger(__name__)

TRY_AGAIN_AFTER = timedelta(seconds=30)
LOOK_AGAIN_AFTER = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class FinishCompletion:
    transaction: Transactions
    store: ObjectStore
    clock: Clock
    lease: timedelta

    def __call__(self, upload_id: UploadId) -> UploadState:
        """Raises `NoLongerDue` when there is nothing to finish."""
        job = Job(JobKind.FINISH_COMPLETION, upload_id)
        with self.transaction() as tx:
            lease = tx.jobs.claim(job, self.lease)
            upload = tx.uploads.get(upload_id)
            intent = tx.uploads.completion(upload_id)
            parts = self._parts(tx, upload_id, intent)
        try:
            stored = None if intent is None else self._in_store(upload, intent, parts)
        except StorageError as error:
            log.warning("completion_not_finished", extra={"upload": str(upload_id), "error": type(error).__name__})
            with self.transaction() as tx:
                tx.jobs.put_back(lease, f"{type(error).__name__}: {error}", TRY_AGAIN_AFTER * lease.attempts)
            raise
        if stored is None and intent is not None and not intent.overdue:
            # Its process lives and may be putting the bytes there right now: look again later, forget nothing.
            with self.transaction() as tx:
                tx.jobs.put_back(lease, "the upload is being completed by another process", LOOK_AGAIN_AFTER)
            return upload.state
        with self.transaction() as tx:
            # The upload's row before the job's, as `complete` has them: else the two could deadlock.
            upload = tx.uploads.get(upload_id, for_update=True)
            tx.jobs.finish(lease)
            if stored is not None and upload.state is UploadState.COMPLETING:
                authority = tx.authorise(system(), Act.UPLOAD_COMPLETE)
                upload, _ = record_completed(
                    tx,
                    authority,
                    upload_id,
                    stored,
                    parts,
                    self.clock(),
                    sender=None if intent is None else intent.sender,
                )
                tx.upkeep.locked(upload, self.clock())
            elif intent is not None:
                tx.uploads.forget_intent(upload_id, intent.attempt)
                upload = tx.uploads.get(upload_id)
        return upload.state

    @staticmethod
    def _parts(tx: Transaction, upload_id: UploadId, intent: Completion | None) -> list[Part]:
        if intent is None or intent.multipart_id is not None:
            return tx.uploads.parts(upload_id)
        # The only part is the object: of one that went to the store directly we know what was announced.
        promised = tx.uploads.promises([upload_id]).get(upload_id, {})
        return [Part(p.number, p.size, p.sha256, p.etag or "") for p in promised.values()]

    def _in_store(self, upload: Upload, intent: Completion, parts: list[Part]) -> StoredVersion | None:
        try:
            if intent.multipart_id is None:
                return adopt(self.store, upload, parts)
            return complete_multipart(self.store, upload, intent.multipart_id, parts)
        except (UploadMissing, PartsRefused):
            return None
        except IntegrityBroken:
            # Asking again would never help, and an upload that is neither open nor done could not even be abandoned.
            log.critical("other_bytes_at_key", extra={"upload": str(upload.id)})
            return None


@dataclass(frozen=True, slots=True)
class FindOverdueCompletions:
    transaction: Transactions

    def __call__(self, *, at_most: int = 500) -> int:
        """Make it due to finish every upload whose intent to complete has outlived its lease."""
        with self.transaction() as tx:
            overdue = tx.uploads.overdue_intents(at_most)
            for upload_id in overdue:
                tx.jobs.due(Job(JobKind.FINISH_COMPLETION, upload_id))
        return len(overdue)
