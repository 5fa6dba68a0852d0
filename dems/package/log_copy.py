"""A copy of a whole log, as files in the form of C2SP tlog-tiles: whether its leaves make the tree that was signed."""

import re
from collections.abc import Sequence
from uuid import UUID

from dems.ledger.bundles import MAX_BUNDLE_BYTES, bundle_path, from_bundle, new_bundles
from dems.ledger.entry import Leaf
from dems.ledger.fields import shown
from dems.ledger.frontier import Frontier
from dems.ledger.hashing import HASH_BYTES, leaf_hash
from dems.ledger.invalid import Contradicted, LedgerInvalid, NotProved
from dems.ledger.judgement import judge
from dems.ledger.note import MAX_NOTE_BYTES
from dems.ledger.policy import Policy
from dems.ledger.tiles import TILE_WIDTH, Tile
from dems.ledger.verifier import Finding, checked
from dems.package.earlier import Earlier, Held
from dems.package.places import POLICY
from dems.package.source import Source, read_whole

NEWEST = "checkpoint"
_OF_A_LOG = re.compile(
    r"(tile/(entries|[0-9]{1,2})/(x[0-9]{3}/)*[0-9]{3}(\.p/[0-9]{1,3})?|(checkpoints|anchors)/[0-9]{20}(/[a-z0-9/]+)?)(_[0-9a-f]{64})?"
)
"""Tiles and bundles as C2SP tlog-tiles names them, and what the ledger bucket keeps beside them."""
_KEPT = re.compile(r"checkpoints/[0-9]{20}(_[0-9a-f]{64})?")
_TILE_BYTES = TILE_WIDTH * HASH_BYTES


def is_log_copy(source: Source) -> bool:
    """Whether these files are a log's."""
    return NEWEST in source.sizes and any(path.startswith("tile/") for path in source.sizes)


def check_log_copy(source: Source, policy: Policy, held: Sequence[Held] = ()) -> list[Finding]:
    """Who signed the copy's checkpoint, whether the entries of the copy are all of that tree, and whether they always were.

    The checkpoints that lie in the copy, and those that are `held` from elsewhere, say what the log was before.
    """
    note = read_whole(source, NEWEST, most=MAX_NOTE_BYTES)

    def signed() -> str:
        judgement = judge(note, policy)
        return f"{judgement.signer} signed a tree of {judgement.checkpoint.size} leaves"

    def cosigned() -> str:
        judge(note, policy).require_quorum()
        return "as many witnesses cosigned the checkpoint as the policy asks for"

    chains = _Chains()
    kept = sorted(path for path in source.sizes if _KEPT.fullmatch(path))
    earlier = Earlier((Held(path, read_whole(source, path, most=MAX_NOTE_BYTES)) for path in kept), policy)
    from_elsewhere = Earlier(held, policy)

    def same() -> str:
        checkpoint = judge(note, policy).checkpoint
        frontier = Frontier()
        both = [(held, held.sizes(checkpoint.origin)) for held in (earlier, from_elsewhere)]
        for before, _ in both:
            before.compare(checkpoint.origin, 0, frontier.root())
        for tile in new_bundles(0, checkpoint.size):
            leaves = from_bundle(_file(source, bundle_path(tile), tile), tile.width)
            hashes = [leaf_hash(leaf) for leaf in leaves]
            _same_tile(source, tile, b"".join(hashes))
            for leaf, each in zip(leaves, hashes, strict=True):
                frontier.append(each)
                chains.take(leaf, each)
                for before, sizes in both:
                    if frontier.size in sizes:
                        before.compare(checkpoint.origin, frontier.size, frontier.root())
        if frontier.root() != checkpoint.root:
            raise Contradicted("the entries make another tree than the one that was signed")
        return f"the {checkpoint.size} entries make the tree that was signed"

    return [
        checked("log", signed),
        checked("witnesses", cosigned),
        checked("entries", same),
        checked("chains", chains.whole),
        *(
            [checked("checkpoints", lambda: earlier.told("checkpoints that lie beside it are of this tree"))]
            if kept
            else []
        ),
        *([checked("held", lambda: from_elsewhere.told("checkpoints that you hold are of this tree"))] if held else []),
        checked("files", lambda: _only_a_log(source)),
    ]


class _Chains:
    """What stands last in each chain. A log takes the entries of a chain in in their order, and each place of it once.

    Whoever shows one person a chain with an entry and another person the same chain without it has to put two entries at
    one place of it, and both are here.
    """

    def __init__(self) -> None:
        self._last: dict[UUID, tuple[int, bytes]] = {}
        self._problem: str | None = None
        self._taken = 0

    def take(self, data: bytes, hashed: bytes) -> None:
        """The next leaf of the log, with its hash. What does not follow is told by `whole`."""
        place, self._taken = self._taken, self._taken + 1
        if self._problem is not None:
            return
        try:
            leaf = Leaf.from_bytes(data)
        except LedgerInvalid as error:
            self._problem = f"entry {place} of the log: {error}"
            return
        seq, before = self._last.get(leaf.chain, (0, None))
        if (leaf.seq, leaf.previous) != (seq + 1, before):
            self._problem = (
                f"entry {place} of the log is number {leaf.seq} of the chain {leaf.chain} and does not follow from number "
                f"{seq}, which came before it: the log holds two tales of one chain, or lacks a part of it"
            )
        self._last[leaf.chain] = leaf.seq, hashed

    def whole(self) -> str:
        """Raises `Contradicted` where a chain is not one."""
        if self._problem is not None:
            raise Contradicted(self._problem)
        if not self._taken:
            raise NotProved("there is no entry to check it on")
        return f"the {self._taken} entries are of {len(self._last)} chains, each told once and without a gap"


def _only_a_log(source: Source) -> str:
    """What lies beside a log is not in it: a verdict on the log must not be taken for one on a recording."""
    other = next((path for path in source.sizes if not (path in {NEWEST, POLICY} or _OF_A_LOG.fullmatch(path))), None)
    if other is not None:
        raise Contradicted(f"{shown(other)} is no part of a log, so nothing here says anything of it: take it out")
    return "nothing lies here but a log"


def _file(source: Source, path: str, tile: Tile) -> bytes:
    if path not in source.sizes:
        raise NotProved(f"the entries from {tile.index * TILE_WIDTH} on are not there: {path}")
    return read_whole(source, path, most=MAX_BUNDLE_BYTES)


def _same_tile(source: Source, tile: Tile, hashes: bytes) -> None:
    """A tile need not be there; where it is, it must say what the entries say."""
    path = tile.path()
    if path in source.sizes and read_whole(source, path, most=_TILE_BYTES) != hashes:
        raise Contradicted(f"the hashes in {path} are not those of the entries")
