"""What keeps the rest going, put together."""

from dataclasses import dataclass

from dems.bootstrap.core import Core
from dems.db.holdings import DatabaseHoldings
from dems.usecases.upkeep.check_store import CheckStore
from dems.usecases.upkeep.extend_locks import ExtendLocks
from dems.usecases.upkeep.find_forgotten import FindForgotten
from dems.usecases.upkeep.forget import ForgetOld
from dems.usecases.upkeep.keep_answer import KeepAnswer
from dems.usecases.upkeep.observe import Observe
from dems.usecases.upkeep.reconcile import Reconcile
from dems.usecases.upkeep.sweep import Sweep
from dems.usecases.upkeep.verify_all import VerifyAll


@dataclass(frozen=True, slots=True)
class Upkeep:
    sweep: Sweep
    find_forgotten: FindForgotten
    extend_locks: ExtendLocks
    reconcile: Reconcile
    check_store: CheckStore
    forget_old: ForgetOld
    keep_answer: KeepAnswer
    observe: Observe
    verify_all: VerifyAll

    @classmethod
    def of(cls, core: Core) -> "Upkeep":
        tx, clock = core.transaction, core.clock
        return cls(
            Sweep(tx),
            FindForgotten(tx),
            ExtendLocks(tx, core.store, core.locks, clock),
            Reconcile(tx, core.store, clock),
            CheckStore(tx, core.probe_store),
            ForgetOld(tx, clock),
            KeepAnswer(tx),
            Observe(tx, clock),
            VerifyAll(tx, DatabaseHoldings(core.engine), core.store, clock),
        )
