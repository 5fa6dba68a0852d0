"""See how an upload stands."""

from dataclasses import dataclass

from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.ids import UploadId
from dems.model.uploads import Upload
from dems.ports import Transactions
from storage.interface import Part


@dataclass(frozen=True, slots=True)
class LookUpUpload:
    transaction: Transactions

    def __call__(self, actor: Actor, upload_id: UploadId) -> tuple[Upload, list[Part]]:
        """The upload and the parts that are kept. Raises `NotFound`."""
        with self.transaction() as tx:
            upload = tx.uploads.get(upload_id)
            tx.authorise(actor, Act.UPLOAD_READ, case_id=upload.case_id, upload_id=upload_id)
            return upload, tx.uploads.parts(upload_id)
