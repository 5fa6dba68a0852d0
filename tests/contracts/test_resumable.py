"""Hashing that is put aside and taken up again gives what `hashlib` gives, or says that it does not."""

import hashlib
import random
from dataclasses import replace

import pytest

from storage import reader, resumable
from storage.interface import StoredVersion
from storage.parts_hash import algorithm_for_parts
from storage.resumable import (
    ALGORITHMS,
    HashingDiffers,
    HashState,
    StateUnusable,
    check_against_hashlib,
    hash_resumably,
)
from storage.s3 import S3ObjectStore
from tests.faults.counted_store import CountedStore

from .object_store import put, until

PARTS = algorithm_for_parts(3_000_001)
EVERYTHING = ("sha256", "sha512", "md5", "sha1", PARTS)
MIB = 1024 * 1024
DATA = random.Random(7).randbytes(40 * MIB + 12_345)


class Stop(Exception):
    pass


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "KEEP_ALIVE_SECONDS", 0.01)


@pytest.fixture
def stored(s3_store: S3ObjectStore, key: str) -> StoredVersion:
    return put(s3_store, key, DATA, until(2))


def digests(algorithms: tuple[str, ...], data: bytes = DATA) -> dict[str, bytes]:
    return {name: of_parts(data) if name == PARTS else hashlib.new(name, data).digest() for name in algorithms}


def of_parts(data: bytes) -> bytes:
    parts = [data[at : at + 3_000_001] for at in range(0, len(data), 3_000_001)]
    return hashlib.sha256(b"".join(hashlib.sha256(p).digest() for p in parts)).digest()


def put_aside(
    store: CountedStore, stored: StoredVersion, algorithms: tuple[str, ...], at: int, saved: HashState | None = None
) -> HashState:
    """Hash until a state is given out that has at least `at` bytes, and stop there."""
    given: list[HashState] = []

    def keep_alive(state: HashState | None) -> None:
        if state is not None and state.offset >= at:
            given.append(state)
            raise Stop

    with pytest.raises(Stop):
        hash_resumably(store, stored, algorithms, saved=saved, keep_alive=keep_alive)
    return given[0]


def go_on(store: CountedStore, stored: StoredVersion, state: HashState) -> reader.HashedRead:
    return hash_resumably(store, stored, tuple(state.states), saved=state, keep_alive=lambda _: None)


def test_every_digest_of_the_settings_can_be_resumed() -> None:
    assert {*EVERYTHING} - {PARTS} == ALGORITHMS
    check_against_hashlib(EVERYTHING)


@pytest.mark.parametrize("algorithms", [("sha256",), EVERYTHING])
@pytest.mark.parametrize("at", [1, 17 * MIB, 32 * MIB])
def test_a_hash_put_aside_goes_on_where_it_was(
    s3_store: S3ObjectStore, stored: StoredVersion, algorithms: tuple[str, ...], at: int
) -> None:
    store = CountedStore(s3_store, pause=0.002)
    state = put_aside(store, stored, algorithms, at)
    before = store.read
    assert at <= state.offset <= before
    read = go_on(store, stored, HashState.from_bytes(state.to_bytes()))
    assert read.digests == digests(algorithms)
    assert (read.size, read.info.stored) == (len(DATA), stored)
    assert read.resumed_at == (state.offset,)
    assert store.starts == [0, state.offset]
    assert store.read - before == len(DATA) - state.offset


def test_a_state_is_of_exactly_the_bytes_that_it_says(s3_store: S3ObjectStore, stored: StoredVersion) -> None:
    given: list[HashState] = []

    def keep_alive(state: HashState | None) -> None:
        given.extend([] if state is None else [state])

    store = CountedStore(s3_store, pause=0.002)
    read = hash_resumably(store, stored, EVERYTHING, saved=None, keep_alive=keep_alive)
    assert read.resumed_at == ()
    assert len({state.offset for state in given}) > 3
    for state in {s.offset: s for s in given}.values():
        reached = {n: bytes.fromhex(resumable._known(n).load(s).finalize()) for n, s in state.states.items()}
        assert reached == digests(EVERYTHING, DATA[: state.offset])
        assert (state.size, state.version_id) == (len(DATA), stored.version_id)


def test_it_may_be_put_aside_again_and_again(s3_store: S3ObjectStore, stored: StoredVersion) -> None:
    store = CountedStore(s3_store, pause=0.002)
    state = None
    for at in (5 * MIB, 15 * MIB, 25 * MIB, 35 * MIB):
        state = put_aside(store, stored, EVERYTHING, at, state)
    assert state is not None
    read = go_on(store, stored, state)
    assert read.digests == digests(EVERYTHING)
    assert len(read.resumed_at) == 4
    assert list(read.resumed_at) == sorted(read.resumed_at) == store.starts[1:]
    assert store.read < 2 * len(DATA)


