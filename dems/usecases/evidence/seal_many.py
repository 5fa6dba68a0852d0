"""Seal small items by the hundred: the same acts in the same order as for one, in few transactions.

Each is read back by one request whose headers confirm its lock; the disks are flushed once; one transaction records
them all.
"""

import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from dems.errors import NoLongerDue
from dems.ports import Clock, JobKind, Lease, Transactions
from dems.steps.locks import Locks
from dems.steps.reading import pause_after
from dems.steps.sealing import Candidate, Examined, Examiner, Recorder, candidates
from storage.errors import StorageError
from storage.interface import ObjectStore

log = logging.getLogger(__name__)

SMALL = 8 * 1024 * 1024
"""Bytes: what one part of an upload holds at least. A hundred of these are read within a lease."""

BATCH = 100
AT_ONCE = 4
"""Requests to the store: beyond what keeps it busy, more of them only wait for each other."""

BATCHES = 50
"""Of one run, after which the next nudge or the sweep goes on."""


@dataclass(frozen=True, slots=True)
class SealMany:
    transaction: Transactions
    store: ObjectStore
    locks: Locks
    clock: Clock
    lease: timedelta
    algorithms: tuple[str, ...]

    def __call__(self) -> int:
        """How many items are sealed or found different now. What the store failed at stays due."""
        done = 0
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="seal") as pool:
            for _ in range(BATCHES):
                taken, settled = self._batch(pool)
                done += settled
                if taken < BATCH:
                    break
        return done

    def _batch(self, pool: ThreadPoolExecutor) -> tuple[int, int]:
        with self.transaction() as tx:
            leases = tx.jobs.claim_small(JobKind.VERIFY, SMALL, BATCH, self.lease)
            if not leases:
                return 0, 0
            waiting, idle = candidates(tx, leases)
            if idle:
                tx.jobs.finish_many(idle)
        examined = list(self._examined(pool, waiting))
        if examined:
            self.store.settle()
            with self.transaction() as tx:
                return len(leases), len(Recorder(tx, examined, self.clock).record())
        return len(leases), 0

    def _examined(self, pool: ThreadPoolExecutor, waiting: list[Candidate]) -> Iterator[Examined]:
        examine = Examiner(self.store, self.locks, self.clock, self.algorithms)
        under_way = {pool.submit(examine, candidate): candidate for candidate in waiting}
        renew_at = time.monotonic() + self.lease.total_seconds() / 3
        for future in as_completed(under_way):
            lease = under_way[future].lease
            try:
                yield future.result()
            except StorageError as error:
                self._put_back(lease, error)
            if time.monotonic() >= renew_at:
                with self.transaction() as tx:
                    tx.jobs.renew_many([c.lease for c in waiting], self.lease)
                renew_at = time.monotonic() + self.lease.total_seconds() / 3

    def _put_back(self, lease: Lease, error: StorageError) -> None:
        log.warning("verification_put_back", extra={"evidence": str(lease.job.subject), "error": type(error).__name__})
        # Where the lease was lost, whoever has it now says what comes of it.
        with suppress(NoLongerDue), self.transaction() as tx:
            tx.jobs.put_back(lease, f"{type(error).__name__}: {error}", pause_after(lease))
