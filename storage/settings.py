"""How to reach an S3 store. Read by `dems.settings` from ``DEMS_S3__…``."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr


def _origin(text: str) -> str:
    """``scheme://host`` with a port where it is another than the scheme's: where browsers and signatures look no further.

    A path would be signed as part of the request, so no store behind it would know the signature.
    """
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and parts.hostname not in {None, "*"} and parts.port != 0
    except ValueError:
        usable = False
    bare = text.removesuffix("/")
    if not usable or bare != f"{parts.scheme}://{parts.netloc}" or "@" in bare:
        raise ValueError("write it as https://name or https://name:port, with nothing after it")
    return bare


Origin = Annotated[str, AfterValidator(_origin)]


class Buckets(BaseModel):
    """Three buckets, each with versioning and Object Lock; different keys and policies may apply to each."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    evidence: str = "evidence"
    ledger: str = "ledger"
    exports: str = "exports"


class S3Identity(BaseModel):
    """One access key of the store."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    access_key: str
    secret_key: SecretStr


class S3Settings(BaseModel):
    """The store, and the identity of the application on it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    endpoint: str | None = Field(default=None, description="URL of the S3 API; empty means AWS")
    public_endpoint: Origin | None = Field(
        default=None, description="The address clients reach the store at, if another: presigned URLs carry it"
    )
    cors_origins: tuple[Origin, ...] = Field(
        default=(), description="Addresses whose web pages may send evidence straight to the store"
    )
    region: str = "us-east-1"
    access_key: str = ""
    secret_key: SecretStr = SecretStr("")
    setup: S3Identity | None = Field(
        default=None,
        description="The identity that makes buckets and is tried by the self-check; never used for evidence",
    )
    buckets: Buckets = Buckets()
    max_connections: int = Field(default=32, ge=1)
    connect_timeout_seconds: float = 5
    read_timeout_seconds: float = 60
    attempts: int = Field(default=4, ge=1, description="Tries of one request, with exponential back-off between them")
    ca_file: Path | None = None
    sync_path: Path | None = Field(
        default=None,
        description="A folder on the store's own file system, when that is on this machine: flushed before sealing",
    )
