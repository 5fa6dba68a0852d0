"""The direct path of evidence: from a client to the store by presigned URLs, at the address that clients use."""

import ipaddress
import os
import ssl
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import SplitResult, urlsplit
from uuid import uuid4

from urllib3 import BaseHTTPResponse, PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

from dems.bootstrap import Dems
from dems.cli.doctor.certificate import certificate
from dems.cli.doctor.findings import Finding, State, note, warning, well, wrong
from storage.errors import ObjectMissing
from storage.interface import Lock, Presigned
from storage.reader import hash_latest
from storage.selfcheck import LOCKED_FOR

_CONNECT_SECONDS, _READ_SECONDS = 5.0, 15.0
_VALID_FOR = timedelta(minutes=15)
_CLOCK_SHOULD, _CLOCK_MUST = timedelta(seconds=60), timedelta(minutes=5)
_OK, _REDIRECTS = 200, range(300, 400)
_CANARY_BYTES = 64


class _NoAnswer(Exception):
    """Nothing came back from the clients' address."""


def path(dems: Dems) -> Iterator[Finding]:
    """Each row stands on those before it: what cannot be reached is not asked for more.

    Leaves one canary of a few bytes under ``selfcheck/``, locked for one day as the self-check's are.
    """
    settings = dems.settings.s3
    canary = _Canary(dems, os.urandom(_CANARY_BYTES))
    address = urlsplit(canary.permission.url)
    yield _address(dems, address)
    yield from _encryption(address)
    pool = _pool(settings.ca_file)
    try:
        if address.scheme == "https":
            found = list(certificate(address.hostname or "", address.port or 443, settings.ca_file))
            yield from found
            if any(each.state is State.WRONG for each in found):
                return
        yield _clock(pool, address)
        yield _canary(pool, canary)
        for origin in settings.cors_origins:
            yield _page(pool, canary.permission, origin)
    except (OSError, _NoAnswer) as error:
        yield wrong(
            "direct upload: address",
            f"{address.netloc} cannot be reached from here ({error}): clients that cannot either send through the API, "
            "more slowly; see name, firewall and DEMS_S3__PUBLIC_ENDPOINT",
        )
    finally:
        pool.clear()


class _Canary:
    """A few bytes, and the permission to send them that a client would get."""

    def __init__(self, dems: Dems, content: bytes) -> None:
        self.dems = dems
        self.key = f"selfcheck/{uuid4()}"
        self.content = content
        self.lock = Lock(datetime.now(UTC) + LOCKED_FOR)
        self.permission = dems.store.presign_put(
            self.key, size=len(content), sha256=sha256(content).digest(), lock=self.lock, valid_for=_VALID_FOR
        )


def _address(dems: Dems, address: SplitResult) -> Finding:
    part = "direct upload: address"
    where = f"{address.scheme}://{address.netloc}"
    if _is_loopback(address.hostname or ""):
        return note(
            part,
            f"clients are sent to {where}, which is this machine: here they send straight to the store, from elsewhere through "
            "the API; to change that give the store an address and set DEMS_S3__PUBLIC_ENDPOINT",
        )
    said = "DEMS_S3__PUBLIC_ENDPOINT" if dems.settings.s3.public_endpoint else "the store's own address"
    return well(part, f"clients are sent to {where} ({said})")


def _encryption(address: SplitResult) -> Iterator[Finding]:
    if address.scheme != "https" and not _is_loopback(address.hostname or ""):
        yield warning(
            "direct upload: TLS",
            f"evidence would travel unencrypted to {address.netloc}: put TLS before the store and set DEMS_S3__PUBLIC_ENDPOINT "
            "to its https:// address",
        )


