"""A package on its way into the store, piece by piece, as one object under lock from its first moment."""

import contextlib
import hashlib
import time
from dataclasses import dataclass, field
from datetime import timedelta

from dems.model.digests import Digest
from dems.ports import Lease, Transactions
from storage.errors import StorageError
from storage.interface import Lock, Multipart, ObjectStore, Part, StoredVersion

LEAST_PART = 16 * 1024 * 1024
MOST_PARTS = 9_000
"""Of the 10,000 that a store takes; what lies beside the items' bytes has the rest."""

RENEWED_EVERY_SECONDS = 5.0


@dataclass(slots=True)
class Hold:
    """One worker's hold on a job, renewed while it works. Raises `NoLongerDue` when it is lost."""

    transaction: Transactions
    lease: Lease
    duration: timedelta
    _renewed: float = field(default_factory=time.monotonic)

    def keep(self) -> None:
        """Renew, if it is time to."""
        if time.monotonic() - self._renewed >= RENEWED_EVERY_SECONDS:
            with self.transaction() as tx:
                tx.jobs.renew(self.lease, self.duration)
            self._renewed = time.monotonic()


class PackageUpload:
    """Takes the bytes of one package in order. Holds one part of them in memory, however large the package gets."""

    def __init__(self, store: ObjectStore, key: str, lock: Lock, bytes_of_items: int, hold: Hold) -> None:
        """Throws away what an earlier try left unfinished, and begins."""
        for left in list(store.multiparts(key)):
            store.resume(left.key, left.upload_id).abort()
        self._multipart: Multipart = store.begin(key, lock=lock)
        self._part_bytes = max(LEAST_PART, -(-bytes_of_items // MOST_PARTS))
        self._held = bytearray()
        self._parts: list[Part] = []
        self._sha256 = hashlib.sha256()
        self._hold = hold
        self.size = 0

    def write(self, data: bytes) -> None:
        """The next bytes."""
        self._hold.keep()
        self._sha256.update(data)
        self.size += len(data)
        self._held += data
        while len(self._held) >= self._part_bytes:
            self._send(self._part_bytes)

    def complete(self) -> tuple[StoredVersion, Digest]:
        """Send what is left and finish: the package is durable in the store when this returns."""
        self._send(len(self._held))
        return self._multipart.complete(self._parts), Digest.sha256(self._sha256.digest())

    def abort(self) -> None:
        """Forget it. What the store does not hear now is thrown away by the next try."""
        with contextlib.suppress(StorageError):
            self._multipart.abort()

    def _send(self, size: int) -> None:
        data = bytes(memoryview(self._held)[:size])
        sha256 = hashlib.sha256(data).digest()
        self._parts.append(self._multipart.put_part(len(self._parts) + 1, data, size=size, sha256=sha256))
        del self._held[:size]
