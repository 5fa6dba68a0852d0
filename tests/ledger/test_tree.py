import hashlib
import tracemalloc
from collections.abc import Mapping, Sequence
from itertools import pairwise

import pytest

from dems.ledger.fields import MAX_NUMBER
from dems.ledger.frontier import Frontier
from dems.ledger.hashing import EMPTY_ROOT, leaf_hash, node_hash
from dems.ledger.invalid import LedgerInvalid, Malformed, NotProved
from dems.ledger.nodes import Node, Span, perfect_nodes, read_spans, root_of, split
from dems.ledger.proofs import inclusion_proof
from tests.ledger import naive
from tests.ledger.trees import PUBLISHED, ROOTS, SIZE, STORE, TREE, Store

SUBTREES = [
    Span(start, end)
    for end in range(SIZE + 1)
    for start in range(end + 1)
    if start % (1 << (end - start - 1).bit_length() if end > start else 1) == 0
]
"""Every subtree of a tree of up to 130 leaves: it begins at a multiple of the smallest power of two not below its length."""


def test_a_leaf_hashes_to_the_published_value() -> None:
    assert leaf_hash(b"L123456").hex() == "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


def test_a_node_hashes_to_the_published_value() -> None:
    assert node_hash(b"N123", b"N456").hex() == "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert EMPTY_ROOT == ROOTS[0] == Frontier().root()
    assert root_of(0, STORE.read) == EMPTY_ROOT


def test_the_published_leaves_have_the_published_roots() -> None:
    frontier = Frontier()
    published = Store(naive.Tree(PUBLISHED), len(PUBLISHED))
    for size, leaf in enumerate(PUBLISHED, start=1):
        frontier.append(leaf_hash(leaf))
        assert frontier.root() == ROOTS[size]
        assert root_of(size, published.read) == ROOTS[size]


def test_every_subtree_of_130_leaves_adds_up_to_the_published_digest() -> None:
    digest = hashlib.sha256()
    for span in SUBTREES:
        [found] = read_spans([span], STORE.read)
        digest.update(f"[{span.start}, {span.end}) {found.hex()}\n".encode())
    assert digest.hexdigest() == "b82806ad4265bb151c1119c0f4db437bb4d1a1f887b3a7fba1cd4ebf552e3e81"


def test_every_inclusion_proof_in_every_subtree_adds_up_to_the_published_digest() -> None:
    digest = hashlib.sha256()
    for start, end in SUBTREES:

        def within(nodes: Sequence[Node], first: int = start) -> Mapping[Node, bytes]:
            return {node: STORE.hashes[Node(node.level, node.place + (first >> node.level))] for node in nodes}

        for index in range(start, end):
            proof = inclusion_proof(index - start, end - start, within)
            digest.update(f"{index} [{start}, {end})".encode())
            digest.update("".join(f" {found.hex()}" for found in proof).encode() + b"\n")
    assert digest.hexdigest() == "ac2a8f989e44d99e399db448050ff5f19757df53cfb716aa81015d3955d8163f"


# --- perfect subtrees ---


@pytest.mark.parametrize(("size", "at"), [(2, 1), (3, 2), (4, 2), (5, 4), (8, 4), (9, 8), (2**40, 2**39)])
def test_a_tree_is_divided_at_the_largest_power_of_two_below_its_size(size: int, at: int) -> None:
    assert split(size) == at


def test_leaves_are_made_up_of_the_fewest_perfect_subtrees() -> None:
    for start in range(70):
        for end in range(start, 70):
            nodes = perfect_nodes(Span(start, end))
            covered = [leaf for level, place in nodes for leaf in range(place << level, (place + 1) << level)]
            assert covered == list(range(start, end))
            mergeable = [a for a, b in pairwise(nodes) if a.level == b.level and a.place % 2 == 0]
            assert mergeable == []


def test_no_span_needs_more_than_126_subtrees() -> None:
    assert len(perfect_nodes(Span(1, MAX_NUMBER))) <= 126


# --- appending ---


def test_a_growing_tree_is_at_every_size_the_one_of_the_rfc() -> None:
    frontier = Frontier()
    written: dict[Node, bytes] = {}
    for size in range(SIZE + 1):
        assert frontier.size == size
        assert frontier.root() == TREE.root(size)
        assert frontier == Frontier.read(size, STORE.read)
        assert frontier == Frontier.from_bytes(size, frontier.to_bytes())
        if size < SIZE:
            written |= frontier.extend([TREE.leaves[size]])
    assert written == STORE.hashes


def test_every_node_is_given_out_once() -> None:
    given = [node for node, _ in Frontier().extend(TREE.leaves)]
    assert len(given) == len(set(given)) == len(STORE.hashes)


