"""See the invitations of a case; and what the holder of one sees of it."""

from dataclasses import dataclass
from datetime import datetime

from dems.errors import NotFound
from dems.model.actors import Actor, ActorKind
from dems.model.acts import Act
from dems.model.cases import CaseState
from dems.model.ids import CaseId, InvitationId
from dems.model.invitations import Invitation, Progress, Sent
from dems.ports import Clock, Page, Transactions


@dataclass(frozen=True, slots=True)
class Asked:
    """What the holder is shown. `closed` says why nothing may be sent any more, None while it may; `now` is our time."""

    invitation: Invitation
    sent: Sent
    closed: str | None
    now: datetime


@dataclass(frozen=True, slots=True)
class LookUpInvitations:
    transaction: Transactions
    clock: Clock

    def page(self, actor: Actor, case_id: CaseId, page: Page) -> list[tuple[Invitation, Progress]]:
        """In the order in which they were made. Raises `NotFound`."""
        with self.transaction() as tx:
            tx.consulted(tx.authorise(actor, Act.INVITATION_READ, case_id=case_id), case_id)
            tx.cases.get(case_id)
            found = tx.invitations.page(case_id, page)
            progress = tx.invitations.progress([i.intake_id for i in found])
            return [(i, progress[i.intake_id]) for i in found]

    def one(self, actor: Actor, case_id: CaseId, invitation_id: InvitationId) -> tuple[Invitation, Progress]:
        """Raises `NotFound`."""
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.INVITATION_READ, case_id=case_id)
            invitation = tx.invitations.get(invitation_id)
            if invitation.case_id != case_id:
                raise NotFound("invitation")
            tx.consulted(authority, invitation_id)
            return invitation, tx.invitations.progress([invitation.intake_id])[invitation.intake_id]

    def held(self, actor: Actor) -> Asked:
        """What whoever holds an invitation was asked for. Raises `NotFound` for every other token."""
        if actor.kind is not ActorKind.INVITATION or actor.intake_id is None:
            raise NotFound("invitation")
        with self.transaction() as tx:
            invitation = tx.invitations.of_intake(actor.intake_id)
            if invitation is None:
                raise NotFound("invitation")
            case_id = invitation.case_id
            tx.authorise(actor, Act.INVITATION_OPEN, case_id=case_id, intake_id=actor.intake_id)
            sent, now = tx.invitations.sent(invitation.intake_id), self.clock()
            closed = invitation.why_closed(now)
            if tx.cases.get(case_id).state is not CaseState.OPEN:
                closed = "No more files are taken in for this."
            return Asked(invitation, sent, closed, now)
