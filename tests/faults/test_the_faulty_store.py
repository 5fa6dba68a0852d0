"""The faulty store is checked itself: without a plan it is the real store, and each of its rules ends a test that breaks it."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from dems.bootstrap import Dems
from storage.interface import Lock, ObjectStore
from storage.s3 import S3ObjectStore, client_for, connect
from storage.settings import S3Settings
from tests.contracts.multipart import MultipartContract
from tests.contracts.object_store import LockContract, ObjectStoreContract
from tests.contracts.presigned import PresignedContract
from tests.faults.faults import Faults, RuleBroken
from tests.faults.faulty_store import FaultyStore
from tests.faults.faulty_transactions import FaultyTransactions


class _Faulty:
    @pytest.fixture
    def store(self, real: S3ObjectStore) -> FaultyStore:
        return FaultyStore(real, Faults(), by_version_only=False)

    @pytest.fixture
    def key(self) -> str:
        return f"contract/{uuid4()}/bytes"


@pytest.fixture(scope="module")
def real(s3: S3Settings) -> S3ObjectStore:
    return connect(s3, s3.buckets.evidence)


@pytest.fixture(scope="module")
def hide(s3: S3Settings) -> Iterator[Callable[[str], str]]:
    client = client_for(s3, s3.setup)
    yield lambda key: str(client.delete_object(Bucket=s3.buckets.evidence, Key=key)["VersionId"])
    client.close()


class TestObjects(_Faulty, ObjectStoreContract):
    pass


class TestMultipart(_Faulty, MultipartContract):
    pass


class TestPresigned(_Faulty, PresignedContract):
    pass


class TestLocks(_Faulty, LockContract):
    pass


@pytest.fixture
def watched(dems: Dems) -> Iterator[tuple[Dems, FaultyStore, Faults]]:
    faults = Faults()
    # With connections of its own, since it listens to them.
    core = Dems(dems.settings, nudge=lambda _: None, store=dems.store, clock=dems.clock)
    core.transaction = FaultyTransactions(core.engine, core.clock, lambda _: None, faults)
    yield core, FaultyStore(dems.store, faults), faults
    core.close()


def _put(store: ObjectStore, key: str) -> None:
    lock = Lock(datetime.now(UTC) + timedelta(minutes=1))
    store.put(key, b"x", size=1, sha256=hashlib.sha256(b"x").digest(), lock=lock)


def test_asking_the_store_inside_a_transaction_ends_the_test(watched: tuple[Dems, FaultyStore, Faults]) -> None:
    dems, store, faults = watched
    with pytest.raises(RuleBroken, match="put inside transaction"), dems.transaction():
        _put(store, f"rules/{uuid4()}")
    assert len(faults.broken) == 1


def test_a_transaction_inside_another_ends_the_test(watched: tuple[Dems, FaultyStore, Faults]) -> None:
    dems, _, faults = watched
    with pytest.raises(RuleBroken, match="inside transaction"), dems.transaction(), dems.transaction():
        pass
    assert len(faults.broken) == 1


def test_looking_without_a_version_ends_the_test(watched: tuple[Dems, FaultyStore, Faults]) -> None:
    _, store, _ = watched
    with pytest.raises(RuleBroken, match="which version"):
        store.head(f"rules/{uuid4()}")


def test_a_key_written_twice_ends_the_test(watched: tuple[Dems, FaultyStore, Faults]) -> None:
    _, store, _ = watched
    key = f"rules/{uuid4()}"
    _put(store, key)
    with pytest.raises(RuleBroken, match="twice"):
        store.wrote(key)
