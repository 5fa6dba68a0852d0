"""How far the reading of a case's items has come."""

from collections.abc import Mapping
from dataclasses import dataclass

from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.ids import CaseId
from dems.model.readings import FindingsState
from dems.ports import Transactions


@dataclass(frozen=True, slots=True)
class Progress:
    """How many items stand where, in every state, and how many of those that wait are in a worker's hands now."""

    counts: Mapping[FindingsState, int]
    being_read: int

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class TellProgress:
    transaction: Transactions

    def __call__(self, actor: Actor, case_id: CaseId) -> Progress:
        """Numbers and nothing of any item. Raises `NotFound`."""
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.FINDINGS_PROGRESS, case_id=case_id)
            tx.cases.get(case_id)
            tx.consulted(authority, case_id)
            found = tx.findings.progress(case_id)
            return Progress({state: found.get(state, 0) for state in FindingsState}, tx.findings.being_read(case_id))
