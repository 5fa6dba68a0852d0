"""Reminders ahead of dates: which step somebody should be told of on any day, and what they read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from dems.errors import Invalid
from dems.model.clocks.calendars import Calendar
from dems.model.ids import CaseId, StrandId
from dems.model.life.problems import day_words

_DAY = timedelta(days=1)
AHEAD = (14, 7, 2)
"""How many calendar days before a statutory date somebody is told, unless an installation says otherwise."""


@dataclass(frozen=True, slots=True)
class Told:
    """A reminder as the person who is reminded reads it. `title` is the clock's, `days_ahead` the step that was reached.

    `stands` says whether that date is still owed: a correction may have moved it since, or what it waits for was recorded.
    """

    id: UUID
    at: datetime
    case_id: CaseId
    reference: str
    clock: str
    about: StrandId | None
    title: str
    due_on: date
    days_ahead: int
    stands: bool = True

    @property
    def text(self) -> str:
        when = day_words(self.due_on)
        if not self.stands:
            return (
                f"{self.title}, case {self.reference}: the reminder of {when} is withdrawn, since the date has moved or "
                "what it waits for is on record."
            )
        if self.days_ahead == 0:
            return f"{self.title}, case {self.reference}: it was due on {when}, and is overdue."
        return f"{self.title}, case {self.reference}: it is due on {when}."


def reminder_dates(due: date, working: Calendar, ahead: Sequence[int] = AHEAD) -> tuple[tuple[int, date], ...]:
    """The days on which to be reminded of a date: each a working day, so that somebody reads it; earliest first.

    A day that is not one is moved to the working day before it. The last is the first working day after the date.
    Raises `Invalid` for a step that is not ahead.
    """
    if any(days < 1 for days in ahead):
        raise Invalid("A reminder comes at least one day ahead: give numbers of days from 1.")
    steps = [(days, _working_on_or_before(due - days * _DAY, working)) for days in sorted(set(ahead), reverse=True)]
    return (*steps, (0, working.after(due, 1)))


def step_reached(due: date, working: Calendar, today: date, ahead: Sequence[int] = AHEAD) -> tuple[int, date] | None:
    """The latest step of a date that has been reached by a day, and the day it was reached on; None before the first."""
    reached = [step for step in reminder_dates(due, working, ahead) if step[1] <= today]
    return reached[-1] if reached else None


def _working_on_or_before(day: date, working: Calendar) -> date:
    return working.day(working.index(day))
