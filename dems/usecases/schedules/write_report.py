"""Write on a report of the set that is put together: its certificate, what it names and why, and what goes with the set."""

from dataclasses import dataclass
from uuid import UUID

from dems.errors import Invalid, PreconditionFailed, WrongState
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.disclosure.preparing import prepared
from dems.model.disclosure.putting_together import Writing, without_drafts, written
from dems.model.ids import ReportId
from dems.model.people import CaseRole
from dems.ports import Clock, Transactions
from dems.steps.schedules_at_hand import AtHand, at_hand, entered_by, keep_made, officer, require_signs
from dems.steps.shown_schedules import FormShown, draft_unchecked


@dataclass(frozen=True, slots=True)
class WriteReport:
    transaction: Transactions
    clock: Clock

    def __call__(
        self, actor: Actor, report_id: UUID, writing: Writing, *, if_tag: int, role: CaseRole | None = None
    ) -> FormShown:
        """Raises `NotFound`, `WrongState` for what is signed for good, `Invalid` for another form, what `written` raises,
        `DisclosureRulesBroken` for whoever may not certify, and `PreconditionFailed` where the draft no longer says what `if_tag` is
        of.
        """
        with self.transaction() as tx:
            entrance = entered_by(tx, actor, Act.SCHEDULE_PREPARE, report_id, self.clock())
            tx.disclosure.hold(entrance.proceeding)
            # After the wait for whoever held the proceeding: nothing is signed before what it rests on was decided.
            now = self.clock()
            by = officer(tx, actor, entrance, now, role, "written")
            hand = at_hand(tx, entrance.proceeding, now)
            require_signs(tx, actor, entrance, hand.file, by, "written")
            made = hand.made
            if made is None or report_id not in made.parts:
                raise WrongState("This is no draft any more: what changes goes into the next set.", state="certified")
            if all(r.id != report_id for r in made.reports):
                raise Invalid("Only an MG6E is written like this: describe the rows of a schedule.", field="rows")
            if draft_unchecked(entrance, hand, report_id).tag != if_tag:
                raise PreconditionFailed("This draft says something else since you read it. Read it again.")
            after = written(hand.file, made, ReportId(report_id), by, writing)
            keep_made(tx, entrance.proceeding, after)
            again = AtHand(prepared(without_drafts(hand.file), after), after)
            return draft_unchecked(entrance, again, report_id)
