"""The parts of uploads: announced, seen in the store, and the multipart uploads that they go to."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import delete, exists, insert, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from dems.db.repositories.base import Rows, chunks
from dems.db.tables import multiparts, upload_parts
from dems.model.ids import UploadId
from dems.ports import BegunMultipart, Promise
from storage.interface import Part

WHOLE_BODY = ""
"""Stands for the ETag of a part that was never sent as one: it came in one request, as the whole file."""


class PartRows(Rows):
    def parts(self, upload_id: UploadId) -> list[Part]:
        promised = self.promises([upload_id]).get(upload_id, {})
        return [Part(p.number, p.size, p.sha256, p.etag) for p in promised.values() if p.etag is not None]

    def keep_parts(self, upload_id: UploadId, parts: Sequence[Part]) -> None:
        self._tx.execute(delete(upload_parts).where(upload_parts.c.upload_id == upload_id))
        self._tx.execute(insert(upload_parts), [_values(upload_id, p) for p in parts])

    def promises(self, upload_ids: Sequence[UploadId]) -> Mapping[UploadId, Mapping[int, Promise]]:
        found: dict[UploadId, dict[int, Promise]] = defaultdict(dict)
        statement = select(upload_parts).where(upload_parts.c.upload_id.in_(upload_ids))
        for row in self._tx.execute(statement.order_by(upload_parts.c.upload_id, upload_parts.c.number)):
            found[UploadId(row.upload_id)][row.number] = Promise(row.number, row.size, bytes(row.sha256), row.etag)
        return found

    def promised(self, wanted: Sequence[tuple[UploadId, int]]) -> Mapping[tuple[UploadId, int], Promise]:
        statement = select(upload_parts).where(tuple_(upload_parts.c.upload_id, upload_parts.c.number).in_(wanted))
        return {
            (UploadId(r.upload_id), r.number): Promise(r.number, r.size, bytes(r.sha256), r.etag)
            for r in self._tx.execute(statement)
        }

    def promise(self, parts: Sequence[tuple[UploadId, Promise]]) -> None:
        rows = [_values(upload_id, promise) for upload_id, promise in parts]
        for some in chunks(rows):
            self._tx.execute(upsert(upload_parts).on_conflict_do_nothing(), list(some))

    def seen(self, upload_id: UploadId, parts: Sequence[Part]) -> None:
        for part in parts:
            mine = (upload_parts.c.upload_id == upload_id, upload_parts.c.number == part.number)
            self._tx.execute(update(upload_parts).where(*mine).values(etag=part.etag))

    def unseen(self, upload_id: UploadId) -> None:
        self._tx.execute(update(upload_parts).where(upload_parts.c.upload_id == upload_id).values(etag=None))

    def multiparts(self, upload_ids: Sequence[UploadId]) -> Mapping[UploadId, BegunMultipart]:
        statement = select(multiparts).where(multiparts.c.upload_id.in_(upload_ids))
        return {
            UploadId(r.upload_id): BegunMultipart(r.multipart_id, r.begun_at, r.locked_until)
            for r in self._tx.execute(statement)
        }

    def begun(self, upload_id: UploadId, multipart: BegunMultipart) -> bool:
        statement = upsert(multiparts).values(
            upload_id=upload_id,
            multipart_id=multipart.multipart_id,
            begun_at=multipart.begun_at,
            locked_until=multipart.locked_until,
        )
        made = self._tx.execute(statement.on_conflict_do_nothing().returning(multiparts.c.upload_id))
        return made.first() is not None

    def forget_multipart(self, upload_id: UploadId) -> None:
        self._tx.execute(delete(multiparts).where(multiparts.c.upload_id == upload_id))

    def forget_attempt(self, upload_id: UploadId, multipart_id: str | None) -> None:
        """Parts that were kept for one attempt only, whole in one request, go with it; those that were sent as parts stay."""
        mine = upload_parts.c.upload_id == upload_id
        if multipart_id is None:
            self._tx.execute(delete(upload_parts).where(mine, upload_parts.c.etag == WHOLE_BODY))
            return
        sent_as_parts = exists().where(multiparts.c.upload_id == upload_id, multiparts.c.multipart_id == multipart_id)
        self._tx.execute(delete(upload_parts).where(mine, ~sent_as_parts))


def _values(upload_id: UploadId, part: Part | Promise) -> dict[str, object]:
    return {
        "upload_id": upload_id,
        "number": part.number,
        "size": part.size,
        "sha256": part.sha256,
        "etag": part.etag,
    }
