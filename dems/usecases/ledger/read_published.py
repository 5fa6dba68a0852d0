"""Show the log as C2SP tlog-tiles says: to auditors, or by a setting to anyone. No more of it is shown than was signed."""

from collections.abc import Callable
from dataclasses import dataclass

from dems.errors import NotFound, NotYetLogged
from dems.ledger.bundles import tile_of_bundle
from dems.ledger.invalid import Malformed
from dems.ledger.policy import Log, Policy
from dems.ledger.tiles import TILE_HEIGHT, TILE_WIDTH, Tile
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.ports import SignedCheckpoint, Transaction, Transactions
from dems.steps.anchoring import with_cosignatures
from dems.steps.log_policy import signing_key

WHAT = "part of the log"


@dataclass(frozen=True, slots=True)
class ReadPublished:
    """`actor` is None where the log is shown to anyone."""

    transaction: Transactions
    public: bool
    witnesses: Callable[[], Policy]
    """The witnesses and their quorum. Raises `Malformed`, `OSError` where the settings name a file that is none."""

    def checkpoint(self, actor: Actor | None) -> bytes:
        """The newest signed checkpoint, with the cosignatures that were given for it. Raises `NotYetLogged` before the first."""
        with self.transaction() as tx:
            signed = self._signed(tx, actor)
            return with_cosignatures(tx, signed)

    def policy(self, actor: Actor | None, url: str | None = None) -> bytes:
        """The key that signs this log, and the witnesses with their quorum, as a policy says it.

        That they are the right ones is to be learned elsewhere. Raises as `witnesses`.
        """
        with self.transaction() as tx:
            key = signing_key(self._signed(tx, actor))
        known = self.witnesses()
        return Policy.of([Log(key, url)], known.witnesses, known.groups, known.quorum).to_bytes()

    def tile(self, actor: Actor | None, path: str) -> bytes:
        """The hashes at an address such as ``tile/0/x001/234.p/5``. Raises `NotFound`."""
        with self.transaction() as tx:
            tile = self._covered(tx, actor, lambda: Tile.from_path(path))
            start = tile.index * TILE_WIDTH
            return tx.ledger.hashes(tile.level * TILE_HEIGHT, start, start + tile.width)

    def bundle(self, actor: Actor | None, path: str) -> bytes:
        """The entries at an address such as ``tile/entries/x001/234``. Raises `NotFound`."""
        with self.transaction() as tx:
            tile = self._covered(tx, actor, lambda: tile_of_bundle(path))
            start = tile.index * TILE_WIDTH
            return tx.ledger.bundle(start, start + tile.width)

    def _covered(self, tx: Transaction, actor: Actor | None, read: Callable[[], Tile]) -> Tile:
        signed = self._signed(tx, actor)
        try:
            tile = read()
        except Malformed as error:
            raise NotFound(WHAT) from error
        if tile.index * TILE_WIDTH + tile.width > signed.size >> (TILE_HEIGHT * tile.level):
            raise NotFound(WHAT)
        return tile

    def _signed(self, tx: Transaction, actor: Actor | None) -> SignedCheckpoint:
        if actor is not None:
            tx.authorise(actor, Act.LEDGER_READ)
        elif not self.public:
            raise NotFound(WHAT)
        signed = tx.ledger.latest_checkpoint()
        if signed is None:
            raise NotYetLogged
        return signed
