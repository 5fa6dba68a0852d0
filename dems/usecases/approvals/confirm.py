"""Agree, as a second person, to what somebody asked for. It is done in the same moment, in one transaction."""

from dataclasses import dataclass

from dems.errors import NotFound, NotPermitted, SecondPersonNeeded, WrongState
from dems.model.actors import Actor, ActorKind
from dems.model.approvals import Approval, ApprovalState
from dems.model.ids import ApprovalId
from dems.ports import Clock, Transaction, Transactions
from dems.steps.destroying import destroy, matter, themselves


@dataclass(frozen=True, slots=True)
class ConfirmApproval:
    transaction: Transactions
    clock: Clock

    def __call__(self, actor: Actor, approval_id: ApprovalId) -> Approval:
        """Agreeing twice gives the same answer to whoever agreed. Raises `NotFound`, `SecondPersonNeeded`, `WrongState`."""
        with self.transaction() as tx:
            case_id = tx.approvals.get(approval_id).case_id
            approval = tx.approvals.get(approval_id, for_update=True)
            authority = tx.authorise(actor, approval.act, case_id=case_id)
            person = themselves(actor)
            now = self.clock()
            if approval.state(now) is ApprovalState.CONFIRMED and approval.confirmed_by == person.id:
                return approval
            confirmed = approval.confirmed(person, now)
            _require_token_of_others(tx, actor, approval)
            self._require_asker(tx, approval)
            tx.approvals.confirm(confirmed)
            destroy(tx, authority, matter(tx, approval.subject), confirmed)
        return confirmed

    def _require_asker(self, tx: Transaction, approval: Approval) -> None:
        """Whoever asked must still be one who may: roles end, and walls are raised, between asking and agreeing."""
        asker = tx.people.get(approval.asked_by)
        try:
            tx.authorise(Actor(ActorKind.PERSON, asker.name, asker), approval.act, case_id=approval.case_id)
        except (NotFound, NotPermitted) as error:
            raise WrongState(
                "Whoever asked for this may no longer do it: somebody who may has to ask anew.", state="void"
            ) from error


def _require_token_of_others(tx: Transaction, actor: Actor, approval: Approval) -> None:
    """Whoever issues a token sees it once, so one who asks could agree as the person to whom they issued one."""
    if actor.token_id is not None and tx.tokens.get(actor.token_id).issued_by == approval.asked_by:
        raise SecondPersonNeeded(
            "Your token was issued by the person who asked for this: have somebody else issue you one, and agree with that."
        )
