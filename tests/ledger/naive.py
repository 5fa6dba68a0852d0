"""RFC 9162 read aloud: the tree and its proofs as section 2.1 defines them, and checks of proofs in closed form.

Written from the RFC alone, recursive and slow, and shares no code with `dems.ledger`. `MTH`, `PATH` and `SUBPROOF` are
its names. The checks are not its algorithm but follow from where a leaf stands: the lowest levels, on which index and
last leaf differ, go by the bits of the index, and above them every hash stands to the left.
"""

import hashlib
from functools import cache


def leaf(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def divide(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


class Tree:
    """All leaves at once; `start` and `end` stand for D[start:end]."""

    def __init__(self, entries: list[bytes]) -> None:
        self.leaves = [leaf(entry) for entry in entries]
        self.mth = cache(self._mth)

    def _mth(self, start: int, end: int) -> bytes:
        n = end - start
        if n == 0:
            return hashlib.sha256().digest()
        if n == 1:
            return self.leaves[start]
        k = divide(n)
        return node(self.mth(start, start + k), self.mth(start + k, end))

    def root(self, size: int) -> bytes:
        return self.mth(0, size)

    def path(self, m: int, start: int, end: int) -> list[bytes]:
        n = end - start
        if n == 1:
            return []
        k = divide(n)
        if m < k:
            return [*self.path(m, start, start + k), self.mth(start + k, end)]
        return [*self.path(m - k, start + k, end), self.mth(start, start + k)]

    def subproof(self, m: int, start: int, end: int, *, b: bool) -> list[bytes]:
        n = end - start
        if m == n:
            return [] if b else [self.mth(start, end)]
        k = divide(n)
        if m <= k:
            return [*self.subproof(m, start, start + k, b=b), self.mth(start + k, end)]
        return [*self.subproof(m - k, start + k, end, b=False), self.mth(start, start + k)]

    def inclusion(self, index: int, size: int) -> list[bytes]:
        return self.path(index, 0, size)

    def consistency(self, old: int, new: int) -> list[bytes]:
        return self.subproof(old, 0, new, b=True)


def sides(index: int, size: int) -> list[str]:
    """Where each hash of an inclusion proof stands, the lowest first."""
    inner = (index ^ (size - 1)).bit_length()
    border = (index >> inner).bit_count()
    return ["left" if index >> level & 1 else "right" for level in range(inner)] + ["left"] * border


def root_from_inclusion(hashed: bytes, index: int, size: int, proof: list[bytes]) -> bytes:
    for sibling, side in zip(proof, sides(index, size), strict=True):
        hashed = node(sibling, hashed) if side == "left" else node(hashed, sibling)
    return hashed


def roots_from_consistency(old: int, new: int, proof: list[bytes], old_root: bytes) -> tuple[bytes, bytes]:
    """The roots of both trees, for 0 < old < new. From the last leaf of the old tree upwards, skipping what is whole."""
    skipped = (old & -old).bit_length() - 1
    where = sides((old - 1) >> skipped, ((new - 1) >> skipped) + 1)
    seed, *rest = [old_root, *proof] if old == 1 << skipped else proof
    older = newer = seed
    for sibling, side in zip(rest, where, strict=True):
        if side == "left":
            older, newer = node(sibling, older), node(sibling, newer)
        else:
            newer = node(newer, sibling)
    return older, newer
