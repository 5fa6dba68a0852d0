"""Finish an upload: declare the digest of the whole file if that was not done before, and see that its bytes are in.

The bytes come in one request (`receive`) which completes by itself. So this declares, answers how things
stand, and brings to its end an upload whose completion was cut off.
"""

from dataclasses import dataclass

from dems.errors import DigestMismatch, WrongState
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import of_item
from dems.model.digests import Digest
from dems.model.evidence import Evidence, EvidenceState
from dems.model.ids import UploadId
from dems.model.uploads import Upload, UploadState
from dems.ports import Clock, Job, JobKind, Once, Transactions


@dataclass(frozen=True, slots=True)
class CompleteUpload:
    transaction: Transactions
    clock: Clock

    def __call__(
        self, actor: Actor, upload_id: UploadId, *, sha256: Digest | None = None, once: Once | None = None
    ) -> tuple[Upload, Evidence]:
        """Raises `WrongState` while bytes are missing, `DigestMismatch` against an earlier declaration or sealed bytes."""
        with self.transaction() as tx:
            upload = tx.uploads.get(upload_id)
            authority = tx.authorise(actor, Act.UPLOAD_COMPLETE, case_id=upload.case_id, upload_id=upload_id)
            upload = tx.uploads.get(upload_id, for_update=True)
            if once is not None:
                tx.idempotency.first(once, upload_id)
            evidence = tx.evidence.get(upload.evidence_id, for_update=True)
            declared = upload.declaring(sha256)
            if declared != upload:
                tx.cases.get(upload.case_id).takes_changes()
                _still_open_to_declare(declared, evidence)
                tx.uploads.save(declared)
                tx.custody.append(
                    authority,
                    of_item(evidence.id),
                    case_id=evidence.case_id,
                    evidence_id=evidence.id,
                    facts={
                        "upload": str(upload_id),
                        "declared_sha256": declared.declared.hex if declared.declared else None,
                    },
                )
            if upload.state is UploadState.COMPLETING:
                tx.jobs.due(Job(JobKind.FINISH_COMPLETION, upload.id))
            elif upload.state is UploadState.OPEN:
                raise WrongState(
                    f"Not all bytes of this upload are here. Send all {upload.size} to PUT /v1/uploads/{upload.id}/content.",
                    state=upload.state.value,
                    received=0,
                    size=upload.size,
                )
            elif upload.state is not UploadState.COMPLETED:
                raise WrongState(f"This upload was {upload.state.value}.", state=upload.state.value)
        return declared, evidence


def _still_open_to_declare(upload: Upload, evidence: Evidence) -> None:
    """A digest is worth something as a declaration only before we know ours."""
    if evidence.upload_id != upload.id or upload.declared is None:
        raise WrongState("This item has a newer upload.", state=evidence.state.value)
    found = evidence.digests.get("sha256")
    if found is not None and not found.same_as(upload.declared):
        raise DigestMismatch(
            "The item was verified already, and its bytes have another SHA-256 than the one declared now.",
            declared=upload.declared.hex,
            found=found.hex,
        )
    if evidence.state not in {EvidenceState.DECLARED, EvidenceState.UPLOADING, EvidenceState.VERIFYING}:
        raise WrongState(
            f"This item is {evidence.state.value}: it is too late to declare a digest. Compare yours with `digests`.",
            state=evidence.state.value,
        )
