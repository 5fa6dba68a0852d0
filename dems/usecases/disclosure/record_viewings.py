"""Say what one looked at, and for how long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dems.errors import Invalid
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import of_proceeding
from dems.model.disclosure.coverage import Viewing
from dems.model.disclosure.entries_of_review import of_viewings
from dems.model.ids import EvidenceId, StrandId, new_id
from dems.model.people import CaseRole
from dems.ports import Clock, Once, Transactions
from dems.steps.acting import acting
from dems.steps.reviewing import require_items, require_under_review


@dataclass(frozen=True, slots=True)
class Looked:
    """An item that was before somebody between two instants. Of a recording, from where to where it was played."""

    item: EvidenceId
    began: datetime
    ended: datetime
    first: timedelta | None = None
    last: timedelta | None = None


@dataclass(frozen=True, slots=True)
class RecordViewings:
    transaction: Transactions
    clock: Clock

    def __call__(
        self,
        actor: Actor,
        proceeding_id: StrandId,
        looked: Sequence[Looked],
        *,
        role: CaseRole | None = None,
        once: Once | None = None,
    ) -> int:
        """How many were recorded, all of them or none; nobody says it for somebody else. Any role on the case may have looked.

        Raises `NotFound`, `Invalid` for other than items of the case and for what is still to come, `WrongState` once review has
        ended, `DisclosureRulesBroken` for a role that is not held.
        """
        with self.transaction() as tx:
            case_id = tx.disclosure.case_of(proceeding_id)
            authority = tx.authorise(actor, Act.VIEWING_RECORD, case_id=case_id)
            tx.disclosure.hold(proceeding_id)
            now = self.clock()
            ids = [new_id() for _ in looked]
            if once is not None and ids and tx.idempotency.first(once, ids[0]) is not None:
                return len(looked)
            by = acting(tx, actor, case_id, now, role=role)
            require_under_review(tx, proceeding_id, now)
            viewings = [Viewing(w.item, by.person, w.began, w.ended, w.first, w.last) for w in looked]
            if not viewings:
                raise Invalid("Say at least one thing that was looked at.", field="viewings")
            if any(v.ended > now for v in viewings):
                raise Invalid(
                    "A viewing is recorded once it is over: one of these ends in time to come.", field="viewings"
                )
            require_items(tx, case_id, {v.item for v in viewings})
            tx.disclosure.add_viewings(proceeding_id, list(zip(ids, viewings, strict=True)), now)
            facts = of_viewings(viewings, by)
            tx.custody.append(authority, of_proceeding(proceeding_id), case_id=case_id, facts=facts)
        return len(viewings)
