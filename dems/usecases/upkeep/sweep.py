"""Send a nudge for what is due and in nobody's hands: what a lost message or a dead worker left behind."""

from dataclasses import dataclass
from datetime import timedelta

from dems.model.ids import new_id
from dems.ports import Job, JobKind, Transactions
from dems.steps.extraction import WORTH_A_RUN

NUDGE_AGAIN_AFTER = timedelta(seconds=60)

MANY = 100
"""So many items that wait to be verified are worth a run over small ones."""

MOST_RUNS = 10
"""Each reads until nothing waits, so more of them only find nothing left."""


@dataclass(frozen=True, slots=True)
class Sweep:
    transaction: Transactions

    def __call__(self, *, at_most: int = 500) -> list[Job]:
        """The jobs to send, oldest first; each is named again only after a minute."""
        with self.transaction() as tx:
            due = tx.jobs.to_nudge(at_most, NUDGE_AGAIN_AFTER)
        many = sum(j.kind is JobKind.VERIFY for j in due)
        read = sum(j.kind is JobKind.EXTRACT for j in due)
        # First those who take small items by the hundred: most of what follows is then no longer due.
        runs = [Job(JobKind.VERIFY_MANY, new_id())] * (many // MANY)
        runs += [Job(JobKind.EXTRACT_MANY, new_id())] * min(read // WORTH_A_RUN, MOST_RUNS)
        return runs + due
