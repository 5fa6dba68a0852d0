"""Tiles (C2SP tlog-tiles): the tree as files that never change, from which every proof can be made.

A tile holds up to 256 hashes one after the other, 32 bytes each: hash i of tile n at tile level l is the perfect
subtree ``Node(8 * l, 256 * n + i)``. Its address is ``tile/<l>/<n>``, where n is written in groups of three digits,
all but the last behind an ``x``, and followed by ``.p/<w>`` when the tile has only w < 256 hashes.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dems.ledger.fields import MAX_NUMBER, decimal
from dems.ledger.hashing import HASH_BYTES, node_hash
from dems.ledger.invalid import Malformed, NotProved
from dems.ledger.nodes import Node, NodeReader, require_size

TILE_HEIGHT = 8
TILE_WIDTH = 256
MAX_LEVEL = 63

_PATH = re.compile(r"tile/(0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


def index_path(index: int) -> str:
    """A tile's index as part of its address: 1234067 is ``x001/x234/067``."""
    groups = [f"{index % 1000:03}"]
    while index := index // 1000:
        groups.insert(0, f"x{index % 1000:03}")
    return "/".join(groups)


def parse_index_path(path: str) -> int:
    """Read the groups of digits of a tile's index; a leading ``x000`` is refused. Raises `Malformed`."""
    index = decimal(path.replace("x", "").replace("/", "").lstrip("0") or "0")
    if index_path(index) != path:
        raise Malformed("the index of a tile is written in groups of three digits, without a first group of zeros")
    return index


@dataclass(frozen=True, slots=True)
class Tile:
    """The address of a tile; `width` is how many hashes it has, 256 when it is full."""

    level: int
    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        if not 0 <= self.level <= MAX_LEVEL or not 0 <= self.index <= MAX_NUMBER or not 1 <= self.width <= TILE_WIDTH:
            raise Malformed("a tile has a level from 0 to 63, an index from 0 and from 1 to 256 hashes")

    @property
    def full(self) -> "Tile":
        """The tile that this one becomes."""
        return Tile(self.level, self.index)

    def path(self) -> str:
        """The address below the log's prefix."""
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{self.level}/{index_path(self.index)}{partial}"

    @classmethod
    def from_path(cls, path: str) -> "Tile":
        """Read an address. Raises `Malformed` for any that `path` would not write."""
        match = _PATH.fullmatch(path)
        if match is None:
            raise Malformed("the address of a tile is tile/<level>/<index>, and .p/<width> if it is not full")
        width = TILE_WIDTH if match[3] is None else int(match[3])
        tile = cls(int(match[1]), parse_index_path(match[2]), width)
        if match[3] is not None and width == TILE_WIDTH:
            raise Malformed("a tile of 256 hashes is full, and its address does not say a width")
        return tile

    def nodes(self) -> list[Node]:
        """The perfect subtrees whose hashes the tile holds, in their order: ask for these to write it."""
        first = self.index * TILE_WIDTH
        return [Node(self.level * TILE_HEIGHT, first + place) for place in range(self.width)]

    def hashes(self, data: bytes) -> list[bytes]:
        """The hashes in a tile's bytes. Raises `Malformed` if they are more or fewer than its width says."""
        if len(data) != self.width * HASH_BYTES:
            raise Malformed(f"the tile {self.path()} has {self.width * HASH_BYTES} bytes")
        return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def tiles_of(size: int) -> Iterator[Tile]:
    """All tiles of a tree of this size, level by level; a partial one only at the end of a level."""
    return new_tiles(0, size)


def new_tiles(old: int, new: int) -> Iterator[Tile]:
    """The tiles that a tree of `new` leaves has and one of `old` leaves has not: what a publisher has to write.

    Full tiles are written once ever. A partial tile appears for each size that is published, and may go when the full
    tile is there.
    """
    require_size(old)
    require_size(new)
    if new < old:
        raise ValueError("a tree never has fewer leaves than before")
    level, before, after = 0, old, new
    while after:
        for index in range(before // TILE_WIDTH, after // TILE_WIDTH):
            yield Tile(level, index)
        if after % TILE_WIDTH and after != before:
            yield Tile(level, after // TILE_WIDTH, after % TILE_WIDTH)
        level, before, after = level + 1, before // TILE_WIDTH, after // TILE_WIDTH


def tile_of(node: Node, size: int) -> Tile:
    """The tile of a tree of this size from which a perfect subtree's hash follows. `ValueError` if it is not complete."""
    if (node.place + 1) << node.level > size:
        raise ValueError(f"the subtree {node} is not complete in a tree of {size} leaves")
    level = node.level // TILE_HEIGHT
    first = node.place << (node.level % TILE_HEIGHT)
    width = min(TILE_WIDTH, (size >> (level * TILE_HEIGHT)) - first // TILE_WIDTH * TILE_WIDTH)
    return Tile(level, first // TILE_WIDTH, width)


def node_in_tile(node: Node, tile: Tile, data: bytes) -> bytes:
    """The hash of a perfect subtree, computed from the bytes of the tile that `tile_of` names."""
    height = node.level % TILE_HEIGHT
    first = (node.place << height) % TILE_WIDTH
    hashes = tile.hashes(data)[first : first + (1 << height)]
    while len(hashes) > 1:
        hashes = [node_hash(*pair) for pair in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


def through_tiles(size: int, fetch: Callable[[Sequence[Tile]], Mapping[Tile, bytes]]) -> NodeReader:
    """A reader of nodes over published tiles: proofs and roots from files alone, with nobody's database.

    `fetch` is asked once for all tiles of a question; it may cut a partial tile from the full one that took its place,
    and leaves out what it does not have: then the reader raises `NotProved`. Nothing read this way is proved until it
    leads to the root of a signed checkpoint.
    """

    def read(nodes: Sequence[Node]) -> Mapping[Node, bytes]:
        places = {node: tile_of(node, size) for node in nodes}
        fetched = fetch(list(dict.fromkeys(places.values())))
        for tile in places.values():
            if tile not in fetched:
                raise NotProved(f"the tile {tile.path()} is not there")
        return {node: node_in_tile(node, tile, fetched[tile]) for node, tile in places.items()}

    return read
