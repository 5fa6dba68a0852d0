import hashlib
from base64 import b64decode
from collections.abc import Mapping, Sequence
from itertools import product

import pytest

from dems.ledger.fields import MAX_NUMBER
from dems.ledger.hashing import EMPTY_ROOT
from dems.ledger.invalid import Contradicted, LedgerInvalid, Malformed, NotProved
from dems.ledger.nodes import Node
from dems.ledger.proofs import (
    consistency_proof,
    consistency_spans,
    inclusion_path,
    inclusion_proof,
    inclusion_proofs,
)
from dems.ledger.verification import MOST_HASHES, verify_consistency, verify_inclusion
from tests.ledger import naive
from tests.ledger.trees import PUBLISHED, ROOTS, SIZE, STORE, TREE, Store

PLACES = [(index, size) for size in range(1, SIZE + 1) for index in range(size)]
STEPS = [(old, new) for new in range(1, SIZE + 1) for old in range(1, new + 1)]


# --- what the RFC defines, for every tree of up to 130 leaves ---


def test_several_inclusion_proofs_are_those_of_each_and_asked_for_at_once() -> None:
    asked: list[int] = []

    def read(nodes: Sequence[Node]) -> Mapping[Node, bytes]:
        asked.append(len(nodes))
        assert len(set(nodes)) == len(nodes), "what several need is asked for once"
        return STORE.read(nodes)

    for size in (1, 2, 7, SIZE):
        indexes = list(range(0, size, 3))
        assert inclusion_proofs(indexes, size, read) == {i: TREE.inclusion(i, size) for i in indexes}
    assert len(asked) == 4
    assert inclusion_proofs([], SIZE, STORE.read) == {}


def test_every_inclusion_proof_is_the_one_of_the_rfc_and_holds() -> None:
    for index, size in PLACES:
        proof = inclusion_proof(index, size, STORE.read)
        assert proof == TREE.inclusion(index, size)
        assert naive.root_from_inclusion(TREE.leaves[index], index, size, proof) == TREE.root(size)
        verify_inclusion(TREE.leaves[index], index, size, TREE.root(size), proof)


def test_every_consistency_proof_is_the_one_of_the_rfc_and_holds() -> None:
    for old, new in STEPS:
        proof = consistency_proof(old, new, STORE.read)
        assert proof == TREE.consistency(old, new)
        if old < new:
            roots = naive.roots_from_consistency(old, new, proof, TREE.root(old))
            assert roots == (TREE.root(old), TREE.root(new))
        verify_consistency(old, new, TREE.root(old), TREE.root(new), proof)


def test_an_inclusion_proof_holds_for_no_other_leaf_place_or_size() -> None:
    for index, size in PLACES[:400]:
        proof, root = TREE.inclusion(index, size), TREE.root(size)
        for other in range(40):
            if other != index:
                with pytest.raises(Contradicted):
                    verify_inclusion(TREE.leaves[other], index, size, root, proof)
                with pytest.raises(Contradicted):
                    verify_inclusion(TREE.leaves[index], other, size, root, proof)
        for other in range(index + 1, 40):
            if naive.sides(index, other) != naive.sides(index, size):
                with pytest.raises(Contradicted):
                    verify_inclusion(TREE.leaves[index], index, other, root, proof)


def test_a_consistency_proof_holds_for_no_other_root() -> None:
    for (old, new), wrong in product(STEPS[:300], range(35)):
        proof = TREE.consistency(old, new)
        if wrong != old:
            with pytest.raises(Contradicted):
                verify_consistency(old, new, TREE.root(wrong), TREE.root(new), proof)
        if wrong != new:
            with pytest.raises(Contradicted):
                verify_consistency(old, new, TREE.root(old), TREE.root(wrong), proof)


def test_a_fork_has_no_consistency_proof() -> None:
    other = naive.Tree([b"forged" if number == 5 else bytes([number]) for number in range(40)])
    for old, new in [(old, new) for old, new in STEPS if 5 < old < new <= 40]:
        for proof in (TREE.consistency(old, new), other.consistency(old, new)):
            with pytest.raises(Contradicted):
                verify_consistency(old, new, TREE.root(old), other.root(new), proof)


# --- examples in print ---


