"""End the work of reading an item, while it waits or is read."""

from dataclasses import dataclass

from dems.errors import WrongState
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import of_item
from dems.model.ids import EvidenceId
from dems.model.readings import FindingsState
from dems.ports import ItemFindings, Job, Transactions
from dems.steps.extraction import EXTRACTIONS


@dataclass(frozen=True, slots=True)
class CancelReading:
    transaction: Transactions

    def __call__(self, actor: Actor, evidence_id: EvidenceId, *, reason: str | None = None) -> ItemFindings:
        """Where its findings stand then: as its last reading left them. A worker that reads it stops within seconds.

        Raises `WrongState` where nothing waits to be read.
        """
        with self.transaction() as tx:
            case_id = tx.evidence.get(evidence_id).case_id
            authority = tx.authorise(actor, Act.FINDINGS_CANCEL, case_id=case_id)
            tx.evidence.get(evidence_id, for_update=True)
            before = tx.findings.states([evidence_id])[evidence_id].state
            if before is not FindingsState.WAITING:
                raise WrongState(
                    "Nothing of this item waits to be read, so there is nothing to cancel.", state=before.value
                )
            for kind in EXTRACTIONS:
                tx.jobs.drop(Job(kind, evidence_id))
            tx.findings.cancelled(evidence_id)
            now = tx.findings.states([evidence_id])[evidence_id]
            tx.custody.append(
                authority,
                of_item(evidence_id),
                case_id=case_id,
                evidence_id=evidence_id,
                reason=reason,
                facts={"findings": now.state.value},
            )
        return now
