from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dems.ledger.fields import MAX_NUMBER
from dems.ledger.frontier import Frontier
from dems.ledger.hashing import leaf_hash
from dems.ledger.invalid import LedgerInvalid, Malformed, NotProved
from dems.ledger.nodes import Node, NodeReader, root_of
from dems.ledger.proofs import consistency_proof, inclusion_proof
from dems.ledger.tiles import (
    Tile,
    index_path,
    new_tiles,
    node_in_tile,
    parse_index_path,
    through_tiles,
    tile_of,
    tiles_of,
)
from dems.ledger.verification import verify_consistency, verify_inclusion
from tests.ledger.naive import Tree

SIZE = 70_000
"""The specification's own example."""

LEAVES = [leaf_hash(number.to_bytes(4, "big")) for number in range(SIZE)]
NODES = dict(Frontier().extend(LEAVES))

tiles = st.builds(Tile, st.integers(0, 63), st.integers(0, MAX_NUMBER), st.integers(1, 256))


def data_of(tile: Tile) -> bytes:
    return b"".join(NODES[node] for node in tile.nodes())


# --- addresses ---


@pytest.mark.parametrize(
    ("index", "path"),
    [
        (0, "000"),
        (7, "007"),
        (999, "999"),
        (1000, "x001/000"),
        (1234067, "x001/x234/067"),
        (10**9, "x001/x000/x000/000"),
        (MAX_NUMBER, "x009/x223/x372/x036/x854/x775/807"),
    ],
)
def test_the_index_of_a_tile_is_written_in_groups_of_three_digits(index: int, path: str) -> None:
    assert index_path(index) == path
    assert parse_index_path(path) == index


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(1, 0, 17), "tile/1/000.p/17"),
        (Tile(0, 273, 112), "tile/0/273.p/112"),
        (Tile(63, 5, 255), "tile/63/005.p/255"),
    ],
)
def test_the_address_of_a_tile_is_this(tile: Tile, path: str) -> None:
    assert tile.path() == path
    assert Tile.from_path(path) == tile


@given(tiles)
def test_an_address_reads_back_to_the_same_tile(tile: Tile) -> None:
    assert Tile.from_path(tile.path()) == tile
    assert tile.full.path() == tile.path().split(".p/")[0]


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0",
        "tile/0/",
        "/tile/0/000",
        "tile/0/000/",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/100/000",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/x000/000",
        "tile/0/x000/067",
        "tile/0/001/067",
        "tile/0/x001/x067",
        "tile/0/X001/067",
        "tile/0/x1/067",
        "tile/0/x001067",
        "tile/0/x009/x223/x372/x036/x854/x775/808",
        "tile/0/x001/x000/x000/x000/x000/x000/x000/000",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/1000",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/000.p/5/",
        "tile/0/000.p/5\n",
        "tile/0/\uff10\uff10\uff10",
        "tile/entries/000",
        "tile/0/../000",
        "x" * 100_000,
    ],
)
def test_what_is_no_address_is_refused(path: str) -> None:
    with pytest.raises(Malformed):
        Tile.from_path(path)


@pytest.mark.parametrize("path", ["", "000/", "x001", "x001/0000", "x000/000", "/000", "1", "0x00/1"])
def test_what_is_no_index_is_refused(path: str) -> None:
    with pytest.raises(Malformed):
        parse_index_path(path)


@pytest.mark.parametrize(("level", "index", "width"), [(-1, 0, 1), (64, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257)])
def test_a_tile_that_cannot_be_is_never_made(level: int, index: int, width: int) -> None:
    with pytest.raises(Malformed):
        Tile(level, index, width)


# --- which tiles there are ---


def test_seventy_thousand_leaves_have_the_tiles_that_the_specification_counts() -> None:
    found = list(tiles_of(70_000))
    assert found == [*(Tile(0, n) for n in range(273)), Tile(0, 273, 112), Tile(1, 0), Tile(1, 1, 17), Tile(2, 0, 1)]


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, []),
        (1, [Tile(0, 0, 1)]),
        (255, [Tile(0, 0, 255)]),
        (256, [Tile(0, 0), Tile(1, 0, 1)]),
        (257, [Tile(0, 0), Tile(0, 1, 1), Tile(1, 0, 1)]),
    ],
)
def test_a_tree_has_these_tiles(size: int, expected: list[Tile]) -> None:
    assert list(tiles_of(size)) == expected


