"""How the log stands, for whoever watches: how much waits, what was signed last, what was reported of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from dems.errors import IntegrityBroken
from dems.ledger.keys import VerifierKey
from dems.ports import LedgerReport, SignedCheckpoint, Transactions, TreeHead
from dems.steps.log_policy import signing_key

SIGNER_SILENT = timedelta(minutes=10)
"""It says every half minute how it is."""


@dataclass(frozen=True, slots=True)
class LogObserved:
    """`waiting` is how many entries wait to be taken in, `oldest` for how many seconds the first of them does."""

    waiting: int
    oldest: float
    head: TreeHead | None
    signed: SignedCheckpoint | None
    reports: Mapping[str, LedgerReport]

    @property
    def unsigned(self) -> int:
        """How many entries are in the log that no signed checkpoint covers."""
        return (self.head.size if self.head else 0) - (self.signed.size if self.signed else 0)

    def signer_is_missed(self, now: datetime) -> bool:
        """Whether entries wait to be signed while no signer says anything.

        What it says is of its own clock: one that is far ahead must not make it seem alive for as long.
        """
        said = self.reports.get("signer")
        return self.unsigned > 0 and (said is None or abs(now - said.at) > SIGNER_SILENT)


class LogReach(NamedTuple):
    """How far the log is: how many of its entries are in the feed, how many it has, and how many a signed checkpoint covers."""

    told: int
    taken_in: int
    signed: int


@dataclass(frozen=True, slots=True)
class ObserveLog:
    transaction: Transactions

    def __call__(self) -> LogObserved:
        with self.transaction() as tx:
            waiting, oldest = tx.ledger.waiting()
            return LogObserved(waiting, oldest, tx.ledger.head(), tx.ledger.latest_checkpoint(), tx.ledger.reports())

    def reach(self) -> LogReach:
        """Two questions to the database, each answered from the end of an index."""
        with self.transaction() as tx:
            told, taken_in = tx.events.taken_in()
            signed = tx.ledger.latest_checkpoint()
            return LogReach(told, taken_in, signed.size if signed else 0)

    def signers(self) -> list[VerifierKey]:
        """The key that the database says signed last: nothing to rely on where it can be had from elsewhere.

        None where it names what is no key: whatever is checked by no key does not hold.
        """
        with self.transaction() as tx:
            signed = tx.ledger.latest_checkpoint()
        try:
            return [] if signed is None else [signing_key(signed)]
        except IntegrityBroken:
            return []
