from collections.abc import Iterator
from uuid import uuid4

import pytest

from storage.errors import AccessRefused, StorageError
from storage.s3_client import S3Client, client_for
from storage.settings import Buckets, S3Identity, S3Settings
from storage.setup import prepare


@pytest.fixture
def client(s3_settings: S3Settings) -> Iterator[S3Client]:
    client = client_for(s3_settings, s3_settings.setup)
    yield client
    client.close()


def names() -> Buckets:
    some = uuid4().hex
    return Buckets(evidence=f"e-{some}", ledger=f"l-{some}", exports=f"x-{some}")


def test_buckets_are_made_with_versioning_and_lock_and_without_default_retention(
    s3_settings: S3Settings, client: S3Client
) -> None:
    buckets = names()
    for _ in range(2):
        prepare(s3_settings.model_copy(update={"buckets": buckets}))
    for name in (buckets.evidence, buckets.ledger, buckets.exports):
        assert client.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
        found = client.get_object_lock_configuration(Bucket=name)["ObjectLockConfiguration"]
        assert found == {"ObjectLockEnabled": "Enabled"}


@pytest.mark.parametrize("versioning", [False, True])
def test_an_existing_bucket_without_protection_is_refused(
    s3_settings: S3Settings, client: S3Client, *, versioning: bool
) -> None:
    buckets = names()
    client.create_bucket(Bucket=buckets.ledger)
    if versioning:
        client.put_bucket_versioning(Bucket=buckets.ledger, VersioningConfiguration={"Status": "Enabled"})
    with pytest.raises(StorageError, match=f"{buckets.ledger} .*(Object Lock|versioning)"):
        prepare(s3_settings.model_copy(update={"buckets": buckets}))


def test_only_the_set_up_identity_makes_buckets(s3_settings: S3Settings) -> None:
    application = S3Identity(access_key=s3_settings.access_key, secret_key=s3_settings.secret_key)
    with pytest.raises(AccessRefused):
        prepare(s3_settings.model_copy(update={"buckets": names(), "setup": application}))
    with pytest.raises(StorageError, match="set-up identity"):
        prepare(s3_settings.model_copy(update={"setup": None}))


def test_one_bucket_for_two_purposes_is_refused(s3_settings: S3Settings) -> None:
    with pytest.raises(StorageError, match="different"):
        prepare(s3_settings.model_copy(update={"buckets": Buckets(evidence="one", ledger="one")}))
