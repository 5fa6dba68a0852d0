"""Read a clock: a pure function of its definition, the facts, the calendar and the moment."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from dems.model.clocks.answers import ClockAnswer, ClockFacts, ClockState, ExtensionUsed, Net, PauseUsed
from dems.model.clocks.calendars import EVERY_DAY, Calendar, Days
from dems.model.clocks.counting import Counted, Gap, day_zero, last_of_months, merged
from dems.model.clocks.definitions import ClockDefinition, Effect, Extendable, Unit
from dems.model.clocks.hours import in_hours
from dems.model.clocks.rounds import rounds_of
from dems.model.clocks.spans import span_of
from dems.model.life.contents import Extension
from dems.model.life.events import words
from dems.model.life.facts import Fact
from dems.model.life.lives import Event, Pause
from dems.model.times import london_date

_DAY = timedelta(days=1)


def evaluate(definition: ClockDefinition, facts: ClockFacts, calendar: Calendar | None, now: datetime) -> ClockAnswer:
    """How the clock stands at an instant, and why.

    `calendar` is the version to count with, of the name that the definition asks for; None for a clock that asks for
    none. Raises `ValueError` for another one.
    """
    if (None if calendar is None else calendar.name) != definition.calendar:
        raise ValueError(f"the clock {definition.id!r} counts with calendar {definition.calendar!r}")
    span = span_of(definition, facts.events)
    answer = ClockAnswer(
        definition,
        None if calendar is None else calendar.version,
        now,
        ClockState.NOT_STARTED,
        span.started,
        span.stopped,
        passed_over=span.passed_over,
        remarks=definition.remarks,
    )
    if span.started is None:
        return answer
    if definition.unit is Unit.HOURS:
        return in_hours(answer, span.started, now)
    if definition.then_every is not None:
        return rounds_of(answer, facts, span.started, london_date(now))
    return _in_days(answer, facts, span.started, calendar, london_date(now))


def _in_days(
    answer: ClockAnswer, facts: ClockFacts, started: Event, calendar: Calendar | None, today: date
) -> ClockAnswer:
    definition, stopped = answer.definition, answer.stopped
    days: Days = EVERY_DAY if calendar is None else calendar
    zero = day_zero(started.when.on, definition.day_one)
    end = today if stopped is None else stopped.when.on
    stopping = _counted(definition, days, facts.pauses, {Effect.STOPS})
    due, extensions = _extended(definition, _due(definition, stopping, started, zero), facts.extensions)
    counted = stopping.between(zero, end)
    return replace(
        answer,
        state=_state(due, stopped, today, paused=_paused_on(definition, facts.pauses, today), limited=definition.limit),
        due_on=due,
        counted=counted,
        remaining=None if due is None or stopped is not None else _remaining(stopping, today, due),
        net=_net(definition, days, facts, started, zero, end, stopped=stopped is not None, today=today),
        pauses=tuple(_used(definition, days, p, zero, end) for p in facts.pauses),
        extensions=extensions,
        remarks=(*answer.remarks, *_beyond(calendar, zero, max(end, due or end))),
    )


def _counted(definition: ClockDefinition, days: Days, pauses: Iterable[Pause], effects: set[Effect]) -> Counted:
    gaps = [_gap(p) for p in pauses if definition.effect_of(p.kind) in effects]
    return Counted(days, merged(gaps))


def _gap(pause: Pause) -> Gap:
    return Gap(pause.begins.on, None if pause.ends is None else pause.ends.on)


def _due(definition: ClockDefinition, counted: Counted, started: Event, zero: date) -> date | None:
    """The last day in time; None where nothing is due, or an unended pause comes before it."""
    if definition.limit is None:
        return None
    if definition.unit is not Unit.MONTHS:
        return counted.nth(zero, definition.limit)
    whole = last_of_months(started.when.on, definition.limit, definition.day_one)
    return counted.nth(zero, (whole - zero).days)


def _extended(
    definition: ClockDefinition, due: date | None, extensions: Iterable[Fact[Extension]]
) -> tuple[date | None, tuple[ExtensionUsed, ...]]:
    """The date after all extensions that count, and what became of each, in the order in which they were granted."""
    used = []
    for fact in extensions:
        why = _why_not(definition, due, fact.content)
        if why is None:
            due = fact.content.until.on
        used.append(ExtensionUsed(fact.content, fact.id, why is None, why or "it moves the date"))
    return due, tuple(used)


def _why_not(definition: ClockDefinition, due: date | None, extension: Extension) -> str | None:
    if definition.extendable is Extendable.NO:
        return "this clock cannot be extended"
    if due is None:
        return "there is no date that it could move"
    if definition.extendable is Extendable.IF_ASKED_IN_TIME and extension.asked.on > due:
        return f"it was asked for after the time was over on {due}"
    return None if extension.until.on > due else "it ends no later than the date that holds without it"


def _paused_on(definition: ClockDefinition, pauses: Iterable[Pause], today: date) -> bool:
    return any(definition.effect_of(p.kind) is Effect.STOPS and p.covers(today) for p in pauses)


def _state(due: date | None, stopped: Event | None, today: date, *, paused: bool, limited: int | None) -> ClockState:
    if stopped is not None:
        if limited is None:
            return ClockState.STOPPED
        return ClockState.MET if due is None or stopped.when.on <= due else ClockState.MISSED
    if due is not None and due < today:
        return ClockState.OVERDUE
    return ClockState.PAUSED if paused else ClockState.RUNNING


def _remaining(counted: Counted, today: date, due: date) -> int:
    """Days that count from tomorrow until the date, or less than none: how many are over it."""
    return counted.between(today, due) if today <= due else -counted.between(due, today)


def _net(
    definition: ClockDefinition,
    days: Days,
    facts: ClockFacts,
    started: Event,
    zero: date,
    end: date,
    *,
    stopped: bool,
    today: date,
) -> Net | None:
    """The figure net of pauses that leave the clock itself running; None for a clock that has none."""
    if not definition.net_label:
        return None
    counted = _counted(definition, days, facts.pauses, {Effect.STOPS, Effect.NET})
    due, _ = _extended(definition, _due(definition, counted, started, zero), facts.extensions)
    met = None
    if definition.limit is not None and (stopped or (due is not None and due < today)):
        met = due is None or end <= due
    return Net(definition.net_label, counted.between(zero, end), due, met)


def _used(definition: ClockDefinition, days: Days, pause: Pause, zero: date, end: date) -> PauseUsed:
    effect = definition.effect_of(pause.kind)
    if effect is Effect.NONE:
        return PauseUsed(pause, effect, 0, f"{words(pause.kind)} time does not stop this clock")
    left_out = Counted(days).left_out(_gap(pause), zero, end)
    if not left_out:
        return PauseUsed(pause, effect, 0, "none of its days would have counted")
    if effect is Effect.NET:
        return PauseUsed(pause, effect, left_out, "its days are left out of the net figure only")
    return PauseUsed(pause, effect, left_out, "its days are not counted")


def _beyond(calendar: Calendar | None, zero: date, end: date) -> tuple[str, ...]:
    if calendar is None or calendar.knows(zero, end):
        return ()
    known = (
        f"Calendar {calendar.name}, version {calendar.version}, knows holidays from {calendar.first} to {calendar.last}"
    )
    return (f"{known}; beyond that only weekends were left out, so the date may change.",)