def test_the_example_of_rfc_6962_with_seven_leaves() -> None:
    """Section 2.1.3: the proofs in the tree of d0 to d6, with its letters for the nodes."""
    mth = TREE.mth
    _, b, c, d, _, f, j = TREE.leaves[:7]
    g, h, i, k, ell = mth(0, 2), mth(2, 4), mth(4, 6), mth(0, 4), mth(4, 7)
    assert inclusion_proof(0, 7, STORE.read) == [b, h, ell]
    assert inclusion_proof(3, 7, STORE.read) == [c, g, ell]
    assert inclusion_proof(4, 7, STORE.read) == [f, j, k]
    assert inclusion_proof(6, 7, STORE.read) == [i, k]
    assert consistency_proof(3, 7, STORE.read) == [c, d, g, ell]
    assert consistency_proof(4, 7, STORE.read) == [ell]
    assert consistency_proof(6, 7, STORE.read) == [i, j, k]


def test_the_consistency_proof_that_others_publish_from_one_leaf_to_eight() -> None:
    proof = [
        b64decode(text)
        for text in (
            "lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=",
            "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=",
            "a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ=",
        )
    ]
    published = Store(naive.Tree(PUBLISHED), 8)
    assert consistency_proof(1, 8, published.read) == proof
    assert inclusion_proof(0, 8, published.read) == proof, "leaf 0 is the whole tree of one leaf"
    verify_consistency(1, 8, ROOTS[1], ROOTS[8], proof)
    verify_inclusion(ROOTS[1], 0, 8, ROOTS[8], proof)


# --- the edges ---


@pytest.mark.parametrize("size", range(12))
def test_from_the_empty_tree_no_proof_is_made_and_none_is_accepted(size: int) -> None:
    with pytest.raises(ValueError, match="no consistency proof"):
        consistency_proof(0, size, STORE.read)
    for proof in ([], [TREE.root(size)], [EMPTY_ROOT]):
        with pytest.raises(Contradicted, match="no consistency proof"):
            verify_consistency(0, size, EMPTY_ROOT, TREE.root(size), proof)
        with pytest.raises(Contradicted):
            verify_consistency(0, size, TREE.root(1), TREE.root(size), proof)


def test_the_empty_tree_has_no_leaf() -> None:
    with pytest.raises(ValueError, match="no leaf 0"):
        inclusion_proof(0, 0, STORE.read)
    with pytest.raises(Contradicted, match="no leaf 0"):
        verify_inclusion(EMPTY_ROOT, 0, 0, EMPTY_ROOT, [])


def test_a_tree_of_one_leaf_needs_no_hash() -> None:
    assert inclusion_proof(0, 1, STORE.read) == []
    with pytest.raises(Contradicted, match="another root"):
        verify_inclusion(TREE.leaves[1], 0, 1, TREE.root(1), [])


@pytest.mark.parametrize("size", [1, 2, 7, 8, 130])
def test_a_tree_is_consistent_with_itself_without_a_hash_and_with_none_else_of_its_size(size: int) -> None:
    root = TREE.root(size)
    assert consistency_proof(size, size, STORE.read) == []
    for other, proof in ((root, [root]), (TREE.root(size - 1), [])):
        with pytest.raises(Contradicted, match="the same tree"):
            verify_consistency(size, size, root, other, proof)


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (6, 5), (0, -1), (0, MAX_NUMBER + 1)])
def test_there_is_no_proof_for_a_place_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="leaves"):
        inclusion_path(index, size)
    with pytest.raises(LedgerInvalid):
        verify_inclusion(EMPTY_ROOT, index, size, EMPTY_ROOT, [])


@pytest.mark.parametrize(("old", "new"), [(-1, 5), (6, 5), (1, MAX_NUMBER + 1), (-2, -1)])
def test_there_is_no_proof_from_a_larger_tree_to_a_smaller_one(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="leaves"):
        consistency_spans(old, new)
    with pytest.raises(LedgerInvalid):
        verify_consistency(old, new, EMPTY_ROOT, EMPTY_ROOT, [EMPTY_ROOT])


