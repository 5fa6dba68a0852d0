"""Take what the log has taken in into the feed, so that whoever follows it next has nothing to wait for."""

from dataclasses import dataclass

from dems.ports import Transactions


@dataclass(frozen=True, slots=True)
class PlaceEvents:
    transaction: Transactions

    def __call__(self, *, at_most: int = 5_000) -> int:
        """How many entries; run again while it is as many as it may."""
        with self.transaction() as tx:
            return tx.events.place(at_most)
