"""How the log stands, for whoever watches: how much waits, what was signed last, what was reported of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from dems.ledger.keys import VerifierKey
from dems.ports import LedgerReport, SignedCheckpoint, Transactions, TreeHead


@dataclass(frozen=True, slots=True)
class LogObserved:
    """`waiting` is how many entries wait to be taken in, `oldest` for how many seconds the first of them does."""

    waiting: int
    oldest: float
    head: TreeHead | None
    signed: SignedCheckpoint | None
    reports: Mapping[str, LedgerReport]


@dataclass(frozen=True, slots=True)
class ObserveLog:
    transaction: Transactions

    def __call__(self) -> LogObserved:
        with self.transaction() as tx:
            waiting, oldest = tx.ledger.waiting()
            return LogObserved(waiting, oldest, tx.ledger.head(), tx.ledger.latest_checkpoint(), tx.ledger.reports())

    def signers(self) -> list[VerifierKey]:
        """The key that the database says signed last: nothing to rely on where it can be had from elsewhere."""
        with self.transaction() as tx:
            signed = tx.ledger.latest_checkpoint()
        return [] if signed is None else [VerifierKey.from_text(signed.vkey)]
