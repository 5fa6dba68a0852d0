import hashlib
import io
import random
from dataclasses import replace

import pytest

from storage.errors import BytesDamaged
from storage.interface import StoredVersion
from storage.reader import BLOCK_BYTES, CACHED_BLOCKS, BudgetExhausted, VersionReader
from storage.s3 import S3ObjectStore

from .object_store import put

SIZE = BLOCK_BYTES * (CACHED_BLOCKS + 8) + 123
DATA = random.Random(1).randbytes(SIZE)


@pytest.fixture(scope="module")
def stored(s3_store: S3ObjectStore) -> StoredVersion:
    return put(s3_store, f"contract/version-reader/{random.SystemRandom().getrandbits(64)}", DATA)


def over(store: S3ObjectStore, stored: StoredVersion, requests: int = 10_000, size: int = 1 << 40) -> VersionReader:
    return VersionReader(store, stored, byte_budget=size, request_budget=requests)


def test_it_reads_like_a_file_of_the_same_bytes(s3_store: S3ObjectStore, stored: StoredVersion) -> None:
    chance = random.Random(2)
    with (
        over(s3_store, stored) as reader,
        io.BytesIO(DATA) as file,
        io.BufferedReader(over(s3_store, stored)) as buffered,
    ):
        for _ in range(150):
            offset = chance.randrange(SIZE + 1000)
            size = chance.choice([0, 1, 10, BLOCK_BYTES, BLOCK_BYTES + 1, 3 * BLOCK_BYTES])
            for each in (reader, file, buffered):
                assert each.seek(offset) == offset
            expected = file.read(size)
            assert reader.read(size) == expected
            assert buffered.read(size) == expected
            assert reader.tell() == buffered.tell()
        assert reader.seek(-10, io.SEEK_END) == SIZE - 10
        assert reader.read(100) == DATA[-10:]
        assert reader.seek(-5, io.SEEK_CUR) == SIZE - 5
        with pytest.raises(ValueError, match="first byte"):
            reader.seek(-1)
    with pytest.raises(ValueError, match="closed"):
        reader.read(1)


def test_the_whole_is_read_in_few_requests(s3_store: S3ObjectStore, stored: StoredVersion) -> None:
    reader = over(s3_store, stored, requests=3)
    whole = bytearray()
    buffer = bytearray(SIZE)
    while count := reader.readinto(buffer):
        whole += memoryview(buffer)[:count]
    assert hashlib.sha256(whole).digest() == hashlib.sha256(DATA).digest()


def test_what_is_cached_costs_nothing(s3_store: S3ObjectStore, stored: StoredVersion) -> None:
    reader = over(s3_store, stored, requests=1)
    for _ in range(3):
        reader.seek(BLOCK_BYTES - 5)
        assert reader.read(10) == DATA[BLOCK_BYTES - 5 : BLOCK_BYTES + 5]
    assert reader.requests_left == 0
    reader.seek(BLOCK_BYTES * 2)
    for _ in range(2):
        with pytest.raises(BudgetExhausted):
            reader.read(1)


def test_no_more_bytes_are_asked_for_than_allowed(s3_store: S3ObjectStore, stored: StoredVersion) -> None:
    reader = over(s3_store, stored, size=BLOCK_BYTES * 2)
    reader.read(BLOCK_BYTES * 2)
    assert reader.bytes_left == 0
    with pytest.raises(BudgetExhausted):
        reader.read(1)


def test_the_blocks_used_longest_ago_are_forgotten(s3_store: S3ObjectStore, stored: StoredVersion) -> None:
    reader = over(s3_store, stored)
    for number in range(CACHED_BLOCKS + 2):
        reader.seek(number * BLOCK_BYTES)
        reader.read(1)
    asked = reader.requests_left
    reader.seek(0)
    reader.read(1)
    assert reader.requests_left == asked - 1


def test_an_object_of_another_size_is_damage(s3_store: S3ObjectStore, stored: StoredVersion) -> None:
    with pytest.raises(BytesDamaged):
        over(s3_store, replace(stored, size=SIZE - 1)).read(1)


def test_an_empty_object_asks_for_nothing(s3_store: S3ObjectStore, key: str) -> None:
    assert over(s3_store, put(s3_store, key, b""), requests=0).read() == b""
