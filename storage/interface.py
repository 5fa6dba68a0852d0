"""What DEMS needs from an object store: the promises, and nothing of how S3 keeps them.

An object is written once under a key that is never used twice, and is always read by its version
id. One `ObjectStore` is one bucket. All methods are synchronous and may be called from several
threads at once. Every method may raise `StoreUnavailable` (try again later) and `AccessRefused`
(the configuration is wrong).

A call that raised may still have been carried out: the answer can be lost after the deed. Callers
find out by `head`, never by assuming.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import BinaryIO, Protocol


@dataclass(frozen=True, slots=True)
class Lock:
    """COMPLIANCE retention until `retain_until` (aware UTC), and beside it a legal hold without a date.

    Retention of this kind cannot be shortened or removed by anyone through the store's API. A hold
    can be lifted by whoever may set one, so a hold alone protects nothing.
    """

    retain_until: datetime
    legal_hold: bool = False


@dataclass(frozen=True, slots=True)
class LockFound:
    """The lock as the store reports it when asked: `mode` is ``COMPLIANCE``, ``GOVERNANCE`` or None."""

    mode: str | None
    retain_until: datetime | None
    legal_hold: bool

    def satisfies(self, lock: Lock) -> bool:
        """Whether this is at least as strong as `lock`; S3 keeps whole seconds, so less than one may be missing."""
        if self.mode != "COMPLIANCE" or self.retain_until is None:
            return False
        late_enough = (lock.retain_until - self.retain_until).total_seconds() < 1
        return late_enough and (self.legal_hold or not lock.legal_hold)


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """One immutable version of one object; `size` is in bytes.

    `stored_at` is when the store had it, by its clock and in whole seconds, where its answer said so.
    """

    key: str
    version_id: str
    size: int
    stored_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """What HEAD says. `sha256` is the store's own: of the bytes for one PUT, ``<base64>-<parts>`` for multipart
    (a hash of the parts' hashes), or None where the store keeps none. It is base64 as S3 sends it.
    """

    stored: StoredVersion
    lock: LockFound
    sha256: str | None
    etag: str


@dataclass(frozen=True, slots=True)
class Part:
    """A stored part: `number` from 1, `size` in bytes, `sha256` the raw 32 bytes, `etag` as the store gave it."""

    number: int
    size: int
    sha256: bytes
    etag: str


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A part as the store lists it; it does not tell the SHA-256 that it checked."""

    number: int
    size: int
    etag: str


@dataclass(frozen=True, slots=True)
class Presigned:
    """One PUT that whoever holds this may send to the store until `expires_at` (aware UTC), without any credentials.

    `headers` are signed: all must be sent, as they are (names in lower case), with a body of exactly those bytes. A
    program that sets ``content-length`` by itself, as browsers do, sends the same one, or the store refuses it.
    """

    url: str
    headers: Mapping[str, str]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OpenMultipart:
    """A multipart upload that the store has begun and not finished."""

    key: str
    upload_id: str
    initiated_at: datetime


@dataclass(frozen=True, slots=True)
class VersionEntry:
    """One row of a version listing; a delete marker hides the object from unversioned reads and destroys nothing."""

    key: str
    version_id: str
    is_latest: bool
    is_delete_marker: bool
    size: int
    last_modified: datetime


class ByteStream(Protocol):
    """The bytes of one version, in order. Must be closed; `open` gives it as a context manager."""

    info: ObjectInfo

    def readinto(self, buffer: memoryview) -> int:
        """Fill as much of `buffer` as is available, at least one byte; 0 only after the last byte.

        Raises `BytesDamaged` when the store breaks off before the length it announced, which a store that is being
        stopped does too: read again before concluding anything about the bytes. `StoreUnavailable` when it stalls.
        """
        ...

    def abort(self) -> None:
        """End a `readinto` that waits in another thread, with an error. The only method for a second thread."""
        ...


class Multipart(Protocol):
    """One multipart upload. Its lock was set when it began, so the finished bytes are never unlocked."""

    key: str
    upload_id: str

    def put_part(
        self, number: int, data: bytes | bytearray | memoryview | BinaryIO, *, size: int, sha256: bytes
    ) -> Part:
        """Store one part, whose SHA-256 the store checks. Sending a number again replaces it.

        Some stores keep both until completion and take the one whose ETag is listed, so complete with the newest.

        Raises `ChecksumRefused`, `UploadMissing`, `StoreFull`.
        """
        ...

    def presign_part(self, number: int, *, size: int, sha256: bytes, valid_for: timedelta) -> Presigned:
        """Let somebody else send one part of these bytes; nothing is asked of the store. See `ObjectStore.presign_put`.

        Until it expires the part can be sent again, with the same bytes; some stores keep room for each copy until
        completion. Its ETag is in the answer and in `parts`. The part's lock is the upload's.
        """
        ...

    def parts(self) -> Iterator[StoredPart]:
        """The parts that the store has, page by page, by number; of one that was sent again, the newest.

        Raises `UploadMissing`.
        """
        ...

    def complete(self, parts: Sequence[Part]) -> StoredVersion:
        """Finish with ``If-None-Match: *``: durable at the store when this returns.

        Raises `PartsRefused` (missing part, wrong ETag or checksum; the upload stays open), `ObjectExists` or
        `UploadMissing`. The last two may mean that this very upload was completed before and the answer was lost,
        and which of them comes depends on the store: look with `head`, compare size and composite checksum.
        """
        ...

    def abort(self) -> None:
        """Forget the upload and its parts. An upload that is already gone is no error."""
        ...


class ObjectStore(Protocol):
    """One bucket with versioning and Object Lock."""

    bucket: str

    def put(
        self, key: str, data: bytes | bytearray | memoryview | BinaryIO, *, size: int, sha256: bytes, lock: Lock
    ) -> StoredVersion:
        """Store one object in one request with ``If-None-Match: *``, SHA-256 and lock in the signed headers.

        When it returns, the bytes are acknowledged and locked. Raises `ObjectExists`, `ChecksumRefused`, `StoreFull`.
        `ObjectExists` may be this call's own doing, its first answer having been lost: look with `head` and compare
        size and SHA-256. `ValueError` if `data` has not `size` bytes, cannot be rewound, or the key is not of the
        alphabet in `storage.keys`. A key must not be a folder of another one (``a`` beside ``a/b``): stores differ.
        """
        ...

    def presign_put(self, key: str, *, size: int, sha256: bytes, lock: Lock, valid_for: timedelta) -> Presigned:
        """Let somebody else send one object of exactly these bytes, as `put` would; nothing is asked of the store.

        ``If-None-Match: *``, size, SHA-256 and lock are in the signed headers: who holds it can change none of them. It
        is made for the address that clients reach the store at. `valid_for` is one second to seven days, in whole
        seconds (else `ValueError`). Whether anything was stored is found out by `open` without a version, never assumed.
        What a store lets be added unsigned (``Content-Encoding`` and the like) is kept beside the bytes and means nothing.
        """
        ...

    def begin(self, key: str, *, lock: Lock) -> Multipart:
        """Begin a multipart upload whose object will be locked from its first moment."""
        ...

    def resume(self, key: str, upload_id: str) -> Multipart:
        """Take up a multipart upload begun earlier; nothing is asked of the store."""
        ...

    def head(self, key: str, version_id: str | None = None) -> ObjectInfo:
        """Look at one version, or at the latest. Raises `ObjectMissing`."""
        ...

    def open(
        self, key: str, version_id: str | None, *, start: int = 0, end: int | None = None
    ) -> AbstractContextManager[ByteStream]:
        """Read bytes `start` up to but without `end` of one version; HEAD information comes with the first answer.

        None reads the latest, and `ByteStream.info.stored` says which that is: only for an object that somebody else
        sent, whose version nobody has told us yet. One GET either way. Raises `ObjectMissing` (the latest may also be
        hidden behind a delete marker: then `versions` shows it), `BytesDamaged`.
        """
        ...

    def lock(self, stored: StoredVersion, lock: Lock) -> None:
        """Bring a version's lock to at least `lock` and read it back. Raises `LockRefused`, `LockNotApplied`."""
        ...

    def release_hold(self, stored: StoredVersion) -> None:
        """Lift the legal hold; the retention date stays."""
        ...

    def versions(self, prefix: str, *, after: str | None = None, at_once: int | None = None) -> Iterator[VersionEntry]:
        """Every version and delete marker below a prefix, page by page, in key order; `after` leaves out all keys up to it.

        `at_once` says how many to ask the store for in one page, for whoever needs no more than the first few.
        """
        ...

    def multiparts(self, prefix: str) -> Iterator[OpenMultipart]:
        """Every unfinished multipart upload below a prefix, page by page."""
        ...

    def settle(self) -> None:
        """Return when what was acknowledged so far would survive a loss of power, as far as we can bring that about.

        Where the store's disks are ours (`S3Settings.sync_path`) this is `syncfs`; elsewhere it is the provider's
        promise. Raises `StorageError` when the disk reported a failed write, and from then on until a restart.
        """
        ...
