"""Keep what each worker that reads files says of itself: how tightly it holds readers, and with which tools it reads."""

from dataclasses import dataclass
from datetime import timedelta

from dems.ports import Clock, ReaderReport, Transactions

KEPT_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ReportReaders:
    transaction: Transactions
    clock: Clock

    def __call__(self, report: ReaderReport) -> None:
        """The last report of each worker counts; workers that say nothing any more are forgotten."""
        with self.transaction() as tx:
            tx.findings.report(report)
            tx.findings.forget_reports(self.clock() - KEPT_FOR)
