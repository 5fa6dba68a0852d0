"""S3 clients for these tests, and one object version that must survive them."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from dems.engines import Connections

BODY = b"the body camera footage of 14 March\n" * 500
BUCKET = "evidence"
KEY = "evidence/one/upload"


def client(connections: Connections, keys: tuple[str, str]) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=connections.s3_endpoint,
        aws_access_key_id=keys[0],
        aws_secret_access_key=keys[1],
        region_name="us-east-1",
        config=Config(retries={"total_max_attempts": 1}, connect_timeout=30, read_timeout=120),
    )


def make_buckets(connections: Connections, *names: str) -> None:
    setup = client(connections, connections.s3_setup)
    for name in names:
        setup.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    setup.close()


def put_locked(connections: Connections) -> str:
    """Store `BODY` under COMPLIANCE with the application's keys; answers the version id."""
    app = client(connections, connections.s3_app)
    answer = app.put_object(
        Bucket=BUCKET,
        Key=KEY,
        Body=BODY,
        ChecksumAlgorithm="SHA256",
        ChecksumSHA256=base64.b64encode(hashlib.sha256(BODY).digest()).decode(),
        IfNoneMatch="*",
        ObjectLockMode="COMPLIANCE",
        ObjectLockRetainUntilDate=in_days(30),
    )
    app.close()
    return str(answer["VersionId"])


def read(connections: Connections, version: str) -> bytes:
    app = client(connections, connections.s3_app)
    body: bytes = app.get_object(Bucket=BUCKET, Key=KEY, VersionId=version)["Body"].read()
    app.close()
    return body


def in_days(days: int) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)


def code(error: ClientError) -> int:
    return int(error.response["ResponseMetadata"]["HTTPStatusCode"])
