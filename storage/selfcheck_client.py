"""The self-check's own way to the store: `minio`, and requests signed by `minio` for what its methods cannot say."""

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlencode, urlsplit
from xml.etree.ElementTree import ParseError, fromstring

from minio import Minio
from minio.credentials.credentials import Credentials
from minio.error import InvalidResponseError, MinioException, S3Error, ServerError
from minio.signer import sign_v4_s3
from urllib3 import BaseHTTPResponse, PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

from storage.settings import S3Identity, S3Settings

_CONNECT_SECONDS, _READ_SECONDS = 5.0, 15.0
_NOT_IMPLEMENTED, _SERVER_ERROR, _CLIENT_ERROR = 501, 500, 400
# A refusal for one of these reasons says that our request was wrong, not that the store protects anything.
_OUR_FAULT = frozenset(
    {"SignatureDoesNotMatch", "InvalidAccessKeyId", "AuthorizationHeaderMalformed", "RequestTimeTooSkewed"}
    | {"AuthorizationQueryParametersError", "HeadersNotSigned", "MissingContentLength", "MalformedXML", "NoSuchBucket"}
    | {"SlowDown", "RequestTimeout", "InvalidRegion", "ExpiredToken", "InvalidToken"}
)

# Last two: an answer that `minio` cannot read, because it is no S3 answer.
_FAILED = (MinioException, HTTPError, OSError, ValueError, ParseError)

T = TypeVar("T")


class NotTried(Exception):
    """The probe could not be carried out; that is no proof of protection."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the store said: accepted or refused, with status and code."""

    accepted: bool
    status: int
    code: str
    headers: Mapping[str, str]
    body: bytes

    def __str__(self) -> str:
        return f"{'accepted' if self.accepted else 'refused'}: {self.status}{' ' + self.code if self.code else ''}"


class Prober:
    """One identity on one bucket. Every request is tried once, with short time limits, and none after `deadline`."""

    def __init__(self, settings: S3Settings, identity: S3Identity, bucket: str, deadline: float) -> None:
        self.bucket = bucket
        self.server = ""
        self._deadline = deadline
        self._region = settings.region
        endpoint = urlsplit(settings.endpoint or f"https://s3.{settings.region}.amazonaws.com")
        self._base = f"{endpoint.scheme}://{endpoint.netloc}"
        self._credentials = Credentials(identity.access_key, identity.secret_key.get_secret_value())
        self._http = PoolManager(
            timeout=Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS),
            retries=Retry(0, redirect=False),
            ca_certs=str(settings.ca_file) if settings.ca_file else None,
        )
        self.minio = Minio(
            endpoint.netloc,
            access_key=identity.access_key,
            secret_key=identity.secret_key.get_secret_value(),
            secure=endpoint.scheme == "https",
            region=settings.region,
            http_client=self._http,
        )

    def close(self) -> None:
        self._http.clear()

    def do(self, act: Callable[[], T]) -> T:
        """Something that must work; `NotTried` says why it did not."""
        self._in_time()
        try:
            return act()
        except _FAILED as error:
            raise NotTried(_shown(error)) from error

    def attempt(self, act: Callable[[], Any]) -> Answer:
        """Something that ought to be refused, by a method of `minio`."""
        self._in_time()
        try:
            act()
        except S3Error as error:
            return _judged(error.response.status, error.code or "", {}, b"")
        except ServerError as error:
            return _judged(error.status_code, "", {}, b"")
        except InvalidResponseError as error:
            return _judged(int(error.args[0].partition("Response code: ")[2].split(",")[0]), "", {}, b"")
        except _FAILED as error:
            raise NotTried(_shown(error)) from error
        return Answer(accepted=True, status=200, code="", headers={}, body=b"")

    def send(
        self,
        method: str,
        key: str | None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        signed: bool = True,
    ) -> Answer:
        """Send one request made by hand; unsigned, it is anonymous."""
        self._in_time()
        url = f"{self._base}/{self.bucket}" + (f"/{key}" if key else "")
        if query:
            url += "?" + urlencode(sorted(query.items()))
        sent = dict(headers or {})
        if signed:
            sent = self._signed(method, url, sent, body)
        try:
            response: BaseHTTPResponse = self._http.request(method, url, headers=sent, body=body, redirect=False)
        except (HTTPError, OSError) as error:
            raise NotTried(_shown(error)) from error
        self.server = response.headers.get("Server", self.server)
        return _judged(response.status, _code_in(response.data), response.headers, response.data)

    def _signed(self, method: str, url: str, headers: dict[str, str], body: bytes) -> dict[str, str]:
        digest = hashlib.sha256(body).hexdigest()
        now = datetime.now(UTC)
        parts = urlsplit(url)
        headers |= {
            "Host": parts.netloc,
            "x-amz-content-sha256": digest,
            "x-amz-date": now.strftime("%Y%m%dT%H%M%SZ"),
        }
        signed = sign_v4_s3(
            method=method,
            url=parts,
            region=self._region,
            headers=dict(headers.items()),
            credentials=self._credentials,
            content_sha256=digest,
            date=now,
        )
        return {name: str(value) for name, value in signed.items()}

    def _in_time(self) -> None:
        if time.monotonic() > self._deadline:
            raise NotTried("the time for the self-check was over")


def _judged(status: int, code: str, headers: Mapping[str, str], body: bytes) -> Answer:
    if status < _CLIENT_ERROR:
        return Answer(accepted=True, status=status, code=code, headers=headers, body=body)
    if code in _OUR_FAULT or (status >= _SERVER_ERROR and status != _NOT_IMPLEMENTED):
        _not_tried(f"{status} {code}")
    return Answer(accepted=False, status=status, code=code, headers=headers, body=body)


def _not_tried(why: str) -> NoReturn:
    raise NotTried(why)


def _code_in(body: bytes) -> str:
    """The `<Code>` of an S3 error document; the body comes from the store we are testing, so a few kB at most."""
    if not body.startswith(b"<") or len(body) > 64 * 1024 or b"<!" in body:
        return ""
    try:
        return fromstring(body).findtext("Code") or ""  # noqa: S314 - no document type can be in it, see above
    except ParseError:
        return ""


def _shown(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:300]
