"""See how an upload stands."""

from dataclasses import dataclass

from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.ids import UploadId
from dems.model.uploads import Upload, UploadState
from dems.ports import Transactions
from dems.steps.completion import adopt
from dems.steps.promises import parts_in_store
from storage.errors import UploadMissing
from storage.interface import ObjectStore, Part


@dataclass(frozen=True, slots=True)
class LookUpUpload:
    transaction: Transactions
    store: ObjectStore

    def __call__(self, actor: Actor, upload_id: UploadId) -> tuple[Upload, list[Part]]:
        """The upload and the parts that are here. The store is asked about those that went to it directly.

        Raises `NotFound`, and what the store raises.
        """
        with self.transaction() as tx:
            upload = tx.uploads.get(upload_id)
            tx.authorise(
                actor, Act.UPLOAD_READ, case_id=upload.case_id, upload_id=upload_id, intake_id=upload.intake_id
            )
            promised = tx.uploads.promises([upload_id]).get(upload_id, {})
            multipart = tx.uploads.multiparts([upload_id]).get(upload_id)
        known = [Part(p.number, p.size, p.sha256, p.etag) for p in promised.values() if p.etag is not None]
        if upload.state is not UploadState.OPEN or len(known) == len(promised):
            return upload, known
        if upload.part_count == 1:
            part = Part(1, promised[1].size, promised[1].sha256, "")
            return upload, [part] if adopt(self.store, upload, [part]) is not None else []
        try:
            return upload, parts_in_store(self.store, upload, multipart, promised)
        except UploadMissing:
            return upload, []
