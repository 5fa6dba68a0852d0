"""Making inclusion and consistency proofs (RFC 9162, 2.1.3.1 and 2.1.4.1; RFC 6962, 2.1.1 and 2.1.2).

Both are lists of subtree hashes, the lowest first. Which subtrees they are follows from the numbers alone, so a store
is asked once for all the hashes that a proof needs.
"""

from collections.abc import Sequence
from itertools import chain, islice
from typing import NamedTuple

from dems.ledger.nodes import Node, NodeReader, Span, folded, perfect_nodes, read_nodes, read_spans, require_size, split


class Path(NamedTuple):
    """Whose hashes prove that a leaf is in a tree, the lowest first.

    Those from `first` to before `end` are one hash together: they make up the subtree at the tree's right edge, which alone
    need not be perfect.
    """

    nodes: list[Node]
    first: int
    end: int


def inclusion_path(index: int, size: int) -> Path:
    """The subtrees of the proof that leaf `index` (from 0) is in the tree over `size` leaves: PATH(m, D[n])."""
    require_size(size)
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    last = size - 1
    # From `apart` upwards the way to the leaf is that to the last one: whatever stands beside it there stands to its left.
    apart = (index ^ last).bit_length()
    nodes = [Node(level, index >> level ^ 1) for level in range(apart - 1)]
    first = len(nodes)
    if apart:
        nodes += perfect_nodes(Span((index >> apart - 1 ^ 1) << apart - 1, size))
    end = len(nodes)
    nodes += [Node(level, index >> level ^ 1) for level in range(apart, last.bit_length()) if index >> level & 1]
    return Path(nodes, first, end)


def consistency_spans(old: int, new: int) -> list[Span]:
    """The subtrees whose hashes prove that the tree of `old` leaves is how that of `new` begins: PROOF(m, D[n]).

    RFC 9162 defines no proof from the empty tree: `ValueError`. Between equal sizes it is empty.
    """
    require_size(new)
    if not 0 < old <= new:
        raise ValueError(f"there is no consistency proof from {old} to {new} leaves")
    spans = []
    start, end = 0, new
    while end != old:
        middle = start + split(end - start)
        if old <= middle:
            spans.append(Span(middle, end))
            end = middle
        else:
            spans.append(Span(start, middle))
            start = middle
    # The old tree's root is known to whoever checks, so it is left out when it is a subtree of the new one as it is.
    if start:
        spans.append(Span(start, end))
    spans.reverse()
    return spans


def inclusion_proof(index: int, size: int, read: NodeReader) -> list[bytes]:
    """The proof that leaf `index` is in the tree over `size` leaves, with one call of `read`.

    Raises `NotProved` if a node is not there, `ValueError` if there is no such leaf.
    """
    return inclusion_proofs([index], size, read)[index]


def inclusion_proofs(indexes: Sequence[int], size: int, read: NodeReader) -> dict[int, list[bytes]]:
    """The proofs of several leaves by their indexes, with one call of `read`. Raises as `inclusion_proof`."""
    paths = {index: inclusion_path(index, size) for index in indexes}
    hashes = iter(read_nodes(list(chain.from_iterable(path.nodes for path in paths.values())), read))
    proofs: dict[int, list[bytes]] = {}
    for index, (nodes, first, end) in paths.items():
        proof = list(islice(hashes, len(nodes)))
        if end - first > 1:
            proof[first:end] = [folded(proof[first:end])]
        proofs[index] = proof
    return proofs


def consistency_proof(old: int, new: int, read: NodeReader) -> list[bytes]:
    """The proof that the tree of `new` leaves goes on from that of `old`, with one call of `read`.

    Raises `NotProved` if a node is not there, `ValueError` if `old` is 0 or more than `new`.
    """
    return read_spans(consistency_spans(old, new), read)
