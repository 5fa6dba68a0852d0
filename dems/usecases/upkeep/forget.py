"""Drop what is only kept for a while: answers to repeated requests. Never a fact, never an entry."""

from dataclasses import dataclass
from datetime import timedelta

from dems.ports import Clock, Transactions

KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class ForgetOld:
    transaction: Transactions
    clock: Clock

    def __call__(self) -> None:
        with self.transaction() as tx:
            tx.upkeep.forget_old(self.clock() - KEPT_FOR)
