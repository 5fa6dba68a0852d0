"""A tree computed a tile at a time is the tree that RFC 9162 defines, at every size on the way."""

import pytest

from dems.ledger.frontier import Frontier
from dems.ledger.hashing import leaf_hash
from dems.ledger.nodes import Node
from dems.ledger.rederived import Rederived
from dems.ledger.tiles import TILE_WIDTH
from tests.ledger.naive import Tree

ENTRIES = [str(number).encode() for number in range(3 * TILE_WIDTH + 77)]
HASHES = [leaf_hash(entry) for entry in ENTRIES]


def test_every_root_on_the_way_is_that_of_the_definition() -> None:
    tree, naive = Rederived(), Tree(ENTRIES)
    for start in range(0, len(HASHES), TILE_WIDTH):
        tree.add(HASHES[start : start + TILE_WIDTH])
        for size in range(start + 1, tree.size + 1, 5):
            assert tree.root(size) == naive.mth(0, size)
        assert tree.root(tree.size) == naive.mth(0, tree.size)
    assert tree.size == len(HASHES)


def test_it_gives_every_node_above_the_leaves_once() -> None:
    tree, made = Rederived(), dict[Node, bytes]()
    for start in range(0, len(HASHES), TILE_WIDTH):
        for row in tree.add(HASHES[start : start + TILE_WIDTH]):
            for at in range(len(row.hashes) // 32):
                node = Node(row.first.level, row.first.place + at)
                assert node not in made
                made[node] = row.hashes[32 * at : 32 * at + 32]
    assert made == {node: value for node, value in Frontier().extend(HASHES) if node.level}


def test_what_it_does_not_know_it_does_not_say() -> None:
    tree = Rederived()
    with pytest.raises(ValueError, match="full tiles"):
        tree.add([])
    with pytest.raises(ValueError, match="full tiles"):
        tree.add(HASHES[: TILE_WIDTH + 1])
    tree.add(HASHES[:TILE_WIDTH])
    tree.add(HASHES[TILE_WIDTH : TILE_WIDTH + 9])
    for size in (0, TILE_WIDTH, TILE_WIDTH + 10):
        assert not tree.covers(size)
        with pytest.raises(ValueError, match="within the last tile"):
            tree.root(size)
    with pytest.raises(ValueError, match="full tiles"):
        tree.add(HASHES[:1])
