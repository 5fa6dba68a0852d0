"""Appending to a Merkle tree while holding no more of it than its right edge.

The roots of the perfect subtrees of a tree, from left to right, are as many as its size has ones in binary (a *compact
range*): 40 hashes at most for a tree of 10^12 leaves. They give the root and take the next leaf.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from dems.ledger.fields import MAX_NUMBER
from dems.ledger.hashing import HASH_BYTES, node_hash, paired, require_hashes
from dems.ledger.invalid import Malformed
from dems.ledger.nodes import Node, NodeReader, Span, folded, perfect_nodes, read_nodes, require_size


class Grown(NamedTuple):
    """Neighbouring perfect subtrees of one level that became complete together: the first, and the hashes of all."""

    first: Node
    hashes: list[bytes]


@dataclass(slots=True)
class Frontier:
    """The right edge of a tree of `size` leaves; `hashes` are those of its perfect subtrees from left to right.

    It is changed in place: whoever appends to it in a transaction makes it anew if that fails.
    """

    size: int = 0
    hashes: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        require_size(self.size)
        if len(self.hashes) != self.size.bit_count():
            raise Malformed(f"a tree of {self.size} leaves has {self.size.bit_count()} perfect subtrees")
        require_hashes(self.hashes)

    def append(self, leaf: bytes) -> list[bytes]:
        """Add a leaf by its hash; the hashes of the nodes that are now complete, from the leaf (level 0) upwards.

        The one at `level` is `Node(level, size >> level)` for the size before. Each node of a tree comes out once,
        with the leaf that completes it: n leaves give less than 2n nodes.
        """
        if len(leaf) != HASH_BYTES or self.size == MAX_NUMBER:
            raise ValueError("a leaf is added by its hash of 32 bytes, to a tree of less than 2^63 - 1 leaves")
        made = [leaf]
        below = self.size
        while below & 1:
            leaf = node_hash(self.hashes.pop(), leaf)
            made.append(leaf)
            below >>= 1
        self.hashes.append(leaf)
        self.size += 1
        return made

    def extend(self, leaves: Iterable[bytes]) -> Iterator[tuple[Node, bytes]]:
        """Add leaves by their hashes as they are asked for, giving each node that is to be written once."""
        for leaf in leaves:
            index = self.size
            for level, value in enumerate(self.append(leaf)):
                yield Node(level, index >> level), value

    def extend_by_level(self, leaves: Sequence[bytes]) -> list[Grown]:
        """Add leaves by their hashes at once; the nodes above them that are now complete, the lowest level first.

        The same nodes as `extend` gives, those of level 0 left out, at half the price. Raises `Malformed` for what is no
        hash, and `ValueError` where the tree would be too large; then it is as it was.
        """
        require_hashes(leaves)
        if self.size + len(leaves) > MAX_NUMBER:
            raise ValueError("leaves are added to a tree of less than 2^63 - 1 leaves, and it grows no larger")
        grown: list[Grown] = []
        left = self.hashes
        edge: list[bytes] = []
        level, start, row = 0, self.size, list(leaves)
        while row:
            if start & 1:
                row = [left.pop(), *row]
                start -= 1
            above = paired(row)
            if len(row) & 1:
                edge.append(row[-1])
            level, start, row = level + 1, start >> 1, above
            if row:
                grown.append(Grown(Node(level, start), row))
        self.hashes = [*left, *reversed(edge)]
        self.size += len(leaves)
        return grown

    def root(self) -> bytes:
        """The root of the tree; of the empty tree, SHA-256 of nothing."""
        return folded(self.hashes)

    def to_bytes(self) -> bytes:
        """The hashes one after the other. Their number follows from the size, which is kept beside them."""
        return b"".join(self.hashes)

    @classmethod
    def from_bytes(cls, size: int, data: bytes) -> "Frontier":
        """Read what `to_bytes` wrote for a tree of this size. Raises `Malformed` if there is more or less of it."""
        require_size(size)
        if len(data) != size.bit_count() * HASH_BYTES:
            raise Malformed(f"the right edge of a tree of {size} leaves has {size.bit_count()} hashes of 32 bytes")
        return cls(size, [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)])

    @classmethod
    def read(cls, size: int, read: NodeReader) -> "Frontier":
        """The right edge of a tree whose nodes are stored. Raises `NotProved` if one of them is not there."""
        require_size(size)
        return cls(size, read_nodes(perfect_nodes(Span(0, size)), read))
