"""Hand out the workbook in which the reviewing lawyer endorses a schedule away from DEMS."""

from collections.abc import Callable
from dataclasses import dataclass

from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.disclosure.workbooks import Workbook, workbook_of
from dems.model.ids import ScheduleId
from dems.model.times import london_date
from dems.ports import Clock, Transactions
from dems.steps.answering import certified_schedule
from dems.steps.schedules_at_hand import certified, entered_by
from dems.steps.telling_of_documents import tell_of_document


@dataclass(frozen=True, slots=True)
class HandOutWorkbook:
    """`write` makes the file."""

    transaction: Transactions
    clock: Clock
    write: Callable[[Workbook], bytes]

    def __call__(self, actor: Actor, schedule_id: ScheduleId) -> tuple[Workbook, bytes]:
        """Raises `NotFound`, and `WrongState` unless the schedule is with the prosecutor."""
        with self.transaction() as tx:
            now = self.clock()
            entrance = entered_by(tx, actor, Act.SCHEDULE_DOCUMENT, schedule_id, now)
            file = certified(tx, entrance.proceeding, now)
            certified_schedule(file, schedule_id)
            found = workbook_of(file, schedule_id, london_date(now))
            tell_of_document(tx, entrance, schedule_id, "workbook")
        return found, self.write(found)
