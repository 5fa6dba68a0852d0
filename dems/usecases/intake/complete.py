"""Finish an upload whose parts are there: declare the digest of the whole file if that was not done before, and have
the store put the parts together.

One that came in one request (`receive`) completed by itself; this then answers how things stand, and brings to its
end what was cut off.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dems.errors import DigestMismatch, IntegrityBroken, PartsMissing, WrongState
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import Authority, of_item
from dems.model.digests import Digest
from dems.model.evidence import Evidence, EvidenceState
from dems.model.ids import UploadId
from dems.model.uploads import Upload, UploadState
from dems.ports import BegunMultipart, Clock, Job, JobKind, Once, Promise, Transaction, Transactions
from dems.steps.completion import adopt, complete_multipart, record_completed
from dems.steps.intent import Intents
from dems.steps.promises import check_all_there, missing_parts, parts_in_store
from storage.errors import PartsRefused, UploadMissing
from storage.interface import ObjectStore, Part, StoredVersion


@dataclass(frozen=True, slots=True)
class CompleteUpload:
    transaction: Transactions
    store: ObjectStore
    intents: Intents
    clock: Clock

    def __call__(
        self, actor: Actor, upload_id: UploadId, *, sha256: Digest | None = None, once: Once | None = None
    ) -> tuple[Upload, Evidence]:
        """Raises `PartsMissing`, `WrongState`, `DigestMismatch` against an earlier declaration or sealed bytes.

        The upload stays open after each of these, and what has come of it stays where it is.
        """
        with self.transaction() as tx:
            upload, evidence = self._declare(tx, actor, upload_id, sha256, once)
            promised = tx.uploads.promises([upload_id]).get(upload_id, {})
            multipart = tx.uploads.multiparts([upload_id]).get(upload_id)
            if upload.state is UploadState.OPEN:
                # What was never announced is not there: nothing is declared of it either.
                check_all_there(upload, promised.values())
        if upload.state is not UploadState.OPEN:
            return upload, evidence
        if upload.part_count == 1:
            return self._one_object(actor, upload, promised)
        return self._put_together(actor, upload, multipart, promised)

    def _declare(
        self, tx: Transaction, actor: Actor, upload_id: UploadId, sha256: Digest | None, once: Once | None
    ) -> tuple[Upload, Evidence]:
        upload = tx.uploads.get(upload_id)
        authority = tx.authorise(
            actor, Act.UPLOAD_COMPLETE, case_id=upload.case_id, upload_id=upload_id, intake_id=upload.intake_id
        )
        upload = tx.uploads.get(upload_id, for_update=True)
        if once is not None:
            tx.idempotency.first(once, upload_id)
        evidence = tx.evidence.get(upload.evidence_id, for_update=True)
        declared = upload.declaring(sha256)
        if declared != upload:
            tx.cases.get(upload.case_id).takes_changes()
            _still_open_to_declare(declared, evidence)
            tx.uploads.save(declared)
            _record_declaration(tx, authority, declared, evidence)
        if upload.state is UploadState.COMPLETING:
            tx.jobs.due(Job(JobKind.FINISH_COMPLETION, upload.id))
        elif upload.state in {UploadState.EXPIRED, UploadState.ABANDONED}:
            raise WrongState(f"This upload was {upload.state.value}.", state=upload.state.value)
        return declared, evidence

    def _one_object(self, actor: Actor, upload: Upload, promised: Mapping[int, Promise]) -> tuple[Upload, Evidence]:
        """The only part is the object: look whether it is there."""
        promise = promised.get(1)
        parts = [] if promise is None else [Part(1, promise.size, promise.sha256, promise.etag or "")]
        stored = adopt(self.store, upload, parts) if parts else None
        if stored is None:
            raise missing_parts(upload, [1])
        # The object is there, so there is no intent to be found after a crash: completing again comes to the same.
        with self.transaction() as tx:
            authority = tx.authorise(
                actor, Act.UPLOAD_COMPLETE, case_id=upload.case_id, upload_id=upload.id, intake_id=upload.intake_id
            )
            tx.cases.get(upload.case_id, keep_as_is=True).takes_changes()
            if upload.declared is None:
                # What was said of the only part was said of the whole file, before its bytes came.
                tx.uploads.save(upload.declaring(Digest.sha256(parts[0].sha256)))
            return self._recorded(tx, authority, upload, stored, parts)

    def _put_together(
        self, actor: Actor, upload: Upload, multipart: BegunMultipart | None, promised: Mapping[int, Promise]
    ) -> tuple[Upload, Evidence]:
        if multipart is None:
            raise missing_parts(upload, list(promised))
        try:
            parts = parts_in_store(self.store, upload, multipart, promised)
        except UploadMissing:
            with self.transaction() as tx:
                upload = tx.uploads.get(upload.id)
            if upload.state is not UploadState.OPEN:
                # Somebody else has just completed it: the answer is how it stands.
                return self(actor, upload.id)
            parts = []
        check_all_there(upload, parts)
        try:
            intent = self.intents.write(actor, Act.UPLOAD_COMPLETE, upload, multipart.multipart_id, parts)
        except WrongState as error:
            if error.data.get("state") not in {UploadState.COMPLETING.value, UploadState.COMPLETED.value}:
                raise
            # As above: somebody else completes it at this moment.
            return self(actor, upload.id)
        with self.intents.renewed(intent):
            try:
                stored = complete_multipart(self.store, upload, multipart.multipart_id, parts)
            except PartsRefused as error:
                self.intents.forget(intent)
                with self.transaction() as tx:
                    tx.uploads.unseen(upload.id)
                raise PartsMissing(
                    "The store refused to put the parts together: one of them is not what was announced. Send the parts "
                    "again, or abandon this upload and open a fresh one.",
                    upload=str(upload.id),
                    missing=[],
                    missing_count=0,
                ) from error
            except (IntegrityBroken, UploadMissing):
                self.intents.forget(intent)
                raise
        with self.transaction() as tx:
            tx.continuing(intent.authority)
            return self._recorded(tx, intent.authority, upload, stored, parts)

    def _recorded(
        self, tx: Transaction, authority: Authority, upload: Upload, stored: StoredVersion, parts: list[Part]
    ) -> tuple[Upload, Evidence]:
        done = record_completed(tx, authority, upload.id, stored, parts, self.clock())
        # What lock the object has is not known here: the next run of the daily job looks.
        tx.upkeep.locked(done[0], self.clock())
        return done


def _record_declaration(tx: Transaction, authority: Authority, upload: Upload, evidence: Evidence) -> None:
    tx.custody.append(
        authority,
        of_item(evidence.id),
        case_id=evidence.case_id,
        evidence_id=evidence.id,
        facts={
            "upload": str(upload.id),
            "declared_sha256": None if upload.declared is None else upload.declared.hex,
        },
    )


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
