"""A clock's answer in sentences that a person can read, one thought each."""

from datetime import UTC

from dems.model.clocks.answers import ClockAnswer, ClockState, PauseUsed, Round
from dems.model.clocks.counting import DayOne
from dems.model.clocks.definitions import ClockDefinition, Effect, Statistic, Unit
from dems.model.life.events import sentence_start, words
from dems.model.life.lives import Event
from dems.model.life.problems import day_words

_ONE = {Unit.WORKING_DAYS: "working day", Unit.DAYS: "day", Unit.MONTHS: "month", Unit.HOURS: "hour"}


def many(count: int, one: str) -> str:
    """A count with its unit: 1 day, 2 days."""
    return f"{count} {one}{'' if abs(count) == 1 else 's'}"


def rule_words(definition: ClockDefinition) -> str:
    """How a clock counts, in a sentence."""
    starts, stops = (" or ".join(words(e) for e in events) for events in (definition.starts, definition.stops))
    unit = _ONE[definition.unit]
    said = f"How many {unit}s it takes" if definition.limit is None else many(definition.limit, unit)
    begins = "beginning with the day of" if definition.day_one is DayOne.WITH else "after"
    if definition.unit is Unit.HOURS:
        begins = "from"
    again = f", then every {many(definition.then_every, 'month')}" if definition.then_every is not None else ""
    calendar = f", calendar {definition.calendar}" if definition.calendar is not None else ""
    return f"{said} {begins} {starts}{again}, until {stops}{calendar}."


def target_words(definition: ClockDefinition) -> str:
    """What is aimed at, or an empty text."""
    if definition.target is None:
        return ""
    if definition.statistic is Statistic.SHARE:
        return f"{definition.target} % in time"
    return f"mean {many(definition.target, _ONE[definition.unit])}"


def explain(answer: ClockAnswer) -> tuple[str, ...]:
    """Why the clock stands as it does: its rule, each event, pause, extension and round, and what is not settled."""
    definition = answer.definition
    said = [
        f"{definition.title} ({definition.nature.value}, version {definition.version}). Source: {definition.source}.",
        f"Rule: {rule_words(definition)}",
    ]
    if answer.calendar_version is not None:
        said.append(f"Counted with calendar {definition.calendar}, version {answer.calendar_version}.")
    said += [*_began(answer), *(f"{_event(p.event)} was passed over: {p.why}." for p in answer.passed_over)]
    said += [_pause(p) for p in answer.pauses]
    said += [
        f"Extension until {day_words(x.extension.until.on)}, asked for on {day_words(x.extension.asked.on)}, by "
        f"{x.extension.authority}: {'counts' if x.counts else 'does not count'}, since {x.why}."
        for x in answer.extensions
    ]
    said += [_round(r) for r in answer.rounds]
    return (*said, *_ended(answer), *_net(answer), *answer.remarks)


def _event(event: Event) -> str:
    at = "" if event.when.at is None else f" at {event.when.at.astimezone(UTC):%H:%M} UTC"
    return f"{sentence_start(words(event.kind))} on {day_words(event.when.on)}{at}"


def _began(answer: ClockAnswer) -> list[str]:
    if answer.started is None:
        return ["It has not started."]
    return [f"It started: {_event(answer.started)}."]


def _pause(used: PauseUsed) -> str:
    pause = used.pause
    until = "still lasting" if pause.ends is None else f"until {day_words(pause.ends.on)}"
    left_out = f" ({used.days} left out)" if used.effect is not Effect.NONE else ""
    return (
        f"Pause for {words(pause.kind)}, from {day_words(pause.begins.on)}, {until}, on the authority of {pause.authority}: "
        f"{used.why}{left_out}."
    )


def _round(one: Round) -> str:
    said = f"Period {one.number}: {day_words(one.first)} to {day_words(one.last)}"
    if one.answered is not None:
        return f"{said}, answered: {_event(one.answered)}."
    return f"{said}, over and not answered." if one.owed else f"{said}, not over."


def _ended(answer: ClockAnswer) -> list[str]:
    if answer.started is None:
        return []
    said = []
    if answer.due_at is not None:
        said.append(f"It is due on {day_words(answer.due_at.date())} at {answer.due_at:%H:%M} UTC.")
    elif answer.due_on is not None:
        said.append(f"The last day in time is {day_words(answer.due_on)}.")
    elif answer.state is ClockState.PAUSED:
        said.append("No date can be given while it is paused.")
    said.append("It has not stopped." if answer.stopped is None else f"It stopped: {_event(answer.stopped)}.")
    unit = _ONE[Unit.DAYS] if answer.definition.unit is Unit.MONTHS else _ONE[answer.definition.unit]
    said.append(f"{many(answer.counted, unit)} counted; it is {answer.state.value.replace('_', ' ')}.")
    return said


def _net(answer: ClockAnswer) -> list[str]:
    net = answer.net
    if net is None:
        return []
    unit = _ONE[Unit.DAYS] if answer.definition.unit is Unit.MONTHS else _ONE[answer.definition.unit]
    due = "" if net.due_on is None else f", last day in time {day_words(net.due_on)}"
    met = {None: "", True: ", in time", False: ", not in time"}[net.met]
    return [f"{sentence_start(net.label)}: {many(net.counted, unit)}{due}{met}."]
