"""Read one item, or list a case's items."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.evidence import Evidence
from dems.model.ids import CaseId, EvidenceId, IntakeId
from dems.model.invitations import Invitation
from dems.model.uploads import Upload
from dems.model.verification import Verification
from dems.ports import EvidenceFilter, ItemFindings, Page, Transactions

MOST_DUPLICATES = 50
"""Shown with an item; the list of the case's items by `sha256` has all."""


@dataclass(frozen=True, slots=True)
class LookUpEvidence:
    transaction: Transactions

    def one(self, actor: Actor, evidence_id: EvidenceId) -> tuple[Evidence, Upload | None, ItemFindings]:
        """The item, its current upload, and where its findings stand. Raises `NotFound`."""
        with self.transaction() as tx:
            evidence = tx.evidence.get(evidence_id)
            authority = tx.authorise(actor, Act.EVIDENCE_READ, case_id=evidence.case_id)
            tx.consulted(authority, evidence_id)
            upload = None if evidence.upload_id is None else tx.uploads.get(evidence.upload_id)
            return evidence, upload, tx.findings.states([evidence_id])[evidence_id]

    def duplicates(self, actor: Actor, evidence_id: EvidenceId) -> list[Evidence]:
        """Other items of the case with the same bytes: shown, never merged, and nothing is said of other cases."""
        with self.transaction() as tx:
            evidence = tx.evidence.get(evidence_id)
            tx.authorise(actor, Act.EVIDENCE_READ, case_id=evidence.case_id)
            return tx.evidence.same_bytes(evidence, MOST_DUPLICATES)

    def invitations(self, actor: Actor, items: Sequence[Evidence]) -> Mapping[IntakeId, Invitation]:
        """By which invitations these items of one case came, those that did. Raises `NotFound`."""
        intake_ids = sorted({i.intake_id for i in items if i.intake_id is not None})
        if not intake_ids:
            return {}
        with self.transaction() as tx:
            tx.authorise(actor, Act.EVIDENCE_READ, case_id=items[0].case_id)
            return {i.intake_id: i for i in tx.invitations.of_intakes(intake_ids) if i.case_id == items[0].case_id}

    def page(
        self, actor: Actor, case_id: CaseId, page: Page, wanted: EvidenceFilter
    ) -> list[tuple[Evidence, Upload | None, ItemFindings]]:
        """Items with their current uploads, and where the findings of each stand. Raises `NotFound`."""
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.EVIDENCE_LIST, case_id=case_id)
            tx.cases.get(case_id)
            tx.consulted(authority, case_id)
            items = tx.evidence.page(case_id, page, wanted)
            uploads = tx.uploads.many([i.upload_id for i in items if i.upload_id is not None])
            found = tx.findings.states([i.id for i in items])
            return [(i, uploads.get(i.upload_id) if i.upload_id is not None else None, found[i.id]) for i in items]

    def verifications(self, actor: Actor, evidence_id: EvidenceId, page: Page) -> list[Verification]:
        """Raises `NotFound`."""
        with self.transaction() as tx:
            evidence = tx.evidence.get(evidence_id)
            tx.consulted(tx.authorise(actor, Act.VERIFICATIONS_READ, case_id=evidence.case_id), evidence_id)
            return tx.verifications.page(evidence_id, page)
