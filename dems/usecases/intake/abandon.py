"""Abandon an upload, or let those expire that nobody finished. The item stays, and takes a fresh upload."""

from dataclasses import dataclass, replace

from dems.errors import Busy, WrongState
from dems.model.actors import Actor, system
from dems.model.acts import Act
from dems.model.custody import Authority, of_item
from dems.model.ids import UploadId
from dems.model.uploads import Upload, UploadState
from dems.ports import Clock, Job, JobKind, Transaction, Transactions


@dataclass(frozen=True, slots=True)
class AbandonUpload:
    transaction: Transactions

    def __call__(self, actor: Actor, upload_id: UploadId) -> Upload:
        """Raises `WrongState` when its bytes are in already, `Busy` while they are being put together."""
        with self.transaction() as tx:
            upload = tx.uploads.get(upload_id)
            authority = tx.authorise(
                actor, Act.UPLOAD_ABANDON, case_id=upload.case_id, upload_id=upload_id, intake_id=upload.intake_id
            )
            upload = tx.uploads.get(upload_id, for_update=True)
            if upload.state is UploadState.ABANDONED:
                return upload
            if upload.state is UploadState.COMPLETING:
                raise Busy("The bytes of this upload are being put together. Look again in a moment.")
            if upload.state is not UploadState.OPEN:
                raise WrongState(
                    f"This upload is {upload.state.value} and cannot be abandoned.", state=upload.state.value
                )
            return _end(tx, authority, upload, UploadState.ABANDONED)


@dataclass(frozen=True, slots=True)
class ExpireUploads:
    transaction: Transactions
    clock: Clock

    def __call__(self, *, at_most: int = 500) -> int:
        """End the uploads whose time is over; how many there were. Run again while it finds as many as it may."""
        with self.transaction() as tx:
            authority = tx.authorise(system(), Act.UPLOAD_EXPIRE)
            expired = tx.uploads.expired(self.clock(), at_most)
            # Looked at again now that their rows are held: an intent to complete may have come while they were chosen.
            for upload in tx.uploads.many([u.id for u in expired]).values():
                if upload.state is UploadState.OPEN:
                    _end(tx, authority, upload, UploadState.EXPIRED)
        return len(expired)


def _end(tx: Transaction, authority: Authority, upload: Upload, state: UploadState) -> Upload:
    ended = replace(upload, state=state)
    tx.uploads.save(ended)
    begun = bool(tx.uploads.multiparts([upload.id]))
    if begun:
        tx.jobs.due(Job(JobKind.DISCARD_PARTS, upload.id))
    tx.custody.append(
        authority,
        of_item(upload.evidence_id),
        case_id=upload.case_id,
        evidence_id=upload.evidence_id,
        facts={"upload": str(upload.id), "state": state.value, "parts_to_discard": begun},
    )
    return ended