def test_a_tree_of_the_largest_size_needs_64_hashes_and_no_proof_may_have_more() -> None:
    paths = [inclusion_path(index, MAX_NUMBER) for index in (0, 1, MAX_NUMBER // 2, MAX_NUMBER - 1)]
    assert max(len(nodes) - len(nodes[first:end]) + (end > first) for nodes, first, end in paths) == 63
    assert max(len(consistency_spans(old, MAX_NUMBER)) for old in (1, 3, 5, MAX_NUMBER // 2)) == MOST_HASHES
    for proof in ([EMPTY_ROOT] * 65, [EMPTY_ROOT] * 100_000):
        with pytest.raises(Malformed, match="at most 64"):
            verify_inclusion(EMPTY_ROOT, 0, 2, EMPTY_ROOT, proof)
        with pytest.raises(Malformed, match="at most 64"):
            verify_consistency(1, 2, EMPTY_ROOT, EMPTY_ROOT, proof)


def test_the_longest_proof_there_is_holds() -> None:
    old, new = 3, MAX_NUMBER
    proof = [hashlib.sha256(bytes([number])).digest() for number in range(MOST_HASHES)]
    verify_consistency(old, new, *naive.roots_from_consistency(old, new, proof, b""), proof)


def test_a_size_beyond_63_bits_is_refused_before_anything_is_computed() -> None:
    for size in (-1, MAX_NUMBER + 1, 2**64, 10**1000):
        with pytest.raises(Malformed, match="from 0 to 2\\^63 - 1 leaves"):
            verify_inclusion(EMPTY_ROOT, 0, size, EMPTY_ROOT, [])
        with pytest.raises(Malformed, match="from 0 to 2\\^63 - 1 leaves"):
            verify_consistency(1, size, EMPTY_ROOT, EMPTY_ROOT, [])
        with pytest.raises(Malformed, match="from 0 to 2\\^63 - 1 leaves"):
            verify_consistency(size, 1, EMPTY_ROOT, EMPTY_ROOT, [])


def test_one_hash_more_than_lead_to_the_root_is_told_as_that() -> None:
    root = TREE.root(7)
    with pytest.raises(Contradicted, match="more hashes than lead to the root"):
        verify_inclusion(TREE.leaves[6], 6, 7, root, [*TREE.inclusion(6, 7), root])
    with pytest.raises(Contradicted, match="more hashes than lead to the root"):
        verify_consistency(3, 7, TREE.root(3), root, [*TREE.consistency(3, 7), root])


def test_an_empty_proof_between_two_sizes_is_refused() -> None:
    with pytest.raises(Contradicted, match="is empty"):
        verify_consistency(3, 7, TREE.root(3), TREE.root(7), [])
    with pytest.raises(Contradicted, match="ends before"):
        verify_consistency(4, 7, TREE.root(4), TREE.root(7), [])


@pytest.mark.parametrize("wrong", [b"", b"\0" * 31, b"\0" * 33])
def test_hashes_of_another_length_are_refused_wherever_they_stand(wrong: bytes) -> None:
    proof, root = TREE.inclusion(2, 7), TREE.root(7)
    for leaf, of, hashes in ((wrong, root, proof), (TREE.leaves[2], wrong, proof), (TREE.leaves[2], root, [wrong])):
        with pytest.raises(Malformed, match="32 bytes"):
            verify_inclusion(leaf, 2, 7, of, hashes)
    proof = TREE.consistency(3, 7)
    for old, new, hashes in ((wrong, root, proof), (root, wrong, proof), (root, root, [wrong])):
        with pytest.raises(Malformed, match="32 bytes"):
            verify_consistency(3, 7, old, new, hashes)


# --- a store is asked once ---


@pytest.mark.parametrize(("index", "size"), [(0, 1), (77, 130), (129, 130)])
def test_a_proof_asks_its_store_once(index: int, size: int) -> None:
    store = Store(TREE, SIZE)
    inclusion_proof(index, size, store.read)
    consistency_proof(index + 1, size, store.read)
    assert len(store.asked) == 2


def test_a_proof_in_a_store_that_lacks_a_node_is_not_made() -> None:
    store = Store(TREE, SIZE)
    del store.hashes[Node(0, 0)]
    with pytest.raises(NotProved, match="node 0 at level 0"):
        inclusion_proof(1, 4, store.read)
    del store.hashes[Node(1, 0)]
    with pytest.raises(NotProved, match="node 0 at level 1"):
        consistency_proof(3, 4, store.read)
