"""Add a person that a case is about or with, or correct their name or how they are reached."""

from dataclasses import dataclass
from datetime import datetime

from dems.errors import PreconditionFailed
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import of_case
from dems.model.ids import CaseId, PartyId, new_id
from dems.model.life.parties import Party
from dems.ports import Clock, Once, Transactions


@dataclass(frozen=True, slots=True)
class PutParty:
    transaction: Transactions
    clock: Clock

    def add(
        self,
        actor: Actor,
        case_id: CaseId,
        *,
        name: str,
        contact: str | None = None,
        reference: str | None = None,
        once: Once | None = None,
    ) -> Party:
        """Say in facts what the person is to the case. Raises `AlreadyExists` for a `reference` that the case has."""
        now: datetime = self.clock()
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.LIFE_RECORD, case_id=case_id)
            tx.cases.get(case_id, keep_as_is=True)
            party = Party(PartyId(new_id()), case_id, name, contact, reference, now)
            earlier = tx.idempotency.first(once, party.id) if once else None
            if earlier is not None:
                return tx.parties.get(case_id, PartyId(earlier))
            tx.parties.add(party)
            # The chain is for good and a name may have to go: it has the id.
            tx.custody.append(authority, of_case(case_id), case_id=case_id, facts={"party": str(party.id)})
        return party

    def correct(
        self,
        actor: Actor,
        case_id: CaseId,
        party_id: PartyId,
        *,
        if_version: int,
        name: str | None = None,
        contact: str | None = None,
        no_contact: bool = False,
        reason: str | None = None,
    ) -> Party:
        """What is None stays; `no_contact` takes the contact away. Raises `NotFound` and `PreconditionFailed`."""
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.LIFE_CORRECT, case_id=case_id)
            party = tx.parties.get(case_id, party_id, for_update=True)
            if party.version != if_version:
                raise PreconditionFailed("Somebody else changed this party since you read it. Read it again.")
            wanted = None if no_contact else party.contact if contact is None else contact
            after = party.corrected(party.name if name is None else name, wanted)
            if after is party:
                return party
            tx.parties.save(after)
            changed = [n for n in ("contact", "name") if getattr(after, n) != getattr(party, n)]
            facts = {"party": str(party_id), "changed": changed}
            tx.custody.append(authority, of_case(case_id), case_id=case_id, reason=reason, facts=facts)
        return after
