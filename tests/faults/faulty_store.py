"""The real store with faults in it: an `ObjectStore` that refuses, loses answers or dies as planned, and watches our rules.

Rules: the store is never asked inside a database transaction, no key is written twice, nothing is read but by version.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from types import TracebackType
from typing import BinaryIO

from storage.errors import BytesDamaged, StoreUnavailable
from storage.interface import (
    ByteStream,
    Lock,
    Multipart,
    ObjectInfo,
    ObjectStore,
    OpenMultipart,
    Part,
    Presigned,
    StoredPart,
    StoredVersion,
    VersionEntry,
)
from tests.faults.faults import Faults

Bytes = bytes | bytearray | memoryview | BinaryIO


def _down() -> Exception:
    return StoreUnavailable("injected: the store does not answer")


class FaultyStore:
    """Passes everything on to `real`. With an empty plan it must behave as the real one: the contract suite runs on it."""

    def __init__(self, real: ObjectStore, faults: Faults, *, by_version_only: bool = True) -> None:
        self.bucket = real.bucket
        self._by_version_only = by_version_only
        self._real = real
        self._faults = faults
        self._written: set[str] = set()

    def _asked(self, what: str) -> None:
        self._faults.alive()
        self._faults.outside_transactions(what)

    def wrote(self, key: str) -> None:
        if key in self._written:
            self._faults.break_rule(f"{key} was written twice")
        self._written.add(key)

    def put(self, key: str, data: Bytes, *, size: int, sha256: bytes, lock: Lock) -> StoredVersion:
        self._asked("put")
        with self._faults.on("put", _down):
            stored = self._real.put(key, data, size=size, sha256=sha256, lock=lock)
            self.wrote(key)
        return stored

    def begin(self, key: str, *, lock: Lock) -> Multipart:
        self._asked("begin")
        with self._faults.on("begin", _down):
            multipart = self._real.begin(key, lock=lock)
        return FaultyMultipart(self, multipart, self._faults)

    def resume(self, key: str, upload_id: str) -> Multipart:
        return FaultyMultipart(self, self._real.resume(key, upload_id), self._faults)

    def head(self, key: str, version_id: str | None = None) -> ObjectInfo:
        self._asked("head")
        if version_id is None and self._by_version_only:
            self._faults.break_rule(f"{key} was looked at without saying which version")
        with self._faults.on("head", _down):
            return self._real.head(key, version_id)

    def open(
        self, key: str, version_id: str | None, *, start: int = 0, end: int | None = None
    ) -> AbstractContextManager[ByteStream]:
        self._asked("open")
        if version_id is None and key in self._written and self._by_version_only:
            self._faults.break_rule(f"{key} was read without saying which version")
        with self._faults.on("open", _down):
            return FaultyReading(self._real.open(key, version_id, start=start, end=end), self._faults)

    def presign_put(self, key: str, *, size: int, sha256: bytes, lock: Lock, valid_for: timedelta) -> Presigned:
        self._asked("presign_put")
        return self._real.presign_put(key, size=size, sha256=sha256, lock=lock, valid_for=valid_for)

    def lock(self, stored: StoredVersion, lock: Lock) -> None:
        self._asked("lock")
        with self._faults.on("lock", _down):
            self._real.lock(stored, lock)

    def release_hold(self, stored: StoredVersion) -> None:
        self._asked("release_hold")
        with self._faults.on("release_hold", _down):
            self._real.release_hold(stored)

    def versions(self, prefix: str, *, after: str | None = None, at_once: int | None = None) -> Iterator[VersionEntry]:
        self._asked("versions")
        with self._faults.on("versions", _down):
            found = list(self._real.versions(prefix, after=after, at_once=at_once))
        return iter(found)

    def multiparts(self, prefix: str) -> Iterator[OpenMultipart]:
        self._asked("multiparts")
        with self._faults.on("multiparts", _down):
            found = list(self._real.multiparts(prefix))
        return iter(found)

    def settle(self) -> None:
        self._asked("settle")
        with self._faults.on("settle", _down):
            self._real.settle()


class FaultyMultipart:
    def __init__(self, store: FaultyStore, real: Multipart, faults: Faults) -> None:
        self.key, self.upload_id = real.key, real.upload_id
        self._store, self._real, self._faults = store, real, faults

    def put_part(self, number: int, data: Bytes, *, size: int, sha256: bytes) -> Part:
        self._faults.outside_transactions("put_part")
        with self._faults.on(f"part {number}", _down):
            return self._real.put_part(number, data, size=size, sha256=sha256)

    def presign_part(self, number: int, *, size: int, sha256: bytes, valid_for: timedelta) -> Presigned:
        self._faults.outside_transactions("presign_part")
        return self._real.presign_part(number, size=size, sha256=sha256, valid_for=valid_for)

    def parts(self) -> Iterator[StoredPart]:
        self._faults.outside_transactions("parts")
        with self._faults.on("parts", _down):
            found = list(self._real.parts())
        return iter(found)

    def complete(self, parts: Sequence[Part]) -> StoredVersion:
        self._faults.outside_transactions("complete")
        with self._faults.on("complete", _down):
            stored = self._real.complete(parts)
            self._store.wrote(self.key)
        return stored

    def abort(self) -> None:
        self._faults.outside_transactions("abort")
        with self._faults.on("abort", _down):
            self._real.abort()


class FaultyReading:
    """A reading that refuses its first byte, or breaks off after its first block."""

    def __init__(self, real: AbstractContextManager[ByteStream], faults: Faults) -> None:
        self._real, self._faults = real, faults

    def __enter__(self) -> ByteStream:
        return FaultyStream(self._real.__enter__(), self._faults)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return self._real.__exit__(kind, error, trace)


class FaultyStream:
    def __init__(self, real: ByteStream, faults: Faults) -> None:
        self.info = real.info
        self._real, self._faults = real, faults
        self._begun = False

    def readinto(self, buffer: memoryview) -> int:
        if self._begun:
            return self._real.readinto(buffer)
        self._begun = True
        with self._faults.on("read", lambda: BytesDamaged("injected: the stream broke off")):
            return self._real.readinto(buffer)

    def abort(self) -> None:
        self._real.abort()
