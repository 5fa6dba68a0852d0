"""What any `ObjectStore` must do. Subclass it with a `store` fixture; a fake of ours runs through the same suite."""

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from storage.errors import (
    ChecksumRefused,
    ObjectExists,
    ObjectMissing,
)
from storage.interface import Lock, Multipart, ObjectStore, Part, StoredVersion

MISSING_VERSION = "0" * 32


def until(minutes: float, *, hold: bool = False) -> Lock:
    return Lock((datetime.now(UTC) + timedelta(minutes=minutes)).replace(microsecond=0), legal_hold=hold)


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def put(store: ObjectStore, key: str, data: bytes, lock: Lock | None = None) -> StoredVersion:
    return store.put(key, data, size=len(data), sha256=sha256(data), lock=lock or until(2))


def read(store: ObjectStore, stored: StoredVersion, start: int = 0, end: int | None = None) -> bytes:
    buffer = memoryview(bytearray(64 * 1024))
    with store.open(stored.key, stored.version_id, start=start, end=end) as stream:
        pieces = []
        while count := stream.readinto(buffer):
            pieces.append(bytes(buffer[:count]))
    return b"".join(pieces)


def send(upload: Multipart, number: int, data: bytes) -> Part:
    return upload.put_part(number, data, size=len(data), sha256=sha256(data))