def test_a_state_taken_up_twice_without_progress_is_told_once(s3_store: S3ObjectStore, stored: StoredVersion) -> None:
    store = CountedStore(s3_store, pause=0.002)
    state = put_aside(store, stored, ("sha256",), 1)
    again = replace(state, resumed_at=(state.offset,))
    assert go_on(store, stored, again).resumed_at == (state.offset,)


def test_a_state_of_all_bytes_asks_for_none(s3_store: S3ObjectStore, stored: StoredVersion) -> None:
    last: list[HashState] = []
    whole = {n: resumable._known(n).new() for n in EVERYTHING}
    for each in whole.values():
        each.update(DATA)
    states = {n: each.serialize() for n, each in whole.items()}
    last.append(HashState(stored.key, stored.version_id, len(DATA), len(DATA), states))
    store = CountedStore(s3_store)
    read = go_on(store, stored, last[0])
    assert (read.digests, read.size, store.read) == (digests(EVERYTHING), len(DATA), 0)


def state_of(stored: StoredVersion, **changed: object) -> HashState:
    states = {name: resumable._known(name).new().serialize() for name in EVERYTHING}
    whole = HashState(stored.key, stored.version_id, len(DATA), 16 * MIB, states)
    return replace(whole, **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"version_id": "another"}, "version another"),
        ({"key": "a/b"}, "it is of a/b"),
        ({"library": "rehashes 0.1.0"}, r"it is by rehashes 0\.1\.0"),
        ({"offset": len(DATA) + 1}, "bytes were hashed"),
        ({"offset": -1}, "bytes were hashed"),
        ({"states": {"sha256": b""}}, "and not of"),
        ({"size": len(DATA) + 1}, "and the store has"),
        ({"states": dict.fromkeys(EVERYTHING, b"short")}, "does not take its"),
    ],
)
def test_a_state_of_something_else_is_not_used(
    s3_store: S3ObjectStore, stored: StoredVersion, changed: dict[str, object], why: str
) -> None:
    store = CountedStore(s3_store)
    state = HashState.from_bytes(state_of(stored, **changed).to_bytes())
    with pytest.raises(StateUnusable, match=why):
        hash_resumably(store, stored, EVERYTHING, saved=state, keep_alive=lambda _: None)
    assert store.read == 0


def test_a_damaged_state_is_not_used() -> None:
    good = state_of(StoredVersion("a/b", "v", len(DATA))).to_bytes()
    assert HashState.from_bytes(good).to_bytes() == good
    for place in range(0, len(good), 7):
        damaged = good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :]
        with pytest.raises(StateUnusable, match="checksum"):
            HashState.from_bytes(damaged)
    for text in (b"", b"[]", b"{}", b'{"states": {"sha256": 5}}', b'{"states": {}, "resumed_at": 3}', b"\xff"):
        with pytest.raises(StateUnusable, match="not in our form"):
            HashState.from_bytes(hashlib.sha256(text).digest() + text)


def test_a_state_that_was_made_up_shows_as_another_digest(s3_store: S3ObjectStore, stored: StoredVersion) -> None:
    read = go_on(CountedStore(s3_store), stored, state_of(stored))
    assert read.digests != digests(EVERYTHING)
    assert read.resumed_at == (16 * MIB,)


@pytest.mark.parametrize("other", ["sha1", "md5"])
def test_a_library_that_does_not_agree_is_found_out(monkeypatch: pytest.MonkeyPatch, other: str) -> None:
    monkeypatch.setitem(resumable._ALGORITHMS, "sha256", resumable._ALGORITHMS[other])
    with pytest.raises(HashingDiffers, match="gives another sha256"):
        check_against_hashlib(("sha256",))
    check_against_hashlib(("sha512",))


def test_a_state_that_does_not_survive_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole texts hash well; only what is put aside does not come back."""
    real = resumable._ALGORITHMS["sha256"]
    forgetful = resumable._Algorithm(real.new, lambda _: real.new())
    monkeypatch.setitem(resumable._ALGORITHMS, "sha256", forgetful)
    with pytest.raises(HashingDiffers, match="gives another sha256"):
        check_against_hashlib(("sha256",))


def test_what_cannot_be_resumed_is_told() -> None:
    with pytest.raises(HashingDiffers, match="no sha3_256"):
        check_against_hashlib(("sha256", "sha3_256"))
