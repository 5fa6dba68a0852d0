import hashlib
import random
import threading
import time
from collections.abc import Callable

import pytest

from storage import reader
from storage.errors import BytesDamaged, ObjectMissing, StorageError
from storage.interface import Lock, StoredVersion
from storage.reader import BUFFER_BYTES, hash_latest, hash_version
from storage.s3 import S3ObjectStore, connect
from storage.settings import S3Settings

from .bad_servers import AnsweringServer, LyingServer
from .object_store import put, until
from .test_s3_faults import at

EVERYTHING = ("sha256", "sha512", "md5", "sha1")


class Stop(Exception):
    pass


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith(("version-reader", "hash-"))]


@pytest.mark.parametrize("size", [0, 1, BUFFER_BYTES - 1, BUFFER_BYTES, BUFFER_BYTES + 1, 5 * BUFFER_BYTES + 17])
@pytest.mark.parametrize("algorithms", [("sha256",), EVERYTHING])
def test_what_is_hashed_is_what_is_stored(
    s3_store: S3ObjectStore, key: str, size: int, algorithms: tuple[str, ...]
) -> None:
    data = random.Random(size).randbytes(size)
    lock: Lock = until(2, hold=True)
    stored = put(s3_store, key, data, lock)
    result = hash_version(s3_store, stored, algorithms)
    assert result.size == size
    assert result.digests == {name: hashlib.new(name, data).digest() for name in algorithms}
    assert result.info.stored == stored
    assert result.info.lock.satisfies(lock)
    assert hash_latest(s3_store, key, algorithms) == result
    assert threads() == []


@pytest.mark.parametrize("size", [0, 3])
def test_an_object_whose_version_nobody_knows_is_read_by_one_request(
    s3_settings: S3Settings, s3_store: S3ObjectStore, key: str, size: int
) -> None:
    stored = put(s3_store, key, bytes(size))
    store = connect(s3_settings, "evidence")
    asked: list[str] = []
    store._client.meta.events.register("before-send.s3", lambda event_name, **_: asked.append(event_name))
    assert hash_latest(store, key, ("sha256",)).info.stored == stored
    assert asked == ["before-send.s3.GetObject"]


def test_a_latest_version_without_a_name_is_no_version(s3_settings: S3Settings) -> None:
    with AnsweringServer("200 OK", "Anything") as server:
        for _ in range(2):
            with pytest.raises(StorageError, match="no version id came back"):
                hash_latest(at(s3_settings, server.endpoint), "a/b", ("sha256",))


def test_what_is_hidden_or_not_there_has_no_latest_version(
    s3_store: S3ObjectStore, key: str, hide: Callable[[str], str]
) -> None:
    put(s3_store, key, b"hidden")
    hide(key)
    for each in (key, key + "x"):
        with pytest.raises(ObjectMissing):
            hash_latest(s3_store, each, ("sha256",))


def test_a_missing_version_is_told(s3_store: S3ObjectStore, key: str) -> None:
    with pytest.raises(ObjectMissing):
        hash_version(s3_store, StoredVersion(key, "0" * 32, 1), ("sha256",))


@pytest.mark.parametrize("sent", [10, BUFFER_BYTES * 2 + 5])
def test_a_read_that_breaks_off_is_damage_and_leaves_no_thread(s3_settings: S3Settings, sent: int) -> None:
    with LyingServer(announced=BUFFER_BYTES * 4, sent=sent, then="close") as server:
        with pytest.raises(BytesDamaged):
            hash_version(at(s3_settings, server.endpoint), StoredVersion("a/b", "v1", 1), EVERYTHING)
        assert threads() == []


@pytest.mark.parametrize("announced", [1000, BUFFER_BYTES * 4])
def test_keep_alive_is_called_while_the_store_stalls_and_may_stop_the_work(
    s3_settings: S3Settings, announced: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "KEEP_ALIVE_SECONDS", 0.05)
    told: list[int] = []

    def keep_alive(count: int) -> None:
        told.append(count)
        if len(told) == 5:
            raise Stop

    with LyingServer(announced=announced, sent=500, then="stall") as server:
        store = at(s3_settings, server.endpoint)
        began = time.monotonic()
        with pytest.raises(Stop):
            hash_version(store, StoredVersion("a/b", "v1", 1), EVERYTHING, keep_alive=keep_alive)
        assert time.monotonic() - began < 25
        assert len(told) == 5
        assert threads() == []


def test_no_algorithm_is_a_bug(s3_store: S3ObjectStore) -> None:
    with pytest.raises(ValueError, match="algorithm"):
        hash_version(s3_store, StoredVersion("a/b", "v1", 1), ())
    with pytest.raises(ValueError, match="algorithm"):
        hash_latest(s3_store, "a/b", ())
