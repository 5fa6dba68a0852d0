"""A boto3 client made for evidence: explicit about checksums, addressing, proxies, time limits and retries."""

import base64
import ipaddress
import os
from functools import lru_cache
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import boto3
import botocore.auth
import botocore.session
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.loaders import Loader, create_loader

from storage.settings import S3Identity, S3Settings

# The stubs of boto3's S3 client (mypy-boto3-s3) have no release that fits this boto3.
S3Client: TypeAlias = Any

# With keys of our own, a profile that happens to be in the shell or in ~/.aws decides nothing.
_NO_FILES = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
_SIGNER = "dems-s3v4-known-sha256"


class _KnownSha256Auth(S3SigV4Auth):
    """SigV4 that takes the payload hash from the checksum header we already set, instead of hashing the body again.

    Used for PutObject and UploadPart only: elsewhere that header means a hash of an object, not of the body.
    """

    def payload(self, request: AWSRequest) -> str:
        known = request.headers.get("x-amz-checksum-sha256")
        return base64.b64decode(known).hex() if known else str(super().payload(request))


def client_for(settings: S3Settings, identity: S3Identity | None = None) -> S3Client:
    """Make a client for the application, or for `identity`. Thread-safe; nothing is sent yet.

    Retries are botocore's "standard" mode: connection failures, time-outs, 500, 502, 503, 504 and throttling are
    tried `settings.attempts` times with exponential back-off. Every request we make may be repeated:
    reads, HEAD, parts, locks and aborts are idempotent, a PUT or a completion whose answer was lost meets
    its own ``If-None-Match`` (`ObjectExists`, `UploadMissing`: the caller looks), and a repeated
    CreateMultipartUpload leaves at most an empty upload that `multiparts` lists.
    """
    access_key = identity.access_key if identity else settings.access_key
    secret_key = (identity.secret_key if identity else settings.secret_key).get_secret_value()
    config = Config(
        region_name=settings.region,
        signature_version="s3v4",
        connect_timeout=settings.connect_timeout_seconds,
        read_timeout=settings.read_timeout_seconds,
        max_pool_connections=settings.max_connections,
        retries={"mode": "standard", "total_max_attempts": settings.attempts},
        # Checksums are ours and explicit; botocore's own CRCs break servers that do not know them.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        ignore_configured_endpoint_urls=True,  # type: ignore[call-arg]  # missing from the stubs
        # A proxy from the environment must not be asked for a loopback address.
        proxies={} if settings.endpoint is not None and _is_loopback(settings.endpoint) else None,
        s3={"addressing_style": "path" if settings.endpoint else "auto"},
    )
    core = botocore.session.Session(session_vars=_NO_FILES if access_key else None)
    session = boto3.session.Session(
        botocore_session=core,
        aws_access_key_id=access_key or None,
        aws_secret_access_key=secret_key or None,
        region_name=settings.region,
    )
    core.register_component("data_loader", _descriptions(core.get_config_variable("data_path")))
    client = session.client(
        "s3",
        endpoint_url=settings.endpoint,
        config=config,
        verify=str(settings.ca_file) if settings.ca_file else None,
    )
    botocore.auth.AUTH_TYPE_MAPS[_SIGNER] = _KnownSha256Auth
    for operation in ("PutObject", "UploadPart"):
        client.meta.events.register(f"choose-signer.s3.{operation}", _choose_signer)
    return client


@lru_cache
def _descriptions(search_path: str | None) -> Loader:
    """What botocore read of its descriptions of S3, for all clients of this process: reading is most of making one."""
    return create_loader(search_path)


def _choose_signer(signature_version: str, **_: Any) -> str | None:
    """Only for signed headers: presigned URLs and anonymous requests keep their own signers."""
    return _SIGNER if signature_version in {"s3v4", "v4"} else None


def _is_loopback(endpoint: str) -> bool:
    host = urlsplit(endpoint).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
