"""Read the bytes that were frozen when a form was certified: those whose digest its custody entry has."""

from dataclasses import dataclass
from uuid import UUID

from dems.errors import Refused, WrongState
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.disclosure.freezing import Snapshot
from dems.model.disclosure.schedules import ScheduleState
from dems.model.people import Clearance
from dems.ports import Clock, Transactions
from dems.steps.schedules_at_hand import entered_by
from dems.steps.telling_of_documents import tell_of_document

FROZEN = "frozen"
"""What the entry calls them."""


@dataclass(frozen=True, slots=True)
class ReadFrozen:
    transaction: Transactions
    clock: Clock

    def __call__(self, actor: Actor, schedule_id: UUID) -> Snapshot:
        """Whoever asks is entered in the chain first. Raises `NotFound`, `WrongState` for a draft, and `Refused` without the clearance:
        the bytes of an MG6C say why rows count no more, which is not for everybody.
        """
        with self.transaction() as tx:
            entrance = entered_by(tx, actor, Act.SCHEDULE_DOCUMENT, schedule_id, self.clock())
            if Clearance.SENSITIVE not in entrance.clearances:
                raise Refused("Only somebody with the clearance `sensitive` reads what was frozen: read its document.")
            listed = tell_of_document(tx, entrance, schedule_id, FROZEN)
            if listed.state is ScheduleState.DRAFT:
                raise WrongState("A draft is not frozen: certify it first.", state="draft")
            return tx.schedules.document(schedule_id).snapshot
