"""Reminders ahead of dates, as a pure function of the clocks: asked on any day, it says what somebody should be told that day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from dems.errors import Invalid
from dems.model.clocks.answers import ClockState
from dems.model.clocks.calendars import Calendar
from dems.model.clocks.definitions import Nature
from dems.model.clocks.listing import KeptClock
from dems.model.ids import CaseId, StrandId
from dems.model.life.problems import day_words
from dems.model.times import london_date

_DAY = timedelta(days=1)
AHEAD = (14, 7, 2)
"""How many calendar days before a statutory date somebody is told, unless an installation says otherwise."""

_OPEN = frozenset({ClockState.RUNNING, ClockState.PAUSED, ClockState.OVERDUE})


@dataclass(frozen=True, slots=True)
class Reminder:
    """That something is due. `days_ahead` is the step that it is for, 0 once the date has passed."""

    clock: KeptClock
    due_on: date
    remind_on: date
    days_ahead: int

    @property
    def overdue(self) -> bool:
        return self.days_ahead == 0


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


def reminders_on(
    clocks: Iterable[KeptClock], working: Calendar, now: datetime, ahead: Sequence[int] = AHEAD
) -> tuple[Reminder, ...]:
    """The latest step that has been reached for every statutory date that is still open, most urgent first.

    It names the step, so that whoever has told somebody of it does not do so again; a run that was missed loses nothing.
    """
    today = london_date(now)
    found = []
    for kept in clocks:
        answer = kept.answer
        if answer.due_on is None or answer.state not in _OPEN or answer.definition.nature is not Nature.STATUTORY:
            continue
        reached = step_reached(answer.due_on, working, today, ahead)
        if reached is not None:
            found.append(Reminder(kept, answer.due_on, reached[1], reached[0]))
    return tuple(sorted(found, key=lambda r: (r.due_on, r.clock.answer.definition.id, str(r.clock.case_id))))


def due_by(clocks: Iterable[KeptClock], last: date) -> tuple[KeptClock, ...]:
    """Clocks that are open and due by a date, whatever their nature, earliest first."""
    found = [(k.answer.due_on, k) for k in clocks if k.answer.due_on is not None and k.answer.state in _OPEN]
    found.sort(key=lambda dated: (dated[0], dated[1].answer.definition.id, str(dated[1].case_id)))
    return tuple(kept for due, kept in found if due <= last)


def _working_on_or_before(day: date, working: Calendar) -> date:
    return working.day(working.index(day))
