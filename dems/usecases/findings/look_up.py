"""Read what was found in an item's bytes: by the last reading or an older one, and which readings there were."""

from collections.abc import Sequence
from dataclasses import dataclass

from dems.errors import NotFound
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.findings import Finding
from dems.model.ids import EvidenceId, ReadingId
from dems.model.readings import KeptReading, KeptRendition
from dems.ports import ItemFindings, Page, Transaction, Transactions


@dataclass(frozen=True, slots=True)
class FindingsPage:
    """Findings with their positions. `reading` is the one that they are of, None where nothing was read yet."""

    standing: ItemFindings
    reading: KeptReading | None
    findings: Sequence[tuple[int, Finding]]


@dataclass(frozen=True, slots=True)
class LookUpFindings:
    transaction: Transactions

    def page(
        self,
        actor: Actor,
        evidence_id: EvidenceId,
        *,
        limit: int,
        after: int | None = None,
        reading_id: ReadingId | None = None,
        name: str | None = None,
    ) -> FindingsPage:
        """In the order in which they were reported. Raises `NotFound`, also for a reading of another item."""
        with self.transaction() as tx:
            standing = _standing(tx, actor, evidence_id, Act.FINDINGS_READ)
            wanted = standing.reading_id if reading_id is None else reading_id
            if wanted is None:
                return FindingsPage(standing, None, [])
            reading = tx.findings.get(wanted)
            if reading.original.evidence_id != evidence_id:
                raise NotFound("reading")
            return FindingsPage(standing, reading, tx.findings.page(wanted, limit, after, name))

    def readings(self, actor: Actor, evidence_id: EvidenceId, page: Page) -> list[KeptReading]:
        """All of them, oldest first. Raises `NotFound`."""
        with self.transaction() as tx:
            _standing(tx, actor, evidence_id, Act.FINDINGS_READ)
            return tx.findings.of_item(evidence_id, page)

    def renditions(self, actor: Actor, evidence_id: EvidenceId) -> list[KeptRendition]:
        """The pictures that the last reading made; none where nothing was read. Raises `NotFound`."""
        with self.transaction() as tx:
            standing = _standing(tx, actor, evidence_id, Act.FINDINGS_READ)
            return [] if standing.reading_id is None else tx.findings.renditions(standing.reading_id)


def _standing(tx: Transaction, actor: Actor, evidence_id: EvidenceId, act: Act) -> ItemFindings:
    """Where the item's findings stand, once the actor may read them; that they were looked at is noted."""
    case_id = tx.evidence.get(evidence_id).case_id
    tx.consulted(tx.authorise(actor, act, case_id=case_id), evidence_id)
    return tx.findings.states([evidence_id])[evidence_id]
