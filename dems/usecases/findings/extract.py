"""Read what is in the bytes of one sealed item, and record it.

A file that takes its reader with it is tried apart from the others, and after three times that is what is recorded of it.
"""

from dataclasses import dataclass
from datetime import timedelta

from dems.errors import NoLongerDue
from dems.model.ids import EvidenceId, ReadingId
from dems.ports import Clock, Job, JobKind, NoReaders, ReadsFindings, Transactions
from dems.steps.extracting import Extraction, Hold, Wanted, nobody_reads, wanted
from dems.steps.recording import record
from storage.interface import ObjectStore


@dataclass(frozen=True, slots=True)
class Extract:
    transaction: Transactions
    reads: ReadsFindings
    exports: ObjectStore
    clock: Clock
    lease: timedelta

    def __call__(self, evidence_id: EvidenceId, *, large: bool = False) -> ReadingId | None:
        """None where the work was put back, for a reason that is logged. `large`: what is due is a large item's reading.

        Raises `NoLongerDue`.
        """
        item = self._claim(Job(JobKind.EXTRACT_LARGE if large else JobKind.EXTRACT, evidence_id))
        extraction = Extraction(self.transaction, self.reads, self.exports, self.clock)
        try:
            read = extraction(item, Hold(self.transaction, [item.lease], self.lease).on(item.lease), patient=large)
        except NoReaders as error:
            nobody_reads(self.transaction, [item.lease], error)
            return None
        if read is None:
            return None
        with self.transaction() as tx:
            recorded = record(tx, [read])
        return recorded[0] if recorded else None

    def _claim(self, job: Job) -> Wanted:
        with self.transaction() as tx:
            found = wanted(tx, [tx.jobs.claim(job, self.lease)])
        if not found:
            raise NoLongerDue("The item has no sealed bytes that can be read.")
        return found[0]
