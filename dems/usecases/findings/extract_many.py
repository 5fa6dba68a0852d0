"""Read small items that were not tried before, one after another: the same acts as for one, in few transactions."""

import time
from dataclasses import dataclass
from datetime import timedelta

from dems.model.findings import MAX_FINDINGS
from dems.ports import Clock, JobKind, NoReaders, ReadsFindings, Transactions
from dems.steps.extracting import Extraction, Hold, nobody_reads, wanted
from dems.steps.extraction import LARGE
from dems.steps.recording import Made, record
from storage.interface import ObjectStore

BATCH = 20
"""Few, since a killed worker takes all of a batch with it, each of whose items is then read by itself."""

BATCHES = 50
RUN_SECONDS = 20 * 60
"""After so many batches, or so long, a run ends; the next nudge or the sweep goes on."""


@dataclass(frozen=True, slots=True)
class ExtractMany:
    transaction: Transactions
    reads: ReadsFindings
    exports: ObjectStore
    clock: Clock
    lease: timedelta

    def __call__(self) -> int:
        """How many readings were recorded."""
        done = 0
        ends_at = time.monotonic() + RUN_SECONDS
        for _ in range(BATCHES):
            taken, recorded = self._batch()
            done += recorded
            if taken < BATCH or time.monotonic() > ends_at:
                break
        return done

    def _batch(self) -> tuple[int, int]:
        """How many items were taken, and of how many a reading was recorded. None is taken where nothing can be read."""
        with self.transaction() as tx:
            leases = tx.jobs.claim_small(JobKind.EXTRACT, LARGE, BATCH, self.lease, untried=True)
            items = wanted(tx, leases) if leases else []
        hold = Hold(self.transaction, [i.lease for i in items], self.lease)
        extraction = Extraction(self.transaction, self.reads, self.exports, self.clock)
        recorded, waiting = 0, list(items)
        made: list[Made] = []
        try:
            while waiting:
                read = extraction(waiting[0], hold.on(waiting[0].lease), patient=False)
                waiting.pop(0)
                if read is not None:
                    made.append(read)
                if sum(len(m.findings) for m in made) >= MAX_FINDINGS:
                    recorded += self._record(made, hold)
                    made = []
        except NoReaders as error:
            nobody_reads(self.transaction, [i.lease for i in waiting], error)
            leases = []
        return len(leases), recorded + self._record(made, hold)

    def _record(self, made: list[Made], hold: Hold) -> int:
        """What was found by the thousand is not kept in memory until the last file of the batch is read."""
        if not made:
            return 0
        with self.transaction() as tx:
            recorded = record(tx, made)
        done = {m.lease for m in made}
        hold.leases = [le for le in hold.leases if le not in done]
        return len(recorded)
