"""Acts that need two people, put together."""

from dataclasses import dataclass

from dems.bootstrap.core import Core
from dems.usecases.approvals.ask import AskApproval
from dems.usecases.approvals.confirm import ConfirmApproval
from dems.usecases.approvals.look_up import LookUpApprovals


@dataclass(frozen=True, slots=True)
class Approvals:
    ask: AskApproval
    confirm: ConfirmApproval
    look_up: LookUpApprovals

    @classmethod
    def of(cls, core: Core) -> "Approvals":
        tx, clock = core.transaction, core.clock
        return cls(AskApproval(tx, clock), ConfirmApproval(tx, clock), LookUpApprovals(tx, clock))
