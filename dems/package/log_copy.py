"""A copy of a whole log, as files in the form of C2SP tlog-tiles: whether its leaves make the tree that was signed."""

from dems.ledger.bundles import MAX_BUNDLE_BYTES, bundle_path, from_bundle, new_bundles
from dems.ledger.frontier import Frontier
from dems.ledger.hashing import HASH_BYTES, leaf_hash
from dems.ledger.invalid import Contradicted, NotProved
from dems.ledger.judgement import judge
from dems.ledger.note import MAX_NOTE_BYTES
from dems.ledger.policy import Policy
from dems.ledger.tiles import TILE_WIDTH, Tile
from dems.ledger.verifier import Finding, checked
from dems.package.source import Source, read_whole

NEWEST = "checkpoint"
_TILE_BYTES = TILE_WIDTH * HASH_BYTES


def is_log_copy(source: Source) -> bool:
    """Whether these files are a log's."""
    return NEWEST in source.sizes and any(path.startswith("tile/") for path in source.sizes)


def check_log_copy(source: Source, policy: Policy) -> list[Finding]:
    """Who signed the copy's checkpoint, and whether the entries of the copy are all of that tree."""
    note = read_whole(source, NEWEST, most=MAX_NOTE_BYTES)

    def signed() -> str:
        checkpoint = judge(note, policy).checkpoint
        return f"the log signed a tree of {checkpoint.size} leaves"

    def cosigned() -> str:
        judge(note, policy).require_quorum()
        return "as many witnesses cosigned the checkpoint as the policy asks for"

    def same() -> str:
        checkpoint = judge(note, policy).checkpoint
        frontier = Frontier()
        for tile in new_bundles(0, checkpoint.size):
            hashes = [leaf_hash(leaf) for leaf in from_bundle(_file(source, bundle_path(tile), tile), tile.width)]
            _same_tile(source, tile, b"".join(hashes))
            for each in hashes:
                frontier.append(each)
        if frontier.root() != checkpoint.root:
            raise Contradicted("the entries make another tree than the one that was signed")
        return f"the {checkpoint.size} entries make the tree that was signed"

    return [checked("log", signed), checked("witnesses", cosigned), checked("entries", same)]


def _file(source: Source, path: str, tile: Tile) -> bytes:
    if path not in source.sizes:
        raise NotProved(f"the entries from {tile.index * TILE_WIDTH} on are not there: {path}")
    return read_whole(source, path, most=MAX_BUNDLE_BYTES)


def _same_tile(source: Source, tile: Tile, hashes: bytes) -> None:
    """A tile need not be there; where it is, it must say what the entries say."""
    path = tile.path()
    if path in source.sizes and read_whole(source, path, most=_TILE_BYTES) != hashes:
        raise Contradicted(f"the hashes in {path} are not those of the entries")
