"""Send a nudge for what is due and in nobody's hands: what a lost message or a dead worker left behind."""

from dataclasses import dataclass
from datetime import timedelta

from dems.ports import Job, Transactions

NUDGE_AGAIN_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Sweep:
    transaction: Transactions

    def __call__(self, *, at_most: int = 500) -> list[Job]:
        """The jobs to send, oldest first; each is named again only after a minute."""
        with self.transaction() as tx:
            return tx.jobs.to_nudge(at_most, NUDGE_AGAIN_AFTER)
