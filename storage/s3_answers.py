"""Reading what S3 answers into our own types."""

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from storage.interface import LockFound, ObjectInfo, Part, StoredVersion, VersionEntry


def info_from(key: str, version_id: str, size: int, answer: Mapping[str, Any]) -> ObjectInfo:
    """From the headers of HEAD or GET. What is not there was not shown: no lock is then reported."""
    until = answer.get("ObjectLockRetainUntilDate")
    stored_at = answer.get("LastModified")
    return ObjectInfo(
        stored=StoredVersion(key, version_id, size, None if stored_at is None else stored_at.astimezone(UTC)),
        lock=LockFound(
            mode=answer.get("ObjectLockMode") or None,
            retain_until=until.astimezone(UTC) if until is not None else None,
            legal_hold=answer.get("ObjectLockLegalHoldStatus") == "ON",
        ),
        sha256=answer.get("ChecksumSHA256") or None,
        etag=str(answer.get("ETag", "")),
    )


def whole_seconds(moment: datetime) -> datetime:
    """S3 keeps whole seconds: round up, so that a lock is never shorter than asked. Naive times are refused."""
    if moment.tzinfo is None:
        raise ValueError("a lock needs an aware time")
    moment = moment.astimezone(UTC)
    return moment if moment.microsecond == 0 else moment.replace(microsecond=0) + timedelta(seconds=1)


def base64_of(digest: bytes) -> str:
    """S3's form of a raw SHA-256."""
    if len(digest) != sha256().digest_size:
        raise ValueError("not the raw 32 bytes of a SHA-256")
    return base64.b64encode(digest).decode("ascii")


def composite_sha256(parts: Sequence[Part]) -> str:
    """What a store reports as the SHA-256 of a multipart object: a hash over the parts' hashes, and their number."""
    ordered = sorted(parts, key=lambda part: part.number)
    whole = sha256(b"".join(part.sha256 for part in ordered)).digest()
    return f"{base64_of(whole)}-{len(ordered)}"


def entries_of(page: Mapping[str, Any]) -> list[VersionEntry]:
    """One page of a version listing, versions and delete markers merged: by key, the newest of a key first."""
    rows = [(row, False) for row in page.get("Versions", ())]
    rows += [(row, True) for row in page.get("DeleteMarkers", ())]
    entries = [
        VersionEntry(
            key=row["Key"],
            version_id=row["VersionId"],
            is_latest=bool(row["IsLatest"]),
            is_delete_marker=is_marker,
            size=int(row.get("Size", 0)),
            last_modified=row["LastModified"].astimezone(UTC),
        )
        for row, is_marker in rows
    ]
    return sorted(entries, key=lambda entry: (entry.key, not entry.is_latest, -entry.last_modified.timestamp()))