class ObjectStoreContract:
    @pytest.fixture
    def store(self) -> ObjectStore:
        raise NotImplementedError

    def test_what_was_put_is_read_back(self, store: ObjectStore, key: str) -> None:
        data = bytes(range(256)) * 40
        stored = put(store, key, data)
        assert (stored.key, stored.size) == (key, len(data))
        assert read(store, stored) == data
        assert store.head(key).stored == stored
        assert store.head(key, stored.version_id).stored == stored

    @pytest.mark.parametrize("kind", [bytearray, memoryview, io.BytesIO])
    @pytest.mark.parametrize("size", [1, 64 * 1024, 300_001])
    def test_every_kind_of_body_is_stored_whole(
        self, store: ObjectStore, key: str, kind: Callable[[bytes], io.BytesIO], size: int
    ) -> None:
        data = b"abcdefg" * (size // 7 + 1)
        data = data[:size]
        stored = store.put(key, kind(data), size=size, sha256=sha256(data), lock=until(2))
        assert read(store, stored) == data

    def test_a_file_is_stored_from_where_it_stands(self, store: ObjectStore, key: str) -> None:
        file = io.BytesIO(b"skipped" + b"x" * 100_000)
        file.seek(7)
        stored = store.put(key, file, size=100_000, sha256=sha256(b"x" * 100_000), lock=until(2))
        assert read(store, stored) == b"x" * 100_000

    @pytest.mark.parametrize("data", [b"short", io.BytesIO(b"short"), io.BytesIO(b"y" * 99_999)])
    def test_a_body_of_another_size_than_announced_is_a_bug(
        self, store: ObjectStore, key: str, data: bytes | io.BytesIO
    ) -> None:
        with pytest.raises(ValueError, match="announced"):
            store.put(key, data, size=100_000, sha256=sha256(b""), lock=until(2))

    def test_no_bytes_at_all_are_an_object_too(self, store: ObjectStore, key: str) -> None:
        stored = put(store, key, b"", until(2, hold=True))
        assert read(store, stored) == b""
        assert read(store, stored, 0, 10) == b""
        assert store.head(key).stored.size == 0
        assert store.head(key).lock.satisfies(until(1, hold=True))

    @pytest.mark.parametrize(
        ("start", "end"),
        [(0, 1), (1, None), (3, 7), (0, 10), (0, 999), (9, 999), (10, None), (10, 12), (500, 900), (4, 4)],
    )
    def test_a_range_is_what_a_slice_would_be(self, store: ObjectStore, key: str, start: int, end: int | None) -> None:
        stored = put(store, key, b"0123456789")
        assert read(store, stored, start, end) == b"0123456789"[start:end]

    def test_a_range_still_tells_the_size_of_the_whole(self, store: ObjectStore, key: str) -> None:
        stored = put(store, key, b"0123456789", until(2, hold=True))
        with store.open(key, stored.version_id, start=2, end=4) as stream:
            assert stream.info.stored == stored
            assert stream.info.lock.satisfies(until(1, hold=True))

    @pytest.mark.parametrize(("start", "end"), [(-1, None), (5, 4)])
    def test_a_range_that_is_none_is_a_bug(self, store: ObjectStore, key: str, start: int, end: int | None) -> None:
        with pytest.raises(ValueError, match="range"):
            store.open(key, MISSING_VERSION, start=start, end=end)

    def test_a_key_is_never_written_twice(self, store: ObjectStore, key: str) -> None:
        stored = put(store, key, b"first")
        with pytest.raises(ObjectExists):
            put(store, key, b"second")
        large = bytes(8 * 1024 * 1024)
        with pytest.raises(ObjectExists):
            put(store, key, large)
        assert store.head(key).stored == stored
        assert read(store, stored) == b"first"

    @pytest.mark.parametrize("size", [100, 1_000_000])
    def test_bytes_of_another_checksum_are_not_kept(self, store: ObjectStore, key: str, size: int) -> None:
        with pytest.raises(ChecksumRefused):
            store.put(key, b"a" * size, size=size, sha256=sha256(b"others"), lock=until(2))
        with pytest.raises(ObjectMissing):
            store.head(key)

    def test_the_lock_is_there_from_the_first_moment(self, store: ObjectStore, key: str) -> None:
        lock = until(3, hold=True)
        stored = put(store, key, b"locked", lock)
        found = store.head(key, stored.version_id).lock
        assert (found.mode, found.retain_until, found.legal_hold) == ("COMPLIANCE", lock.retain_until, True)
        with store.open(key, stored.version_id) as stream:
            assert stream.info.lock == found

    def test_a_lock_is_never_shorter_than_asked(self, store: ObjectStore, key: str) -> None:
        lock = Lock(datetime.now(UTC).replace(microsecond=1) + timedelta(minutes=2))
        found = store.head(key, put(store, key, b"x", lock).version_id).lock
        assert found.retain_until is not None
        assert found.retain_until >= lock.retain_until

    def test_a_checksum_is_kept_and_told(self, store: ObjectStore, key: str) -> None:
        stored = put(store, key, b"hello")
        assert store.head(key).sha256 == "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="
        with store.open(key, stored.version_id) as stream:
            assert stream.info == store.head(key, stored.version_id)

    def test_what_is_not_there_is_missing(self, store: ObjectStore, key: str) -> None:
        stored = put(store, key, b"there")
        for missing in (replace(stored, version_id=MISSING_VERSION), replace(stored, key=key + "x")):
            with pytest.raises(ObjectMissing):
                store.head(missing.key, missing.version_id)
            with pytest.raises(ObjectMissing):
                read(store, missing)
            with pytest.raises(ObjectMissing):
                store.lock(missing, until(5))
        with pytest.raises(ObjectMissing):
            store.head(key + "x")

    @pytest.mark.parametrize(
        "bad", ["", "/a", "a/", "a//b", "a.versions", "a/.b", "a/../b", "ä", "a b", "a\n", "a" * 1025]
    )
    def test_a_key_outside_our_alphabet_is_a_bug(self, store: ObjectStore, bad: str) -> None:
        with pytest.raises(ValueError, match="key"):
            put(store, bad, b"x")
        with pytest.raises(ValueError, match="key"):
            store.begin(bad, lock=until(1))
        with pytest.raises(ValueError, match="key"):
            store.head(bad)
        with pytest.raises(ValueError, match="key"):
            store.open(bad, MISSING_VERSION)


class LockContract:
    @pytest.fixture
    def store(self) -> ObjectStore:
        raise NotImplementedError

    def test_a_lock_is_extended_and_never_shortened(self, store: ObjectStore, key: str) -> None:
        stored = put(store, key, b"x", until(2))
        later = until(5)
        store.lock(stored, later)
        assert store.head(key).lock.retain_until == later.retain_until
        store.lock(stored, until(1))
        assert store.head(key).lock.retain_until == later.retain_until
        store.lock(stored, until(1, hold=True))
        found = store.head(key).lock
        assert (found.retain_until, found.legal_hold) == (later.retain_until, True)

    def test_a_hold_is_set_and_lifted_and_the_date_stays(self, store: ObjectStore, key: str) -> None:
        lock = until(2)
        stored = put(store, key, b"x", lock)
        for _ in range(2):
            store.lock(stored, replace(lock, legal_hold=True))
            assert store.head(key).lock.legal_hold
        for _ in range(2):
            store.release_hold(stored)
            assert not store.head(key).lock.legal_hold
        assert store.head(key).lock.retain_until == lock.retain_until

    def test_locking_without_a_hold_leaves_a_hold(self, store: ObjectStore, key: str) -> None:
        stored = put(store, key, b"x", until(2, hold=True))
        store.lock(stored, until(4))
        assert store.head(key).lock.legal_hold

    def test_a_hidden_object_is_read_by_its_version(
        self, store: ObjectStore, key: str, hide: Callable[[str], str]
    ) -> None:
        stored = put(store, key, b"hidden, not lost", until(2))
        marker = hide(key)
        with pytest.raises(ObjectMissing):
            store.head(key)
        for look in (store.head, store.open):
            with pytest.raises(ObjectMissing):
                look(key, marker)
        assert read(store, stored) == b"hidden, not lost"
        assert store.head(key, stored.version_id).stored == stored
        store.lock(stored, until(3, hold=True))
        entries = list(store.versions(key))
        assert [(entry.version_id, entry.is_latest, entry.is_delete_marker) for entry in entries] == [
            (marker, True, True),
            (stored.version_id, False, False),
        ]

    def test_versions_come_in_key_order_below_the_prefix_only(self, store: ObjectStore, key: str) -> None:
        names = [f"{key}/{name}" for name in ("b", "a/z", "a/y", "c-d")]
        made = {name: put(store, name, name.encode()).version_id for name in names}
        put(store, key + "x", b"beside")
        assert [(entry.key, entry.version_id) for entry in store.versions(key + "/")] == sorted(made.items())
        assert list(store.versions(key + "/nothing")) == []

    def test_settling_returns(self, store: ObjectStore, key: str) -> None:
        put(store, key, b"x")
        store.settle()
