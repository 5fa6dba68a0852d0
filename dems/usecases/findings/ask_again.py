"""Ask for the bytes of an item to be read again, as when a reading failed or a better reader is there."""

from dataclasses import dataclass, replace

from dems.errors import WrongState
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import of_item
from dems.model.ids import EvidenceId
from dems.model.readings import FindingsState
from dems.ports import ItemFindings, Once, Transactions
from dems.steps.extraction import extractions_due
from dems.steps.recording import original_of


@dataclass(frozen=True, slots=True)
class AskAgain:
    transaction: Transactions

    def __call__(
        self, actor: Actor, evidence_id: EvidenceId, *, reason: str | None = None, once: Once | None = None
    ) -> ItemFindings:
        """Where its findings stand now: waiting, or as they are where the same request was answered before.

        What waits already is asked for once, and nothing is written then. Raises `NotReadable` and `WrongState` for
        items without sealed bytes that can be read.
        """
        with self.transaction() as tx:
            case_id = tx.evidence.get(evidence_id).case_id
            authority = tx.authorise(actor, Act.FINDINGS_ASK, case_id=case_id)
            item = tx.evidence.get(evidence_id, for_update=True)
            now = tx.findings.states([evidence_id])[evidence_id]
            if once is not None and tx.idempotency.first(once, evidence_id) is not None:
                return now
            item.readable()
            if original_of(item) is None:
                raise WrongState(
                    "The stored bytes of this item could not be read when they were last verified. "
                    "Have them verified again first.",
                    state=item.integrity.value,
                )
            if now.state is FindingsState.WAITING:
                return now
            extractions_due(tx, [item])
            tx.custody.append(
                authority,
                of_item(evidence_id),
                case_id=case_id,
                evidence_id=evidence_id,
                reason=reason,
                facts={"last_reading": None if now.reading_id is None else str(now.reading_id)},
            )
        return replace(now, state=FindingsState.WAITING)
