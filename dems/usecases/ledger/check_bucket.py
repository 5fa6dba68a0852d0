"""Derive the log's tree anew from the ledger bucket alone, with no database, and compare it with every checkpoint kept there."""

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, count

from dems.ledger.bundles import verify_bundle
from dems.ledger.checkpoint import Checkpoint
from dems.ledger.invalid import LedgerInvalid
from dems.ledger.rederived import Rederived
from dems.ledger.tiles import TILE_HEIGHT, TILE_WIDTH, Tile
from dems.steps.checkpoints_due import Claims, of_bucket, of_checkpoint
from dems.steps.kept_checkpoints import Kept, KeptCheckpoints
from dems.steps.log_check import Differs, LogCheck
from dems.steps.published_log import PublishedLog
from dems.steps.read_ahead import answers

AHEAD = 4
"""Tiles and their bundles that are fetched meanwhile."""


@dataclass(frozen=True, slots=True)
class CheckBucket:
    """Memory does not grow with the log. It stops at the first place that does not hold."""

    published: PublishedLog

    def __call__(
        self,
        kept: KeptCheckpoints,
        *,
        held: Checkpoint | None = None,
        told: Callable[[int], None] = lambda _: None,
    ) -> LogCheck:
        """`held` is a checkpoint of this log from elsewhere: alone the bucket cannot tell a young log from one that was emptied.

        Raises `StoreUnavailable` and the like.
        """
        claims, tree, upper, from_elsewhere = of_bucket(kept), Rederived(), Upper(self.published), of_checkpoint(held)
        try:
            with closing(answers((partial(self._read, index) for index in count()), ahead=AHEAD)) as coming:
                while leaves := next(coming):
                    rows = tree.add(leaves)
                    upper.add([row.hashes for row in rows if row.first.level == TILE_HEIGHT])
                    claims.compare(tree)
                    from_elsewhere.compare(tree)
                    told(tree.size)
                    if tree.size % TILE_WIDTH:
                        break
            beyond = from_elsewhere.left().largest
            if held and beyond:
                _must_be_the_same(held, kept.at(beyond))
            left = _beyond(claims, tree, beyond)
        except Differs as found:
            return LogCheck(tree.size, claims.compared, problem=found.problem, index=found.index)
        return LogCheck(tree.size, claims.compared, left, claims.unsigned)

    def _read(self, index: int) -> list[bytes]:
        """The leaf hashes of the tile with this index, as far as it is published; none where it is not."""
        full = Tile(0, index)
        versions = self.published.tile(full)
        newest = next(versions, None)
        if newest is not None:
            return self._leaves(full, chain([newest], versions))
        tile = next(self.published.parts(index), None)
        return [] if tile is None else self._leaves(tile, self.published.tile(tile))

    def _leaves(self, tile: Tile, versions: Iterable[bytes]) -> list[bytes]:
        """The leaf hashes of a tile whose bundle holds what was hashed, in any of the versions of the two."""
        problem = f"there is no bundle beside {tile.path()}"
        for hashes in versions:
            for bundle in self.published.bundle(tile):
                try:
                    verify_bundle(tile, hashes, bundle)
                    return tile.hashes(hashes)
                except LedgerInvalid as error:
                    problem = str(error)
        raise Differs(f"{tile.path()} and its bundle do not fit together: {problem}", tile.index * TILE_WIDTH)


def _must_be_the_same(held: Checkpoint, kept: Kept | None) -> None:
    """Of entries that are not there yet nobody can say which of two trees they make."""
    if kept and kept.checkpoint.root != held.root:
        raise Differs(
            f"the checkpoint of {held.size} entries in the ledger bucket says another root than the one that you hold: "
            "this is a fork"
        )


def _beyond(claims: Claims, tree: Rederived, held: int) -> int:
    """How many checkpoints cover what is not there yet. Raises `Differs` where it should be there.

    `held` is the size of a checkpoint from elsewhere that the entries do not reach, else 0: one as large is in the bucket, too.
    """
    left = claims.left()
    largest = max(claims.agreed, left.largest)
    if held > largest:
        raise Differs(
            f"the checkpoint that you hold is of {held} entries, and the largest in the ledger bucket is of {largest}: "
            "what was signed was taken out of it, or it is another bucket"
        )
    # A checkpoint is signed only after all the full tiles that the one before it covers were published.
    if left.second // TILE_WIDTH > tree.size // TILE_WIDTH:
        missing = Tile(0, tree.size // TILE_WIDTH)
        raise Differs(f"{missing.path()} is not there, and checkpoints cover it", tree.size)
    return left.count


@dataclass
class Upper:
    """The tiles above level 0: each is compared when the last of the hashes in it is known."""

    published: PublishedLog
    level: int = 1
    index: int = 0
    hashes: list[bytes] = field(default_factory=list)
    above: "Upper | None" = None

    def add(self, made: list[bytes]) -> None:
        self.hashes += made
        if len(self.hashes) < TILE_WIDTH:
            return
        tile = Tile(self.level, self.index)
        if b"".join(self.hashes) not in self.published.tile(tile):
            raise Differs(f"{tile.path()} is not what the tiles below it make")
        tree = Rederived()
        tree.add(self.hashes)
        self.above = self.above or Upper(self.published, self.level + 1)
        self.index, self.hashes = self.index + 1, []
        self.above.add([tree.root(TILE_WIDTH)])
