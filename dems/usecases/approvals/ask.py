"""Ask for an act that needs two people. Nothing is done until somebody else agrees."""

from dataclasses import dataclass
from uuid import UUID

from dems.errors import Invalid, WrongState
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.approvals import LASTS, Approval
from dems.model.ids import ApprovalId, new_id
from dems.model.times import rfc3339
from dems.ports import Clock, Once, Transactions
from dems.steps.destroying import matter, require_destroyable, themselves

TWO_PEOPLE = frozenset({Act.DETAIL_DESTROY})
"""The acts that can be asked for like this. Each has its own permission, which both people need."""


@dataclass(frozen=True, slots=True)
class AskApproval:
    transaction: Transactions
    clock: Clock

    def __call__(self, actor: Actor, act: Act, subject: UUID, *, reason: str, once: Once | None = None) -> Approval:
        """`subject` is the entry whose detail is to go. Raises `Invalid`, `NotFound`, `NotPermitted`, `WrongState`."""
        if act not in TWO_PEOPLE:
            allowed = ", ".join(sorted(TWO_PEOPLE))
            raise Invalid(f"Two people are needed for: {allowed}. Anything else is done by itself.", field="act")
        with self.transaction() as tx:
            found = matter(tx, subject)
            authority = tx.authorise(actor, act, case_id=found.case_id)
            person = themselves(actor)
            now = self.clock()
            approval = Approval(
                id=ApprovalId(new_id()),
                act=act,
                subject=subject,
                case_id=found.case_id,
                reason=reason,
                asked_by=person.id,
                asked_name=person.name,
                asked_at=now,
                expires_at=now + LASTS,
            )
            earlier = tx.idempotency.first(once, approval.id) if once else None
            if earlier is not None:
                return tx.approvals.get(ApprovalId(earlier))
            require_destroyable(found)
            waiting = tx.approvals.waiting_for(act, subject, now)
            if waiting is not None:
                raise WrongState(
                    "This was asked for already and waits for a second person: agree to it if you are one.",
                    state=waiting.state(now).value,
                    approval=str(waiting.id),
                )
            tx.approvals.add(approval)
            tx.custody.append(
                authority,
                found.chain,
                act=Act.APPROVAL_ASK,
                case_id=found.case_id,
                evidence_id=found.evidence_id,
                reason=reason,
                facts={
                    **found.facts(),
                    "approval": str(approval.id),
                    "for": act.value,
                    "until": rfc3339(approval.expires_at),
                },
            )
        return approval
