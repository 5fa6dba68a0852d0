"""Ask for a form of the set that is put together: it is drafted from what was decided, and drafted anew whenever it is read."""

from dataclasses import dataclass

from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.disclosure.broken import PlaceKind, Where
from dems.model.disclosure.certifying import require_officer
from dems.model.disclosure.forms import Form
from dems.model.disclosure.preparing import prepared
from dems.model.disclosure.putting_together import Writing, asked_for, written
from dems.model.ids import ReportId, StrandId, new_id
from dems.model.people import CaseRole
from dems.ports import Clock, Once, Transactions
from dems.steps.schedules_at_hand import AtHand, certified, entered, keep_made, officer, require_signs
from dems.steps.shown_schedules import FormShown, draft_shown, form_shown


@dataclass(frozen=True, slots=True)
class PrepareSchedule:
    transaction: Transactions
    clock: Clock

    def __call__(
        self,
        actor: Actor,
        proceeding_id: StrandId,
        form: Form,
        *,
        writing: Writing | None = None,
        role: CaseRole | None = None,
        once: Once | None = None,
    ) -> FormShown:
        """`writing` is of an MG6E and of a streamlined certificate alone, which is a way to write the MG6E.

        Raises `NotFound`; `AlreadyExists` where the set has that form, `WrongState` while the last of its series is under way,
        `DisclosureRulesBroken` for whoever is no disclosure officer and, of everything but an MG6C, does not hold both
        clearances.
        """
        with self.transaction() as tx:
            entrance = entered(tx, actor, Act.SCHEDULE_PREPARE, proceeding_id, self.clock())
            tx.disclosure.hold(proceeding_id)
            # After the wait for whoever held the proceeding: nothing is signed before what it rests on was decided.
            now = self.clock()
            by = officer(tx, actor, entrance, now, role, "drafted")
            file = certified(tx, proceeding_id, now)
            if form is Form.MG6C:
                require_officer(file, by, Where.of(PlaceKind.PERSON, by.person), "drafted")
            else:
                require_signs(tx, actor, entrance, file, by, "drafted")
            part = new_id()
            earlier = tx.idempotency.first(once, part) if once else None
            if earlier is not None:
                return form_shown(tx, entrance, earlier, now)
            under_way = tx.schedules.preparation(proceeding_id)
            made = asked_for(None if under_way is None else under_way[0], form, part, by, new_id)
            if writing is not None:
                made = written(file, made, ReportId(part), by, writing)
            hand = AtHand(prepared(file, made), made)
            keep_made(tx, proceeding_id, made)
            return draft_shown(tx, entrance, hand, part)
