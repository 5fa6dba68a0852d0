"""Receive the whole body of an upload and bring it into the store. Bytes first, then the record.

Nothing is kept of a body that is cut short, too long or other than its `Content-Digest`: a file of one part
is stored only once it is whole, a larger one stays in parts until then. What was declared for the *item* is
not compared here but against the bytes as read back from the store (see `evidence.seal`).
"""

import hashlib
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO
from uuid import uuid4

from dems.errors import DigestMismatch, Incomplete, IntegrityBroken, TooLarge
from dems.layout import evidence_key
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import of_item
from dems.model.digests import Digest
from dems.model.evidence import Evidence
from dems.model.ids import UploadId
from dems.model.uploads import Upload
from dems.ports import Clock, Completion, Transactions
from dems.steps.completion import adopt, complete_multipart, record_completed
from dems.steps.locks import Locks
from dems.steps.trust import StoreTrust
from storage.errors import ObjectExists, StorageError
from storage.interface import Lock, Multipart, ObjectStore, Part, StoredVersion

log = logging.getLogger(__name__)

ONE_PUT_TAKES = timedelta(minutes=2)
COMPLETING_TAKES = timedelta(minutes=15)
"""After so long without a record, an intent to complete is taken up by the sweep. Stores take minutes over many parts."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One part's bytes, in memory or in a file at its start; `close` gives back what holds them."""

    data: memoryview | BinaryIO
    size: int
    sha256: bytes | None
    """The digest, where it was computed on the way; else it is computed here."""
    close: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Receive:
    transaction: Transactions
    store: ObjectStore
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
        upload = self._begin(actor, upload_id, length)
        body = _Body(upload, content_digest)
        if upload.part_count == 1:
            stored, lock = self._one_put(upload, body, pieces(upload))
        else:
            stored, lock = self._multipart(upload, body, pieces(upload))
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.UPLOAD_RECEIVE, case_id=upload.case_id, upload_id=upload_id)
            done = record_completed(tx, authority, upload_id, stored, self.clock())
            tx.upkeep.locked(done[0], lock.retain_until)
        return done

    def _begin(self, actor: Actor, upload_id: UploadId, length: int | None) -> Upload:
        with self.transaction() as tx:
            upload = tx.uploads.get(upload_id)
            authority = tx.authorise(actor, Act.UPLOAD_RECEIVE, case_id=upload.case_id, upload_id=upload_id)
            tx.cases.get(upload.case_id).takes_changes()
            upload.takes_bytes(self.clock())
            if length is not None and length != upload.size:
                problem = TooLarge if length > upload.size else Incomplete
                raise problem(f"The request brings {length} bytes, but {upload.size} were declared. Nothing was kept.")
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
        return upload

    def _one_put(self, upload: Upload, body: "_Body", pieces: Iterable[Piece]) -> tuple[StoredVersion, Lock]:
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
            lock = self.locks.policy(self.clock())
            attempt = self._intend(upload, None, [part])
            key = evidence_key(upload.evidence_id, upload.id)
            try:
                stored = self.store.put(key, held.data, size=part.size, sha256=part.sha256, lock=lock)
            except ObjectExists:
                stored = self._adopted(upload, attempt, [part])
            except StorageError:
                self._give_up(upload, attempt)
                raise
            return stored, lock
        finally:
            if held is not None:
                held.close()

    def _adopted(self, upload: Upload, attempt: Completion, parts: list[Part]) -> StoredVersion:
        """An earlier try of this upload got as far as the store: take what it left, if it is the same bytes."""
        try:
            found = adopt(self.store, upload, parts)
        except IntegrityBroken:
            self._forget(attempt)
            raise
        if found is None:
            self._forget(attempt)
            raise Incomplete("The store changed its answer about this upload. Send it again.")
        return found

    def _multipart(self, upload: Upload, body: "_Body", pieces: Iterable[Piece]) -> tuple[StoredVersion, Lock]:
        lock = self.locks.quarantine(self.clock())
        multipart = self.store.begin(evidence_key(upload.evidence_id, upload.id), lock=lock)
        attempt: Completion | None = None
        try:
            parts = self._store_parts(multipart, body, pieces)
            body.check_whole()
            attempt = self._intend(upload, multipart.upload_id, parts)
            return complete_multipart(self.store, upload, multipart.upload_id, parts), lock
        except BaseException as error:
            # Once the intent is written, the store may have completed: only the sweep, which looks, may end it.
            if attempt is None:
                _abort(multipart)
            elif isinstance(error, IntegrityBroken):
                self._forget(attempt)
            raise

    def _store_parts(self, multipart: Multipart, body: "_Body", pieces: Iterable[Piece]) -> list[Part]:
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

    def _intend(self, upload: Upload, multipart_id: str | None, parts: list[Part]) -> Completion:
        """Write down what is about to be asked of the store, so that a crash after it is found."""
        with self.transaction() as tx:
            tx.uploads.get(upload.id, for_update=True).takes_bytes(self.clock())
            completion = Completion(upload.id, uuid4(), multipart_id, self.clock())
            tx.uploads.keep_parts(upload.id, parts)
            tx.uploads.intend(completion, ONE_PUT_TAKES if multipart_id is None else COMPLETING_TAKES)
        return completion

    def _give_up(self, upload: Upload, attempt: Completion) -> None:
        """The store refused or did not answer: if nothing is there, the upload is open again at once."""
        try:
            key = evidence_key(upload.evidence_id, upload.id)
            if any(v.key == key for v in self.store.versions(key)):
                return
        except StorageError:
            return
        self._forget(attempt)

    def _forget(self, attempt: Completion) -> None:
        """Nothing of this attempt is in the store: there is nothing to finish, and the upload may be tried again or abandoned."""
        with self.transaction() as tx:
            tx.uploads.forget_intent(attempt.upload_id, attempt.attempt)


