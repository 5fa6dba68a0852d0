"""Say how the log is, for whoever watches: kept beside what it is about, and renewed while nothing changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dems.ports import Clock, LedgerReport, Transactions


@dataclass(frozen=True, slots=True)
class ReportOnLog:
    transaction: Transactions
    clock: Clock

    def __call__(self, name: str, detail: str, *, held: bool, figures: Mapping[str, Any] | None = None) -> None:
        with self.transaction() as tx:
            tx.ledger.report(LedgerReport(name, self.clock(), held, detail, figures or {}))
