"""What an operator watches: what is due and for how long, what the store was found to be, what no record explains."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from dems.ports import Clock, JobKind, ReaderReport, StoreCheck, Transactions

HEARD_WITHIN = timedelta(hours=3)
"""Workers that read files say every half hour how they do; one that said nothing for so long is gone."""


@dataclass(frozen=True, slots=True)
class Observed:
    """By kind of job: how many are waiting and the age of the oldest in seconds; the last self-check; orphans in the store;
    what workers that read files said of themselves of late.
    """

    backlog: Mapping[JobKind, tuple[int, float]]
    store_check: StoreCheck | None
    orphans: int
    readers: Sequence[ReaderReport]


@dataclass(frozen=True, slots=True)
class Observe:
    transaction: Transactions
    clock: Clock

    def __call__(self) -> Observed:
        with self.transaction() as tx:
            heard = tx.findings.reports(self.clock() - HEARD_WITHIN)
            return Observed(tx.jobs.backlog(), tx.upkeep.last_store_check(), tx.upkeep.orphans(), heard)
