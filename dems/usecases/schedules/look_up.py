"""Look at the schedules of a proceeding, and at what was submitted of them."""

from dataclasses import dataclass
from uuid import UUID

from dems.errors import NotFound
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.ids import ScheduleSetId, StrandId
from dems.ports import Clock, Page, Transactions
from dems.steps.proceeding_files import opened
from dems.steps.schedules_at_hand import entered, entered_by
from dems.steps.shown_schedules import FormListed, FormShown, form_shown, forms_listed
from dems.steps.submissions import Submission, submission, submissions


@dataclass(frozen=True, slots=True)
class LookUpSchedules:
    """Every answer raises `NotFound` alike for what is not there and for what the actor may not know of."""

    transaction: Transactions
    clock: Clock

    def page(self, actor: Actor, proceeding_id: StrandId, page: Page) -> list[FormListed]:
        """Every form of a proceeding, drafts too, in the order in which they were first drafted."""
        with self.transaction() as tx:
            entrance = entered(tx, actor, Act.SCHEDULE_READ, proceeding_id, self.clock())
            opened(tx, proceeding_id)
            tx.consulted(entrance.authority, proceeding_id)
            after = [f for f in forms_listed(tx, entrance) if page.after is None or f.id > page.after]
            return after[: page.limit]

    def one(self, actor: Actor, schedule_id: UUID, *, checked: bool = True) -> FormShown:
        """A form with all that it says; of a draft, `checked` says what would be broken now."""
        with self.transaction() as tx:
            now = self.clock()
            entrance = entered_by(tx, actor, Act.SCHEDULE_READ, schedule_id, now)
            tx.consulted(entrance.authority, schedule_id)
            return form_shown(tx, entrance, schedule_id, now, checked=checked)

    def submissions(self, actor: Actor, proceeding_id: StrandId, page: Page) -> list[Submission]:
        """What went to the prosecutor, by when it was first drafted."""
        with self.transaction() as tx:
            entrance = entered(tx, actor, Act.SCHEDULE_READ, proceeding_id, self.clock())
            opened(tx, proceeding_id)
            tx.consulted(entrance.authority, proceeding_id)
            after = [s for s in submissions(tx, entrance) if page.after is None or s.id > page.after]
            return after[: page.limit]

    def submission(self, actor: Actor, submission_id: ScheduleSetId) -> Submission:
        with self.transaction() as tx:
            entrance = entered_by(tx, actor, Act.SCHEDULE_READ, submission_id, self.clock())
            found = submission(tx, entrance, submission_id)
            if found is None:
                raise NotFound("submission")
            tx.consulted(entrance.authority, submission_id)
            return found
