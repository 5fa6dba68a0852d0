import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dems.ledger.bundles import (
    MAX_BUNDLE_BYTES,
    MAX_LEAF_BYTES,
    bundle_path,
    from_bundle,
    new_bundles,
    tile_of_bundle,
    to_bundle,
    verify_bundle,
)
from dems.ledger.invalid import Contradicted, LedgerInvalid, Malformed
from dems.ledger.tiles import Tile
from tests.ledger.test_tiles import data_of

leaves = st.lists(st.binary(max_size=300), min_size=1, max_size=256)


@given(leaves)
def test_a_bundle_reads_back_to_the_same_leaves(entries: list[bytes]) -> None:
    assert from_bundle(to_bundle(entries), len(entries)) == entries


def test_the_bytes_of_a_bundle_are_these() -> None:
    assert to_bundle([b"abc", b"", b"x" * 258]) == b"\x00\x03abc\x00\x00\x01\x02" + b"x" * 258


def test_the_address_of_a_bundle_is_that_of_its_tile() -> None:
    assert bundle_path(Tile(0, 1234067)) == "tile/entries/x001/x234/067"
    assert bundle_path(Tile(0, 273, 112)) == "tile/entries/273.p/112"
    assert tile_of_bundle("tile/entries/x001/x234/067") == Tile(0, 1234067)
    assert tile_of_bundle("tile/entries/273.p/112") == Tile(0, 273, 112)
    with pytest.raises(ValueError, match="level 0"):
        bundle_path(Tile(1, 0))


@pytest.mark.parametrize(
    "path", ["000", "tile/0/000", "tile/entries/0", "tile/entries/000.p/256", "entries/000", "tile/entries/"]
)
def test_what_is_no_address_of_a_bundle_is_refused(path: str) -> None:
    with pytest.raises(Malformed):
        tile_of_bundle(path)


def test_bundles_are_published_with_the_tiles_of_their_leaves() -> None:
    assert list(new_bundles(100, 600)) == [Tile(0, 0), Tile(0, 1), Tile(0, 2, 88)]
    assert list(new_bundles(5, 6)) == [Tile(0, 0, 6)]
    assert list(new_bundles(6, 6)) == []


def test_every_leaf_of_a_bundle_is_the_one_that_was_hashed() -> None:
    tile = Tile(0, 2, 3)
    entries = [number.to_bytes(4, "big") for number in range(512, 515)]
    assert verify_bundle(tile, data_of(tile), to_bundle(entries)) == entries
    for wrong in ([b"forged", *entries[1:]], [entries[1], entries[0], entries[2]]):
        with pytest.raises(Contradicted, match="entry 512 is not"):
            verify_bundle(tile, data_of(tile), to_bundle(wrong))
    with pytest.raises(Contradicted, match="entry 514 is not"):
        verify_bundle(tile, data_of(tile), to_bundle([*entries[:2], b""]))


@pytest.mark.parametrize(
    ("data", "width"),
    [
        (b"", 1),
        (b"\x00", 1),
        (b"\x00\x00", 2),
        (b"\x00\x00\x00\x00", 1),
        (b"\x00\x02a", 1),
        (b"\x00\x01ab", 1),
        (b"\x00\x00\x00", 2),
        (b"\xff\xff" + b"a" * 65_534, 1),
    ],
)
def test_a_bundle_with_more_or_fewer_bytes_is_refused(data: bytes, width: int) -> None:
    with pytest.raises(Malformed, match="not a bundle"):
        from_bundle(data, width)


def test_no_bit_of_a_bundle_may_differ() -> None:
    entries = [b"a", b"", b"bcd"]
    tile = Tile(0, 0, 3)
    hashes = b"".join(hashlib.sha256(b"\0" + entry).digest() for entry in entries)
    data = to_bundle(entries)
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(LedgerInvalid):
            verify_bundle(tile, hashes, bytes(changed))


@pytest.mark.parametrize("entries", [[], [b""] * 257, [b"x" * (MAX_LEAF_BYTES + 1)]])
def test_a_bundle_that_cannot_be_is_never_written(entries: list[bytes]) -> None:
    with pytest.raises(ValueError, match="from 1 to 256 leaves"):
        to_bundle(entries)


def test_a_leaf_may_be_as_long_as_two_bytes_can_say() -> None:
    largest = [b"x" * 65_535] * 256
    data = to_bundle(largest)
    assert len(data) == MAX_BUNDLE_BYTES == 16_777_472
    assert from_bundle(data, 256) == largest
