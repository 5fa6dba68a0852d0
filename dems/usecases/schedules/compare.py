"""Compare two schedules of one series: what was added, described anew and taken out."""

from dataclasses import dataclass

from dems.errors import Invalid, NotFound
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.disclosure.differences import Difference, difference
from dems.model.disclosure.schedules import Schedule
from dems.model.disclosure.visibility import seen_by
from dems.model.ids import ScheduleId
from dems.ports import Clock, Transactions
from dems.steps.schedules_at_hand import at_hand, entered_by


@dataclass(frozen=True, slots=True)
class Compared:
    old: Schedule
    new: Schedule
    difference: Difference


@dataclass(frozen=True, slots=True)
class CompareSchedules:
    transaction: Transactions
    clock: Clock

    def __call__(self, actor: Actor, old: ScheduleId, new: ScheduleId) -> Compared:
        """From one to the other; drafts can be compared too, as of now.

        Raises `NotFound`, also for two of different proceedings, and `Invalid` for forms without rows and for two series.
        """
        with self.transaction() as tx:
            now = self.clock()
            entrance = entered_by(tx, actor, Act.SCHEDULE_READ, old, now)
            other = entered_by(tx, actor, Act.SCHEDULE_READ, new, now)
            if other.proceeding != entrance.proceeding:
                raise NotFound("schedule")
            tx.consulted(entrance.authority, old, compared=str(new))
            file = seen_by(at_hand(tx, entrance.proceeding, now).file, entrance.clearances)
        there = {s.id: s for s in file.schedules}
        if old not in there or new not in there or there[old].series is not there[new].series:
            raise Invalid(
                "Compare two MG6Cs or two MG6Ds of one proceeding: only those have rows in common.", field="other_id"
            )
        return Compared(there[old], there[new], difference(there[old], there[new]))
