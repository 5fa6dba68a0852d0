"""The log as it lies in the ledger bucket: tiles and bundles, with no database. Nothing read here is proved by itself."""

from collections.abc import Iterator
from dataclasses import dataclass

from dems.ledger.bundles import bundle_path
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

    def widest(self, index: int) -> Tile | None:
        """The tile of level 0 with this index as far as it is published: full, else the widest part of it."""
        full = Tile(0, index)
        if next(self.tile(full), None) is not None:
            return full
        prefix = f"{full.path()}.p/"
        names = {entry.key.removeprefix(prefix) for entry in self.store.versions(prefix)}
        widths = [int(name) for name in names if name.isascii() and name.isdigit() and 0 < int(name) < TILE_WIDTH]
        return Tile(0, index, max(widths)) if widths else None

    def _at(self, path: str) -> Iterator[bytes]:
        newest = latest(self.store, path)
        if newest is not None:
            yield newest
            yield from (data for data, _ in versions_of(self.store, path))
