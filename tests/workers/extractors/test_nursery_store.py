"""A reader gets a stored version by ranges, through the worker, within the worker's budget."""

from dataclasses import replace
from uuid import uuid4

import pytest

from dems.model.findings import Reading, ResultState
from storage.errors import ObjectMissing
from storage.interface import ObjectStore, StoredVersion
from storage.reader import BLOCK_BYTES, VersionReader
from storage.s3 import connect
from storage.settings import S3Settings
from tests.contracts.object_store import put
from workers.extractors.nursery import Nursery
from workers.extractors.sandbox import SandboxLevel
from workers.extractors.served import OfVersion

SIZE = 9 * 2**20 + 321


@pytest.fixture(scope="module")
def store(s3: S3Settings) -> ObjectStore:
    return connect(s3, s3.buckets.evidence)


@pytest.fixture(scope="module")
def stored(store: ObjectStore) -> StoredVersion:
    return put(store, f"extractors/{uuid4()}", b"read_all".ljust(SIZE))


def read(nursery: Nursery, store: ObjectStore, stored: StoredVersion, budget: int) -> Reading:
    reader = VersionReader(store, stored, byte_budget=budget, request_budget=1_000)
    return nursery.read(OfVersion(reader), stored.size, "txt", seconds=60, required=SandboxLevel.FULL)


def test_a_stored_version_is_read_to_its_end(hostile: Nursery, store: ObjectStore, stored: StoredVersion) -> None:
    reading = read(hostile, store, stored, SIZE)
    assert [each.value for each in reading.findings if each.name == "attempt"] == [str(SIZE)]
    assert (reading.state, reading.bytes_read) == (ResultState.COMPLETE, SIZE)


def test_beyond_the_budget_the_reading_is_partial_and_says_where(
    hostile: Nursery, store: ObjectStore, stored: StoredVersion
) -> None:
    reading = read(hostile, store, stored, 12 * BLOCK_BYTES)
    assert reading.state is ResultState.PARTIAL
    assert reading.reason == "Reading stopped at byte 3,145,728: the budget for this file is used up."
    assert reading.bytes_read == 12 * BLOCK_BYTES


def test_a_version_that_is_not_there_is_the_stores_error(
    hostile: Nursery, store: ObjectStore, stored: StoredVersion
) -> None:
    with pytest.raises(ObjectMissing):
        read(hostile, store, replace(stored, version_id="0" * 32), SIZE)