@dataclass(slots=True)
class _Body:
    """Counts and, where a `Content-Digest` came, hashes the body as a whole."""

    upload: Upload
    content_digest: Digest | None
    size: int = 0
    hashing: "hashlib._Hash | None" = None

    def count(self, piece: Piece) -> bytes:
        """Take in the only piece; returns its SHA-256."""
        self.size += piece.size
        if self.size > self.upload.size:
            raise TooLarge(f"More than the declared {self.upload.size} bytes came. Nothing was kept.")
        self.digest(piece)
        return _sha256(piece)

    def digest(self, piece: Piece) -> None:
        if self.content_digest is None:
            return
        if self.hashing is None:
            self.hashing = hashlib.sha256()
        _feed(self.hashing, piece)

    def check_whole(self) -> None:
        """Raises `Incomplete` or `DigestMismatch` unless everything came and is what the request says."""
        if self.size < self.upload.size:
            raise Incomplete(
                f"Only {self.size} of the declared {self.upload.size} bytes came. Nothing was kept; send the file again.",
                received=self.size,
                declared=self.upload.size,
            )
        if self.content_digest is None:
            return
        found = Digest.sha256((self.hashing or hashlib.sha256()).digest())
        if not found.same_as(self.content_digest):
            raise DigestMismatch(
                "The body is not what its Content-Digest says: it was changed on the way. Nothing was kept; send it again.",
                declared=self.content_digest.hex,
                found=found.hex,
            )


def _feed(hashing: "hashlib._Hash", piece: Piece) -> None:
    if isinstance(piece.data, memoryview):
        hashing.update(piece.data)
        return
    piece.data.seek(0)
    while block := piece.data.read(1 << 20):
        hashing.update(block)
    piece.data.seek(0)


def _sha256(piece: Piece) -> bytes:
    if piece.sha256 is not None:
        return piece.sha256
    hashing = hashlib.sha256()
    _feed(hashing, piece)
    return hashing.digest()


def _put_part(multipart: Multipart, number: int, piece: Piece) -> Part:
    try:
        return multipart.put_part(number, piece.data, size=piece.size, sha256=_sha256(piece))
    finally:
        piece.close()


def _abort(multipart: Multipart) -> None:
    try:
        multipart.abort()
    except StorageError as error:
        # Parts without an object cost space and hold no evidence; the daily job aborts them.
        log.warning("multipart_not_aborted", extra={"error": type(error).__name__})
