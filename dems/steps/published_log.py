"""The log as it lies in the ledger bucket: tiles and bundles, with no database. Nothing read here is proved by itself."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain

from dems.ledger.bundles import bundle_path, verify_bundle
from dems.ledger.invalid import LedgerInvalid
from dems.ledger.tiles import TILE_WIDTH, Tile
from dems.steps.log_objects import latest, versions_of
from storage.interface import ObjectStore


@dataclass(frozen=True, slots=True)
class PublishedLog:
    store: ObjectStore

    def tile(self, tile: Tile) -> Iterator[bytes]:
        """Whatever lies at its address, the newest first: what was there first cannot be taken away."""
        return self._at(tile.path())

    def bundle(self, tile: Tile) -> Iterator[bytes]:
        return self._at(bundle_path(tile))

    def hashes(self, index: int) -> list[bytes]:
        """The leaf hashes of the tile with this index, as far as it is published; none where it is not.

        Of all that lies there: the widest that has its bundle beside it, and of that what came first.
        """
        for tile in chain([Tile(0, index)], self.parts(index)):
            for hashes, _ in versions_of(self.store, tile.path()):
                for bundle, _ in versions_of(self.store, bundle_path(tile)):
                    with suppress(LedgerInvalid):
                        verify_bundle(tile, hashes, bundle)
                        return tile.hashes(hashes)
        return []

    def parts(self, index: int) -> Iterator[Tile]:
        """The tiles of level 0 with this index that are not full and of which anything lies there, the widest first."""
        prefix = f"{Tile(0, index).path()}.p/"
        names = {entry.key.removeprefix(prefix) for entry in self.store.versions(prefix)}
        widths = {int(name) for name in names if name.isascii() and name.isdigit() and 0 < int(name) < TILE_WIDTH}
        return (Tile(0, index, width) for width in sorted(widths, reverse=True))

    def _at(self, path: str) -> Iterator[bytes]:
        newest = latest(self.store, path)
        if newest is not None:
            yield newest
            yield from (data for data, _ in versions_of(self.store, path))
