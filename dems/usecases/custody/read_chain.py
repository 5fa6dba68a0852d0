"""Read custody chains: of an item, of a case with its items, of a person, of the installation, or one entry with its exact bytes."""

from dataclasses import dataclass

from dems.errors import NotFound
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import INSTALLATION, of_item, of_person
from dems.model.ids import CaseId, EntryId, EvidenceId, PersonId
from dems.ports import CustodyRow, Page, Transactions


@dataclass(frozen=True, slots=True)
class ReadCustody:
    transaction: Transactions

    def item(self, actor: Actor, evidence_id: EvidenceId, page: Page) -> list[CustodyRow]:
        """The item's chain from its beginning. Raises `NotFound`."""
        with self.transaction() as tx:
            evidence = tx.evidence.get(evidence_id)
            authority = tx.authorise(actor, Act.CUSTODY_READ, case_id=evidence.case_id)
            tx.consulted(authority, evidence_id)
            return tx.custody.chain(of_item(evidence_id), page)

    def case(self, actor: Actor, case_id: CaseId, page: Page) -> list[CustodyRow]:
        """Entries of the case and of its items, in the order of recording. Raises `NotFound`."""
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.CUSTODY_READ, case_id=case_id)
            tx.cases.get(case_id)
            tx.consulted(authority, case_id)
            return tx.custody.of_case(case_id, page)

    def person(self, actor: Actor, person_id: PersonId, page: Page) -> list[CustodyRow]:
        """What was done to a person's record, what they looked at and were denied: with ids of cases, never a word of them.

        Raises `NotFound`.
        """
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.PERSON_CUSTODY)
            tx.people.get(person_id)
            tx.consulted(authority, person_id)
            return tx.custody.chain(of_person(person_id), page)

    def installation(self, actor: Actor, page: Page) -> list[CustodyRow]:
        """What the installation found and says of itself, such as objects in the store that no record explains."""
        with self.transaction() as tx:
            tx.consulted(tx.authorise(actor, Act.INSTALLATION_CUSTODY), INSTALLATION.subject)
            return tx.custody.chain(INSTALLATION, page)

    def entry(self, actor: Actor, entry_id: EntryId) -> CustodyRow:
        """One entry of a case. Entries about people and the installation are not read this way. Raises `NotFound`."""
        with self.transaction() as tx:
            row, case_id = tx.custody.get(entry_id)
            if case_id is None:
                raise NotFound
            tx.consulted(tx.authorise(actor, Act.CUSTODY_READ, case_id=case_id), entry_id)
            return row
