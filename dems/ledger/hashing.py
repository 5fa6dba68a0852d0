"""The hashes of the Merkle tree: SHA-256 as in RFC 6962, 2.1 and RFC 9162, 2.1.1, which are the same bytes.

A leaf's hash begins with 0x00 and a node's with 0x01, so that no leaf can pass for a node.
"""

import hashlib
import struct
from collections.abc import Iterable, Sequence

from dems.ledger.invalid import Malformed

HASH_BYTES = 32
_BOTH = struct.Struct(f"{2 * HASH_BYTES}s")
EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of the tree without leaves."""


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf in the Merkle tree (RFC 9162, 2.1.1): SHA-256(0x00 ‖ leaf)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def leaf_hashes(leaves: Iterable[bytes]) -> list[bytes]:
    """The hash of each, as `leaf_hash` gives it. For many, from a state that was begun once: one by one it would take a fifth longer."""
    begun, hashes = hashlib.sha256(b"\x00").copy, list[bytes]()
    for leaf in leaves:
        hashed = begun()
        hashed.update(leaf)
        hashes.append(hashed.digest())
    return hashes


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side: SHA-256(0x01 ‖ left ‖ right). Both are hashes: see `require_hashes`."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def paired(hashes: Sequence[bytes]) -> list[bytes]:
    """The hashes of the level above: of each two neighbours as `node_hash` gives it, without the last of an odd number.

    Of things that are hashes: see `require_hashes`.
    """
    begun, above = hashlib.sha256(b"\x01").copy, list[bytes]()
    for (both,) in _BOTH.iter_unpack(b"".join(hashes[: len(hashes) & ~1])):
        hashed = begun()
        hashed.update(both)
        above.append(hashed.digest())
    return above


def require_hashes(hashes: Sequence[bytes]) -> None:
    """Raise `Malformed` unless each has 32 bytes: with other lengths, bytes could move between two neighbours."""
    if not {HASH_BYTES}.issuperset(map(len, hashes)):
        raise Malformed(f"a hash has {HASH_BYTES} bytes")
