"""A tree computed anew from the hashes of its leaves, a tile at a time, to be compared with what is stored or published.

Only the right edge is kept, and the tile that came last: so roots of every size within it can be asked for, and a log of
any size is gone through in constant memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from dems.ledger.frontier import Frontier
from dems.ledger.hashing import paired
from dems.ledger.nodes import Node, Span, folded, perfect_nodes
from dems.ledger.tiles import TILE_HEIGHT, TILE_WIDTH


@dataclass(frozen=True, slots=True)
class Row:
    """Neighbouring perfect subtrees of one level: the first, and the hashes of all one after the other."""

    first: Node
    hashes: bytes


@dataclass(slots=True)
class Rederived:
    """A tree of `size` leaves. All tiles but the last must be full."""

    size: int = 0
    _tiles: Frontier = field(default_factory=Frontier)
    _before: list[bytes] = field(default_factory=list)
    _start: int = 0
    _levels: list[list[bytes]] = field(default_factory=list)

    def add(self, leaves: Sequence[bytes]) -> list[Row]:
        """Add the next tile of leaf hashes; the nodes above them that are now complete, the lowest first."""
        if self.size % TILE_WIDTH or not 1 <= len(leaves) <= TILE_WIDTH:
            raise ValueError("leaves are added in full tiles of 256, and in one that is not full at the end")
        levels = [list(leaves)]
        while len(below := levels[-1]) > 1:
            levels.append(paired(below))
        self._start, self._levels, self._before = self.size, levels, list(self._tiles.hashes)
        self.size += len(leaves)
        rows = [Row(Node(level, self._start >> level), b"".join(row)) for level, row in enumerate(levels) if level]
        if len(leaves) == TILE_WIDTH:
            tile = self._tiles.size
            above = self._tiles.append(levels[TILE_HEIGHT][0])
            rows += [Row(Node(TILE_HEIGHT + k, tile >> k), value) for k, value in enumerate(above) if k]
        return rows

    def covers(self, size: int) -> bool:
        """Whether `root` can say it: within the tile that came last."""
        return self._start < size <= self.size

    def root(self, size: int) -> bytes:
        """The root of the tree of the first `size` leaves. `ValueError` unless it is covered."""
        if not self.covers(size):
            raise ValueError("roots are known of the sizes within the last tile")
        parts = perfect_nodes(Span(0, size - self._start))
        within = [self._levels[node.level][node.place] for node in parts]
        # A full tile is one more perfect subtree among those before it.
        return folded(self._tiles.hashes if size - self._start == TILE_WIDTH else [*self._before, *within])
