"""Endorse rows of a schedule that is with the prosecutor: what the reviewing lawyer decided about each."""

from collections.abc import Sequence
from dataclasses import dataclass

from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.ids import ScheduleId
from dems.model.people import CaseRole
from dems.ports import Clock, Once, Transactions
from dems.steps.acting import acting
from dems.steps.answering import LAWYERS, Endorsed, RowDecided, endorsed_so_far, write_endorsements
from dems.steps.schedules_at_hand import certified, entered_by


@dataclass(frozen=True, slots=True)
class EndorseSchedule:
    transaction: Transactions
    clock: Clock

    def __call__(
        self,
        actor: Actor,
        schedule_id: ScheduleId,
        rows: Sequence[RowDecided],
        *,
        role: CaseRole | None = None,
        once: Once | None = None,
    ) -> Endorsed:
        """All of them or none; the schedule is endorsed once every row that counts is.

        Raises `NotFound`, `WrongState` for what is not with the prosecutor, `Invalid` for a row that is endorsed twice, and
        `DisclosureRulesBroken` with every row that is refused (R20).
        """
        with self.transaction() as tx:
            entrance = entered_by(tx, actor, Act.SCHEDULE_ENDORSE, schedule_id, self.clock())
            tx.disclosure.hold(entrance.proceeding)
            # After the wait for whoever held the proceeding: nothing is endorsed before what it rests on.
            now = self.clock()
            file = certified(tx, entrance.proceeding, now)
            if once is not None and tx.idempotency.first(once, schedule_id) is not None:
                return endorsed_so_far(file, schedule_id)
            by = acting(tx, actor, entrance.case_id, now, role=role, fitting=LAWYERS, rule="R20", done="endorsed")
            return write_endorsements(tx, entrance, file, schedule_id, rows, by)
