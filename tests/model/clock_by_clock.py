"""Figures made from one clock after the other, in the words of its definition: what those made by a query are compared with."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from dems.errors import Invalid
from dems.model.clocks.answers import ClockAnswer, ClockState
from dems.model.clocks.definitions import ClockDefinition, Effect, Statistic
from dems.model.clocks.listing import KeptClock
from dems.model.ids import CaseId, StrandId
from dems.model.life.lives import Life, Traits
from dems.model.measures.periods import Period
from dems.model.times import london_date

_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Sample:
    """One clock that may be counted. `traits` are of the day it stopped, or of today where it runs."""

    case_id: CaseId
    about: StrandId | None
    answer: ClockAnswer
    traits: Traits


def sample_of(life: Life, kept: KeptClock) -> Sample:
    """A clock of a case, with what the case was on the London date on which it stopped, or of which it was asked."""
    answer = kept.answer
    day = london_date(answer.asked_at) if answer.stopped is None else answer.stopped.when.on
    return Sample(kept.case_id, kept.about, answer, life.traits_on(day, kept.about))


@dataclass(frozen=True, slots=True)
class LeftOut:
    sample: Sample
    why: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: `value` is a percentage or a mean, exact, or None where there is nothing to count.

    `numerator` counts those in time, or is the sum of counted time. `label` says what time is left out.
    """

    label: str
    numerator: int
    denominator: int
    value: Fraction | None
    mean: Fraction | None
    median: Fraction | None
    target: int | None
    met: bool | None
    in_time: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """What a clock's definition says about a population in a period. `net` is there where the clock has a net figure."""

    definition: ClockDefinition
    period: Period
    gross: Figure
    net: Figure | None
    members: tuple[Sample, ...]
    left_out: tuple[LeftOut, ...]


def measure(definition: ClockDefinition, samples: Iterable[Sample], period: Period) -> Measure:
    """Of the samples whose clock stopped in the period, those that the population takes. Raises `Invalid` for a clock
    without a statistic; `ValueError` for a sample of another clock.
    """
    if definition.statistic is Statistic.NONE:
        raise Invalid(f"The clock {definition.id!r} has no figure: choose one with a target.")
    members, left_out = [], []
    for sample in samples:
        if sample.answer.definition.id != definition.id:
            raise ValueError(f"a sample of {sample.answer.definition.id!r} among those of {definition.id!r}")
        stopped = sample.answer.stopped
        if sample.answer.started is None or stopped is None or not period.has(stopped.when.on):
            continue
        membership = definition.population.takes(sample.traits)
        if membership.counted:
            members.append(sample)
        else:
            left_out.append(LeftOut(sample, membership.why or ""))
    gross = [(m, m.answer.counted, _in_time(m.answer)) for m in members]
    net = [(m, *_net(m.answer)) for m in members]
    has_net = Effect.NET in definition.pauses.values()
    return Measure(
        definition,
        period,
        _figure(definition, "gross", gross),
        _figure(definition, definition.net_label, net) if has_net else None,
        tuple(members),
        tuple(left_out),
    )


def _in_time(answer: ClockAnswer) -> bool:
    return answer.state is ClockState.MET


def _net(answer: ClockAnswer) -> tuple[int, bool]:
    """Net of its pauses; what was counted under a version of the clock that has no net figure counts as it is."""
    if answer.net is None:
        return answer.counted, _in_time(answer)
    return answer.net.counted, answer.net.met is True


def _figure(definition: ClockDefinition, label: str, counted: Sequence[tuple[Sample, int, bool]]) -> Figure:
    times = [time for _, time, _ in counted]
    in_time = tuple(sample for sample, _, good in counted if good)
    share = definition.statistic is Statistic.SHARE
    numerator, denominator = (len(in_time) if share else sum(times)), len(counted)
    mean = Fraction(sum(times), denominator) if denominator else None
    value = mean if not share else Fraction(numerator * _PERCENT, denominator) if denominator else None
    met = None
    if value is not None and definition.target is not None:
        met = value >= definition.target if share else value <= definition.target
    median = Fraction(statistics.median(times)) if times else None
    return Figure(label, numerator, denominator, value, mean, median, definition.target, met, in_time)
