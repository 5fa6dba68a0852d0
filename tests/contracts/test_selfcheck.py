import time
from collections.abc import Iterator
from uuid import uuid4

import pytest

from storage.s3_client import S3Client, client_for
from storage.selfcheck import APPLICATION, NOBODY, SETUP, check
from storage.settings import S3Settings

from .bad_servers import AnsweringServer, LyingServer


@pytest.fixture
def client(s3_settings: S3Settings) -> Iterator[S3Client]:
    client = client_for(s3_settings, s3_settings.setup)
    yield client
    client.close()


@pytest.fixture
def careless(s3_settings: S3Settings) -> S3Settings:
    """An installation that runs with its administrator's keys."""
    assert s3_settings.setup is not None
    return s3_settings.model_copy(
        update={"access_key": s3_settings.setup.access_key, "secret_key": s3_settings.setup.secret_key}
    )


@pytest.mark.parametrize("bucket", ["evidence", "ledger", "exports"])
def test_the_real_store_holds(s3_settings: S3Settings, bucket: str) -> None:
    result = check(s3_settings, bucket)
    assert [row for row in result.rows if not row.held] == []
    assert result.held
    assert "SeaweedFS" in result.server
    tried = {
        identity: sum(row.identity == identity for row in result.rows) for identity in (APPLICATION, SETUP, NOBODY)
    }
    assert tried == {APPLICATION: 17, SETUP: 13, NOBODY: 3}
    assert all(row.detail for row in result.rows)


def test_without_set_up_keys_the_rest_is_tried(s3_settings: S3Settings) -> None:
    result = check(s3_settings.model_copy(update={"setup": None}), "evidence")
    assert result.held
    assert {row.identity for row in result.rows} == {APPLICATION, NOBODY}


@pytest.mark.parametrize("versioning", [False, True])
def test_a_bucket_without_object_lock_is_found_out(careless: S3Settings, client: S3Client, *, versioning: bool) -> None:
    bucket = f"weak-{uuid4().hex}"
    client.create_bucket(Bucket=bucket)
    if versioning:
        client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    result = check(careless.model_copy(update={"setup": None}), bucket)
    holes = {row.name for row in result.rows if not row.held}
    assert not result.held
    assert {
        "a canary is stored under COMPLIANCE",
        "the canary is locked from the start",
        "suspend versioning",
        "delete the version",
        "the canary is there, byte for byte",
        "the canary is still locked",
    } <= holes
    if versioning:
        # A hole that was made by looking for it is closed again.
        assert client.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"


def test_a_store_that_lets_anyone_in_is_found_out(s3_settings: S3Settings) -> None:
    with AnsweringServer("200 OK", "Anything") as server:
        result = check(s3_settings.model_copy(update={"endpoint": server.endpoint}), "evidence")
    assert not result.held
    assert {row.name for row in result.rows if row.identity == NOBODY and not row.held} == {
        "read without credentials",
        "write without credentials",
        "delete without credentials",
    }


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("503 Service Unavailable", "SlowDown"),
        ("500 Oops", ""),
        ("403 Forbidden", "SignatureDoesNotMatch"),
        ("404 Not Found", "NoSuchBucket"),
    ],
)
def test_what_could_not_be_tried_has_not_held(s3_settings: S3Settings, status: str, code: str) -> None:
    with AnsweringServer(status, code) as server:
        result = check(s3_settings.model_copy(update={"endpoint": server.endpoint}), "evidence")
    assert not result.held
    assert not any(row.held for row in result.rows)


def test_no_store_at_all_has_not_held_and_takes_no_time(s3_settings: S3Settings) -> None:
    began = time.monotonic()
    result = check(s3_settings.model_copy(update={"endpoint": "http://127.0.0.1:9"}), "evidence")
    assert not result.held
    assert time.monotonic() - began < 60


def test_an_answer_that_breaks_off_has_not_held(s3_settings: S3Settings) -> None:
    with LyingServer(announced=1000, sent=10, then="close") as server:
        assert not check(s3_settings.model_copy(update={"endpoint": server.endpoint}), "evidence").held
