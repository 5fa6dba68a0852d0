"""From what botocore and the network raise to `storage.errors`: one table, nothing lost of what the store said."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as BotoConnectionError
from urllib3.exceptions import HTTPError

from storage.errors import (
    AccessRefused,
    ChecksumRefused,
    LockRefused,
    ObjectExists,
    ObjectMissing,
    PartsRefused,
    StorageError,
    StoreFull,
    StoreUnavailable,
    UploadMissing,
)

_MISSING = frozenset({"404", "NoSuchKey", "NoSuchVersion", "NotFound", "405", "MethodNotAllowed"})
_CHECKSUM = frozenset({"BadDigest", "XAmzContentChecksumMismatch", "XAmzContentSHA256Mismatch", "InvalidDigest"})
_PARTS = frozenset({"InvalidPart", "InvalidPartOrder", "EntityTooSmall", "MalformedXML"})
_FULL = frozenset({"XMinioStorageFull", "XMinioDiskFull", "QuotaExceeded", "InsufficientStorage"})
_LOCK = frozenset({"InvalidRetentionPeriod", "ObjectLockConfigurationNotFoundError", "NoSuchObjectLockConfiguration"})
# 409 is how AWS answers when two conditional writes race: the loser is told to try again.
_LATER = frozenset(
    {"SlowDown", "InternalError", "ServiceUnavailable", "RequestTimeout", "Throttling", "ThrottlingException"}
    | {"RequestLimitExceeded", "TooManyRequests", "IncompleteBody", "OperationAborted", "ConditionalRequestConflict"}
)
_REFUSED = frozenset({401, 403})
_TOO_MANY, _INSUFFICIENT, _SERVER_ERROR = 429, 507, 500

# Below this much room a 5xx to a write is read as "disk full"; SeaweedFS says only InternalError (engines.md).
_ROOM_FOR_ANYTHING = 64 * 1024 * 1024


@contextmanager
def asking(what: str, *, about_lock: bool = False, disk: Path | None = None, room: int = 0) -> Iterator[None]:
    """Turn whatever fails inside into a `StorageError` that says `what` was asked.

    `about_lock`: a refusal here is about retention or a hold. `disk` and `room`: the store's own file system,
    where we can see it, and the bytes that were to be written: a failure on a full disk is then `StoreFull`.
    """
    try:
        yield
    except ClientError as error:
        raise _said_by_the_store(what, error, about_lock=about_lock, disk=disk, room=room) from error
    except (BotoConnectionError, HTTPClientError, HTTPError, HTTPException, OSError) as error:
        # The order of the clauses matters: what has no answer is never "refused".
        raise StoreUnavailable(f"{what}: no answer from the store ({_shown(error)})") from error
    except BotoCoreError as error:
        raise StorageError(f"{what}: {_shown(error)}") from error


def _said_by_the_store(
    what: str, error: ClientError, *, about_lock: bool, disk: Path | None, room: int
) -> StorageError:
    said = error.response.get("Error", {})
    code = str(said.get("Code", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    message = f"{what}: {status} {code} {said.get('Message', '')}".rstrip()
    kind = _kind(code, status, str(said.get("Message", "")), about_lock=about_lock)
    if kind is StoreUnavailable and disk is not None and _is_full(disk, room):
        return StoreFull(f"{message} (no room left at {disk})")
    return kind(message)


def _kind(code: str, status: int, text: str, *, about_lock: bool) -> type[StorageError]:  # noqa: PLR0911 - a table, read from the top
    if status == _INSUFFICIENT or code in _FULL:
        return StoreFull
    if status >= _SERVER_ERROR or status == _TOO_MANY or code in _LATER:
        return StoreUnavailable
    if status == 412 or code == "PreconditionFailed":  # noqa: PLR2004 - the number is the name
        return ObjectExists
    if code == "NoSuchUpload":
        return UploadMissing
    if code == "NoSuchBucket":
        return StorageError
    if code in _MISSING or status == 404:  # noqa: PLR2004
        return ObjectMissing
    if code in _CHECKSUM:
        return ChecksumRefused
    if code in _PARTS:
        return PartsRefused
    if code in _LOCK or (about_lock and 400 <= status < _SERVER_ERROR) or _speaks_of_locks(code, text):  # noqa: PLR2004
        return LockRefused
    return AccessRefused if status in _REFUSED else StorageError


def _speaks_of_locks(code: str, text: str) -> bool:
    """A date in the past, or a bucket without Object Lock, comes as a general 400 with the reason in words."""
    return code in {"InvalidRequest", "InvalidArgument"} and any(
        word in text.lower() for word in ("retain", "retention", "object lock", "objectlock")
    )


def _is_full(disk: Path, room: int) -> bool:
    try:
        return shutil.disk_usage(disk).free < max(room, _ROOM_FOR_ANYTHING)
    except OSError:
        return False


def _shown(error: BaseException) -> str:
    """Type and text; of a wrapper, what it wraps."""
    inner = getattr(error, "kwargs", {}).get("error") if isinstance(error, BotoCoreError) else None
    shown = inner if isinstance(inner, BaseException) else error
    return f"{type(shown).__name__}: {shown}"
