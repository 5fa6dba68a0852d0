"""Correct an exhibit reference. An act of its own: the old reference stays in the chain and is not used again."""

from dataclasses import dataclass, replace

from dems.errors import Invalid
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import of_item
from dems.model.evidence import Evidence
from dems.model.exhibits import ExhibitRef
from dems.model.ids import EvidenceId
from dems.ports import Once, Transactions


@dataclass(frozen=True, slots=True)
class CorrectExhibitRef:
    transaction: Transactions

    def __call__(
        self, actor: Actor, evidence_id: EvidenceId, exhibit_ref: ExhibitRef, *, reason: str, once: Once | None = None
    ) -> Evidence:
        """Raises `AlreadyExists` for a reference that the case has used, `CaseClosed`."""
        with self.transaction() as tx:
            case_id = tx.evidence.get(evidence_id).case_id
            authority = tx.authorise(actor, Act.EVIDENCE_CORRECT_REF, case_id=case_id)
            if once and tx.idempotency.first(once, evidence_id) is not None:
                return tx.evidence.get(evidence_id)
            tx.cases.get(case_id, keep_as_is=True).takes_changes()
            evidence = tx.evidence.get(evidence_id, for_update=True)
            if evidence.exhibit_ref == exhibit_ref:
                raise Invalid("This is the item's reference already.", field="exhibit_ref")
            after = replace(evidence, exhibit_ref=exhibit_ref, version=evidence.version + 1)
            tx.evidence.correct_ref(after, exhibit_ref)
            tx.custody.append(
                authority,
                of_item(evidence_id),
                case_id=case_id,
                evidence_id=evidence_id,
                reason=reason,
                facts={"before": evidence.exhibit_ref.text, "after": exhibit_ref.text},
            )
        return after
