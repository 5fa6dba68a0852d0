"""What sealing one item and sealing a hundred have in common: reading back, judging, bringing the lock to policy, recording.

A file of one part that went to the store directly is confirmed here and not before: the object at its key is read
whatever its version is, and what was read becomes the record that its bytes are there, and the seal, in one transaction.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from dems.errors import DemsError, WrongState
from dems.layout import evidence_key
from dems.model.actors import system
from dems.model.acts import Act
from dems.model.custody import Authority, of_item
from dems.model.evidence import Evidence, EvidenceState, Found, Verdict, judge
from dems.model.ids import EvidenceId
from dems.model.times import rfc3339
from dems.model.uploads import Upload, UploadState
from dems.ports import Clock, Completion, Lease, Promise, Transaction
from dems.steps.announcing import announce
from dems.steps.completion import completed, record
from dems.steps.extraction import extractions_due
from dems.steps.locks import Locks
from dems.steps.reading import found_by, pause_after
from storage.errors import ObjectMissing
from storage.interface import Lock, ObjectInfo, ObjectStore, Part, StoredVersion
from storage.parts_hash import algorithm_for_parts
from storage.reader import HashedRead, hash_latest, hash_version

log = logging.getLogger(__name__)

MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Announced:
    """The only part of a file that was said to be in the store, and the intent to complete its upload with it."""

    completion: Completion
    promise: Promise

    @property
    def parts(self) -> list[Part]:
        return [Part(1, self.promise.size, self.promise.sha256, self.promise.etag or "")]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that waits to be read back. `announced` is set where its bytes are still to be confirmed."""

    lease: Lease
    evidence: Evidence
    upload: Upload
    announced: Announced | None = None

    @property
    def key(self) -> str:
        return evidence_key(self.evidence.id, self.upload.id)


@dataclass(frozen=True, slots=True)
class Examined:
    """What reading a candidate back gave; `stored` and `found` are None where the store has nothing of it.

    `resumed_at` are the offsets at which its hashing was taken up from a saved state.
    """

    candidate: Candidate
    stored: StoredVersion | None
    found: Found | None
    lock: Lock | None
    resumed_at: tuple[int, ...] = ()


def candidates(tx: Transaction, leases: list[Lease]) -> tuple[list[Candidate], list[Lease]]:
    """The items behind these leases that wait to be read back, and the leases of those that do not."""
    by_item = {EvidenceId(le.job.subject): le for le in leases}
    items = tx.evidence.many(sorted(by_item))
    uploads = tx.uploads.many([i.upload_id for i in items.values() if i.upload_id is not None])
    announced_ids = [u.id for u in uploads.values() if u.state is UploadState.COMPLETING and u.part_count == 1]
    intents = tx.uploads.completions(announced_ids)
    promised = tx.uploads.promised([(u, 1) for u in announced_ids]) if announced_ids else {}
    waiting, idle = [], []
    for evidence_id, lease in by_item.items():
        item = items.get(evidence_id)
        upload = None if item is None or item.upload_id is None else uploads.get(item.upload_id)
        if item is None or upload is None:
            idle.append(lease)
        elif item.state is EvidenceState.VERIFYING:
            waiting.append(Candidate(lease, item, upload))
        elif upload.id in intents and (upload.id, 1) in promised and intents[upload.id].multipart_id is None:
            waiting.append(Candidate(lease, item, upload, Announced(intents[upload.id], promised[upload.id, 1])))
        else:
            idle.append(lease)
    return waiting, idle


def of_parts(upload: Upload) -> tuple[str, ...]:
    """What is to be computed beside the digests, so that parts are known to be those that were received.

    Where a digest of the whole was declared, that says as much, and the bytes are hashed once less.
    """
    if upload.part_count == 1 or upload.declared is not None:
        return ()
    return (algorithm_for_parts(upload.part_size),)


@dataclass(frozen=True, slots=True)
class Examiner:
    """Reads an item back and brings its lock to policy. Asks the store, so never inside a transaction."""

    store: ObjectStore
    locks: Locks
    clock: Clock
    algorithms: tuple[str, ...]

    def __call__(
        self, candidate: Candidate, read: Callable[[StoredVersion | None], HashedRead] | None = None
    ) -> Examined:
        """`read` reads back instead, where that takes longer than a moment. Raises what the store raises."""
        try:
            back = (read or self._read(candidate))(self._version(candidate))
        except ObjectMissing:
            return Examined(candidate, None, None, None)
        found = found_by(back)
        stored = back.info.stored
        sealed = judge(candidate.upload, found).sealed
        lock = self._locked(stored, back.info) if sealed else None
        return Examined(candidate, stored, found, lock, back.resumed_at)

    @staticmethod
    def _version(candidate: Candidate) -> StoredVersion | None:
        if candidate.announced is not None:
            return None
        item = candidate.evidence
        return StoredVersion(candidate.key, item.version_id or "", item.size or 0)

    def _read(self, candidate: Candidate) -> Callable[[StoredVersion | None], HashedRead]:
        def read(stored: StoredVersion | None) -> HashedRead:
            if stored is None:
                return hash_latest(self.store, candidate.key, self.algorithms)
            return hash_version(self.store, stored, self.algorithms)

        return read

    def _locked(self, stored: StoredVersion, info: ObjectInfo) -> Lock:
        """Bring the lock to policy, where the headers of the read do not say that it is there already."""
        lock = self.locks.policy(self.clock())
        if not info.lock.satisfies(self.locks.policy_enough(self.clock())):
            self.store.lock(stored, lock)
            return lock
        return Lock(info.lock.retain_until or lock.retain_until, info.lock.legal_hold)


