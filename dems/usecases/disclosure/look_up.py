"""Look at disclosure in a proceeding: how it was opened."""

from dataclasses import dataclass

from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.ids import StrandId
from dems.ports import Transactions
from dems.steps.proceeding_files import Disclosed, as_opened


@dataclass(frozen=True, slots=True)
class LookUpDisclosure:
    """Every answer raises `NotFound` alike for no such proceeding, for one whose disclosure is not open and for one that the actor
    may not know of.
    """

    transaction: Transactions

    def opening(self, actor: Actor, proceeding_id: StrandId) -> Disclosed:
        with self.transaction() as tx:
            case_id = tx.disclosure.case_of(proceeding_id)
            tx.consulted(tx.authorise(actor, Act.DISCLOSURE_READ, case_id=case_id), proceeding_id)
            return as_opened(tx, proceeding_id)
