"""Receive the whole body of an upload and bring it into the store. Bytes first, then the record.

Nothing is kept of a body that is cut short, too long or other than its `Content-Digest`: a file of one part
is stored only once it is whole, a larger one stays in parts until then. What was declared for the *item* is
not compared here but against the bytes as read back from the store (see `evidence.seal`).
"""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

from dems.errors import DemsError, Incomplete, IntegrityBroken, TooLarge
from dems.layout import evidence_key
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import Authority, of_item
from dems.model.digests import Digest
from dems.model.evidence import Evidence
from dems.model.ids import UploadId
from dems.model.uploads import Upload
from dems.ports import Clock, Completion, Transactions
from dems.steps.body import Body, Piece, sha256_of
from dems.steps.completion import adopt, complete_multipart, record_completed, sender_of
from dems.steps.locks import Locks
from dems.steps.trust import StoreTrust
from storage.errors import ObjectExists, StorageError
from storage.interface import Lock, Multipart, ObjectStore, Part, StoredVersion

log = logging.getLogger(__name__)

INTENT_LEASE = timedelta(seconds=45)
"""An intent to complete is renewed while the store is being asked. One that was not renewed for so long is taken up by
whoever looks (the sweep, or `complete`): its process is dead.
"""


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
        body = Body(upload, content_digest)
        kept = self._one_put if upload.part_count == 1 else self._multipart
        stored, intent, lock = kept(actor, upload, body, pieces(upload))
        with self.transaction() as tx:
            # Permission was asked again with the intent: what was permitted then is carried out under that name.
            tx.continuing(intent.authority)
            done = record_completed(tx, intent.authority, upload_id, stored, intent.parts, self.clock())
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

    def _one_put(
        self, actor: Actor, upload: Upload, body: Body, pieces: Iterable[Piece]
    ) -> "tuple[StoredVersion, _Intent, Lock]":
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
            intent = self._intend(actor, upload, None, [part])
            key = evidence_key(upload.evidence_id, upload.id)
            with self._renewed(intent):
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

    def _adopted(self, upload: Upload, intent: "_Intent") -> StoredVersion:
        """An earlier try of this upload got as far as the store: take what it left, if it is the same bytes."""
        try:
            found = adopt(self.store, upload, intent.parts)
        except IntegrityBroken:
            self._forget(intent)
            raise
        if found is None:
            self._forget(intent)
            raise Incomplete("The store changed its answer about this upload. Send it again.")
        return found

    def _multipart(
        self, actor: Actor, upload: Upload, body: Body, pieces: Iterable[Piece]
    ) -> "tuple[StoredVersion, _Intent, Lock]":
        lock = self.locks.quarantine(self.clock())
        multipart = self.store.begin(evidence_key(upload.evidence_id, upload.id), lock=lock)
        intent: _Intent | None = None
        try:
            parts = self._store_parts(multipart, body, pieces)
            body.check_whole()
            intent = self._intend(actor, upload, multipart.upload_id, parts)
            with self._renewed(intent):
                return complete_multipart(self.store, upload, multipart.upload_id, parts), intent, lock
        except BaseException as error:
            # Once the intent is written, the store may have completed: only the sweep, which looks, may end it.
            if intent is None:
                _abort(multipart)
            elif isinstance(error, IntegrityBroken):
                self._forget(intent)
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

    def _intend(self, actor: Actor, upload: Upload, multipart_id: str | None, parts: list[Part]) -> "_Intent":
        """Write down what is about to be asked of the store, so that a crash after it is found.

        The bytes may have taken hours to come: person, membership, walls and case are looked at again.
        """
        with self.transaction() as tx:
            actor = replace(
                actor,
                person=None if actor.person is None else tx.people.get(actor.person.id),
                on_behalf_of=None if actor.on_behalf_of is None else tx.people.get(actor.on_behalf_of.id),
            )
            authority = tx.authorise(actor, Act.UPLOAD_RECEIVE, case_id=upload.case_id, upload_id=upload.id)
            tx.cases.get(upload.case_id, keep_as_is=True).takes_changes()
            tx.uploads.get(upload.id, for_update=True).takes_bytes(self.clock())
            completion = Completion(upload.id, uuid4(), multipart_id, self.clock(), sender=sender_of(authority))
            tx.uploads.keep_parts(upload.id, parts)
            tx.uploads.intend(completion, INTENT_LEASE)
        return _Intent(completion, authority, parts)

    @contextmanager
    def _renewed(self, intent: "_Intent") -> Iterator[None]:
        """Keep the intent ours while the store works, however long it takes."""
        done = threading.Event()

        def renew() -> None:
            while not done.wait(INTENT_LEASE.total_seconds() / 3):
                try:
                    with self.transaction() as tx:
                        tx.uploads.renew_intent(intent.completion, INTENT_LEASE)
                except DemsError as error:
                    log.warning("intent_not_renewed", extra={"error": type(error).__name__})

        renewing = threading.Thread(target=renew, name="intent", daemon=True)
        renewing.start()
        try:
            yield
        finally:
            done.set()
            renewing.join()

    def _give_up(self, upload: Upload, intent: "_Intent") -> None:
        """The store refused or did not answer: if nothing is there, the upload is open again at once."""
        try:
            key = evidence_key(upload.evidence_id, upload.id)
            if any(v.key == key for v in self.store.versions(key)):
                return
        except StorageError:
            return
        self._forget(intent)

    def _forget(self, intent: "_Intent") -> None:
        """Nothing of this attempt is in the store: there is nothing to finish, and the upload may be tried again or abandoned."""
        with self.transaction() as tx:
            tx.uploads.forget_intent(intent.completion.upload_id, intent.completion.attempt)


@dataclass(frozen=True, slots=True)
class _Intent:
    """The intent as written, under whose authority, and the parts it is about."""

    completion: Completion
    authority: Authority
    parts: list[Part]


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
