"""Remind whoever leads and manages a case of its statutory dates, each step once."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from dems.model.clocks.calendars import EW
from dems.model.clocks.reminders import step_reached
from dems.model.times import london_date
from dems.ports import Clock, DueAfter, Transactions

log = logging.getLogger(__name__)

_WEEKEND = timedelta(days=14)
"""By how much at most a reminder is earlier than its number of days says, so that it falls on a working day."""


@dataclass(frozen=True, slots=True)
class Remind:
    transaction: Transactions
    clock: Clock
    ahead: Sequence[int]
    """How many calendar days before a date."""
    at_once: int = 200
    """Dates in one transaction."""

    def __call__(self) -> int:
        """How many reminders were made. Safe to run twice, late or on two hosts: what was told is told once.

        A run that was missed loses nothing: the step that has been reached by now is told, and not those before it. Where
        nobody leads or manages a case nobody is told, and the next run asks again.
        """
        today, told = london_date(self.clock()), 0
        last = today + timedelta(days=max(self.ahead, default=0)) + _WEEKEND
        after: DueAfter | None = None
        while True:
            with self.transaction() as tx:
                working = tx.clocks.rules().newest[EW]
                page = tx.reminders.untold(last, self.at_once, after)
                audiences = tx.reminders.audiences([due.row.case_id for due, _ in page])
                for due, before in page:
                    after = DueAfter(due.due_on, due.id)
                    reached = step_reached(due.due_on, working, today, self.ahead)
                    if reached is not None and (before is None or reached[0] < before):
                        told += tx.reminders.tell(due, reached[0], audiences.get(due.row.case_id, ()), self.clock())
            if len(page) < self.at_once:
                break
        if told:
            log.info("reminded", extra={"reminders": told})
        return told
