"""See what was asked for, and what has become of it."""

from dataclasses import dataclass
from datetime import datetime

from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.approvals import Approval
from dems.model.ids import ApprovalId, CaseId
from dems.ports import Clock, Page, Transactions


@dataclass(frozen=True, slots=True)
class LookUpApprovals:
    transaction: Transactions
    clock: Clock

    def now(self) -> datetime:
        """The time by which an approval has expired or not."""
        return self.clock()

    def one(self, actor: Actor, approval_id: ApprovalId) -> Approval:
        """For whoever may do what it is about. Raises `NotFound`."""
        with self.transaction() as tx:
            approval = tx.approvals.get(approval_id)
            tx.consulted(tx.authorise(actor, approval.act, case_id=approval.case_id), approval_id)
            return approval

    def page(self, actor: Actor, case_id: CaseId, page: Page) -> list[Approval]:
        """Of a case, in the order in which they were asked for. Raises `NotFound`."""
        with self.transaction() as tx:
            tx.consulted(tx.authorise(actor, Act.DETAIL_DESTROY, case_id=case_id), case_id)
            tx.cases.get(case_id)
            return tx.approvals.page(case_id, page)
