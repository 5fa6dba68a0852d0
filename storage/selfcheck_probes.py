"""The ways around a lock, one function each: what is tried, and what must come of it.

A probe returns whether the store held and what it said; it raises `NotTried` when that could not be found out. A probe
that finds a hole in the bucket's own configuration closes it again at once.
"""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from minio.commonconfig import COMPLIANCE, ENABLED, GOVERNANCE
from minio.deleteobjects import DeleteError, DeleteObject
from minio.retention import Retention
from minio.versioningconfig import SUSPENDED, VersioningConfig

from storage.selfcheck_client import Answer, NotTried, Prober

_BYPASS = {"x-amz-bypass-governance-retention": "true"}
_XMLNS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
_NOT_FOUND, _PRECONDITION_FAILED = 404, 412


@dataclass(frozen=True, slots=True)
class Canary:
    """The object that is attacked."""

    key: str
    version_id: str
    content: bytes
    retain_until: datetime

    def version(self) -> dict[str, str]:
        return {"versionId": self.version_id}


Verdict = tuple[bool, str]
Probe = Callable[[Prober, Canary], Verdict]


def delete_version(prober: Prober, canary: Canary) -> Verdict:
    return _refused(
        prober.attempt(lambda: prober.minio.remove_object(prober.bucket, canary.key, version_id=canary.version_id))
    )


def delete_in_bulk_with_bypass(prober: Prober, canary: Canary) -> Verdict:
    target = DeleteObject(canary.key, canary.version_id)
    errors: list[DeleteError] = []
    answer = prober.attempt(
        lambda: errors.extend(prober.minio.remove_objects(prober.bucket, [target], bypass_governance_mode=True))
    )
    if errors:
        return True, f"refused: {errors[0].code}"
    return _refused(answer)


def delete_with_bypass(prober: Prober, canary: Canary) -> Verdict:
    return _refused(prober.send("DELETE", canary.key, query=canary.version(), headers=_BYPASS))


def shorten_retention(prober: Prober, canary: Canary) -> Verdict:
    soon = Retention(COMPLIANCE, datetime.now(UTC) + timedelta(minutes=5))
    return _refused(_retain(prober, canary, soon))


def downgrade_to_governance(prober: Prober, canary: Canary) -> Verdict:
    return _refused(_retain(prober, canary, Retention(GOVERNANCE, canary.retain_until)))


