"""The files that close SeaweedFS: ``security.toml`` for its internal ports, ``s3.json`` for its S3 port.

SeaweedFS reads ``security.toml`` from its working directory and runs *open* when it finds none, so
what is written here is never believed: `dems.engines.seaweedfs_probe` tries every port afterwards.
Paths are relative to that working directory, which keeps any character out of them that a parser
could misread (commas, spaces, quotes).
"""

import json
import secrets
from collections.abc import Iterable
from pathlib import Path

from dems.engines.certificates import COMMON_NAME, make_certificates
from dems.engines.folder import write_private

SECURITY_FILE = "security.toml"
S3_FILE = "s3.json"

_JWT = ("jwt.signing", "jwt.signing.read", "jwt.filer_signing", "jwt.filer_signing.read")
_GRPC_SERVERS = ("master", "volume", "filer", "s3", "admin", "worker", "msg_broker", "msg_agent", "mq")
_HTTPS_SERVERS = ("master", "volume", "filer", "admin")

# The names the storage layer gives its buckets; the application may reach these and no others.
APP_BUCKETS = ("evidence", "ledger", "exports")

_APP_OBJECT_ACTIONS = (
    "s3:PutObject",
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:GetObjectAttributes",
    "s3:PutObjectRetention",
    "s3:GetObjectRetention",
    "s3:PutObjectLegalHold",
    "s3:GetObjectLegalHold",
    "s3:CreateMultipartUpload",
    "s3:UploadPart",
    "s3:CompleteMultipartUpload",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
    "s3:ListParts",
)
_APP_BUCKET_ACTIONS = (
    "s3:ListBucket",
    "s3:ListBucketVersions",
    "s3:ListBucketMultipartUploads",
    "s3:ListMultipartUploads",
    "s3:GetBucketLocation",
    "s3:GetBucketVersioning",
    "s3:GetBucketObjectLockConfiguration",
)
# What is not allowed is refused already; a denial also holds against an allowance that a later version might add.
_APP_DENIED_ACTIONS = (
    "s3:BypassGovernanceRetention",
    "s3:Delete*",
    "s3:CreateBucket",
    "s3:PutBucket*",
    "s3:PutLifecycleConfiguration",
    "s3:PutEncryptionConfiguration",
    "s3:PutObjectAcl",
    "s3:PutObjectVersionAcl",
    "s3:PutObjectTagging",
    "s3:PutObjectVersionTagging",
    "iam:*",
    "sts:*",
)


def write_security(folder: Path) -> list[Path]:
    """Write ``security.toml`` with fresh keys and certificates into `folder`, readable by its owner only."""
    certificates = make_certificates()
    files = {
        "ca.pem": certificates.authority,
        "engine.pem": certificates.leaf,
        "engine.key": certificates.leaf_key,
        SECURITY_FILE: _security().encode(),
    }
    for name, content in files.items():
        write_private(folder / name, content)
    return [folder / name for name in files]


def _security() -> str:
    lines: list[str] = ["[access]", "ui = false"]
    for section in _JWT:
        lines += [f"[{section}]", f'key = "{secrets.token_hex(32)}"']
    pair = ['cert = "engine.pem"', 'key = "engine.key"']
    lines += ["[grpc]", 'ca = "ca.pem"']
    for server in _GRPC_SERVERS:
        lines += [f"[grpc.{server}]", *pair, f'allowed_commonNames = "{COMMON_NAME}"']
    lines += ["[grpc.client]", *pair]
    lines += ["[https.client]", "enabled = true", *pair, 'ca = "ca.pem"']
    for server in _HTTPS_SERVERS:
        lines += [f"[https.{server}]", *pair, 'ca = "ca.pem"']
    return "\n".join(lines) + "\n"


def write_identities(folder: Path, *, setup: tuple[str, str], app: tuple[str, str]) -> Path:
    """Write ``s3.json``: the set-up identity, and the application's with a policy and no legacy right."""
    document = {
        "identities": [
            {"name": "setup", "credentials": [_credentials(setup)], "actions": ["Admin"]},
            {"name": "app", "credentials": [_credentials(app)], "actions": [], "policyNames": ["app"]},
        ],
        "policies": [{"name": "app", "content": json.dumps(app_policy(APP_BUCKETS))}],
    }
    path = folder / S3_FILE
    write_private(path, json.dumps(document, indent=1).encode())
    return path


def app_policy(buckets: Iterable[str]) -> dict[str, object]:
    """The application may add objects, read them and lengthen their locks; it may remove and reconfigure nothing."""
    names = list(buckets)
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": list(_APP_OBJECT_ACTIONS),
                "Resource": [f"arn:aws:s3:::{name}/*" for name in names],
            },
            {
                "Effect": "Allow",
                "Action": list(_APP_BUCKET_ACTIONS),
                "Resource": [f"arn:aws:s3:::{name}" for name in names],
            },
            {"Effect": "Deny", "Action": list(_APP_DENIED_ACTIONS), "Resource": ["*"]},
        ],
    }


def _credentials(pair: tuple[str, str]) -> dict[str, str]:
    return {"accessKey": pair[0], "secretKey": pair[1]}
