"""Ask for sealed bytes to be verified again: by a person on demand, or by the schedule, least recently checked first."""

from dataclasses import dataclass
from datetime import timedelta

from dems.model.actors import Actor, system
from dems.model.acts import Act
from dems.model.custody import of_item
from dems.model.ids import EvidenceId, VerificationId, new_id
from dems.model.verification import Verification, recheck_budget
from dems.ports import Clock, Job, JobKind, Once, Transactions


@dataclass(frozen=True, slots=True)
class AskVerification:
    transaction: Transactions
    clock: Clock

    def __call__(
        self, actor: Actor, evidence_id: EvidenceId, *, reason: str | None = None, once: Once | None = None
    ) -> Verification:
        """One that is still waiting is given back instead of making another. Raises `WrongState` for unsealed items."""
        with self.transaction() as tx:
            case_id = tx.evidence.get(evidence_id).case_id
            authority = tx.authorise(actor, Act.EVIDENCE_VERIFY, case_id=case_id)
            evidence = tx.evidence.get(evidence_id, for_update=True)
            verification = Verification(
                VerificationId(new_id()),
                evidence_id,
                None if actor.human is None else actor.human.id,
                self.clock(),
                reason,
            )
            earlier = tx.idempotency.first(once, verification.id) if once else None
            if earlier is not None:
                return tx.verifications.get(VerificationId(earlier))
            evidence.checkable()
            waiting = tx.verifications.pending_for(evidence_id)
            if waiting is not None:
                return waiting
            tx.verifications.add(verification)
            tx.custody.append(
                authority,
                of_item(evidence_id),
                case_id=case_id,
                evidence_id=evidence_id,
                reason=reason,
                facts={"verification": str(verification.id)},
            )
            tx.jobs.due(Job(JobKind.RECHECK, evidence_id))
        return verification


@dataclass(frozen=True, slots=True)
class ScheduleRechecks:
    transaction: Transactions
    clock: Clock
    period: timedelta
    every: timedelta

    def __call__(self, *, at_most: int = 1000) -> int:
        """Make due as many verifications as one run must, so that every sealed item is verified once a period."""
        with self.transaction() as tx:
            tx.authorise(system(), Act.EVIDENCE_RECHECK)
            now = self.clock()
            budget = min(at_most, recheck_budget(tx.evidence.count_sealed(), self.period, self.every))
            # Items checked within the last half period are left alone: a small population is not read all day long.
            for evidence_id in tx.evidence.least_recently_checked(budget, now - self.period / 2):
                if tx.verifications.pending_for(evidence_id) is None:
                    # The outcome is the custody entry; that it was scheduled is not an act upon the item.
                    tx.jobs.due(Job(JobKind.RECHECK, evidence_id))
        return budget
