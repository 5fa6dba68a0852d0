"""Record that the prosecutor sent a set back to be put right."""

from dataclasses import dataclass

from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.disclosure.acting import DISCLOSURE_OFFICERS
from dems.model.disclosure.recording import returned
from dems.model.disclosure.reports import Returned
from dems.model.ids import ScheduleId
from dems.model.people import CaseRole
from dems.ports import Clock, Once, Transactions
from dems.steps.acting import acting
from dems.steps.answering import LAWYERS, set_of, submission_of
from dems.steps.kept_schedules import keep, tell
from dems.steps.schedules_at_hand import certified, entered_by
from dems.steps.submissions import Submission


@dataclass(frozen=True, slots=True)
class SendBack:
    transaction: Transactions
    clock: Clock

    def __call__(
        self,
        actor: Actor,
        schedule_id: ScheduleId,
        *,
        reason: str,
        role: CaseRole | None = None,
        once: Once | None = None,
    ) -> Submission:
        """What comes back is all of the set of this schedule that is not endorsed yet.

        Raises `NotFound`, `DisclosureRulesBroken` for whoever does not speak for the prosecutor or is not cleared, `WrongState` for
        what is not with the prosecutor.
        """
        with self.transaction() as tx:
            entrance = entered_by(tx, actor, Act.SCHEDULE_RETURN, schedule_id, self.clock())
            tx.disclosure.hold(entrance.proceeding)
            # After the wait for whoever held the proceeding: nothing is sent back before what it rests on.
            now = self.clock()
            file = certified(tx, entrance.proceeding, now)
            if once is not None and tx.idempotency.first(once, schedule_id) is not None:
                return submission_of(tx, entrance, set_of(file, schedule_id))
            fitting = LAWYERS | DISCLOSURE_OFFICERS
            by = acting(tx, actor, entrance.case_id, now, role=role, fitting=fitting, done="returned")
            of = set_of(file, schedule_id)
            after = returned(file, Returned(of, reason, by))
            keep(tx, file, after, of, by)
            tell(tx, entrance.authority, file, after)
            return submission_of(tx, entrance, of)