def test_a_tree_continues_from_its_right_edge_alone() -> None:
    for size in range(SIZE):
        resumed = Frontier.from_bytes(size, b"".join(TREE.mth(*span) for span in edges(size)))
        assert dict(resumed.extend(TREE.leaves[size:])).items() <= STORE.hashes.items()
        assert resumed.root() == TREE.root(SIZE)


def test_many_leaves_at_once_make_the_tree_that_they_make_one_by_one() -> None:
    for size in range(SIZE):
        for count in (0, 1, 2, 3, 7, SIZE - size):
            one_by_one, at_once = (Frontier.read(size, STORE.read) for _ in range(2))
            leaves = TREE.leaves[size : size + count]
            expected = {node: value for node, value in one_by_one.extend(leaves) if node.level}
            rows = at_once.extend_by_level(leaves)
            assert at_once == one_by_one
            made = [(Node(r.first.level, place), v) for r in rows for place, v in enumerate(r.hashes, r.first.place)]
            assert dict(made) == expected
            assert len(made) == len(expected)
            assert [row.first.level for row in rows] == list(range(1, len(rows) + 1))


def edges(size: int) -> list[Span]:
    """The perfect subtrees of a tree, largest first, by the ones of its size in binary."""
    spans, start = [], 0
    for bit in reversed(range(size.bit_length())):
        if size >> bit & 1:
            spans.append(Span(start, start + (1 << bit)))
            start += 1 << bit
    return spans


def test_appending_holds_no_more_than_the_right_edge() -> None:
    frontier = Frontier()
    leaves = 100_000
    tracemalloc.start()
    for _ in range(leaves):
        frontier.append(EMPTY_ROOT)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (frontier.size, len(frontier.hashes)) == (leaves, leaves.bit_count())
    assert peak < 20_000, "bytes"


def test_a_tree_as_large_as_any_takes_the_last_leaf_and_no_more() -> None:
    size = MAX_NUMBER - 1
    frontier = Frontier(size, [leaf_hash(bytes([place])) for place in range(size.bit_count())])
    assert frontier.append(EMPTY_ROOT) == [EMPTY_ROOT]
    assert frontier.size == MAX_NUMBER
    with pytest.raises(ValueError, match="less than 2\\^63 - 1 leaves"):
        frontier.append(EMPTY_ROOT)
    with pytest.raises(ValueError, match="less than 2\\^63 - 1 leaves"):
        frontier.extend_by_level([EMPTY_ROOT])


@pytest.mark.parametrize("leaf", [b"", b"\0" * 31, b"\0" * 33])
def test_what_is_no_hash_is_not_appended(leaf: bytes) -> None:
    frontier = Frontier()
    with pytest.raises(ValueError, match="32 bytes"):
        frontier.append(leaf)
    with pytest.raises(Malformed, match="32 bytes"):
        frontier.extend_by_level([EMPTY_ROOT, leaf])
    assert frontier == Frontier()


@pytest.mark.parametrize(("size", "data"), [(0, b"\0"), (1, b""), (3, b"\0" * 32), (4, b"\0" * 64), (1, b"\0" * 33)])
def test_a_right_edge_of_another_length_is_refused(size: int, data: bytes) -> None:
    with pytest.raises(Malformed):
        Frontier.from_bytes(size, data)


def test_a_right_edge_with_other_hashes_than_its_size_has_ones_is_refused() -> None:
    with pytest.raises(Malformed, match="2 perfect subtrees"):
        Frontier(3, [EMPTY_ROOT])
    with pytest.raises(Malformed, match="32 bytes"):
        Frontier(1, [b"short"])


@pytest.mark.parametrize("size", [-1, MAX_NUMBER + 1])
def test_there_is_no_tree_of_such_a_size(size: int) -> None:
    for make in (
        lambda: Frontier(size, []),
        lambda: Frontier.from_bytes(size, b""),
        lambda: Frontier.read(size, STORE.read),
        lambda: root_of(size, STORE.read),
    ):
        with pytest.raises(ValueError, match="from 0 to 2\\^63 - 1 leaves"):
            make()


# --- a store that lacks or damages ---


def test_a_node_that_the_store_does_not_have_is_named() -> None:
    with pytest.raises(NotProved, match="node 0 at level 7"):
        Frontier.read(128, lambda _: {})


def test_a_stored_hash_of_another_length_is_refused() -> None:
    with pytest.raises(LedgerInvalid, match="32 bytes"):
        root_of(1, lambda nodes: dict.fromkeys(nodes, b"\0" * 31))
