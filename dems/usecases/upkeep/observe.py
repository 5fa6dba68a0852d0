"""What an operator watches: what is due and for how long, what the store was found to be, what no record explains."""

from collections.abc import Mapping
from dataclasses import dataclass

from dems.ports import JobKind, StoreCheck, Transactions


@dataclass(frozen=True, slots=True)
class Observed:
    """By kind of job: how many are waiting and the age of the oldest in seconds; the last self-check; orphans in the store."""

    backlog: Mapping[JobKind, tuple[int, float]]
    store_check: StoreCheck | None
    orphans: int


@dataclass(frozen=True, slots=True)
class Observe:
    transaction: Transactions

    def __call__(self) -> Observed:
        with self.transaction() as tx:
            return Observed(tx.jobs.backlog(), tx.upkeep.last_store_check(), tx.upkeep.orphans())