def test_the_last_leaf_of_the_largest_tree_is_in_one_tile() -> None:
    assert list(new_tiles(MAX_NUMBER - 1, MAX_NUMBER)) == [Tile(0, MAX_NUMBER // 256, 255)]


def test_what_a_growing_tree_publishes_is_all_that_it_has() -> None:
    published: set[Tile] = set()
    before = 0
    for size in (0, 1, 1, 200, 256, 257, 512, 513, 65_535, 65_536, 65_537, 70_000):
        added = list(new_tiles(before, size))
        assert published.isdisjoint(added)
        published.update(added)
        assert set(tiles_of(size)) <= published
        before = size


def test_a_tree_that_did_not_grow_publishes_nothing() -> None:
    assert list(new_tiles(70_000, 70_000)) == []


def test_a_tree_never_shrinks() -> None:
    for old, new in ((2, 1), (-1, 5), (0, MAX_NUMBER + 1)):
        with pytest.raises(ValueError, match="leaves"):
            list(new_tiles(old, new))


# --- what is in them ---


def test_a_tile_holds_the_hashes_of_the_rfc() -> None:
    """Hash i of tile n at level l is MTH(D[(256n+i)·256^l : (256n+i+1)·256^l]), read aloud."""
    tree = Tree([number.to_bytes(4, "big") for number in range(1000)])
    assert data_of(Tile(0, 2)) == b"".join(tree.mth(n, n + 1) for n in range(512, 768))
    assert data_of(Tile(1, 0, 3)) == b"".join(tree.mth(256 * n, 256 * (n + 1)) for n in range(3))


def test_every_node_of_a_tree_follows_from_its_tile() -> None:
    for node, expected in NODES.items():
        if node.place < 300 or node.place % 97 == 0:
            tile = tile_of(node, SIZE)
            assert tile in TILES
            assert node_in_tile(node, tile, data_of(tile)) == expected


TILES = set(tiles_of(SIZE))


@pytest.mark.parametrize("node", [Node(0, SIZE), Node(17, 0), Node(8, 273)])
def test_a_subtree_that_is_not_complete_is_in_no_tile(node: Node) -> None:
    with pytest.raises(ValueError, match="not complete"):
        tile_of(node, SIZE)


def test_a_tile_of_another_length_is_refused() -> None:
    for width, length in ((3, 95), (3, 97), (3, 64), (256, 8191), (1, 0)):
        with pytest.raises(Malformed, match="bytes"):
            Tile(0, 0, width).hashes(bytes(length))


# --- proofs from tiles alone ---


def fetch(wanted: Sequence[Tile]) -> Mapping[Tile, bytes]:
    return {tile: data_of(tile) for tile in wanted if tile in TILES}


def test_roots_and_proofs_follow_from_published_tiles_alone() -> None:
    read = through_tiles(SIZE, fetch)
    root = root_of(SIZE, read)
    frontier = Frontier()
    for leaf in LEAVES:
        frontier.append(leaf)
    assert root == frontier.root()
    for index in (0, 1, 255, 256, 65_535, 65_536, 69_888, 69_999):
        verify_inclusion(LEAVES[index], index, SIZE, root, inclusion_proof(index, SIZE, read))
    for old in (1, 255, 256, 257, 65_536, 69_999):
        earlier = root_of(old, read)
        verify_consistency(old, SIZE, earlier, root, consistency_proof(old, SIZE, read))


def test_a_missing_tile_is_named() -> None:
    read = through_tiles(SIZE, lambda wanted: {t: d for t, d in fetch(wanted).items() if t != Tile(0, 273, 112)})
    with pytest.raises(NotProved, match=r"tile/0/273\.p/112 is not there"):
        root_of(SIZE, read)


def one_tile(tile: Tile, data: bytes) -> NodeReader:
    return through_tiles(tile.width, lambda _: {tile: data})


def test_no_bit_of_a_tile_may_differ() -> None:
    tile = Tile(0, 0, 3)
    data = data_of(tile)
    root = root_of(3, one_tile(tile, data))
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        damaged = one_tile(tile, bytes(changed))
        assert root_of(3, damaged) != root
        for index in {0, 1, 2} - {bit // 256}:
            with pytest.raises(LedgerInvalid):
                verify_inclusion(LEAVES[index], index, 3, root, inclusion_proof(index, 3, damaged))
