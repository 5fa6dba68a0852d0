"""From when to when a clock runs: which of the events that could start or stop it do."""

from dataclasses import dataclass

from dems.model.clocks.answers import PassedOver
from dems.model.clocks.definitions import ClockDefinition, Which
from dems.model.life.lives import Event


@dataclass(frozen=True, slots=True)
class Span:
    started: Event | None
    stopped: Event | None
    passed_over: tuple[PassedOver, ...]


def span_of(definition: ClockDefinition, events: tuple[Event, ...]) -> Span:
    """Choose start and stop among events that are sorted by date.

    It stops with the first stopping event that is not before the first start; of starts after that, none counts.
    """
    starts = [e for e in events if e.kind in definition.starts]
    stops = [e for e in events if e.kind in definition.stops]
    if not starts:
        return Span(None, None, tuple(PassedOver(e, "nothing had started the clock") for e in stops))
    stop = next((e for e in stops if not e.when.before(starts[0].when)), None)
    possible = [e for e in starts if stop is None or not stop.when.before(e.when)]
    start = possible[0] if definition.which_start is Which.FIRST else possible[-1]
    over = [PassedOver(e, _why_not_start(definition, e, stop)) for e in starts if e is not start]
    over += [
        PassedOver(e, "it is before the clock started" if e.when.before(starts[0].when) else "it had stopped already")
        for e in stops
        if e is not stop
    ]
    return Span(start, stop, tuple(sorted(over, key=lambda p: p.event.when.order)))


def _why_not_start(definition: ClockDefinition, event: Event, stop: Event | None) -> str:
    if stop is not None and stop.when.before(event.when):
        return "the clock had stopped by then"
    return "the clock ran already" if definition.which_start is Which.FIRST else "a later one starts this clock"
