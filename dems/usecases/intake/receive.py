"""Receive the whole body of an upload and bring it into the store. Bytes first, then the record.

Nothing is kept of a body that is cut short, too long or other than its `Content-Digest`: a file of one part
is stored only once it is whole, a larger one stays in parts until then. What was declared for the *item* is
not compared here but against the bytes as read back from the store (see `evidence.seal`).
"""

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from dems.errors import Incomplete, IntegrityBroken, TooLarge, WrongState
from dems.layout import evidence_key
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import of_item
from dems.model.digests import Digest
from dems.model.evidence import Evidence
from dems.model.ids import UploadId
from dems.model.uploads import Upload
from dems.ports import Clock, Promise, Transactions
from dems.steps.body import Body, Piece, sha256_of
from dems.steps.completion import adopt, complete_multipart, record_completed
from dems.steps.intent import Intent, Intents
from dems.steps.locks import Locks
from dems.steps.promises import same_as_promised
from dems.steps.trust import StoreTrust
from storage.errors import ObjectExists, StorageError
from storage.interface import Lock, Multipart, ObjectStore, Part, StoredVersion

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Receive:
    transaction: Transactions
    store: ObjectStore
    intents: Intents
    trust: StoreTrust
    locks: Locks
    clock: Clock
    parts_in_flight: int

    def __call__(
        self,
        actor: Actor,
        upload_id: UploadId,
        pieces: Callable[[Upload], Iterable[Piece]],
        *,
        length: int | None = None,
        content_digest: Digest | None = None,
    ) -> tuple[Upload, Evidence]:
        """`pieces` gives the body cut into parts of `Upload.part_size`, the last one shorter; at least one piece.
        `length` is what the request says of its length, where it does.

        Raises `Incomplete`, `TooLarge`, `DigestMismatch` (the body is not what `Content-Digest` says), `WrongState`.
        """
        upload, promise = self._begin(actor, upload_id, length)
        body = Body(upload, content_digest)
        if upload.part_count == 1:
            stored, intent, lock = self._one_put(actor, upload, body, pieces(upload), promise)
        else:
            stored, intent, lock = self._multipart(actor, upload, body, pieces(upload))
        with self.transaction() as tx:
            # Permission was asked again with the intent: what was permitted then is carried out under that name.
            tx.continuing(intent.authority)
            done = record_completed(tx, intent.authority, upload_id, stored, intent.parts, self.clock())
            tx.upkeep.locked(done[0], lock.retain_until)
        return done

    def _begin(self, actor: Actor, upload_id: UploadId, length: int | None) -> tuple[Upload, Promise | None]:
        with self.transaction() as tx:
            upload = tx.uploads.get(upload_id)
            authority = tx.authorise(
                actor, Act.UPLOAD_RECEIVE, case_id=upload.case_id, upload_id=upload_id, intake_id=upload.intake_id
            )
            tx.cases.get(upload.case_id).takes_changes()
            upload.takes_bytes(self.clock())
            if length is not None and length != upload.size:
                problem = TooLarge if length > upload.size else Incomplete
                raise problem(f"The request brings {length} bytes, but {upload.size} were declared. Nothing was kept.")
            if tx.uploads.multiparts([upload_id]):
                raise WrongState(
                    "Parts of this upload were sent or announced already: send the rest as parts and complete it, "
                    "or abandon it and open a fresh one.",
                    state=upload.state.value,
                )
            self.trust.require(tx, upload.size)
            evidence = tx.evidence.get(upload.evidence_id, for_update=True)
            receiving = evidence.receiving()
            if receiving != evidence:
                tx.evidence.save(receiving)
                tx.custody.append(
                    authority,
                    of_item(evidence.id),
                    case_id=evidence.case_id,
                    evidence_id=evidence.id,
                    facts={"upload": str(upload_id), "transport": "relay"},
                )
            promise = tx.uploads.promised([(upload_id, 1)]).get((upload_id, 1))
        return upload, promise

    def _one_put(
        self, actor: Actor, upload: Upload, body: Body, pieces: Iterable[Piece], promise: Promise | None
    ) -> tuple[StoredVersion, Intent, Lock]:
        held: Piece | None = None
        try:
            for piece in pieces:
                if held is not None:
                    piece.close()
                    raise TooLarge(f"More than the declared {upload.size} bytes came. Nothing was kept.")
                held = piece
                part = Part(1, piece.size, body.count(piece), "")
            body.check_whole()
            if held is None:
                raise Incomplete("No bytes came.")
            same_as_promised(promise, 1, part.sha256)
            lock = self.locks.policy(self.clock())
            intent = self.intents.write(actor, Act.UPLOAD_RECEIVE, upload, None, [part])
            key = evidence_key(upload.evidence_id, upload.id)
            with self.intents.renewed(intent):
                try:
                    stored = self.store.put(key, held.data, size=part.size, sha256=part.sha256, lock=lock)
                except ObjectExists:
                    stored = self._adopted(upload, intent)
                except StorageError:
                    self._give_up(upload, intent)
                    raise
            return stored, intent, lock
        finally:
            if held is not None:
                held.close()

    def _adopted(self, upload: Upload, intent: Intent) -> StoredVersion:
        """An earlier try of this upload got as far as the store: take what it left, if it is the same bytes."""
        try:
            found = adopt(self.store, upload, intent.parts)
        except IntegrityBroken:
            self.intents.forget(intent)
            raise
        if found is None:
            self.intents.forget(intent)
            raise Incomplete("The store changed its answer about this upload. Send it again.")
        return found

    def _multipart(
        self, actor: Actor, upload: Upload, body: Body, pieces: Iterable[Piece]
    ) -> tuple[StoredVersion, Intent, Lock]:
        lock = self.locks.quarantine(self.clock())
        multipart = self.store.begin(evidence_key(upload.evidence_id, upload.id), lock=lock)
        intent: Intent | None = None
        try:
            parts = self._store_parts(multipart, body, pieces)
            body.check_whole()
            intent = self.intents.write(actor, Act.UPLOAD_RECEIVE, upload, multipart.upload_id, parts)
            with self.intents.renewed(intent):
                return complete_multipart(self.store, upload, multipart.upload_id, parts), intent, lock
        except BaseException as error:
            # Once the intent is written, the store may have completed: only the sweep, which looks, may end it.
            if intent is None:
                _abort(multipart)
            elif isinstance(error, IntegrityBroken):
                self.intents.forget(intent)
            raise

    def _store_parts(self, multipart: Multipart, body: Body, pieces: Iterable[Piece]) -> list[Part]:
        """Send parts as they come, a few at once; the first failure stops the reading."""
        parts: list[Part] = []
        with ThreadPoolExecutor(self.parts_in_flight, thread_name_prefix="part") as pool:
            flying: set[Future[Part]] = set()
            try:
                for number, piece in enumerate(pieces, start=1):
                    body.size += piece.size
                    if body.size > body.upload.size:
                        piece.close()
                        raise TooLarge(f"More than the declared {body.upload.size} bytes came. Nothing was kept.")
                    body.digest(piece)
                    flying.add(pool.submit(_put_part, multipart, number, piece))
                    if len(flying) == self.parts_in_flight:
                        landed, flying = wait(flying, return_when=FIRST_COMPLETED)
                        parts.extend(f.result() for f in landed)
                parts.extend(f.result() for f in flying)
            finally:
                wait(flying)
        return sorted(parts, key=lambda p: p.number)

    def _give_up(self, upload: Upload, intent: Intent) -> None:
        """The store refused or did not answer: if nothing is there, the upload is open again at once."""
        try:
            key = evidence_key(upload.evidence_id, upload.id)
            if any(v.key == key for v in self.store.versions(key)):
                return
        except StorageError:
            return
        self.intents.forget(intent)


def _put_part(multipart: Multipart, number: int, piece: Piece) -> Part:
    try:
        return multipart.put_part(number, piece.data, size=piece.size, sha256=sha256_of(piece))
    finally:
        piece.close()


def _abort(multipart: Multipart) -> None:
    try:
        multipart.abort()
    except StorageError as error:
        # Parts without an object cost space and hold no evidence; the daily job aborts them.
        log.warning("multipart_not_aborted", extra={"error": type(error).__name__})
