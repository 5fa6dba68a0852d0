"""Entry bundles (C2SP tlog-tiles): the leaves themselves, up to 256 in a file beside each tile of level 0.

Each leaf stands behind its length in two bytes, big-endian, so a leaf has at most 65,535 bytes. The address is
``tile/entries/<n>``, and ``.p/<w>`` when the bundle has only w < 256 leaves.
"""

from collections.abc import Iterator, Sequence

from dems.ledger.hashing import leaf_hash
from dems.ledger.invalid import Contradicted, Malformed
from dems.ledger.tiles import TILE_WIDTH, Tile, new_tiles

MAX_LEAF_BYTES = 65_535
MAX_BUNDLE_BYTES = TILE_WIDTH * (MAX_LEAF_BYTES + 2)
"""What is longer need not be fetched: it is no bundle."""

_LENGTH_BYTES = 2
_TILE = "tile/0/"
_BUNDLE = "tile/entries/"


def bundle_path(tile: Tile) -> str:
    """The address of the leaves whose hashes are in this tile of level 0."""
    if tile.level:
        raise ValueError("leaves belong to the tiles of level 0")
    return _BUNDLE + tile.path().removeprefix(_TILE)


def tile_of_bundle(path: str) -> Tile:
    """The tile of level 0 beside the bundle at this address. Raises `Malformed`."""
    if not path.startswith(_BUNDLE):
        raise Malformed("the address of a bundle is tile/entries/<index>, and .p/<width> if it is not full")
    return Tile.from_path(_TILE + path.removeprefix(_BUNDLE))


def new_bundles(old: int, new: int) -> Iterator[Tile]:
    """The tiles of level 0 whose bundles a publisher has to write when the tree has grown from `old` to `new` leaves."""
    for tile in new_tiles(old, new):
        if tile.level:
            return
        yield tile


def to_bundle(leaves: Sequence[bytes]) -> bytes:
    """The bytes of a bundle. `ValueError` for none, for more than 256 leaves, and for one that is too long."""
    if not 1 <= len(leaves) <= TILE_WIDTH or any(len(leaf) > MAX_LEAF_BYTES for leaf in leaves):
        raise ValueError(f"a bundle has from 1 to {TILE_WIDTH} leaves of at most {MAX_LEAF_BYTES} bytes")
    return b"".join(len(leaf).to_bytes(_LENGTH_BYTES, "big") + leaf for leaf in leaves)


def from_bundle(data: bytes, width: int) -> list[bytes]:
    """The leaves of a bundle that has this many. Raises `Malformed` if it has more, fewer or half a one."""
    leaves: list[bytes] = []
    at = 0
    while at < len(data) and len(leaves) < width:
        start = at + _LENGTH_BYTES
        at = start + int.from_bytes(data[at:start], "big")
        leaves.append(data[start:at])
    if at != len(data) or len(leaves) != width:
        raise Malformed(f"this is not a bundle of {width} leaves")
    return leaves


def verify_bundle(tile: Tile, hashes: bytes, bundle: bytes) -> list[bytes]:
    """The leaves of a bundle, after checking each against its hash in the tile. Raises `LedgerInvalid`.

    That proves nothing of the tile: its hashes must lead to the root of a signed checkpoint.
    """
    leaves = from_bundle(bundle, tile.width)
    for place, (leaf, expected) in enumerate(zip(leaves, tile.hashes(hashes), strict=True)):
        if leaf_hash(leaf) != expected:
            raise Contradicted(f"entry {tile.index * TILE_WIDTH + place} is not the one that was hashed")
    return leaves
