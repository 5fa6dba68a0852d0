"""Reading a whole object by one lean request. boto3 spends three times as much on a small one as its bytes cost.

Only what goes well is answered here. Whatever else happens, the same is asked again through boto3, which knows what the
answer means, and retries.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError, HTTPClientError
from botocore.httpsession import URLLib3Session

from storage.errors import StorageError
from storage.s3_client import S3Client
from storage.s3_presign import Signer
from storage.settings import S3Settings

_VALID_FOR = timedelta(minutes=5)
_ASKED = "before-send.s3.GetObject"


class QuickReader:
    """GETs over the client's own connections, with its own keys. Safe from several threads."""

    def __init__(self, client: S3Client, bucket: str, settings: S3Settings) -> None:
        self._events = client.meta.events
        # The client's pool of connections, with its time limits, certificates and proxies.
        self._session: URLLib3Session = client._endpoint.http_session  # noqa: SLF001 - no public way to it
        self._signer = Signer(client, bucket, settings.endpoint)

    def get(self, key: str, version_id: str | None) -> dict[str, Any] | None:
        """What `get_object` would answer, its `Body` a raw urllib3 response; None if anything was not as hoped."""
        headers = {"x-amz-checksum-mode": "ENABLED"}
        query = "" if version_id is None else urlencode({"versionId": version_id})
        try:
            signed = self._signer.signed("GET", key, query, headers, _VALID_FOR)
            request = AWSRequest("GET", signed.url, headers=headers, stream_output=True).prepare()
            self._events.emit(_ASKED, request=request)
            answer = self._session.send(request)
        except (BotoCoreError, HTTPClientError, StorageError):
            return None
        if answer.status_code != HTTPStatus.OK:
            answer.raw.close()
            answer.raw.release_conn()
            return None
        return {**_told(answer.headers), "Body": answer.raw}


def _moment(value: str | None) -> datetime | None:
    """When the object was stored; None where the store does not say so in the way of HTTP."""
    try:
        return None if value is None else parsedate_to_datetime(value)
    except ValueError:
        return None


def _told(headers: Mapping[str, str]) -> dict[str, Any]:
    until = headers.get("x-amz-object-lock-retain-until-date")
    return {
        "ContentLength": int(headers["content-length"]),
        "VersionId": headers.get("x-amz-version-id"),
        "ETag": headers.get("etag", ""),
        "ChecksumSHA256": headers.get("x-amz-checksum-sha256"),
        "LastModified": _moment(headers.get("last-modified")),
        "ObjectLockMode": headers.get("x-amz-object-lock-mode"),
        "ObjectLockRetainUntilDate": None if until is None else datetime.fromisoformat(until),
        "ObjectLockLegalHoldStatus": headers.get("x-amz-object-lock-legal-hold"),
    }
