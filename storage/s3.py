"""`ObjectStore` over boto3, for S3 and servers that speak it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any, BinaryIO

from botocore.exceptions import ClientError
from urllib3.response import HTTPResponse

from storage.errors import LockNotApplied, ObjectMissing, StorageError
from storage.flush import DiskFlush
from storage.interface import ByteStream, Lock, ObjectInfo, OpenMultipart, Presigned, StoredVersion, VersionEntry
from storage.keys import checked_key, checked_prefix
from storage.s3_answers import base64_of, entries_of, info_from, whole_seconds
from storage.s3_body import body_of
from storage.s3_client import S3Client, client_for
from storage.s3_errors import asking
from storage.s3_multipart import S3Multipart
from storage.s3_presign import Presigner
from storage.s3_quick import QuickReader
from storage.s3_stream import EmptyStream, S3ByteStream
from storage.settings import S3Settings

__all__ = ["S3Multipart", "S3ObjectStore", "client_for", "connect"]

_NOTHING_THERE = 416


def connect(settings: S3Settings, bucket: str) -> "S3ObjectStore":
    """Make the application's store on one bucket. Nothing is asked of the server yet."""
    return S3ObjectStore(client_for(settings), bucket, settings)


class S3ObjectStore:
    """Implements `ObjectStore`; the promises are there. Safe from several threads; one instance serves a process.

    A lock that the store accepted is not believed: `lock` reads it back, and who seals compares the lock in the
    `ObjectInfo` that comes with the bytes. A 404 is checked against the bucket, so that a wrong bucket name
    is a `StorageError` and never looks like lost evidence.
    """

    def __init__(self, client: S3Client, bucket: str, settings: S3Settings) -> None:
        self.bucket = bucket
        self._client = client
        self._settings = settings
        self._presigner = Presigner(client, bucket, settings)
        self._quick = QuickReader(client, bucket, settings)
        self._flush = DiskFlush(settings.sync_path) if settings.sync_path is not None else None

    def put(
        self, key: str, data: bytes | bytearray | memoryview | BinaryIO, *, size: int, sha256: bytes, lock: Lock
    ) -> StoredVersion:
        """See `ObjectStore.put`."""
        checked_key(key)
        body = body_of(data, size)
        with asking(f"PUT {self.bucket}/{key}", disk=self._settings.sync_path, room=size):
            answer = self._client.put_object(
                Bucket=self.bucket,
                Key=key,
                Body=body,
                ContentLength=size,
                ContentType="application/octet-stream",
                IfNoneMatch="*",
                # Both: Ceph compares the value only when the algorithm is named too.
                ChecksumAlgorithm="SHA256",
                ChecksumSHA256=base64_of(sha256),
                ObjectLockMode="COMPLIANCE",
                ObjectLockRetainUntilDate=whole_seconds(lock.retain_until),
                ObjectLockLegalHoldStatus="ON" if lock.legal_hold else "OFF",
            )
        version_id = answer.get("VersionId")
        if not version_id:
            raise StorageError(f"PUT {self.bucket}/{key}: no version id came back; is the bucket versioned?")
        return StoredVersion(key, version_id, size)

    def presign_put(self, key: str, *, size: int, sha256: bytes, lock: Lock, valid_for: timedelta) -> Presigned:
        """See `ObjectStore.presign_put`."""
        return self._presigner.put(checked_key(key), size=size, sha256=sha256, lock=lock, valid_for=valid_for)

    def begin(self, key: str, *, lock: Lock) -> S3Multipart:
        """See `ObjectStore.begin`."""
        checked_key(key)
        with asking(f"begin multipart {self.bucket}/{key}", disk=self._settings.sync_path):
            answer = self._client.create_multipart_upload(
                Bucket=self.bucket,
                Key=key,
                ContentType="application/octet-stream",
                ChecksumAlgorithm="SHA256",
                ObjectLockMode="COMPLIANCE",
                ObjectLockRetainUntilDate=whole_seconds(lock.retain_until),
                ObjectLockLegalHoldStatus="ON" if lock.legal_hold else "OFF",
            )
        return self.resume(key, answer["UploadId"])

    def resume(self, key: str, upload_id: str) -> S3Multipart:
        """See `ObjectStore.resume`."""
        return S3Multipart(
            self._client, self.bucket, checked_key(key), upload_id, self._settings, presigner=self._presigner
        )

    def head(self, key: str, version_id: str | None = None) -> ObjectInfo:
        """See `ObjectStore.head`."""
        try:
            with asking(f"HEAD {self.bucket}/{key} version {version_id or 'latest'}"):
                answer = self._client.head_object(
                    Bucket=self.bucket, Key=checked_key(key), ChecksumMode="ENABLED", **_which(version_id)
                )
        except ObjectMissing:
            self._insist_on_the_bucket()
            raise
        found = version_id or answer.get("VersionId")
        if not found:
            raise StorageError(f"HEAD {self.bucket}/{key}: no version id came back; is the bucket versioned?")
        return info_from(key, found, int(answer["ContentLength"]), answer)

    def open(
        self, key: str, version_id: str | None, *, start: int = 0, end: int | None = None
    ) -> AbstractContextManager[ByteStream]:
        """See `ObjectStore.open`. The request is made here, not on entering; leave the context to free the socket.

        `end` beyond the last byte reads to the last byte; a range that begins there or later is empty.
        """
        if start < 0 or (end is not None and end < start):
            raise ValueError(f"not a range: {start} to {end}")
        if end == start:
            return EmptyStream(self.head(key, version_id))
        if start == 0 and end is None and (quick := self._quick.get(checked_key(key), version_id)) is not None:
            return _stream_of(key, version_id, quick, quick["Body"], start=0, end=None)
        which = _which(version_id)
        if start or end is not None:
            which["Range"] = f"bytes={start}-{'' if end is None else end - 1}"
        else:
            which["ChecksumMode"] = "ENABLED"
        try:
            with asking(f"GET {self.bucket}/{key} version {version_id or 'latest'} from {start}"):
                answer = self._client.get_object(Bucket=self.bucket, Key=checked_key(key), **which)
        except ObjectMissing:
            self._insist_on_the_bucket()
            raise
        except StorageError as error:
            if not _is_beyond_the_end(error):
                raise
            return EmptyStream(self.head(key, version_id))
        return _stream_of(key, version_id, answer, answer["Body"]._raw_stream, start=start, end=end)  # noqa: SLF001

    def lock(self, stored: StoredVersion, lock: Lock) -> None:
        """See `ObjectStore.lock`. A later date that is there already is kept; a hold is never lifted here.

        One HEAD when nothing is to be done; else one request for each of retention and hold, and a HEAD to read back.
        """
        found = self.head(stored.key, stored.version_id).lock
        if found.satisfies(lock):
            return
        wanted = replace(lock, retain_until=whole_seconds(lock.retain_until))
        if found.retain_until is not None and found.retain_until > wanted.retain_until:
            wanted = replace(wanted, retain_until=found.retain_until)
        if not found.satisfies(replace(wanted, legal_hold=False)):
            with asking(f"retain {self.bucket}/{stored.key} until {wanted.retain_until}", about_lock=True):
                self._client.put_object_retention(
                    Bucket=self.bucket,
                    Key=stored.key,
                    VersionId=stored.version_id,
                    Retention={"Mode": "COMPLIANCE", "RetainUntilDate": wanted.retain_until},
                    ChecksumAlgorithm="SHA256",
                )
        if wanted.legal_hold and not found.legal_hold:
            self._put_hold(stored, on=True)
        read_back = self.head(stored.key, stored.version_id).lock
        if not read_back.satisfies(wanted):
            raise LockNotApplied(f"{self.bucket}/{stored.key}: asked for {wanted}, found {read_back}")

    def release_hold(self, stored: StoredVersion) -> None:
        """See `ObjectStore.release_hold`. Read back: `LockNotApplied` if the hold is still there."""
        self._put_hold(stored, on=False)
        if self.head(stored.key, stored.version_id).lock.legal_hold:
            raise LockNotApplied(f"{self.bucket}/{stored.key}: the legal hold was lifted and is still there")

    def versions(self, prefix: str, *, after: str | None = None, at_once: int | None = None) -> Iterator[VersionEntry]:
        """See `ObjectStore.versions`."""
        beyond = {} if after is None else {"KeyMarker": checked_key(after)}
        pages = self._client.get_paginator("list_object_versions").paginate(
            Bucket=self.bucket, Prefix=checked_prefix(prefix), PaginationConfig={"PageSize": at_once}, **beyond
        )
        for page in _each(f"list versions of {self.bucket}/{prefix}", pages):
            yield from entries_of(page)

    def multiparts(self, prefix: str) -> Iterator[OpenMultipart]:
        """See `ObjectStore.multiparts`."""
        pages = self._client.get_paginator("list_multipart_uploads").paginate(
            Bucket=self.bucket, Prefix=checked_prefix(prefix)
        )
        for page in _each(f"list uploads of {self.bucket}/{prefix}", pages):
            for row in page.get("Uploads", ()):
                yield OpenMultipart(row["Key"], row["UploadId"], row["Initiated"].astimezone(UTC))

    def settle(self) -> None:
        """See `ObjectStore.settle`."""
        if self._flush is not None:
            self._flush()

    def _put_hold(self, stored: StoredVersion, *, on: bool) -> None:
        with asking(f"legal hold {'on' if on else 'off'} for {self.bucket}/{stored.key}", about_lock=True):
            self._client.put_object_legal_hold(
                Bucket=self.bucket,
                Key=stored.key,
                VersionId=stored.version_id,
                LegalHold={"Status": "ON" if on else "OFF"},
                ChecksumAlgorithm="SHA256",
            )

    def _insist_on_the_bucket(self) -> None:
        try:
            with asking(f"HEAD bucket {self.bucket}"):
                self._client.head_bucket(Bucket=self.bucket)
        except ObjectMissing as error:
            raise StorageError(f"there is no bucket {self.bucket}") from error


