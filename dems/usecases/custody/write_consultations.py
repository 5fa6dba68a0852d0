"""Write what people looked at, and what they were denied, to their chains: in batches, so that reading stays cheap."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from dems.model.actors import system
from dems.model.acts import Act
from dems.model.custody import of_person
from dems.model.ids import PersonId
from dems.ports import Transactions

IN_ONE_ENTRY = 100
"""So many facts go into one entry, which must stay far below 64 KiB."""


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
                facts = [dict(fact) for _, _, fact in rows]
                for start in range(0, len(facts), IN_ONE_ENTRY):
                    batch: list[dict[str, Any]] = facts[start : start + IN_ONE_ENTRY]
                    tx.custody.append(authority, of_person(PersonId(person_id)), facts={"consulted": batch})
            tx.upkeep.forget_consultations([row_id for row_id, _, _ in found])
        return len(found)
