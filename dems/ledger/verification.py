"""Checking inclusion and consistency proofs: RFC 9162, 2.1.3.2 and 2.1.4.2, step by step in their words.

Nothing of the tree is needed. `fn` and `sn` are, as there, the places of the first and of the last node on the level
that has been reached. Every function returns nothing when the proof holds, and raises `LedgerInvalid` when it does not.
"""

from collections.abc import Sequence

from dems.ledger.fields import MAX_NUMBER
from dems.ledger.hashing import HASH_BYTES, node_hash, require_hashes
from dems.ledger.invalid import Contradicted, Malformed

MOST_HASHES = 64
"""No proof needs more: a tree of 2^63 - 1 leaves has 63 levels above them, and a consistency proof one hash more."""


def verify_inclusion(leaf: bytes, index: int, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the leaf with this hash has place `index` (from 0) in the tree of `size` leaves with this root."""
    _require(size, [leaf, root], proof)
    if not 0 <= index < size:
        raise Contradicted(f"a tree of {size} leaves has no leaf {index}")
    computed = leaf
    for sibling, is_left in zip(proof, _sides(index, size - 1, len(proof)), strict=True):
        computed = node_hash(sibling, computed) if is_left else node_hash(computed, sibling)
    if computed != root:
        raise Contradicted("the inclusion proof leads to another root")


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree of `new` leaves begins with the whole tree of `old` leaves.

    From the empty tree RFC 9162 defines no proof, so none is accepted: see `dems.ledger.succession`.
    """
    _require(old, [old_root], proof)
    _require(new, [new_root], proof)
    if not 0 < old <= new:
        raise Contradicted(f"there is no consistency proof from {old} to {new} leaves")
    if old == new:
        if proof or old_root != new_root:
            raise Contradicted("trees of one size are the same tree, and need no hash to prove it")
        return
    is_subtree = old & (old - 1) == 0
    path = [old_root, *proof] if is_subtree else list(proof)
    if not path:
        raise Contradicted("the consistency proof is empty")
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    old_computed = new_computed = path[0]
    for sibling, is_left in zip(path[1:], _sides(fn, sn, len(path) - 1), strict=True):
        if is_left:
            old_computed = node_hash(sibling, old_computed)
        new_computed = node_hash(sibling, new_computed) if is_left else node_hash(new_computed, sibling)
    if old_computed != old_root:
        raise Contradicted("the consistency proof leads to another root of the older tree")
    if new_computed != new_root:
        raise Contradicted("the consistency proof leads to another root of the newer tree")


def _sides(fn: int, sn: int, count: int) -> list[bool]:
    """For each of `count` hashes whether it stands to the left. Raises unless exactly so many lead to the root."""
    sides = []
    for _ in range(count):
        if sn == 0:
            raise Contradicted("the proof has more hashes than lead to the root")
        is_left = bool(fn & 1) or fn == sn
        sides.append(is_left)
        if is_left:
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        raise Contradicted("the proof ends before it reaches the root")
    return sides


def _require(size: int, roots: Sequence[bytes], proof: Sequence[bytes]) -> None:
    """What is true of every proof, whatever it proves."""
    if not 0 <= size <= MAX_NUMBER:
        raise Malformed("a tree has from 0 to 2^63 - 1 leaves")
    if len(proof) > MOST_HASHES:
        raise Malformed(f"a proof has at most {MOST_HASHES} hashes of {HASH_BYTES} bytes")
    require_hashes([*roots, *proof])