def shorten_with_bypass(prober: Prober, canary: Canary) -> Verdict:
    soon = (datetime.now(UTC) + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return _refused(
        _retain_by_hand(prober, canary, f"<Mode>GOVERNANCE</Mode><RetainUntilDate>{soon}</RetainUntilDate>")
    )


def clear_retention(prober: Prober, canary: Canary) -> Verdict:
    """An empty document removes GOVERNANCE on AWS; it must not remove COMPLIANCE, whatever the answer is."""
    answer = _retain_by_hand(prober, canary, "")
    return _refused(answer) if not answer.accepted else (_still_locked(prober, canary), str(answer))


def overwrite_if_none_match(prober: Prober, canary: Canary) -> Verdict:
    answer = prober.send("PUT", canary.key, headers={"If-None-Match": "*"}, body=b"overwritten")
    return answer.status == _PRECONDITION_FAILED, str(answer)


def put_again_keeps_the_old_version(prober: Prober, canary: Canary) -> Verdict:
    answer = prober.send("PUT", canary.key, body=b"a later version")
    if not answer.accepted:
        return True, str(answer)
    later = answer.headers.get("x-amz-version-id", "")
    kept = prober.send("GET", canary.key, query=canary.version())
    held = later not in {"", "null", canary.version_id} and kept.body == canary.content
    return held, f"{answer}, version {later or 'none'}; the old one: {kept}"


def wrong_checksum(prober: Prober, canary: Canary) -> Verdict:
    wrong = base64.b64encode(hashlib.sha256(b"other bytes").digest()).decode()
    headers = {"x-amz-sdk-checksum-algorithm": "SHA256", "x-amz-checksum-sha256": wrong}
    return _refused(prober.send("PUT", f"{canary.key}.checksum", headers=headers, body=b"these bytes"))


def suspend_versioning(prober: Prober, canary: Canary) -> Verdict:  # noqa: ARG001 - one shape for all
    before = prober.do(lambda: prober.minio.get_bucket_versioning(prober.bucket)).status
    answer = prober.attempt(lambda: _set_versioning(prober, SUSPENDED))
    if not answer.accepted:
        return before == ENABLED, f"{answer}, versioning is {before or 'off'}"
    after = prober.do(lambda: prober.minio.get_bucket_versioning(prober.bucket)).status
    if after == before:
        return before == ENABLED, f"{answer}, and nothing changed: {before or 'off'}"
    if before == ENABLED:
        prober.do(lambda: _set_versioning(prober, ENABLED))
    return False, f"{answer}; versioning was {before or 'off'} and became {after or 'off'}; put back if it was on"


def _set_versioning(prober: Prober, status: str) -> None:
    prober.minio.set_bucket_versioning(prober.bucket, VersioningConfig(status))


def disable_object_lock(prober: Prober, canary: Canary) -> Verdict:  # noqa: ARG001 - one shape for all
    body = (
        f"<ObjectLockConfiguration {_XMLNS}><ObjectLockEnabled>Disabled</ObjectLockEnabled></ObjectLockConfiguration>"
    )
    return _changed_lock_configuration(prober, body)


def remove_object_lock_configuration(prober: Prober, canary: Canary) -> Verdict:  # noqa: ARG001 - one shape for all
    return _changed_lock_configuration(prober, f"<ObjectLockConfiguration {_XMLNS}></ObjectLockConfiguration>")


def anonymous_read(prober: Prober, canary: Canary) -> Verdict:
    return _refused(prober.send("GET", canary.key, query=canary.version(), signed=False))


def anonymous_write(prober: Prober, canary: Canary) -> Verdict:
    return _refused(prober.send("PUT", f"{canary.key}.anonymous", body=b"anyone", signed=False))


def anonymous_delete(prober: Prober, canary: Canary) -> Verdict:
    return _refused(prober.send("DELETE", canary.key, query=canary.version(), headers=_BYPASS, signed=False))


BY_AN_IDENTITY: tuple[tuple[str, Probe], ...] = (
    ("overwrite with If-None-Match", overwrite_if_none_match),
    ("a second PUT leaves the first version", put_again_keeps_the_old_version),
    ("PUT with a wrong SHA-256", wrong_checksum),
    ("shorten retention", shorten_retention),
    ("shorten retention with bypass", shorten_with_bypass),
    ("downgrade to GOVERNANCE", downgrade_to_governance),
    ("clear retention with bypass", clear_retention),
    ("suspend versioning", suspend_versioning),
    ("disable object lock of the bucket", disable_object_lock),
    ("empty the bucket's object lock configuration", remove_object_lock_configuration),
    ("delete the version", delete_version),
    ("delete the version with bypass", delete_with_bypass),
    ("delete the version in bulk with bypass", delete_in_bulk_with_bypass),
)
BY_ANYONE: tuple[tuple[str, Probe], ...] = (
    ("read without credentials", anonymous_read),
    ("write without credentials", anonymous_write),
    ("delete without credentials", anonymous_delete),
)


def _refused(answer: Answer) -> Verdict:
    """Whether it was refused. A 404 is no refusal: what was attacked is not there any more."""
    return not answer.accepted and answer.status != _NOT_FOUND, str(answer)


def _retain(prober: Prober, canary: Canary, retention: Retention) -> Answer:
    return prober.attempt(
        lambda: prober.minio.set_object_retention(prober.bucket, canary.key, retention, version_id=canary.version_id)
    )


def _retain_by_hand(prober: Prober, canary: Canary, inner: str) -> Answer:
    body = f"<Retention {_XMLNS}>{inner}</Retention>".encode()
    headers = {**_BYPASS, "Content-MD5": _md5(body)}
    return _send_document(prober, canary.key, {**canary.version(), "retention": ""}, headers, body)


def _still_locked(prober: Prober, canary: Canary) -> bool:
    found = prober.do(
        lambda: prober.minio.get_object_retention(prober.bucket, canary.key, version_id=canary.version_id)
    )
    return found is not None and found.mode == COMPLIANCE and found.retain_until_date >= canary.retain_until


def _changed_lock_configuration(prober: Prober, document: str) -> Verdict:
    """Held when refused, or when the bucket says afterwards that its Object Lock is enabled as before."""
    before = prober.send("GET", None, query={"object-lock": ""})
    body = document.encode()
    answer = _send_document(prober, None, {"object-lock": ""}, {"Content-MD5": _md5(body)}, body)
    if not answer.accepted:
        return True, str(answer)
    after = prober.send("GET", None, query={"object-lock": ""})
    held = after.accepted and b"<ObjectLockEnabled>Enabled</ObjectLockEnabled>" in after.body
    if before.accepted and after.body != before.body:
        back = prober.send(
            "PUT", None, query={"object-lock": ""}, headers={"Content-MD5": _md5(before.body)}, body=before.body
        )
        return held, f"{answer}; it had changed, and putting it back was {back}"
    return held, f"{answer}, and nothing changed" if held else f"{answer}; now {after}"


def _send_document(
    prober: Prober, key: str | None, query: dict[str, str], headers: dict[str, str], body: bytes
) -> Answer:
    """An XML document that a strict store calls malformed: here that is a refusal like any other."""
    try:
        return prober.send("PUT", key, query=query, headers=headers, body=body)
    except NotTried as error:
        if "MalformedXML" not in str(error):
            raise
        return Answer(accepted=False, status=400, code="MalformedXML", headers={}, body=b"")


def _md5(body: bytes) -> str:
    return base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
