"""A tree computed anew from the hashes of its leaves, some at a time, to be compared with what is stored or published.

Only the right edge is kept, and the leaves that came last: so roots of every size within it can be asked for, and a log of
any size is gone through in constant memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from dems.ledger.frontier import Frontier
from dems.ledger.hashing import paired
from dems.ledger.nodes import Node, Span, folded, perfect_nodes
from dems.ledger.tiles import TILE_HEIGHT


@dataclass(frozen=True, slots=True)
class Row:
    """Neighbouring perfect subtrees of one level: the first, and the hashes of all one after the other."""

    first: Node
    hashes: bytes


@dataclass(slots=True)
class Rederived:
    """A tree of `size` leaves, added in portions of 2^`height`, and at the end of fewer: each a tile, or as many as are read at once."""

    height: int = TILE_HEIGHT
    size: int = 0
    _full: Frontier = field(default_factory=Frontier)
    _before: list[bytes] = field(default_factory=list)
    _start: int = 0
    _levels: list[list[bytes]] = field(default_factory=list)

    def add(self, leaves: Sequence[bytes]) -> list[Row]:
        """Add the next leaf hashes; the nodes above them that are now complete, the lowest first."""
        width = 1 << self.height
        if self.size % width or not 1 <= len(leaves) <= width:
            raise ValueError(f"leaves are added {width} at a time, and fewer at the end")
        levels = [list(leaves)]
        while len(below := levels[-1]) > 1:
            levels.append(paired(below))
        self._start, self._levels, self._before = self.size, levels, list(self._full.hashes)
        self.size += len(leaves)
        rows = [Row(Node(level, self._start >> level), b"".join(row)) for level, row in enumerate(levels) if level]
        if len(leaves) == width:
            index = self._full.size
            above = self._full.append(levels[self.height][0])
            rows += [Row(Node(self.height + k, index >> k), value) for k, value in enumerate(above) if k]
        return rows

    def covers(self, size: int) -> bool:
        """Whether `root` can say it: within the leaves that came last."""
        return self._start < size <= self.size

    def root(self, size: int) -> bytes:
        """The root of the tree of the first `size` leaves. `ValueError` unless it is covered."""
        if not self.covers(size):
            raise ValueError("roots are known of the sizes within the leaves that came last")
        parts = perfect_nodes(Span(0, size - self._start))
        within = [self._levels[node.level][node.place] for node in parts]
        # A full portion is one more perfect subtree among those before it.
        return folded(self._full.hashes if size - self._start == 1 << self.height else [*self._before, *within])
