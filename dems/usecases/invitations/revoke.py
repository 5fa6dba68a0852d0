"""Withdraw an invitation: its link stops working with the next request. What was sent stays."""

from dataclasses import dataclass

from dems.errors import NotFound
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import of_case
from dems.model.ids import CaseId, InvitationId
from dems.model.invitations import invited
from dems.ports import Clock, Transactions


@dataclass(frozen=True, slots=True)
class RevokeInvitation:
    transaction: Transactions
    clock: Clock

    def __call__(self, actor: Actor, case_id: CaseId, invitation_id: InvitationId) -> None:
        """Withdrawing twice changes nothing the second time; a closed case's may be, too. Raises `NotFound`."""
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.INVITATION_REVOKE, case_id=case_id)
            invitation = tx.invitations.get(invitation_id, for_update=True)
            if invitation.case_id != case_id:
                raise NotFound("invitation")
            if invitation.revoked_at is not None:
                return
            tx.invitations.revoke(invitation_id, self.clock())
            facts = {**invited(invitation), "intake": str(invitation.intake_id)}
            tx.custody.append(authority, of_case(case_id), case_id=case_id, facts=facts)
