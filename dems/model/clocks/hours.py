"""Clocks in hours: they run through nights, holidays and the change of the clocks."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from dems.model.clocks.answers import ClockAnswer, ClockState
from dems.model.life.lives import Event
from dems.model.times import LONDON

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


def in_hours(answer: ClockAnswer, started: Event, now: datetime) -> ClockAnswer:
    """The answer of a clock in hours. An event of which only the date is known counts against us: from its first moment
    where it starts the clock, until its last where it stops it.
    """
    begins = started.when.at or _midnight(started.when.on)
    stopped = answer.stopped
    ends = now if stopped is None else stopped.when.at or _midnight(stopped.when.on + _DAY)
    due = None if answer.definition.limit is None else begins + answer.definition.limit * _HOUR
    rough = [e for e in (started, stopped) if e is not None and e.when.at is None]
    remarks = [f"Only the date {e.when.on} is known, not the time: the worst was assumed." for e in rough]
    return replace(
        answer,
        state=_state(due, ends, stopped=stopped is not None),
        due_on=None if due is None else due.astimezone(LONDON).date(),
        due_at=due,
        counted=max((ends - begins) // _HOUR, 0),
        remaining=None if due is None or stopped is not None else (due - now) // _HOUR,
        remarks=(*answer.remarks, *remarks),
    )


def _midnight(day: date) -> datetime:
    """The first moment of a London date, in UTC."""
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


def _state(due: datetime | None, ends: datetime, *, stopped: bool) -> ClockState:
    if due is None:
        return ClockState.STOPPED if stopped else ClockState.RUNNING
    if ends <= due:
        return ClockState.MET if stopped else ClockState.RUNNING
    return ClockState.MISSED if stopped else ClockState.OVERDUE
