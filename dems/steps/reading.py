"""Reading a stored version back and hashing it, under a lease that is renewed for as long as it takes."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from datetime import timedelta

from dems.model.digests import Digest
from dems.model.evidence import Found
from dems.ports import Lease, Transactions
from storage.interface import ObjectStore, StoredVersion
from storage.parts_hash import part_size_of
from storage.reader import HashedRead, hash_latest, hash_version
from storage.resumable import HashingDiffers, HashState, StateUnusable, check_against_hashlib, hash_resumably

log = logging.getLogger(__name__)

TRY_AGAIN_AFTER = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(minutes=10)
RESUME_ABOVE_BYTES = 64 * 1024**3
RENEWED_EVERY_SECONDS = 5.0


@dataclass(slots=True)
class Reading:
    """One worker's reading back of what lies at `key`, under its lease; every call reads all of it.

    What is larger than `resume_above` bytes leaves the state of its hashes with every renewal of the lease, and begins
    where such a state of the same version ends. What has no version yet came by one PUT and begins anew.

    Calls raise `NoLongerDue` when the lease is lost meanwhile, and what `storage.reader.hash_version` raises.
    """

    transaction: Transactions
    store: ObjectStore
    key: str
    algorithms: tuple[str, ...]
    lease: Lease
    duration: timedelta
    resume_above: int = RESUME_ABOVE_BYTES
    last: HashedRead | None = field(default=None, init=False)

    def __call__(self, stored: StoredVersion | None) -> HashedRead:
        """Read that version, or the newest where none is named, from a saved state if there is one that fits."""
        self.last = self._read(stored)
        return self.last

    @property
    def resumed(self) -> bool:
        """Whether what was read last rests on a saved state."""
        return self.last is not None and bool(self.last.resumed_at)

    def from_the_start(self, stored: StoredVersion | None) -> HashedRead:
        """Read again without the saved state: before anything is concluded from digests that rest on one and differ."""
        before = self.last
        assert stored is not None, "what has no version yet is not resumed"
        assert before is not None, "nothing was read yet"
        self.last = self._anew(stored)
        wrong = sorted(a for a, digest in self.last.digests.items() if digest != before.digests[a])
        if wrong:
            extra = {"object": stored.key, "resumed_at": list(before.resumed_at), "algorithms": wrong}
            log.critical("hash_state_was_wrong", extra=extra)
        return self.last

    def until_done(self, work: "Future[None]") -> None:
        """Wait for something else while the lease is renewed. Raises what it raised, and `NoLongerDue`."""
        while wait([work], timeout=RENEWED_EVERY_SECONDS).not_done:
            self._renew()
        work.result()

    def _read(self, stored: StoredVersion | None) -> HashedRead:
        if stored is None:
            return hash_latest(self.store, self.key, self.algorithms, keep_alive=self._renew)
        if stored.size <= self.resume_above:
            return hash_version(self.store, stored, self.algorithms, keep_alive=self._renew)
        try:
            saved = self._saved(stored)
            if saved is not None:
                check_against_hashlib(self.algorithms)
                log.info("hashing_resumed", extra={"object": stored.key, "offset": saved.offset, "size": saved.size})
                return self._resumably(stored, saved)
        except (StateUnusable, HashingDiffers) as error:
            log.exception("hash_state_thrown_away", extra={"object": stored.key, "why": str(error)})
        return self._anew(stored)

    def _anew(self, stored: StoredVersion) -> HashedRead:
        try:
            check_against_hashlib(self.algorithms)
        except HashingDiffers as error:
            log.critical("hashing_not_resumable", extra={"object": stored.key, "why": str(error)})
            return hash_version(self.store, stored, self.algorithms, keep_alive=self._renew)
        return self._resumably(stored, None)

    def _resumably(self, stored: StoredVersion, saved: HashState | None) -> HashedRead:
        return hash_resumably(self.store, stored, self.algorithms, saved=saved, keep_alive=self._save)

    def _saved(self, stored: StoredVersion) -> HashState | None:
        with self.transaction() as tx:
            saved = tx.hash_states.of(self.lease.job)
        if saved is None:
            return None
        state = HashState.from_bytes(saved)
        state.check_fits(stored, self.algorithms)
        return state

    def _renew(self, _: int = 0) -> None:
        with self.transaction() as tx:
            tx.jobs.renew(self.lease, self.duration)

    def _save(self, state: HashState | None) -> None:
        # One transaction: whoever lost the lease does not overwrite what its next holder has saved.
        with self.transaction() as tx:
            tx.jobs.renew(self.lease, self.duration)
            if state is not None:
                tx.hash_states.save(self.lease, state.offset, state.to_bytes())


def in_background(work: Callable[[], None]) -> "Future[None]":
    """Begin something in a thread that nothing waits for at the end of the process."""
    done: Future[None] = Future()

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            done.set_exception(error)
        else:
            done.set_result(None)

    threading.Thread(target=run, name="in-background", daemon=True).start()
    return done


def found_by(read: HashedRead) -> Found:
    """What a reading says of the bytes."""
    parts = next((v for a, v in read.digests.items() if part_size_of(a) is not None), None)
    digests = {a: Digest(a, v) for a, v in read.digests.items() if part_size_of(a) is None}
    return Found(read.size, digests, parts)


def pause_after(lease: Lease) -> timedelta:
    """How long a reading that failed waits for its next try: longer each time, to a limit."""
    return min(TRY_AGAIN_AFTER * lease.attempts, LONGEST_PAUSE)