@dataclass(frozen=True, slots=True)
class Settled:
    """Upload and item as the transaction left them, and whether the item is sealed."""

    upload: Upload
    evidence: Evidence
    problems: tuple[str, ...]


class Recorder:
    """Makes what was examined a fact, in one transaction with rows that are locked in one order: uploads, items, jobs.

    Both kinds of use write the same rows and entries; only how many at once differs.
    """

    def __init__(self, tx: Transaction, examined: list[Examined], clock: Clock) -> None:
        self._tx, self._clock = tx, clock
        self._uploads = tx.uploads.many([e.candidate.upload.id for e in examined], for_update=True)
        self._items = tx.evidence.many([e.candidate.evidence.id for e in examined], for_update=True)
        self._leases = [e.candidate.lease for e in examined]
        held = tx.jobs.still_held(self._leases) if examined else set()
        self._examined = [e for e in examined if e.candidate.evidence.id in held]

    def record(self) -> list[Settled]:
        """Those that are sealed or a mismatch now. Whose lease was lost, or whose state changed, is left alone."""
        arrived: list[tuple[Upload, Evidence]] = []
        judged: list[Settled] = []
        locked: list[tuple[Upload, Lock]] = []
        still_due: list[Lease] = []
        authority = self._tx.authorise(system(), Act.UPLOAD_COMPLETE)
        for examined in self._examined:
            before = examined.candidate
            upload, item = self._uploads[before.upload.id], self._items[before.evidence.id]
            try:
                announced, stored = before.announced, examined.stored
                if announced is not None and upload.state is UploadState.COMPLETED:
                    _same_version(examined, item)
                elif announced is not None:
                    if stored is None:
                        # Nothing is there: the upload is open again, and may be sent or completed once more.
                        self._tx.uploads.forget_intent(upload.id, announced.completion.attempt)
                        continue
                    upload, item = self._arrived(authority, announced, stored, upload, item)
                    arrived.append((upload, item))
                settled = self._judged(examined, upload, item)
            except DemsError as problem:
                log.warning("not_sealed", extra={"evidence": str(item.id), "error": type(problem).__name__})
                if item.state is EvidenceState.VERIFYING:
                    still_due.append(before.lease)
                continue
            judged.append(settled)
            if examined.lock is not None and not settled.problems:
                locked.append((upload, examined.lock))
        self._tx.uploads.save_many([u for u, _ in arrived])
        self._tx.evidence.save_many([i for _, i in arrived])
        self._tx.evidence.save_many([s.evidence for s in judged])
        self._tx.upkeep.locked_many([(u, lock.retain_until) for u, lock in locked])
        self._give_back(still_due)
        announce(self._tx, [u for u, _ in arrived], self._clock())
        extractions_due(self._tx, [s.evidence for s in judged if not s.problems])
        return judged

    def _give_back(self, still_due: list[Lease]) -> None:
        """The leases that are held still. Work whose item waits to be verified all the same is not lost with them."""
        for lease in still_due:
            self._tx.jobs.put_back(
                lease, "the bytes were recorded by another while they were read back", pause_after(lease)
            )
        done = [e.candidate.lease for e in self._examined if e.candidate.lease not in still_due]
        if done:
            self._tx.jobs.finish_many(done)

    def _arrived(
        self, authority: Authority, announced: Announced, stored: StoredVersion, upload: Upload, item: Evidence
    ) -> tuple[Upload, Evidence]:
        if upload.state is not UploadState.COMPLETING:
            raise WrongState(f"This upload is {upload.state.value}.", state=upload.state.value)
        done, item = completed(upload, item, stored, announced.parts, self._clock())
        record(self._tx, authority, done, item, stored, announced.parts, announced.completion.sender)
        return done, item

    def _judged(self, examined: Examined, upload: Upload, item: Evidence) -> Settled:
        if examined.found is None:
            verdict = Verdict(Found(0, {}), upload.size, upload.declared, (MISSING,))
        else:
            # A digest may have been declared while the bytes were read: what counts is what is declared now.
            verdict = judge(upload, examined.found)
        item = item.judged(verdict, self._clock())
        authority = self._tx.authorise(system(), Act.EVIDENCE_SEAL if verdict.sealed else Act.EVIDENCE_MISMATCH)
        lock = examined.lock if verdict.sealed else None
        if verdict.sealed and lock is None:
            raise RuntimeError("sealed without a lock never exists")
        self._tx.custody.append(
            authority,
            of_item(item.id),
            case_id=item.case_id,
            evidence_id=item.id,
            facts={
                "upload": str(upload.id),
                "version_id": item.version_id,
                "declared_size": verdict.declared_size,
                "size": verdict.found.size,
                "declared_sha256": None if verdict.declared is None else verdict.declared.hex,
                "digests": {a: d.hex for a, d in sorted(verdict.found.digests.items())},
                "problems": list(verdict.problems),
                "locked_until": None if lock is None else rfc3339(lock.retain_until),
                "legal_hold": None if lock is None else lock.legal_hold,
                **({"resumed_at": list(examined.resumed_at)} if examined.resumed_at else {}),
                **({"received_sha256": (upload.parts_sha256 or b"").hex()} if "received" in verdict.problems else {}),
            },
        )
        if verdict.problems:
            log.error("evidence_mismatch", extra={"evidence": str(item.id), "problems": list(verdict.problems)})
        return Settled(upload, item, verdict.problems)


def _same_version(examined: Examined, item: Evidence) -> None:
    """Whoever looked for what was announced has recorded it meanwhile. Raises `WrongState` unless it is what was read."""
    if examined.stored is None or examined.stored.version_id != item.version_id:
        raise WrongState("Another version was recorded than the one that was read.", state=item.state.value)
