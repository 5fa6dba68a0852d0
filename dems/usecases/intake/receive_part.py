"""Receive one part of an upload through us and bring it into the store. Parts come in any order, several at once, and again."""

import itertools
import logging
from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing
from dataclasses import dataclass

from dems.errors import DigestMismatch, Incomplete, TooLarge
from dems.layout import evidence_key
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import Authority, of_item
from dems.model.digests import Digest
from dems.model.ids import UploadId
from dems.model.uploads import Upload
from dems.ports import BegunMultipart, Clock, Promise, Transactions
from dems.steps.body import Piece, sha256_of
from dems.steps.completion import adopt
from dems.steps.locks import Locks
from dems.steps.promises import begin_multiparts, promise_of, same_as_promised
from dems.steps.trust import StoreTrust
from storage.errors import ObjectExists
from storage.interface import ObjectStore, Part

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReceivePart:
    transaction: Transactions
    store: ObjectStore
    trust: StoreTrust
    locks: Locks
    clock: Clock

    def __call__(
        self,
        actor: Actor,
        upload_id: UploadId,
        number: int,
        pieces: Callable[[Upload], Iterable[Piece]],
        *,
        length: int,
        content_digest: Digest,
    ) -> Part:
        """`pieces` gives the body, which is one piece; `length` in bytes and `content_digest` are what the request says.

        Raises `Invalid` for a part that the upload does not have, `TooLarge`, `Incomplete`, `DigestMismatch`,
        `PartDiffers` where another digest was said for it before, `WrongState`. The upload stays usable after each.
        """
        upload, authority, known = self._begin(actor, upload_id, number, length, content_digest)
        with closing(_only(pieces(upload), number, length)) as piece:
            found = Digest.sha256(sha256_of(piece))
            if not found.same_as(content_digest):
                raise DigestMismatch(
                    "The part is not what its Content-Digest says: it was changed on the way. Nothing was kept; send it again.",
                    declared=content_digest.hex,
                    found=found.hex,
                )
            if known is not None and known.etag:
                return Part(number, known.size, known.sha256, known.etag)
            multipart = self._promise(authority, upload, number, content_digest)
            part = self._store(upload, number, piece, content_digest.value, multipart)
        with self.transaction() as tx:
            tx.uploads.seen(upload_id, [part])
        return part

    def _begin(
        self, actor: Actor, upload_id: UploadId, number: int, length: int, digest: Digest
    ) -> tuple[Upload, Authority, Promise | None]:
        with self.transaction() as tx:
            upload = tx.uploads.get(upload_id)
            authority = tx.authorise(
                actor, Act.UPLOAD_RECEIVE, case_id=upload.case_id, upload_id=upload_id, intake_id=upload.intake_id
            )
            tx.cases.get(upload.case_id).takes_changes()
            upload.takes_bytes(self.clock())
            upload.check_length(number, length)
            known = tx.uploads.promised([(upload_id, number)]).get((upload_id, number))
            same_as_promised(known, number, digest.value)
            self.trust.require(tx, length)
        return upload, authority, known

    def _promise(self, authority: Authority, upload: Upload, number: int, digest: Digest) -> BegunMultipart | None:
        """What is about to be stored, before it is: the bytes have come and are what the request said. Where it goes, if begun."""
        with self.transaction() as tx:
            tx.continuing(authority)
            upload = tx.uploads.get(upload.id, for_update=True)
            upload.takes_bytes(self.clock())
            tx.uploads.promise([promise_of(upload, number, digest.value)])
            same_as_promised(tx.uploads.promised([(upload.id, number)])[upload.id, number], number, digest.value)
            item = tx.evidence.get(upload.evidence_id, for_update=True)
            receiving = item.receiving()
            if receiving != item:
                tx.evidence.save(receiving)
                facts = {"upload": str(upload.id), "transport": "relay"}
                tx.custody.append(authority, of_item(item.id), case_id=item.case_id, evidence_id=item.id, facts=facts)
            return None if upload.part_count == 1 else tx.uploads.multiparts([upload.id]).get(upload.id)

    def _store(
        self, upload: Upload, number: int, piece: Piece, sha256: bytes, multipart: BegunMultipart | None
    ) -> Part:
        key = evidence_key(upload.evidence_id, upload.id)
        if upload.part_count == 1:
            part = Part(number, piece.size, sha256, "")
            lock = self.locks.policy(self.clock())
            try:
                stored = self.store.put(key, piece.data, size=piece.size, sha256=sha256, lock=lock)
            except ObjectExists:
                # This very part, sent before: its answer was lost, or it went to the store directly.
                found = adopt(self.store, upload, [part])
                if found is None:
                    raise Incomplete("The store changed its answer about this part. Send it again.") from None
                stored = found
            return Part(number, piece.size, sha256, stored.version_id)
        if multipart is None:
            begin_multiparts(self.transaction, self.store, self.locks, [upload], self.clock())
            with self.transaction() as tx:
                tx.uploads.get(upload.id).takes_bytes(self.clock())
                multipart = tx.uploads.multiparts([upload.id])[upload.id]
        begun = self.store.resume(key, multipart.multipart_id)
        return begun.put_part(number, piece.data, size=piece.size, sha256=sha256)


def _only(pieces: Iterable[Piece], number: int, length: int) -> Piece:
    """The body as one piece of just this many bytes. What came is closed where it is not."""
    came: list[Piece] = []
    with ExitStack() as unwanted:
        for piece in itertools.islice(pieces, 2):
            unwanted.callback(piece.close)
            came.append(piece)
        if len(came) > 1:
            raise TooLarge(f"Part {number} has {length} bytes, and more came. Nothing was kept.")
        if not came or came[0].size < length:
            raise Incomplete(f"Only a part of the {length} bytes of part {number} came. Nothing was kept.")
        unwanted.pop_all()
    return came[0]
