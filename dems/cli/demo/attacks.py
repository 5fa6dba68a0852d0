"""What an attacker with the application's own credentials would try, on one sealed item."""

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from botocore.exceptions import ClientError
from pydantic import SecretStr

from dems.layout import evidence_key
from dems.model.ids import EvidenceId, UploadId
from storage.s3_client import client_for
from storage.settings import S3Settings


def attack(run_file: Path, item: dict[str, Any]) -> Iterator[tuple[str, bool, str]]:
    """What was tried, whether it was refused, and the answer."""
    run = json.loads(run_file.read_bytes())
    yield from _store(run["s3"], item)
    yield from _database(run["database_url"], item)


def _store(s3: dict[str, Any], item: dict[str, Any]) -> Iterator[tuple[str, bool, str]]:
    settings = S3Settings(
        endpoint=s3["endpoint"], access_key=s3["access_key"], secret_key=SecretStr(s3["secret_key"]), attempts=1
    )
    client = client_for(settings)
    key = evidence_key(EvidenceId(UUID(item["id"])), UploadId(UUID(item["upload"]["id"])))
    version = {"Bucket": s3["buckets"]["evidence"], "Key": key, "VersionId": item["version_id"]}
    tomorrow = {"Mode": "GOVERNANCE", "RetainUntilDate": datetime.now(UTC) + timedelta(days=1)}
    tries: dict[str, Callable[[], object]] = {
        "delete the stored version": lambda: client.delete_object(**version),
        "delete it with bypass of governance": lambda: client.delete_object(**version, BypassGovernanceRetention=True),
        "shorten and weaken its lock": lambda: client.put_object_retention(
            **version, Retention=tomorrow, BypassGovernanceRetention=True
        ),
    }
    try:
        for what, act in tries.items():
            try:
                act()
            except ClientError as error:
                told = error.response["Error"]
                yield what, True, f"{error.response['ResponseMetadata']['HTTPStatusCode']} {told.get('Code')}"
            else:
                yield what, False, "accepted"
        client.put_object(Bucket=version["Bucket"], Key=key, Body=b"something else")
        hashing = hashlib.sha256()
        for block in client.get_object(**version)["Body"].iter_chunks(1 << 20):
            hashing.update(block)
        same = hashing.hexdigest() == item["digests"]["sha256"]
        yield (
            "write over it",
            same,
            f"the sealed version is {'unchanged' if same else 'CHANGED'}, another lies beside it",
        )
    finally:
        client.close()


def _database(url: str, item: dict[str, Any]) -> Iterator[tuple[str, bool, str]]:
    about = {"evidence": item["id"]}
    tries = {
        "rewrite its custody entries": "UPDATE custody_details SET detail = '' WHERE evidence_id = %(evidence)s",
        "remove its custody entries": "DELETE FROM custody_details WHERE evidence_id = %(evidence)s",
        "change its sealed digest": """UPDATE evidence SET digests = '{"sha256": "00"}' WHERE id = %(evidence)s""",
        "remove its record": "DELETE FROM evidence WHERE id = %(evidence)s",
    }
    with psycopg.connect(url) as connection:
        for what, statement in tries.items():
            try:
                connection.execute(statement, about)
            except psycopg.Error as error:
                yield what, True, str(error).strip().splitlines()[0]
            else:
                yield what, False, "accepted"
            connection.rollback()
