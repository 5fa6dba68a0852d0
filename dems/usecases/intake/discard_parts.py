"""Have the store throw away the parts of an upload that ended without them. What was announced happens, then is recorded."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from dems.errors import NoLongerDue
from dems.layout import evidence_key
from dems.model.actors import system
from dems.model.acts import Act
from dems.model.custody import of_item
from dems.model.ids import UploadId
from dems.model.uploads import UploadState
from dems.ports import Job, JobKind, Transactions
from storage.errors import StorageError
from storage.interface import ObjectStore

log = logging.getLogger(__name__)

TRY_AGAIN_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class DiscardParts:
    transaction: Transactions
    store: ObjectStore
    lease: timedelta

    def __call__(self, upload_id: UploadId) -> None:
        """Raises `NoLongerDue` when there is nothing to throw away; after a store's failure it stays due."""
        with self.transaction() as tx:
            lease = tx.jobs.claim(Job(JobKind.DISCARD_PARTS, upload_id), self.lease)
            upload = tx.uploads.get(upload_id)
            multipart = tx.uploads.multiparts([upload_id]).get(upload_id)
            over = upload.state not in {UploadState.OPEN, UploadState.COMPLETING}
            if multipart is None or not over:
                tx.jobs.finish(lease)
        if multipart is None or not over:
            raise NoLongerDue("The upload goes on, or has no parts in the store.")
        try:
            # One that became an object is gone already, which is no error.
            self.store.resume(evidence_key(upload.evidence_id, upload_id), multipart.multipart_id).abort()
        except StorageError as error:
            with self.transaction() as tx:
                tx.jobs.put_back(lease, f"{type(error).__name__}: {error}", TRY_AGAIN_AFTER * lease.attempts)
            raise
        with self.transaction() as tx:
            authority = tx.authorise(system(), Act.UPLOAD_DISCARD)
            upload = tx.uploads.get(upload_id, for_update=True)
            tx.uploads.forget_multipart(upload_id)
            tx.jobs.finish(lease)
            if upload.state is not UploadState.COMPLETED:
                tx.custody.append(
                    authority,
                    of_item(upload.evidence_id),
                    case_id=upload.case_id,
                    evidence_id=upload.evidence_id,
                    facts={"upload": str(upload_id), "state": upload.state.value},
                )
