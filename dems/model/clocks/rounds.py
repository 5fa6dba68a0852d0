"""Clocks that come round again: a first period, then others that each begin the day after the last has ended."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from dems.model.clocks.answers import ClockAnswer, ClockFacts, ClockState, PauseUsed, Round
from dems.model.clocks.counting import last_of_months_with
from dems.model.clocks.definitions import ClockDefinition, Effect
from dems.model.life.events import words
from dems.model.life.lives import Event

_DAY = timedelta(days=1)


def periods_of(definition: ClockDefinition, start: date) -> Iterator[tuple[date, date]]:
    """First and last day of each period, without an end. Raises `ValueError` for a clock that does not come round."""
    if definition.limit is None or definition.then_every is None:
        raise ValueError(f"the clock {definition.id!r} does not come round again")
    first, months = start, definition.limit
    while True:
        last = last_of_months_with(first, months)
        yield first, last
        first, months = last + _DAY, definition.then_every


def rounds_of(answer: ClockAnswer, facts: ClockFacts, started: Event, today: date) -> ClockAnswer:
    """All rounds that ended before the clock stopped or today came, and the one that is under way."""
    definition, stopped = answer.definition, answer.stopped
    end = today if stopped is None else stopped.when.on
    rounds: list[Round] = []
    periods = periods_of(definition, started.when.on)
    while not rounds or rounds[-1].last < today:
        first, last = next(periods)
        if stopped is not None and stopped.when.on <= last:
            break
        answered = _answered(definition, facts.events, last)
        rounds.append(Round(len(rounds) + 1, first, last, answered, owed=last < today and answered is None))
    owed = [r for r in rounds if r.owed]
    state = ClockState.RUNNING if stopped is None else ClockState.MET
    if owed:
        state = ClockState.OVERDUE if stopped is None else ClockState.MISSED
    due = owed[0].last if owed else rounds[-1].last if rounds and stopped is None else None
    counted = max((end - started.when.on).days + 1, 0)
    return replace(
        answer,
        state=state,
        due_on=due,
        counted=counted,
        remaining=None if due is None or stopped is not None else (due - today).days,
        pauses=tuple(
            PauseUsed(p, Effect.NONE, 0, f"{words(p.kind)} time does not stop this clock") for p in facts.pauses
        ),
        rounds=tuple(rounds),
    )


def _answered(definition: ClockDefinition, events: tuple[Event, ...], last: date) -> Event | None:
    """What answered for the round that ended on `last`: the first such event from then until the next round has ended."""
    periods = periods_of(replace(definition, limit=definition.then_every), last + _DAY)
    until = next(periods)[1]
    return next((e for e in events if e.kind is definition.each_period and last <= e.when.on < until), None)
