"""Find items that wait to be read back and for which nothing is due: a row was lost by hand, or by a restored backup."""

import logging
from dataclasses import dataclass

from dems.ports import Job, JobKind, Transactions

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FindForgotten:
    transaction: Transactions

    def __call__(self, *, at_most: int = 500) -> int:
        """Make it due to verify each; how many there were. Run again while it finds as many as it may."""
        with self.transaction() as tx:
            found = tx.jobs.forgotten(at_most)
            for evidence_id in found:
                tx.jobs.due(Job(JobKind.VERIFY, evidence_id))
        for evidence_id in found:
            log.warning("verification_was_forgotten", extra={"evidence": str(evidence_id)})
        return len(found)
