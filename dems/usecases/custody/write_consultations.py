"""Write what people looked at, and what they were denied, to their chains: in batches, so that reading stays cheap."""

from dataclasses import dataclass
from itertools import groupby

from dems.model.actors import system
from dems.model.acts import Act
from dems.model.custody import of_person
from dems.model.ids import PersonId
from dems.ports import Transactions
from dems.steps.many_facts import shared_out

IN_ONE_ENTRY = 100
"""So many facts go into one entry, and fewer where they are long: names from outside are in them."""


@dataclass(frozen=True, slots=True)
class WriteConsultations:
    transaction: Transactions

    def __call__(self, *, at_most: int = 5000) -> int:
        """How many were written; run again while it is as many as it may."""
        with self.transaction() as tx:
            authority = tx.authorise(system(), Act.RECORDS_CONSULTED)
            found = tx.upkeep.consultations(at_most)
            by_person = sorted(found, key=lambda row: row[1])
            for person_id, rows in groupby(by_person, key=lambda row: row[1]):
                for batch in shared_out([fact for _, _, fact in rows], IN_ONE_ENTRY):
                    tx.custody.append(authority, of_person(PersonId(person_id)), facts={"consulted": batch})
            tx.upkeep.forget_consultations([row_id for row_id, _, _ in found])
        return len(found)
