"""Permission to send one PUT, signed here and given to whoever holds the bytes; nothing is asked of the store."""

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache, reduce
from http.client import HTTPMessage
from typing import Any
from urllib.parse import urlencode

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import RefreshableCredentials

from storage.errors import AccessRefused
from storage.interface import Lock, Presigned
from storage.s3_answers import base64_of, whole_seconds
from storage.s3_client import S3Client
from storage.s3_errors import asking
from storage.settings import S3Settings

_LONGEST = timedelta(days=7)
_STAMP = "%Y%m%dT%H%M%SZ"


class Presigner:
    """Makes `Presigned` PUTs into one bucket, for the address that clients reach the store at.

    Every header that decides what is stored is signed, so the holder can neither leave one out nor change it. Safe
    from several threads; about a tenth of a millisecond each. Keys of our own need no network; with an IAM role the
    session renews its keys by itself now and then, and what they signed ends with them (`Presigned.expires_at`).
    Raises `AccessRefused` where there are no keys, `StorageError` where they cannot be renewed.
    """

    def __init__(self, client: S3Client, bucket: str, settings: S3Settings) -> None:
        self._signer = Signer(client, bucket, settings.public_endpoint or settings.endpoint)

    def put(self, key: str, *, size: int, sha256: bytes, lock: Lock, valid_for: timedelta) -> Presigned:
        """Of a whole object. `key` is one that `storage.keys` accepts, so no character of it needs escaping."""
        headers = {
            **_body(size, sha256),
            "content-type": "application/octet-stream",
            "if-none-match": "*",
            "x-amz-object-lock-mode": "COMPLIANCE",
            "x-amz-object-lock-retain-until-date": whole_seconds(lock.retain_until).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-amz-object-lock-legal-hold": "ON" if lock.legal_hold else "OFF",
        }
        return self._signer.signed("PUT", key, "", headers, valid_for)

    def part(
        self, key: str, upload_id: str, number: int, *, size: int, sha256: bytes, valid_for: timedelta
    ) -> Presigned:
        """Of one part, whose upload and number are signed with the address."""
        which = urlencode({"partNumber": number, "uploadId": upload_id})
        return self._signer.signed("PUT", key, which, _body(size, sha256), valid_for)


class Signer:
    """Signs requests for keys of one bucket at one address (None: AWS's own), with the keys that the client has then."""

    def __init__(self, client: S3Client, bucket: str, address: str | None) -> None:
        self._client = client
        self._bucket = bucket
        self._address = address

    def signed(self, method: str, key: str, query: str, headers: Mapping[str, str], valid_for: timedelta) -> Presigned:
        """`query` is what identifies a part or a version, encoded. Raises as `Presigner` says; `ValueError`."""
        seconds = int(valid_for.total_seconds())
        if not timedelta(seconds=1) <= valid_for <= _LONGEST:
            raise ValueError(f"a signature is valid for one second to seven days, not for {valid_for}")
        # No public way to them; the session renews a role's keys in there.
        credentials: Any = self._client._request_signer._credentials  # noqa: SLF001
        if credentials is None:
            raise AccessRefused("presigning needs the application's access key in the settings (DEMS_S3__ACCESS_KEY)")
        with asking(f"keys to sign for {self._bucket}"):
            keys = credentials.get_frozen_credentials()
        request = AWSRequest(method, f"{self._base}/{key}" + (f"?{query}" if query else ""), headers=headers)
        _QuerySigner(keys, "s3", self._client.meta.region_name, seconds).add_auth(request)
        signed_at = datetime.strptime(request.context["timestamp"], _STAMP).replace(tzinfo=UTC)
        expires_at = signed_at + timedelta(seconds=seconds)
        if isinstance(credentials, RefreshableCredentials):
            expires_at = min(expires_at, credentials._expiry_time.astimezone(UTC))  # type: ignore[attr-defined]  # noqa: SLF001
        return Presigned(str(request.url), headers, expires_at)

    @cached_property
    def _base(self) -> str:
        """The bucket's address. At AWS it is a host of its own, unless a dot in its name would break the certificate."""
        endpoint = str(self._address or self._client.meta.endpoint_url).rstrip("/")
        if self._address is None and "." not in self._bucket:
            return endpoint.replace("://", f"://{self._bucket}.", 1)
        return f"{endpoint}/{self._bucket}"


class _QuerySigner(S3SigV4QueryAuth):
    """botocore's signer of presigned requests, for one request: what it would work out twice is kept."""

    _signs: HTTPMessage | None = None

    def headers_to_sign(self, request: AWSRequest) -> HTTPMessage:
        if self._signs is None:
            self._signs = super().headers_to_sign(request)
        return self._signs

    def signature(self, string_to_sign: str, request: AWSRequest) -> str:
        key = _signing_key(self.credentials.secret_key, self.credential_scope(request))
        return hmac.digest(key, string_to_sign.encode(), "sha256").hex()


@lru_cache(maxsize=8)
def _signing_key(secret: str, scope: str) -> bytes:
    """SigV4's key of a day, region and service, derived once for all that is signed on that day."""
    return reduce(
        lambda key, step: hmac.digest(key, step.encode(), "sha256"), scope.split("/"), f"AWS4{secret}".encode()
    )


def _body(size: int, sha256: bytes) -> dict[str, str]:
    if size < 0:
        raise ValueError(f"not a size: {size}")
    return {
        "content-length": str(size),
        # Both: Ceph compares the value only when the algorithm is named too.
        "x-amz-checksum-sha256": base64_of(sha256),
        "x-amz-sdk-checksum-algorithm": "SHA256",
        # What a presigned request means anyway. Unsigned, the sender could say that the body is framed (aws-chunked), and
        # SeaweedFS would unpack it; and SeaweedFS takes no digest here.
        "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
    }