def _which(version_id: str | None) -> dict[str, Any]:
    return {"VersionId": version_id} if version_id is not None else {}


def _is_beyond_the_end(error: StorageError) -> bool:
    cause = error.__cause__
    return (
        isinstance(cause, ClientError)
        and cause.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == _NOTHING_THERE
    )


def _stream_of(
    key: str, version_id: str | None, answer: dict[str, Any], raw: HTTPResponse, *, start: int, end: int | None
) -> S3ByteStream:
    length = int(answer["ContentLength"])
    size, first = length, 0
    if told := answer.get("ContentRange"):
        span, _, total = told.removeprefix("bytes ").partition("/")
        size, first = int(total), int(span.partition("-")[0])
    found = version_id or answer.get("VersionId") or ""
    info = info_from(key, found, size, answer)
    stream = S3ByteStream(raw, info, length)
    if not found:
        stream.close()
        raise StorageError(f"GET {key}: no version id came back; is the bucket versioned?")
    if first != start or length != min(size, size if end is None else end) - start:
        stream.close()
        raise StorageError(f"GET {key} from {start} to {end}: the store answered with {told or length} instead")
    return stream


def _each(what: str, pages: Any) -> Iterator[dict[str, Any]]:
    """Walk over pages; only asking for the next one is inside `asking`, not the caller's own work with it."""
    walk = iter(pages)
    while True:
        with asking(what):
            page = next(walk, None)
        if page is None:
            return
        yield page
