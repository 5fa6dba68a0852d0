"""Record that the prosecutor served a schedule of a submission on the defence: a fact that is reported back, and never ours to do."""

from dataclasses import dataclass
from datetime import date

from dems.errors import NotFound
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.disclosure.acting import DISCLOSURE_OFFICERS
from dems.model.disclosure.forms import Form
from dems.model.disclosure.recording import served
from dems.model.disclosure.reports import ScheduleSet, ServiceReport
from dems.model.ids import ScheduleId, ScheduleSetId
from dems.model.people import CaseRole
from dems.ports import Clock, Once, Transactions
from dems.steps.acting import acting
from dems.steps.answering import LAWYERS, submission_of
from dems.steps.kept_schedules import keep, tell
from dems.steps.schedules_at_hand import Entrance, certified, entered_by
from dems.steps.submissions import Submission


@dataclass(frozen=True, slots=True)
class ReportService:
    transaction: Transactions
    clock: Clock

    def __call__(
        self,
        actor: Actor,
        submission_id: ScheduleSetId,
        *,
        served_on: date,
        recipient: str,
        told_by: str,
        schedule_id: ScheduleId | None = None,
        role: CaseRole | None = None,
        once: Once | None = None,
    ) -> Submission:
        """`schedule_id` is the schedule that was said to be served; left out, the MG6C of the submission.

        Raises `NotFound`, `Invalid` for a date that is still to come, and `DisclosureRulesBroken` for whoever does not speak for the
        prosecutor (R03), for an MG6D, and for an MG6C that was not submitted by that date, is not endorsed or came back (R25).
        """
        with self.transaction() as tx:
            entrance = entered_by(tx, actor, Act.SCHEDULE_SERVED, submission_id, self.clock())
            tx.disclosure.hold(entrance.proceeding)
            # After the wait for whoever held the proceeding: nothing is reported before what it rests on.
            now = self.clock()
            file = certified(tx, entrance.proceeding, now)
            of = file.set_of(submission_id)
            if once is not None and tx.idempotency.first(once, submission_id) is not None:
                return submission_of(tx, entrance, of.id)
            fitting = LAWYERS | DISCLOSURE_OFFICERS
            by = acting(tx, actor, entrance.case_id, now, role=role, fitting=fitting, rule="R25", done="recorded")
            which = _named(of, schedule_id, entrance)
            after = served(file, ServiceReport(which, served_on, recipient, told_by, by))
            keep(tx, file, after, of.id, by)
            tell(tx, entrance.authority, file, after)
            return submission_of(tx, entrance, of.id)


def _named(of: ScheduleSet, schedule_id: ScheduleId | None, entrance: Entrance) -> ScheduleId:
    """Raises `NotFound` for what is none of the set, and for its MG6D where that is not for the actor to know of."""
    known = [s for s in of.schedules if s == of.mg6c or entrance.may_know_of(Form.MG6D)]
    if schedule_id is None:
        return known[0]
    if schedule_id not in known:
        raise NotFound("schedule")
    return schedule_id
