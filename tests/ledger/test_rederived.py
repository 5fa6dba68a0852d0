"""A tree computed some leaves at a time is the tree that RFC 9162 defines, at every size on the way."""

from collections.abc import Iterator

import pytest

from dems.ledger.frontier import Frontier
from dems.ledger.hashing import leaf_hash
from dems.ledger.nodes import Node
from dems.ledger.rederived import Rederived, Row
from dems.ledger.tiles import TILE_HEIGHT, TILE_WIDTH
from tests.ledger.naive import Tree

ENTRIES = [str(number).encode() for number in range(3 * TILE_WIDTH + 77)]
HASHES = [leaf_hash(entry) for entry in ENTRIES]


@pytest.fixture(params=[TILE_HEIGHT, 5, 1, 0, 14])
def tree(request: pytest.FixtureRequest) -> Rederived:
    """A tile at a time, less, and more than there are; of 1, the last leaves are all but one of a portion."""
    return Rederived(request.param)


def added(tree: Rederived) -> Iterator[list[Row]]:
    for start in range(0, len(HASHES), 1 << tree.height):
        yield tree.add(HASHES[start : start + (1 << tree.height)])


def test_every_root_on_the_way_is_that_of_the_definition(tree: Rederived) -> None:
    naive, known = Tree(ENTRIES), 0
    for _ in added(tree):
        for size in [*range(known + 1, tree.size, 5), tree.size]:
            assert tree.root(size) == naive.mth(0, size)
        known = tree.size
    assert known == len(HASHES)


def test_it_gives_every_node_above_the_leaves_once(tree: Rederived) -> None:
    made = dict[Node, bytes]()
    for rows in added(tree):
        for row in rows:
            for at in range(len(row.hashes) // 32):
                node = Node(row.first.level, row.first.place + at)
                assert node not in made
                made[node] = row.hashes[32 * at : 32 * at + 32]
    assert made == {node: value for node, value in Frontier().extend(HASHES) if node.level}


def test_what_it_does_not_know_it_does_not_say() -> None:
    tree = Rederived()
    with pytest.raises(ValueError, match="256 at a time"):
        tree.add([])
    with pytest.raises(ValueError, match="256 at a time"):
        tree.add(HASHES[: TILE_WIDTH + 1])
    tree.add(HASHES[:TILE_WIDTH])
    tree.add(HASHES[TILE_WIDTH : TILE_WIDTH + 9])
    for size in (0, TILE_WIDTH, TILE_WIDTH + 10):
        assert not tree.covers(size)
        with pytest.raises(ValueError, match="that came last"):
            tree.root(size)
    with pytest.raises(ValueError, match="256 at a time"):
        tree.add(HASHES[:1])
