"""Make an invitation: an intake that grows with what its holder sends, and the token in the link that they are given."""

from dataclasses import dataclass

from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import Authority, of_case
from dems.model.ids import CaseId, IntakeId, InvitationId, new_id
from dems.model.intakes import Intake, IntakeKind
from dems.model.invitations import Invitation, Progress, Terms, invited
from dems.model.times import rfc3339
from dems.ports import Clock, Once, Transaction, Transactions
from dems.steps.tokens import UploadPolicy, issue_intake_token


@dataclass(frozen=True, slots=True)
class MakeInvitation:
    transaction: Transactions
    policy: UploadPolicy
    clock: Clock

    def __call__(
        self, actor: Actor, case_id: CaseId, terms: Terms, *, once: Once | None = None
    ) -> tuple[Invitation, Progress, str]:
        """The invitation, how it stands, and its token, which is shown once; a repeated request gets a new one.

        Raises `Invalid`, `CaseClosed`.
        """
        now = self.clock()
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.INVITATION_MAKE, case_id=case_id)
            invitation_id = InvitationId(new_id())
            earlier = tx.idempotency.first(once, invitation_id) if once else None
            if earlier is not None:
                return self._again(tx, authority, InvitationId(earlier))
            terms.check(now)
            tx.cases.get(case_id, keep_as_is=True).takes_changes()
            by, intake_id = actor.somebody.id, IntakeId(new_id())
            kind = IntakeKind.INVITATION
            intake = Intake(intake_id, case_id, kind, terms.recipient, 0, by, now, terms.expires_at)
            tx.intakes.add(intake)
            invitation = Invitation(invitation_id, case_id, intake_id, terms, by, now)
            tx.invitations.add(invitation)
            token, token_id = issue_intake_token(tx, actor, intake, self.policy, now)
            tx.custody.append(
                authority,
                of_case(case_id),
                case_id=case_id,
                facts={
                    **invited(invitation),
                    "intake": str(intake_id),
                    "intake_token": str(token_id),
                    "asked_for": terms.asked_for,
                    "contact": terms.contact,
                    "exhibit_prefix": terms.exhibit_prefix,
                    "source": terms.source,
                    "max_files": terms.max_files,
                    "max_bytes": terms.max_bytes,
                    "expires_at": rfc3339(terms.expires_at),
                },
            )
            return invitation, tx.invitations.progress([intake_id])[intake_id], token

    def _again(
        self, tx: Transaction, authority: Authority, invitation_id: InvitationId
    ) -> tuple[Invitation, Progress, str]:
        invitation = tx.invitations.get(invitation_id)
        intake = tx.intakes.get(invitation.intake_id)
        token, token_id = issue_intake_token(tx, authority.actor, intake, self.policy, self.clock())
        tx.custody.append(
            authority,
            of_case(invitation.case_id),
            act=Act.INTAKE_TOKEN_AGAIN,
            case_id=invitation.case_id,
            facts={"invitation": str(invitation.id), "intake": str(intake.id), "intake_token": str(token_id)},
        )
        return invitation, tx.invitations.progress([intake.id])[intake.id], token
