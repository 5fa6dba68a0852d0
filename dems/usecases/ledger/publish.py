"""Publish a signed checkpoint: first all that it covers, written once into the ledger bucket, then the checkpoint itself."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dems.errors import LogRefused
from dems.ledger.bundles import bundle_path, verify_bundle
from dems.ledger.frontier import Frontier
from dems.ledger.invalid import LedgerInvalid
from dems.ledger.tiles import TILE_HEIGHT, TILE_WIDTH, Tile, new_tiles, tiles_of
from dems.ports import Clock, SignedCheckpoint, Transactions
from dems.steps.kept_checkpoints import Kept
from dems.steps.log_objects import put_beside, put_once
from storage.interface import Lock, ObjectStore

log = logging.getLogger(__name__)


@dataclass
class PublishLog:
    """Full tiles and bundles go out with each checkpoint; what fills none yet goes out every `tail_every`, and at the end."""

    transaction: Transactions
    store: ObjectStore
    clock: Clock
    lock_for: timedelta
    tail_every: timedelta
    _tail: tuple[int, datetime] | None = field(default=None, init=False)

    def __call__(self, kept: Kept, *, at_the_end: bool = False) -> list[str]:
        """The addresses at which something else lies than what belongs there, which then lies beside it under its digest.

        The log is right, and the bucket was spoilt.

        What was published before is left as it is, so it may be called again with the same checkpoint. Raises `LogRefused`
        where the database does not give what was signed.
        """
        size = kept.checkpoint.size
        with self.transaction() as tx:
            published = tx.ledger.latest_checkpoint()
        before = published.size if published else 0
        spoilt = [path for tile in new_tiles(min(before, size), size) if _full(tile) for path in self._publish(tile)]
        if self._tail_is_due(size, at_the_end=at_the_end):
            spoilt += [path for tile in tiles_of(size) if not _full(tile) for path in self._publish(tile)]
            self._tail = size, self.clock()
        if size > before:
            self.store.settle()
            signed = SignedCheckpoint(size, kept.checkpoint.root, kept.note, kept.key.to_text(), self.clock())
            with self.transaction() as tx:
                tx.ledger.add_signed(signed)
        for path in spoilt:
            log.critical("published_log_differs", extra={"path": path})
        return spoilt

    def _tail_is_due(self, size: int, *, at_the_end: bool) -> bool:
        if self._tail is None:
            return True
        published, at = self._tail
        return size > published and (at_the_end or self.clock() - at >= self.tail_every)

    def _publish(self, tile: Tile) -> Iterator[str]:
        """Write a tile, and the bundle beside it; the addresses of what could not be written."""
        for path, data in self._content(tile):
            lock = Lock(self.clock() + self.lock_for)
            if not put_once(self.store, path, data, lock):
                put_beside(self.store, path, data, lock)
                yield path

    def _content(self, tile: Tile) -> list[tuple[str, bytes]]:
        start = tile.index * TILE_WIDTH
        end = start + tile.width
        with self.transaction() as tx:
            hashes = tx.ledger.hashes(tile.level * TILE_HEIGHT, start, end)
            above = tx.ledger.hashes((tile.level + 1) * TILE_HEIGHT, tile.index, tile.index + 1)
            bundle = tx.ledger.bundle(start, end) if tile.level == 0 else b""
        edge = Frontier()
        try:
            for value in tile.hashes(hashes):
                edge.append(value)
            if tile.level == 0:
                verify_bundle(tile, hashes, bundle)
        except LedgerInvalid as error:
            raise LogRefused(f"The database does not hold the log that was signed: {tile.path()}: {error}.") from error
        if _full(tile) and edge.root() != above:
            raise LogRefused(
                f"The database does not hold the log that was signed: {tile.path()} is not what is above it."
            )
        found = [(tile.path(), hashes)]
        return [(bundle_path(tile), bundle), *found] if tile.level == 0 else found


def _full(tile: Tile) -> bool:
    return tile.width == TILE_WIDTH
