"""Try every way round the store's Object Lock on a canary, and remember what was found: intake depends on it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from dems.ports import StoreCheck, Transactions

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CheckStore:
    transaction: Transactions
    probe: Callable[[], StoreCheck]

    def __call__(self) -> StoreCheck:
        """Run the probe (it is bounded in time and leaves a canary locked for a day) and keep its result."""
        check = self.probe()
        with self.transaction() as tx:
            tx.upkeep.checked_store(check)
        if not check.held:
            log.critical("store_not_trusted", extra={"failed": [r["name"] for r in check.rows if not r["held"]]})
        return check
