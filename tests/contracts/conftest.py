from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from dems.engines import Connections
from storage.s3 import S3ObjectStore, client_for, connect
from storage.settings import S3Identity, S3Settings
from storage.setup import prepare


@pytest.fixture(scope="session")
def s3_settings(engines: Connections) -> S3Settings:
    access_key, secret_key = engines.s3_app
    setup_key, setup_secret = engines.s3_setup
    settings = S3Settings.model_validate(
        {
            "endpoint": engines.s3_endpoint,
            "access_key": access_key,
            "secret_key": secret_key,
            "setup": S3Identity.model_validate({"access_key": setup_key, "secret_key": setup_secret}),
            "sync_path": engines.store_path,
        }
    )
    prepare(settings)
    return settings


@pytest.fixture(scope="session")
def s3_store(s3_settings: S3Settings) -> S3ObjectStore:
    return connect(s3_settings, s3_settings.buckets.evidence)


@pytest.fixture
def key() -> str:
    return f"contract/{uuid4()}/bytes"


@pytest.fixture(scope="session")
def hide(s3_settings: S3Settings) -> Iterator[Callable[[str], str]]:
    """Put a delete marker on a key with an identity that may; returns the marker's version id."""
    client = client_for(s3_settings, s3_settings.setup)
    yield lambda key: str(client.delete_object(Bucket=s3_settings.buckets.evidence, Key=key)["VersionId"])
    client.close()
