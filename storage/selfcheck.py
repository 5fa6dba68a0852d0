"""Does this store hold what it promises? Every known way around a lock is tried on a canary, through the `minio` client.

Independent of boto3, so that one library's mistake cannot hide the other's. Nothing is believed because it was
accepted: the canary is read back byte for byte, and its lock too.
"""

import io
import secrets
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from minio.commonconfig import COMPLIANCE
from minio.retention import Retention

from storage.errors import StorageError
from storage.selfcheck_client import NotTried, Prober
from storage.selfcheck_probes import BY_AN_IDENTITY, BY_ANYONE, Canary, Probe
from storage.settings import S3Identity, S3Settings

LOCKED_FOR = timedelta(days=1)
LONGEST_SECONDS = 60.0

_STORED = "a canary is stored under COMPLIANCE"
APPLICATION, SETUP, NOBODY = "application", "set-up", "nobody"


@dataclass(frozen=True, slots=True)
class Row:
    """One thing tried, by whom, whether the store held, and what it answered."""

    name: str
    identity: str
    held: bool
    detail: str


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """`held` is true only if every row held: what could not be tried has not held."""

    at: datetime
    endpoint: str
    server: str
    bucket: str
    rows: tuple[Row, ...]
    held: bool


def check(settings: S3Settings, bucket: str) -> SelfCheck:
    """Attack a fresh canary in `bucket` as the application, as the set-up identity (if configured) and anonymously.

    Leaves behind under ``selfcheck/``: the canary, a few bytes that stay locked for one day, and a small unlocked later
    version of it per identity; nothing else is touched. If the store lets the bucket's versioning or Object Lock
    configuration be changed, that is put back at once. Takes well under a second on a healthy store and at
    most about `LONGEST_SECONDS` plus one request's time limit on one that stalls. Never raises for what the store does
    or fails to do: that is a row. Raises `StorageError` when the settings name no keys.
    """
    if not settings.access_key:
        raise StorageError("the self-check needs the application's access key in the settings (DEMS_S3__ACCESS_KEY)")
    at = datetime.now(UTC)
    deadline = time.monotonic() + LONGEST_SECONDS
    application = Prober(
        settings, S3Identity(access_key=settings.access_key, secret_key=settings.secret_key), bucket, deadline
    )
    setup = Prober(settings, settings.setup, bucket, deadline) if settings.setup is not None else None
    try:
        rows = _rows(application, setup)
    finally:
        application.close()
        if setup is not None:
            setup.close()
    return SelfCheck(
        at=at,
        endpoint=settings.endpoint or f"AWS {settings.region}",
        server=application.server,
        bucket=bucket,
        rows=tuple(rows),
        held=all(row.held for row in rows),
    )


def _rows(application: Prober, setup: Prober | None) -> list[Row]:
    try:
        canary, stored = _put_canary(application)
    except NotTried as error:
        return [Row(_STORED, APPLICATION, held=False, detail=f"not tried: {error}")]
    rows = [
        stored,
        _row("the canary is locked from the start", APPLICATION, _is_locked, application, canary),
        *(_row(name, NOBODY, probe, application, canary) for name, probe in BY_ANYONE),
    ]
    for identity, prober in ((APPLICATION, application), (SETUP, setup)):
        if prober is not None:
            rows += [_row(name, identity, probe, prober, canary) for name, probe in BY_AN_IDENTITY]
    rows.append(_row("the canary is there, byte for byte", APPLICATION, _is_intact, application, canary))
    rows.append(_row("the canary is still locked", APPLICATION, _is_locked, application, canary))
    return rows


def _put_canary(prober: Prober) -> tuple[Canary, Row]:
    """Where a locked object is refused, the canary goes without a lock, so that the other rows show what is open."""
    content = b"DEMS self-check canary " + secrets.token_hex(16).encode()
    # Whole seconds, as S3 keeps them.
    until = (datetime.now(UTC) + LOCKED_FOR).replace(microsecond=0)
    locked = Retention(COMPLIANCE, until)
    try:
        key, version_id = _put(prober, content, locked)
    except NotTried as error:
        key, version_id = _put(prober, content, None)
        return Canary(key, version_id, content, until), Row(_STORED, APPLICATION, held=False, detail=str(error))
    row = Row(_STORED, APPLICATION, held=bool(version_id), detail=f"version {version_id or 'none'}")
    return Canary(key, version_id, content, until), row


def _put(prober: Prober, content: bytes, retention: Retention | None) -> tuple[str, str]:
    key = f"selfcheck/{uuid.uuid4()}"
    written = prober.do(
        lambda: prober.minio.put_object(prober.bucket, key, io.BytesIO(content), len(content), retention=retention)
    )
    return key, written.version_id or ""


def _row(name: str, identity: str, probe: Probe, prober: Prober, canary: Canary) -> Row:
    try:
        held, detail = probe(prober, canary)
    except NotTried as error:
        return Row(name, identity, held=False, detail=f"not tried: {error}")
    return Row(name, identity, held, detail)


def _is_locked(prober: Prober, canary: Canary) -> tuple[bool, str]:
    if not canary.version_id:
        return False, "the store gave no version id"
    found = prober.do(
        lambda: prober.minio.get_object_retention(prober.bucket, canary.key, version_id=canary.version_id)
    )
    if found is None:
        return False, "no retention"
    held = found.mode == COMPLIANCE and found.retain_until_date >= canary.retain_until
    return held, f"{found.mode} until {found.retain_until_date.isoformat()}"


def _is_intact(prober: Prober, canary: Canary) -> tuple[bool, str]:
    answer = prober.send("GET", canary.key, query=canary.version() if canary.version_id else None)
    return answer.body == canary.content, f"{answer.status} {answer.code}, {len(answer.body)} bytes".strip()
