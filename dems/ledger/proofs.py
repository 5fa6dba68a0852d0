"""Making inclusion and consistency proofs (RFC 9162, 2.1.3.1 and 2.1.4.1; RFC 6962, 2.1.1 and 2.1.2).

Both are lists of subtree hashes, the lowest first. Which subtrees they are follows from the numbers alone, so a store
is asked once for all the hashes that a proof needs.
"""

from collections.abc import Sequence
from itertools import chain

from dems.ledger.nodes import NodeReader, Span, read_spans, require_size, split


def inclusion_spans(index: int, size: int) -> list[Span]:
    """The subtrees whose hashes prove that leaf `index` (from 0) is in the tree over `size` leaves: PATH(m, D[n])."""
    require_size(size)
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    spans = []
    start, end = 0, size
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            spans.append(Span(middle, end))
            end = middle
        else:
            spans.append(Span(start, middle))
            start = middle
    spans.reverse()
    return spans


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
    return read_spans(inclusion_spans(index, size), read)


def inclusion_proofs(indexes: Sequence[int], size: int, read: NodeReader) -> dict[int, list[bytes]]:
    """The proofs of several leaves by their indexes, with one call of `read`. Raises as `inclusion_proof`."""
    spans = {index: inclusion_spans(index, size) for index in indexes}
    hashes = iter(read_spans(list(chain.from_iterable(spans.values())), read))
    return {index: [next(hashes) for _ in path] for index, path in spans.items()}


def consistency_proof(old: int, new: int, read: NodeReader) -> list[bytes]:
    """The proof that the tree of `new` leaves goes on from that of `old`, with one call of `read`.

    Raises `NotProved` if a node is not there, `ValueError` if `old` is 0 or more than `new`.
    """
    return read_spans(consistency_spans(old, new), read)
