"""Making the buckets, with the set-up identity: once, before any evidence."""

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError

from storage.errors import StorageError
from storage.s3_client import S3Client, client_for
from storage.s3_errors import asking
from storage.settings import S3Settings

_THERE_ALREADY = frozenset({"BucketAlreadyOwnedByYou", "BucketAlreadyExists"})
_NOT_CONFIGURED = frozenset({"ObjectLockConfigurationNotFoundError", "NoSuchObjectLockConfiguration"})
_NO_RULES_YET = "NoSuchCORSConfiguration"
_NO_RULES_EVER = frozenset({"NotImplemented", "MethodNotAllowed"})
_ASKED_AGAIN_AFTER_SECONDS = 3600


def prepare(settings: S3Settings) -> None:
    """Create the evidence, ledger and exports buckets with versioning and Object Lock where they are missing.

    May be called again at any time and by several processes at once. An existing bucket is only looked at: one
    without versioning or Object Lock is a `StorageError`, because what it holds was never protected. No default
    retention is set: each object carries its own.

    Where `settings.cors_origins` names any, browsers may send evidence from those and no others: the rule replaces the
    evidence bucket's own. A store that knows no such rules is left as it is; `dems doctor` says what it answers.
    """
    if settings.setup is None:
        raise StorageError("making buckets needs the set-up identity: DEMS_S3__SETUP__ACCESS_KEY and …__SECRET_KEY")
    names = (settings.buckets.evidence, settings.buckets.ledger, settings.buckets.exports)
    if len(set(names)) != len(names):
        raise StorageError(f"the three buckets must be different ones: {', '.join(names)}")
    client = client_for(settings, settings.setup)
    try:
        for name in names:
            _create(client, name, settings.region)
            _insist_on_protection(client, name)
        if settings.cors_origins:
            _let_browsers_send(client, settings.buckets.evidence, settings.cors_origins)
    finally:
        client.close()


def _create(client: S3Client, name: str, region: str) -> None:
    # us-east-1 is the one region that S3 refuses to be told.
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    with asking(f"create bucket {name}"):
        try:
            client.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True, **where)
        except ClientError as error:
            # Somebody else's bucket of that name is found out by the next question, which is then refused.
            if error.response.get("Error", {}).get("Code") not in _THERE_ALREADY:
                raise


def _insist_on_protection(client: S3Client, name: str) -> None:
    with asking(f"read versioning of bucket {name}"):
        versioning = client.get_bucket_versioning(Bucket=name).get("Status")
    if versioning != "Enabled":
        raise StorageError(f"bucket {name} has no versioning (it is {versioning or 'off'}): it cannot hold evidence")
    with asking(f"read object lock of bucket {name}"):
        try:
            found = client.get_object_lock_configuration(Bucket=name).get("ObjectLockConfiguration", {})
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") not in _NOT_CONFIGURED:
                raise
            found = {}
    if found.get("ObjectLockEnabled") != "Enabled":
        raise StorageError(f"bucket {name} was made without Object Lock: it cannot hold evidence; name another one")


def _let_browsers_send(client: S3Client, name: str, origins: Sequence[str]) -> None:
    """What a page needs for a presigned PUT: to send our headers, and to read which version and ETag came of it."""
    rules = [
        {
            "AllowedOrigins": list(origins),
            "AllowedMethods": ["PUT"],
            "AllowedHeaders": ["content-type", "if-none-match", "x-amz-*"],
            "ExposeHeaders": ["ETag", "x-amz-version-id"],
            "MaxAgeSeconds": _ASKED_AGAIN_AFTER_SECONDS,
        }
    ]
    with asking(f"set the CORS rules of bucket {name}"):
        try:
            if _rules_of(client, name) != rules:
                client.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": rules}, ChecksumAlgorithm="SHA256")
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") not in _NO_RULES_EVER:
                raise


def _rules_of(client: S3Client, name: str) -> list[dict[str, Any]]:
    try:
        found: list[dict[str, Any]] = client.get_bucket_cors(Bucket=name).get("CORSRules", [])
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != _NO_RULES_YET:
            raise
        found = []
    return found