def _clock(pool: PoolManager, address: SplitResult) -> Finding:
    """The store decides by its own clock whether a permission of ours has expired, or is not valid yet."""
    part = "direct upload: clock"
    before = datetime.now(UTC)
    answer = _ask(pool, "GET", f"{address.scheme}://{address.netloc}/")
    middle = before + (datetime.now(UTC) - before) / 2
    try:
        theirs = parsedate_to_datetime(answer.headers.get("Date", ""))
    except ValueError:
        return note(part, "the store does not tell its time")
    # The header has whole seconds.
    apart = theirs.replace(tzinfo=UTC) + timedelta(seconds=0.5) - middle
    told = f"the store's clock is {abs(apart.total_seconds()):.0f} s {'ahead of' if apart > timedelta(0) else 'behind'} ours"
    if abs(apart) > _CLOCK_MUST:
        return wrong(part, f"{told}: presigned URLs fail, have both follow one time server")
    if abs(apart) > _CLOCK_SHOULD:
        return warning(part, f"{told}: presigned URLs soon fail, have both follow one time server")
    return well(part, told)


def _canary(pool: PoolManager, canary: _Canary) -> Finding:
    """What a client may send arrives as it is and locked, and nothing else does."""
    part = "direct upload: canary"
    signed = canary.permission
    other = _ask(pool, "PUT", signed.url, signed.headers, canary.content[::-1])
    answer = _ask(pool, "PUT", signed.url, signed.headers, canary.content)
    if other.status == _OK:
        return wrong(part, "the store keeps other bytes than were promised: direct upload must not be used with it")
    if answer.status != _OK:
        return wrong(
            part, f"a permitted PUT was refused: {_shown(answer)}; the store must see our request as it was signed"
        )
    try:
        read = hash_latest(canary.dems.store, canary.key, ("sha256",))
    except ObjectMissing:
        return wrong(part, "what was sent there is not in our store: DEMS_S3__PUBLIC_ENDPOINT leads to another one")
    if read.digests["sha256"] != sha256(canary.content).digest():
        return wrong(part, "what was sent came out of the store as other bytes")
    if not read.info.lock.satisfies(canary.lock):
        return wrong(part, f"what was sent is not locked as signed: found {read.info.lock}")
    return well(part, "other bytes than promised were refused; the promised ones arrived, locked")


def _page(pool: PoolManager, signed: Presigned, origin: str) -> Finding:
    """The question a browser asks ahead of a PUT from a page at `origin`."""
    part = "direct upload: browsers"
    wanted = sorted(name for name in signed.headers if name != "content-length")
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": ",".join(wanted),
    }
    answer = _ask(pool, "OPTIONS", signed.url, asked)
    refused = _refused(answer, origin, wanted)
    if refused is None:
        return well(part, f"pages of {origin} may send to the store")
    return wrong(
        part,
        f"pages of {origin} may not send to the store ({refused}): prepare the buckets again with the set-up identity, or "
        "set the bucket's CORS rules by the store's own means",
    )


def _refused(answer: BaseHTTPResponse, origin: str, wanted: Sequence[str]) -> str | None:
    """What a browser would miss in the answer; None when it would go on."""
    if answer.status not in range(200, 300):
        return _shown(answer)
    if answer.headers.get("Access-Control-Allow-Origin") not in {origin, "*"}:
        return "it does not allow that address"
    if not {"put", "*"} & _listed(answer, "Access-Control-Allow-Methods"):
        return "it does not allow PUT"
    allowed = _listed(answer, "Access-Control-Allow-Headers")
    missing = [] if "*" in allowed else [name for name in wanted if name not in allowed]
    return f"it does not allow {', '.join(missing)}" if missing else None


def _pool(ca_file: Path | None) -> PoolManager:
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return PoolManager(
        timeout=Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS),
        retries=Retry(0, redirect=False),
        ssl_context=context,
    )


def _ask(
    pool: PoolManager, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
) -> BaseHTTPResponse:
    try:
        answer = pool.request(method, url, headers=headers, body=body, redirect=False)
    except HTTPError as error:
        raise _NoAnswer(str(getattr(error, "reason", None) or error)) from error
    if answer.status in _REDIRECTS:
        raise _NoAnswer(f"it sends on to {answer.headers.get('Location', 'nowhere')}, where no signature of ours holds")
    return answer


def _listed(answer: BaseHTTPResponse, name: str) -> set[str]:
    return {each.strip().lower() for each in answer.headers.get(name, "").split(",")}


def _shown(answer: BaseHTTPResponse) -> str:
    code = answer.data[:2000].decode(errors="replace").partition("<Code>")[2].partition("</Code>")[0]
    return f"{answer.status} {code}".strip()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
