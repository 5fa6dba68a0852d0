"""Perfect subtrees: what of a tree is stored, and how every other hash is put together from them.

A perfect subtree covers 2^level leaves from a multiple of 2^level on. Its hash never changes once its last leaf is
there, so it is written once. RFC 9162 calls the hash of the leaves from `start` to `end` MTH(D[start:end]).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from dems.ledger.fields import MAX_NUMBER
from dems.ledger.hashing import EMPTY_ROOT, node_hash, require_hashes
from dems.ledger.invalid import NotProved


class Node(NamedTuple):
    """The perfect subtree over the leaves from ``place << level`` to ``(place + 1) << level``; level 0 is a leaf."""

    level: int
    place: int


class Span(NamedTuple):
    """The leaves from `start` (counted from 0) to before `end`."""

    start: int
    end: int


NodeReader = Callable[[Sequence[Node]], Mapping[Node, bytes]]
"""Fetches the hashes of perfect subtrees, all that a question needs at once. What it does not have it leaves out."""


def require_size(size: int) -> None:
    """Raise `ValueError` for what is no number of leaves: below 0, or beyond 2^63 - 1."""
    if not 0 <= size <= MAX_NUMBER:
        raise ValueError("a tree has from 0 to 2^63 - 1 leaves")


def split(size: int) -> int:
    """The largest power of two strictly less than `size`, at which RFC 9162, 2.1.1 divides a tree; `size` > 1."""
    return 1 << ((size - 1).bit_length() - 1)


def perfect_nodes(span: Span) -> list[Node]:
    """The fewest perfect subtrees that make up these leaves, from left to right; at most 126, none for no leaves."""
    start, end = span
    length = end - start
    if length > 0 and not (length & (length - 1) or start & (length - 1)):
        # One of them, as most spans of a proof are.
        return [Node(length.bit_length() - 1, start // length)]
    nodes = []
    while start < end:
        level = (end - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        nodes.append(Node(level, start >> level))
        start += 1 << level
    return nodes


def read_nodes(nodes: Sequence[Node], read: NodeReader) -> list[bytes]:
    """The hashes of these nodes in their order. Raises `NotProved` naming the first that the reader does not have."""
    found = read(list(dict.fromkeys(nodes)))
    try:
        hashes = [found[node] for node in nodes]
    except KeyError:
        missing = next(node for node in nodes if node not in found)
        raise NotProved(f"the hash of node {missing.place} at level {missing.level} of the tree is not there") from None
    require_hashes(hashes)
    return hashes


def folded(hashes: Sequence[bytes]) -> bytes:
    """One hash over subtrees that stand side by side, each smaller than the one to its left; none is the empty tree."""
    if not hashes:
        return EMPTY_ROOT
    folding = hashes[-1]
    for left in reversed(hashes[:-1]):
        folding = node_hash(left, folding)
    return folding


def read_spans(spans: Iterable[Span], read: NodeReader) -> list[bytes]:
    """MTH of each span, with one call of `read` for all of them.

    Each must be a subtree of some tree as RFC 9162, 2.1.1 divides it: it begins at a multiple of the smallest power
    of two that is not less than its length.
    """
    parts = [perfect_nodes(span) for span in spans]
    hashes = iter(read_nodes(list(chain.from_iterable(parts)), read))
    return [folded([next(hashes) for _ in part]) for part in parts]


def root_of(size: int, read: NodeReader) -> bytes:
    """The root of the tree over the first `size` leaves."""
    require_size(size)
    return read_spans([Span(0, size)], read)[0]
